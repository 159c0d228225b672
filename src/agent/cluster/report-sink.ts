import { isDeepStrictEqual } from 'node:util';
import { brokerInstances, type BrokerInstanceObject, stated } from '../../api/kinds.ts';
import { agentFieldManager } from '../../api/labels.ts';
import { refusalReason } from '../../domain/broker/dynamic-security.ts';
import type { ObjectKey } from '../../domain/names.ts';
import { condition, type ConditionDraft, nextStatus, seenStatus } from '../../domain/status.ts';
import { type Backoff, exponentialBackoff } from '../../kube/backoff.ts';
import type { KubeClient } from '../../kube/client.ts';
import { isConflict, isNotFound, isTransient } from '../../kube/errors.ts';
import { keyParts, type KubeObject } from '../../kube/object.ts';
import type { Clock, Random } from '../../kube/ports.ts';
import { slept } from '../../kube/transport.ts';
import type { InstanceLockout, InstanceReport, ReportSink } from '../../ports.ts';
import type { OwnBroker } from './own-broker.ts';

export interface InstanceReportSink {
  readonly client: KubeClient;
  readonly broker: ObjectKey;
  readonly own: OwnBroker;
  /** Name of the BrokerInstance, in the broker's namespace. */
  readonly instance: string;
  /** UID of the pod that this is; an object that was made for another pod of the name is not ours. */
  readonly podUid?: string;
  readonly clock: Clock;
  readonly random: Random;
  /** That of the agent: ends waiting for the object, or for the server. */
  readonly signal: AbortSignal;
  readonly onProblem?: (problem: { readonly what: string; readonly error: unknown }) => void;
}

/** Between two looks for an object that the operator has not made yet. */
const lookMilliseconds = 2_000;
/** While the server is away. */
const retryLimits = { firstMilliseconds: 1_000, longestMilliseconds: 15_000 };

/** Between two looks whether the last report is still there, as it is not in an object that was made anew. */
const keepMilliseconds = 15_000;

export interface KeptReportSink extends ReportSink {
  /** Writes the last report again whenever it is gone, until the signal is aborted; it is read and not written otherwise. */
  keep(): Promise<void>;
  /** The object, as it was seen last. */
  instance(): KubeObject | undefined;
}

/** With what was seen last. */
interface Sink extends InstanceReportSink {
  seen: BrokerInstanceObject | undefined;
}

/**
 * Writes reports into the status of the BrokerInstance, once it is there and the server can be reached, and only what is
 * not there yet. Fails with the `ApiError` of a call that was refused.
 */
export function instanceReportSink(options: InstanceReportSink): KeptReportSink {
  const sink: Sink = { ...options, seen: undefined };
  let last: InstanceReport | undefined;
  let turn: Promise<void> = Promise.resolve();
  /** One after the other, so that no older report comes behind a newer one. */
  const inTurn = (report: InstanceReport): Promise<void> => {
    const mine = turn.then(() => untilReported(sink, report));
    turn = mine.catch(() => undefined);
    return mine;
  };
  return {
    report(report) {
      last = report;
      return inTurn(report);
    },
    formerLockouts: (signal) => lockoutsBefore(sink, signal),
    instance: () => sink.seen,
    async keep() {
      const goesOn = () => !sink.signal.aborted;
      while (goesOn()) {
        await slept(sink.clock, keepMilliseconds, sink.signal).catch(() => undefined);
        if (last && goesOn()) await inTurn(last).catch((error: unknown) => toldUnlessEnded(sink, error));
      }
    },
  };
}

function toldUnlessEnded({ signal, onProblem }: InstanceReportSink, error: unknown): void {
  if (!signal.aborted) onProblem?.({ what: 'keep the report', error });
}

async function untilReported(sink: Sink, report: InstanceReport): Promise<void> {
  const backoff = exponentialBackoff(retryLimits, sink.random);
  while (!(await isReported(sink, report, backoff))) await slept(sink.clock, lookMilliseconds, sink.signal);
}

/** Of the object that is there; waits for the server, not for an object. */
async function lockoutsBefore(sink: Sink, signal: AbortSignal): Promise<readonly InstanceLockout[]> {
  const backoff = exponentialBackoff(retryLimits, sink.random);
  for (;;) {
    try {
      const { lockouts = [] } = (await foundInstance(sink))?.status ?? {};
      // What has no beginning no agent wrote.
      return lockouts.flatMap(({ identity, reason = 'Unknown', since, until }) =>
        since === undefined ? [] : [{ identity, reason, since, until }],
      );
    } catch (error) {
      if (!isTransient(error)) throw error;
      sink.onProblem?.({ what: 'read former lockouts', error });
      await slept(sink.clock, backoff.next(), signal);
    }
  }
}

/** False when there is no object of ours yet. Waits for the server. */
async function isReported(sink: Sink, report: InstanceReport, backoff: Backoff): Promise<boolean> {
  for (;;) {
    try {
      const instance = await foundInstance(sink);
      return instance !== undefined && (await isWritten(sink, instance, report));
    } catch (error) {
      if (!isTransient(error)) throw error;
      sink.onProblem?.({ what: 'report', error });
      await slept(sink.clock, backoff.next(), sink.signal);
    }
  }
}

