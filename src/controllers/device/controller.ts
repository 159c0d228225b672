/** Brings a device from its manifest to its broker, and back when it is deleted. */
import { mqttDevices, stated } from '../../api/kinds.ts';
import { revokeFinalizer } from '../../api/labels.ts';
import type { ObjectKey } from '../../domain/names.ts';
import type { KubeClient } from '../../kube/client.ts';
import { addition } from '../../kube/finalizer.ts';
import { joinedProgress, type RevocationProgress } from '../../domain/pki/revocation-progress.ts';
import { done, type Outcome, type Reconcile } from '../../kube/outcome.ts';
import type { ChildResult } from '../apply.ts';
import type { ControllerContext } from '../context.ts';
import type { DeclaredDevice } from '../declared.ts';
import { appliedCertificate, deletedCertificate } from './certificate.ts';
import { patchedFinalizers, removedDevice } from './deletion.ts';
import { readPassword } from './password-step.ts';
import type { Passwords } from './passwords.ts';
import { passwordSecretName } from './secret.ts';
import { type DeviceFacts, type DevicePlan, type Outcomes, planOf, revocations, statusOf } from './plan.ts';
import { createStatusWriter, type StatusWriter } from './status-writer.ts';
import { verdictOf } from './verdict.ts';

/** One device at a time and key; of different devices several may run at once. `later` writes what may wait: statuses. */
export function deviceController(
  context: ControllerContext,
  passwords: Passwords,
  later: KubeClient = context.client,
): Reconcile {
  const writer = createStatusWriter({ ...context, client: later });
  const publications = createPublications();
  const told = createTold();

  return async (key, { signal }) => {
    const declared = context.world.devices.store.get(key);
    if (declared && writer.isBehind(declared)) return done;
    if (!declared || declared.meta.isDeleting) {
      passwords.forget(key as ObjectKey);
      if (declared) return removedDevice({ context, writer, signal }, declared);
      writer.forget(key);
      publications.forget(key);
      told.forget(key);
      return done;
    }
    const facts = factsOf(context, publications, told, declared);
    const plan = planOf(facts, revokeFinalizer);
    const attempt = await attempted({ context, passwords, writer, signal }, facts, plan);
    const status = statusOf(facts, attempt.outcomes);
    told.keep(declared, status.draft.fields['revocation'] as RevocationProgress | undefined);
    const outcome = await writer.written(declared, status, signal, attempt.error ? 'Delayed' : undefined);
    if (attempt.error) throw attempt.error;
    return sooner(context, outcome, passwords.dueAt(declared.key));
  };
}

/** Of a Secret that comes, changes or goes nobody tells us. */
function sooner({ clock }: ControllerContext, outcome: Outcome, at: Date | undefined): Outcome {
  if (!at || at <= clock.now()) return outcome;
  return outcome.kind === 'RequeueAt' && outcome.at < at ? outcome : { kind: 'RequeueAt', at };
}

function factsOf(
  { world, state, clock }: ControllerContext,
  publications: Publications,
  told: Told,
  declared: DeclaredDevice,
): DeviceFacts {
  const { key } = declared;
  const { fleet } = state.fleet;
  const verdict = verdictOf(declared, fleet);
  const broker = verdict.device && state.brokers.get(verdict.device.broker);
  const trust = verdict.device && state.authorities.trustOf(verdict.device.broker);
  const held = state.issued.isKnown ? state.issued.ofDevice(key) : undefined;
  const now = clock.now();
  const taken = revocations({ declared, verdict, held, now });
  const isPublished = taken.every((entry) => state.authorities.isPublished(entry));
  return {
    declared,
    fleet,
    verdict,
    certificates: world.deviceCertificates.store.byIndex('device', key),
    namesake: world.deviceCertificates.store.get(key),
    held,
    authorities: state.authorities,
    trust,
    formerRevocation: told.of(declared),
    trusted: trust && new Set(trust.cas.map(({ keyId }) => keyId)),
    broker,
    publishedIn: publications.since(key, isPublished && taken.length > 0 ? broker?.published?.revision : undefined),
    isNamespaceGoing: world.namespaces.store.get(declared.meta.namespace)?.isTerminating === true,
    now,
  };
}

/** What is to be told of revocations and is not written yet: steps keep the time at which they were seen. */
interface Told {
  readonly of: (declared: DeclaredDevice) => RevocationProgress | undefined;
  readonly keep: (declared: DeclaredDevice, progress: RevocationProgress | undefined) => void;
  readonly forget: (key: string) => void;
}

