import {
  type CertificateObject,
  certificateRequests,
  certificates,
  deviceCertificates,
  secrets,
  stated,
} from '../../api/kinds.ts';
import { operatorFieldManager, revokeFinalizer } from '../../api/labels.ts';
import { secondsText } from '../../domain/pki/time.ts';
import type { CallOptions, JsonPatchOperation } from '../../kube/client.ts';
import { isAlreadyExists, isKindGone, isNotFound } from '../../kube/errors.ts';
import { addition, removal } from '../../kube/finalizer.ts';
import type { KubeObject, ResourceType } from '../../kube/object.ts';
import { RetryAfter } from '../../kube/outcome.ts';
import { appliedChild } from '../apply.ts';
import type { ControllerContext } from '../context.ts';
import type { DeclaredCertificate, Meta } from '../declared.ts';
import type { CertificateStep } from './steps.ts';

/** Does one step. What is gone already needs no deletion; what changed meanwhile is an error, and looked at again. */
export async function performed(
  context: ControllerContext,
  { meta }: DeclaredCertificate,
  step: CertificateStep,
  signal: AbortSignal,
): Promise<void> {
  const { client, state } = context;
  switch (step.kind) {
    case 'AddFinalizer':
      return patched(client, meta, addition(objectOf(meta), revokeFinalizer), { signal });
    case 'RemoveFinalizer':
      return patched(client, meta, removal(objectOf(meta), revokeFinalizer), { signal });
    case 'Revoke':
      return state.authorities.revoke(step.entries);
    case 'ApplyCertificate':
      await appliedChild({ client, signal }, certificates, step.desired, step.present).catch(retriedWithKind);
      return;
    case 'Reissue':
      return reissued(context, step.certificate, step.message, signal);
    case 'CreateRequest':
      return created(client, step.desired, signal).catch(retriedWithKind);
    case 'DeleteRequest':
      return deleted(client, certificateRequests, step.request, signal, step.request.metadata.resourceVersion);
    case 'DeleteCertificate':
      return deleted(client, certificates, step.certificate, signal);
    case 'DeleteSecret': {
      const { name, uid } = step;
      return deleted(client, secrets, { ...stated(secrets, { namespace: meta.namespace, name, uid }) }, signal);
    }
  }
}

/** The mirror will tell that the kinds of cert-manager went; they may be back by then, milliseconds. */
const kindMilliseconds = 2_000;

function retriedWithKind(error: unknown): never {
  if (isKindGone(error)) throw new RetryAfter(error.message, kindMilliseconds, { cause: error });
  throw error;
}

type Client = ControllerContext['client'];

function objectOf({ namespace, name, uid, resourceVersion, finalizers }: Meta): KubeObject {
  return stated(deviceCertificates, { namespace, name, uid, resourceVersion, finalizers });
}

async function patched(
  client: Client,
  { namespace, name }: Meta,
  operations: readonly JsonPatchOperation[],
  call: CallOptions,
): Promise<void> {
  try {
    await client.patchJson(deviceCertificates, namespace, name, operations, call);
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}

/** As `cmctl renew` does it. Refused if the Certificate changed meanwhile: it may be issuing already. */
async function reissued(
  { client, clock }: ControllerContext,
  { metadata, status }: CertificateObject,
  message: string,
  signal: AbortSignal,
): Promise<void> {
  const conditions = status?.conditions ?? [];
  const index = conditions.findIndex(({ type }) => type === 'Issuing');
  const value = {
    ...{ type: 'Issuing', status: 'True', reason: 'ManuallyTriggered', message },
    lastTransitionTime: secondsText(clock.now()),
    observedGeneration: metadata.generation,
  };
  const change: JsonPatchOperation =
    index < 0
      ? { op: 'add', path: '/status/conditions/-', value }
      : { op: 'replace', path: `/status/conditions/${index}`, value };
  const operations: readonly JsonPatchOperation[] = [
    { op: 'replace', path: '/metadata/resourceVersion', value: metadata.resourceVersion },
    change,
  ];
  const options = { subresource: 'status', fieldManager: operatorFieldManager, signal };
  await client.patchJson(certificates, metadata.namespace, metadata.name, operations, options);
}

/** The name says what it is for, so one that is there already was made by a try whose answer was lost. */
async function created(client: Client, object: KubeObject, signal: AbortSignal): Promise<void> {
  try {
    await client.create(certificateRequests, object, { fieldManager: operatorFieldManager, signal });
  } catch (error) {
    if (!isAlreadyExists(error)) throw error;
  }
}

async function deleted(
  client: Client,
  type: ResourceType,
  { metadata: { namespace, name, uid } }: KubeObject,
  signal: AbortSignal,
  resourceVersion?: string,
): Promise<void> {
  const condition = { ...(uid !== undefined && { uid }), ...(resourceVersion !== undefined && { resourceVersion }) };
  try {
    await client.delete(type, namespace, name, { signal, ...condition });
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}
