/** Writes statuses of devices: at once what is new or needs somebody, the rest when it lasts. */
import { mqttDevices, stated } from '../../api/kinds.ts';
import type { Reason } from '../../domain/reasons.ts';
import type { EventDraft } from '../../kube/events.ts';
import type { KubeObject } from '../../kube/object.ts';
import { done, type Outcome } from '../../kube/outcome.ts';
import { isAfter } from '../../kube/version.ts';
import { writtenStatus } from '../apply.ts';
import type { ControllerContext } from '../context.ts';
import type { DeclaredDevice } from '../declared.ts';
import { type ConditionDraft, nextStatus, type StatusDraft } from '../status.ts';
import { createAllowance } from './allowance.ts';
import type { DeviceStatusPlan, News } from './plan.ts';

/** Progress that is over sooner is not written: a device has two writes per change, not one per step. */
const progressMilliseconds = 5000;

/**
 * First statuses of changed devices that are written soon, in each namespace: who changes one device sees that it was
 * seen, unless it is over by then. Of a thousand at a time the others are told like progress, for most are over by then.
 */
const promptStatuses = { most: 32, perSecond: 2 };
/** A change is mostly proved sooner: then one status tells all of it, and none is in the way of the bundle. */
const promptMilliseconds = 250;

/** A mirror that is behind for longer has lost what was written, as after a backup was restored. */
const longestLagMilliseconds = 10_000;

export interface StatusWriter {
  /** Writes what is due and says when there is more to say. `Delayed`: nothing of it is due at once. */
  readonly written: (
    declared: DeclaredDevice,
    plan: DeviceStatusPlan,
    signal: AbortSignal,
    urgency?: 'Delayed',
  ) => Promise<Outcome>;
  /** The mirror has not seen yet what was written last: what it says is old, and it will say so itself. */
  readonly isBehind: (declared: DeclaredDevice) => boolean;
  /** To be called with what the server gave for a write of this device. */
  readonly wrote: (key: string, object: KubeObject | undefined) => void;
  readonly forget: (key: string) => void;
}

/** What a device has to say and was not due; times in milliseconds. */
interface Waiting {
  readonly since: number;
  readonly until: number;
  /** The last one for which a prompt status was asked for. */
  readonly generation: number | undefined;
}

export function createStatusWriter({ client, clock, record }: ControllerContext): StatusWriter {
  const waiting = new Map<string, Waiting>();
  const prompt = createAllowance(promptStatuses);
  const versions = new Map<string, { readonly uid: string; readonly version: string; readonly at: number }>();

  function wrote(key: string, object: KubeObject | undefined): void {
    const { uid, resourceVersion } = object?.metadata ?? {};
    if (uid === undefined || resourceVersion === undefined) return;
    versions.set(key, { uid, version: resourceVersion, at: clock.now().getTime() });
  }

  /** The same at each look until it is written: a new generation may only bring it forward. */
  function dueTime(
    { key, meta: { namespace, generation } }: DeclaredDevice,
    isNew: boolean,
    urgency: 'Delayed' | undefined,
    now: Date,
  ): Date {
    const time = now.getTime();
    const known = waiting.get(key);
    // Later than now: the clock was set back.
    const since = Math.min(known?.since ?? Infinity, time);
    const latest = since + progressMilliseconds;
    const isAsked = isNew && urgency === undefined && known?.generation !== generation;
    const isPrompt = isAsked && prompt.take(namespace, time);
    const until = Math.min(known?.until ?? Infinity, isPrompt ? time + promptMilliseconds : latest);
    waiting.set(key, { since, until, generation: isAsked ? generation : known?.generation });
    return new Date(urgency === undefined ? until : latest);
  }

  return {
    wrote,
    isBehind({ key, meta }) {
      const written = versions.get(key);
      const isRecent = written?.uid === meta.uid && clock.now().getTime() - written.at < longestLagMilliseconds;
      const { resourceVersion } = meta;
      if (isRecent && written.version !== resourceVersion && isAfter(written.version, resourceVersion)) return true;
      versions.delete(key);
      return false;
    },
    async written(declared, { draft, isKnown, changesAt, news }, signal, urgency) {
      const { key, status: seen, meta } = declared;
      const now = clock.now();
      const next = nextStatus(seen, draft, now);
      const isNew = seen.observedGeneration !== meta.generation;
      if (!next.isChanged || (!isKnown && !isNew)) {
        waiting.delete(key);
        return requeue(changesAt);
      }
      const isUrgentNow = urgency === undefined && isUrgent(draft);
      const dueAt = isUrgentNow ? now : dueTime(declared, isNew, urgency, now);
      if (dueAt > now) return requeue(changesAt && changesAt < dueAt ? changesAt : dueAt);
      wrote(key, await writtenStatus({ client, signal }, mqttDevices, meta, next));
      waiting.delete(key);
      for (const event of [...eventsOf(declared, draft), ...news.map((one) => told(declared, one))]) record(event);
      return requeue(changesAt);
    },
    forget(key) {
      waiting.delete(key);
      versions.delete(key);
    },
  };
}

function requeue(at: Date | undefined): Outcome {
  return at ? { kind: 'RequeueAt', at } : done;
}

/** It is all there, or it needs somebody's attention. */
function isUrgent({ conditions }: StatusDraft): boolean {
  return conditions.some(
    ({ type, status }) =>
      (type === 'Ready' && status === 'True') ||
      (type === 'Stalled' && status === 'True') ||
      ((type === 'Accepted' || type === 'ResolvedRefs') && status === 'False'),
  );
}

const warnings: ReadonlySet<Reason> = new Set(['Conflicted', 'NotAllowed', 'OverBroad', 'SecretNotOurs', 'NotOurs']);
const notices: ReadonlySet<Reason> = new Set(['Revoked', 'Suspended']);

/** What a person would like to be told: each once, when the condition comes to say so. */
function eventsOf(declared: DeclaredDevice, { conditions }: StatusDraft): readonly EventDraft[] {
  return conditions.flatMap((draft) => {
    const type = eventType(draft);
    const former = declared.status.conditions.get(draft.type);
    if (!type || (former?.status === draft.status && former.reason === draft.reason)) return [];
    return [eventOf(declared, draft, type)];
  });
}

function eventType({ type, status, reason }: ConditionDraft): EventDraft['type'] | undefined {
  if (type === 'Programmed') return status === 'True' ? 'Normal' : undefined;
  if (type !== 'Ready') return undefined;
  if (status === 'True') return notices.has(reason) ? 'Normal' : undefined;
  return warnings.has(reason) ? 'Warning' : undefined;
}

function eventOf(
  declared: DeclaredDevice,
  { reason, message, type: about }: ConditionDraft,
  type: EventDraft['type'],
): EventDraft {
  const action = about === 'Programmed' ? 'Program' : 'Reconcile';
  return told(declared, { type, reason, action, note: message });
}

function told({ meta: { namespace, name, uid, resourceVersion } }: DeclaredDevice, news: News): EventDraft {
  return { ...news, regarding: stated(mqttDevices, { namespace, name, uid, resourceVersion }) };
}