function createTold(): Told {
  const known = new Map<string, { readonly uid: string; readonly progress: RevocationProgress }>();
  return {
    of({ key, meta, revocation }) {
      const one = known.get(key);
      return one?.uid === meta.uid ? joinedProgress(revocation, one.progress) : revocation;
    },
    keep({ key, meta: { uid } }, progress) {
      if (progress) known.set(key, { uid, progress });
      else known.delete(key);
    },
    forget: (key) => void known.delete(key),
  };
}

/** The first revision in which each device was seen with all that is taken back of it on the lists. */
interface Publications {
  readonly since: (key: string, revision: number | undefined) => number | undefined;
  readonly forget: (key: string) => void;
}

function createPublications(): Publications {
  const revisions = new Map<string, number>();
  return {
    since(key, revision) {
      if (revision === undefined) revisions.delete(key);
      else if (!revisions.has(key)) revisions.set(key, revision);
      return revisions.get(key);
    },
    forget: (key) => void revisions.delete(key),
  };
}

interface Run {
  readonly context: ControllerContext;
  readonly passwords: Passwords;
  readonly writer: StatusWriter;
  readonly signal: AbortSignal;
}

interface Attempt {
  readonly outcomes: Outcomes;
  readonly error: Error | undefined;
}

/** Does what was planned. A failure of it is told in the status, if it lasts, before it is thrown. */
async function attempted(run: Run, facts: DeviceFacts, plan: DevicePlan): Promise<Attempt> {
  let error: Error | undefined;
  let child: ChildResult | undefined;
  try {
    child = await acted(run, facts, plan);
  } catch (thrown) {
    run.signal.throwIfAborted();
    error = thrown instanceof Error ? thrown : new Error(String(thrown));
  }
  return { outcomes: outcomesOf(run, facts, child === 'NotOurs' ? 'NotOurs' : plan.child, error), error };
}

function outcomesOf(
  { passwords }: Run,
  { declared, verdict: { device } }: DeviceFacts,
  child: Outcomes['child'],
  error: Error | undefined,
): Outcomes {
  const passwordFindings = passwords.findings(declared.key);
  const isPassword = device?.authentication.type === 'Password';
  const passwordHash = isPassword ? passwords.line(device) : undefined;
  return {
    child,
    passwordHash,
    passwordFindings,
    isPasswordKnown: !isPassword || passwordHash !== undefined || error === undefined,
    // A Secret that cannot be read is a finding already.
    failure: passwordFindings.length > 0 ? undefined : error?.message,
  };
}

/** In an order in which it may end after each step: the finalizer is there before anything that it guards. */
async function acted(run: Run, facts: DeviceFacts, plan: DevicePlan): Promise<ChildResult | undefined> {
  const { client, state } = run.context;
  const { declared, verdict, namesake } = facts;
  const call = { client, signal: run.signal };
  if (plan.addFinalizer) run.writer.wrote(declared.key, await patchedFinalizers(call, declared.meta, addition));
  if (plan.revoke.length > 0) await state.authorities.revoke(plan.revoke);
  if (plan.child === 'Delete' && namesake) await deletedCertificate(call, namesake);
  await passwordActed(run, facts, plan.password);
  if (plan.child !== 'Apply' || !verdict.device) return undefined;
  return appliedCertificate(call, declared, verdict.device.broker, namesake);
}

async function passwordActed(
  { context: { client, random, record }, passwords, signal }: Run,
  { declared, verdict: { device }, now }: DeviceFacts,
  plan: DevicePlan['password'],
): Promise<void> {
  if (plan === 'None' || !device) return passwords.forget(declared.key);
  if (plan === 'Leave') return passwords.leave(device);
  const { meta, status, programmedIn } = declared;
  const isNew = status.observedGeneration < 0;
  const hadIdentity = status.conditions.get('Accepted')?.status === 'True';
  const wanted = { device, meta, mayMake: plan === 'ReadOrMake', isNew, hadIdentity };
  const made = await readPassword({ client, random, signal, now }, passwords, wanted);
  const wasIn = programmedIn !== undefined && status.observedGeneration === meta.generation;
  if (made !== 'Made' || !wasIn) return;
  const { namespace, name, uid } = meta;
  record({
    ...{ type: 'Warning', reason: 'PasswordReplaced', action: 'MakePassword' },
    note: `Secret ${namespace}/${passwordSecretName(device)} was gone: the device needs the new password in it`,
    regarding: stated(mqttDevices, { namespace, name, uid }),
  });
}
