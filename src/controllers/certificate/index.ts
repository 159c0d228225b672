/** The controller of DeviceCertificates: one lineage of certificates each, from issue through renewals to revocation. */
import { deviceCertificates, stated } from '../../api/kinds.ts';
import { objectKey } from '../../domain/names.ts';
import type { ReconcileContext } from '../../kube/outcome.ts';
import { done, type Outcome, type Reconcile, RetryAfter } from '../../kube/outcome.ts';
import { keyParts } from '../../kube/object.ts';
import type { RevocationProgress } from '../../domain/pki/revocation-progress.ts';
import { appliedStatus } from '../apply.ts';
import type { ControllerContext } from '../context.ts';
import type { DeclaredCertificate } from '../declared.ts';
import { nextStatus, type StatusDraft } from '../status.ts';
import { performed } from './act.ts';
import { eventsOf } from './events.ts';
import { type Gathering, gatheredFacts, NotSyncedError } from './gather.ts';
import type { IssuedRecords } from './issued.ts';
import { planOf } from './plan.ts';
import { isComplete } from './revocation.ts';
import { createDepartures } from './departures.ts';
import { createSerialWatch } from './serial-watch.ts';
import { createTurns } from './turns.ts';

export { createIssued, type IssuedRecords } from './issued.ts';

/** Intermediate progress is written only if it lasts, so that an issuance costs two status writes. */
const lastingMilliseconds = 5000;

/**
 * Reconciles DeviceCertificates. Beside its own objects and their children it must be woken by changes of the device, of
 * its broker, of what is issued (`IssuedRecords.onChange`) and of what is published.
 */
export function certificateController(context: ControllerContext, issued: IssuedRecords): Reconcile {
  const serials = createSerialWatch(context.clock);
  const departures = createDepartures(context.world, context.clock);
  const turns = createTurns(context.clock, (lineage) => context.wake.certificate(lineage));
  const memories = new Map<string, Memory>();
  return async (key, { signal }: ReconcileContext) => {
    const { namespace = '', name } = keyParts(key);
    const declared = context.world.deviceCertificates.store.get(objectKey(namespace, name));
    if (!declared) {
      memories.delete(key);
      departures.forget(objectKey(namespace, name));
      turns.done(objectKey(namespace, name));
      return done;
    }
    const known = memories.get(key);
    const memory: Memory = known?.uid === declared.meta.uid ? known : { uid: declared.meta.uid };
    memories.set(key, memory);
    const told = { revocation: memory.revocation, handledRenewAt: memory.handledRenewAt };
    return reconciled({ context, issued, serials, departures, turns, told, signal }, declared, memory);
  };
}

/** What is known of one object and is not in its status yet. */
interface Memory {
  readonly uid: string;
  /** Since when there is progress that was not told. */
  progressSince?: Date | undefined;
  revocation?: RevocationProgress | undefined;
  handledRenewAt?: string | undefined;
}

async function reconciled(gathering: Gathering, declared: DeclaredCertificate, memory: Memory): Promise<Outcome> {
  const { context, signal } = gathering;
  const now = context.clock.now();
  const facts = await gatheredFacts(gathering, declared).catch(retriedSoon);
  const plan = planOf(facts, now);
  for (const step of plan.steps) await performed(context, declared, step, signal);
  if (!plan.status) return outcomeAt(plan.nextAt);
  memory.revocation = plan.status.fields['revocation'] as RevocationProgress | undefined;
  memory.handledRenewAt = plan.status.fields['lastHandledRenewAt'] as string | undefined;
  const writeAt = statusTime(declared, plan.status, memory, now);
  if (writeAt > now) return outcomeAt(plan.nextAt && plan.nextAt < writeAt ? plan.nextAt : writeAt);
  const next = nextStatus(declared.status, plan.status, now);
  const written = await appliedStatus({ ...context, signal }, deviceCertificates, declared.meta, next);
  const regarding = stated(deviceCertificates, { ...declared.meta });
  for (const event of eventsOf(declared, plan, written === 'Written')) context.record({ ...event, regarding });
  return outcomeAt(plan.nextAt);
}

function retriedSoon(error: unknown): never {
  if (error instanceof NotSyncedError) throw new RetryAfter(error.message, 500, { cause: error });
  throw error;
}

function outcomeAt(at: Date | undefined): Outcome {
  return at ? { kind: 'RequeueAt', at } : done;
}

/** When a status may be written: at once unless it tells of progress within the progress that is known. */
function statusTime(declared: DeclaredCertificate, draft: StatusDraft, memory: Memory, now: Date): Date {
  if (!isProgress(declared, draft, now)) {
    memory.progressSince = undefined;
    return now;
  }
  // Later than now: the clock was set back.
  if (!memory.progressSince || memory.progressSince > now) memory.progressSince = now;
  return new Date(memory.progressSince.getTime() + lastingMilliseconds);
}

function isProgress({ status, meta, was }: DeclaredCertificate, draft: StatusDraft, now: Date): boolean {
  if (status.observedGeneration !== meta.generation || !nextStatus(status, draft, now).isChanged) return false;
  const revocation = draft.fields['revocation'] as RevocationProgress | undefined;
  if (revocation && was?.revocation && !isComplete(revocation)) {
    const rest = { ...draft, fields: { ...draft.fields, revocation: was.revocation } };
    if (!nextStatus(status, rest, now).isChanged) return true;
  }
  const isIssuing = draft.conditions.some(({ type, reason }) => type === 'Reconciling' && reason === 'Issuing');
  return isIssuing && status.conditions.get('Reconciling')?.reason === 'Issuing';
}
