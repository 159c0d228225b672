/** A device that is being deleted goes when all that it holds is taken back, and told to the brokers. */
import { mqttDevices, stated } from '../../api/kinds.ts';
import { revokeFinalizer } from '../../api/labels.ts';
import type { Device } from '../../domain/fleet.ts';
import { entryOf } from '../../domain/pki/withdrawal.ts';
import type { JsonPatchOperation, KubeClient } from '../../kube/client.ts';
import { isNotFound } from '../../kube/errors.ts';
import { removal } from '../../kube/finalizer.ts';
import type { KubeObject } from '../../kube/object.ts';
import { done, type Outcome } from '../../kube/outcome.ts';
import type { ControllerContext } from '../context.ts';
import type { DeclaredDevice, Meta } from '../declared.ts';
import { condition } from '../status.ts';
import type { StatusWriter } from './status-writer.ts';
import { verdictOf } from './verdict.ts';

interface Removal {
  readonly context: ControllerContext;
  readonly writer: StatusWriter;
  readonly signal: AbortSignal;
}

/** How long until it is looked at again; a change of the ledger or of a published set wakes it before. */
const pollMilliseconds = 1000;

export async function removedDevice({ context, writer, signal }: Removal, declared: DeclaredDevice): Promise<Outcome> {
  if (!declared.meta.finalizers.includes(revokeFinalizer)) return done;
  const { client, state, clock } = context;
  const { device } = verdictOf(declared, state.fleet.fleet);
  const isFree = !isServed(context, declared, device);
  const waitsFor = await revoked(context, declared, device).catch((error: unknown) => {
    if (isFree) return undefined;
    throw error;
  });
  if (waitsFor === undefined || isFree) {
    await patchedFinalizers({ client, signal }, declared.meta, removal);
    writer.forget(declared.key);
    return done;
  }
  const conditions = (['Ready', 'Reconciling'] as const).map((type) =>
    condition(type, type === 'Ready' ? 'False' : 'True', 'Pending', waitsFor),
  );
  const draft = { generation: declared.meta.generation, conditions, fields: { identity: device?.identity } };
  await writer.written(declared, { draft, isKnown: true, changesAt: undefined, news: [] }, signal, 'Delayed');
  return { kind: 'RequeueAt', at: new Date(clock.now().getTime() + pollMilliseconds) };
}

/** What is still waited for; undefined when nothing is. */
async function revoked(
  { state, clock }: ControllerContext,
  declared: DeclaredDevice,
  device: Device | undefined,
): Promise<string | undefined> {
  const { issued, authorities } = state;
  // Nothing known is not the same as nothing held.
  if (!issued.isKnown) return 'the kinds of cert-manager cannot be read: what the device holds is not known';
  const reason = declared.value.ok ? declared.value.value.revoked?.reason : device?.revoked?.reason;
  const entries = issued
    .ofDevice(declared.key)
    .map((certificate) => entryOf(certificate, reason ?? 'CessationOfOperation', clock.now()));
  const missing = entries.filter((entry) => !authorities.isRevoked(entry));
  if (missing.length > 0) await authorities.revoke(missing);
  const unpublished = entries.filter((entry) => !authorities.isPublished(entry));
  return unpublished.length === 0 ? undefined : `${unpublished.length} certificates are being taken back`;
}

/** False when nobody is there to be told: the broker is not there or going, or the whole namespace is. */
function isServed({ world }: ControllerContext, { meta }: DeclaredDevice, device: Device | undefined): boolean {
  if (world.namespaces.store.get(meta.namespace)?.isTerminating === true) return false;
  if (!device) return true;
  const broker = world.brokers.store.get(device.broker);
  return broker !== undefined && !broker.meta.isDeleting;
}

interface Call {
  readonly client: KubeClient;
  readonly signal: AbortSignal;
}

/** An object that is gone needs no patch; one that was read when it was older is refused, and read again. */
export async function patchedFinalizers(
  { client, signal }: Call,
  { namespace, name, uid, resourceVersion, finalizers }: Meta,
  change: (object: KubeObject, finalizer: string) => readonly JsonPatchOperation[],
): Promise<KubeObject | undefined> {
  const object = stated(mqttDevices, { namespace, name, uid, resourceVersion, finalizers });
  try {
    return await client.patchJson(mqttDevices, namespace, name, change(object, revokeFinalizer), { signal });
  } catch (error) {
    if (!isNotFound(error)) throw error;
    return undefined;
  }
}