async function foundInstance(sink: Sink): Promise<BrokerInstanceObject | undefined> {
  const { client, broker, own, instance, podUid, signal } = sink;
  try {
    const found = await client.get(brokerInstances, keyParts(broker).namespace, instance, { signal });
    const { brokerRef, podUid: madeFor } = found.spec ?? {};
    const isOurs = brokerRef?.name === keyParts(broker).name && (podUid === undefined || madeFor === podUid);
    if (!isOurs || !own.owns(found)) return undefined;
    sink.seen = found;
    return found;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/** False when the object was replaced by another meanwhile. */
async function isWritten(
  { client, clock, signal }: InstanceReportSink,
  instance: BrokerInstanceObject,
  report: InstanceReport,
): Promise<boolean> {
  const { namespace, name, uid = '', generation = 0 } = instance.metadata;
  const draft = {
    generation,
    conditions: conditionsOf(report),
    fields: fieldsOf(report, instance.status, clock.now()),
  };
  const next = nextStatus(seenStatus(instance.status), draft, clock.now());
  if (!next.isChanged) return true;
  const object = {
    ...stated(brokerInstances, { name, ...(namespace !== undefined && { namespace }) }),
    status: next.status,
  };
  try {
    await client.applyStatus(brokerInstances, object, { fieldManager: agentFieldManager, force: true, uid, signal });
    return true;
  } catch (error) {
    if (isNotFound(error) || isConflict(error)) return false;
    throw error;
  }
}

/** Bounds of the CRD. */
const longestText = 1_024;
const mostRefusals = 32;
const mostLockouts = 256;

type Fields = Readonly<Record<string, unknown>>;

/** What was proved last stays while a new agent has proved nothing, as do lockouts and acknowledgements until there are new ones. */
function fieldsOf(report: InstanceReport, was: BrokerInstanceObject['status'], now: Date): Fields {
  const { refused, lastError = '', mosquittoVersion } = report;
  return {
    ...loadedFields(report, was),
    mosquittoVersion,
    lastError: lastError.slice(0, longestText),
    refused: refused && {
      ...(refused.revision !== undefined && { revision: refused.revision }),
      refusals: refused.refusals
        .slice(0, mostRefusals)
        .map(({ check, reason }) => ({ check, reason: reason.slice(0, longestText) })),
    },
    lockouts: report.lockouts ? lockoutsWith(report.lockouts, was?.lockouts, now) : was?.lockouts,
    acknowledgements: report.acknowledgements ?? was?.acknowledgements,
  };
}

type WrittenLockouts = NonNullable<BrokerInstanceObject['status']>['lockouts'];

/** What an agent does not know of stays until its end: the status is the memory of all agents that were here. */
function lockoutsWith(known: readonly InstanceLockout[], was: WrittenLockouts, now: Date): WrittenLockouts {
  const names = new Set(known.map(({ identity }) => identity));
  const others = (was ?? []).filter(({ identity, until }) => !names.has(identity) && new Date(until) > now);
  const all = [...known, ...others].slice(0, mostLockouts);
  return all.length === 0 ? undefined : all.sort((a, b) => (a.identity < b.identity ? -1 : 1));
}

/** A set that is reported as proved already keeps its time, so that an agent that starts again has nothing to write. */
function loadedFields({ loaded }: InstanceReport, was: BrokerInstanceObject['status']): Fields {
  const { loadedRevision, loadedHash, provedAt, proofMilliseconds, sessionsEndedAt } = was ?? {};
  const former = { loadedRevision, loadedHash, provedAt, proofMilliseconds, sessionsEndedAt };
  if (!loaded) return loadedRevision === undefined ? { loadedRevision: 0 } : former;
  const { revision, hash, milliseconds } = loaded;
  if (isDeepStrictEqual([revision, hash], [loadedRevision, loadedHash])) return former;
  return {
    ...{ loadedRevision: revision, loadedHash: hash, proofMilliseconds: milliseconds },
    ...{ provedAt: loaded.provedAt, sessionsEndedAt: loaded.sessionsEndedAt },
  };
}

function conditionsOf({ loaded, refused, lastError }: InstanceReport): readonly ConditionDraft[] {
  if (refused) {
    const what = refused.refusals.map(({ check, reason }) => `${check}: ${reason}`).join('; ');
    const reason = refusalReason(refused.refusals);
    return [condition('Ready', 'False', reason, what), condition('Programmed', 'False', reason, what)];
  }
  if (!loaded || lastError !== undefined) {
    const what = lastError ?? 'No bundle was proved yet.';
    return (['Ready', 'Programmed'] as const)
      .map((type) => condition(type, 'False', 'Pending', what))
      .concat(condition('Reconciling', 'True', 'Pending', what));
  }
  const what = `Revision ${loaded.revision} is in force.`;
  return [condition('Ready', 'True', 'Ready', what), condition('Programmed', 'True', 'Programmed', what)];
}
