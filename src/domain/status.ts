/** Status as conditions that change only when something changed. */
import { shortHash } from './hash.ts';
import type { Reason } from './reasons.ts';

export type ConditionType = 'Accepted' | 'ResolvedRefs' | 'Issued' | 'Programmed' | 'Ready' | 'Reconciling' | 'Stalled';
export type ConditionStatus = 'True' | 'False' | 'Unknown';

/** A condition as a controller decides it; its times and generation are added when it is written. */
export interface ConditionDraft {
  readonly type: ConditionType;
  readonly status: ConditionStatus;
  readonly reason: Reason;
  readonly message: string;
}

interface Condition extends ConditionDraft {
  readonly observedGeneration: number;
  readonly lastTransitionTime: string;
}

interface SeenCondition {
  readonly status: string;
  readonly reason: string;
  readonly since: string;
}

/** What is kept of a status that was read: enough to tell whether another one says more, and since when each condition holds. */
export interface SeenStatus {
  readonly observedGeneration: number;
  readonly hash: string;
  readonly conditions: ReadonlyMap<string, SeenCondition>;
}

interface StatusLike {
  readonly observedGeneration?: number;
  readonly conditions?: readonly {
    readonly type: string;
    readonly status: string;
    readonly reason: string;
    readonly lastTransitionTime: string;
  }[];
}

export function seenStatus(status: StatusLike | undefined): SeenStatus {
  return {
    observedGeneration: status?.observedGeneration ?? -1,
    hash: statusHash(status ?? {}),
    conditions: seenConditions(status?.conditions ?? []),
  };
}

/** Conditions that were seen, by all that is kept of them: most of 100,000 objects say the same as another one. */
const shared = new Map<string, SeenStatus['conditions']>();
const mostShared = 10_000;

function seenConditions(conditions: NonNullable<StatusLike['conditions']>): SeenStatus['conditions'] {
  const kept = conditions.map(({ type, status, reason, lastTransitionTime: since }) => ({
    type,
    status,
    reason,
    since,
  }));
  const text = JSON.stringify(kept);
  const known = shared.get(text);
  if (known) return known;
  const made = new Map(kept.map(({ type, ...condition }) => [type, condition]));
  if (shared.size >= mostShared) shared.clear();
  shared.set(text, made);
  return made;
}

/** A status to be written, and whether it says anything that is not there. */
export interface NextStatus {
  readonly status: Readonly<Record<string, unknown>>;
  readonly isChanged: boolean;
}

export interface StatusDraft {
  readonly generation: number;
  readonly conditions: readonly ConditionDraft[];
  /** All other fields that we state; those that are undefined are left out. */
  readonly fields: Readonly<Record<string, unknown>>;
}

/** The whole status of a draft. A condition keeps its time as long as its status is the same (API conventions). */
export function nextStatus(seen: SeenStatus, draft: StatusDraft, now: Date): NextStatus {
  const { generation: observedGeneration, fields } = draft;
  const conditions = draft.conditions.map((condition): Condition => {
    const former = seen.conditions.get(condition.type);
    const lastTransitionTime =
      former?.status === condition.status ? former.since : `${now.toISOString().slice(0, 19)}Z`;
    return { ...condition, observedGeneration, lastTransitionTime };
  });
  const stated = Object.entries(fields).filter(([, value]) => value !== undefined);
  const status = { ...Object.fromEntries(stated), observedGeneration, conditions };
  return { status, isChanged: statusHash(status) !== seen.hash };
}

/** Longest message of a condition that the CRDs take, characters. */
const longestMessage = 4096;

export function condition(type: ConditionType, status: ConditionStatus, reason: Reason, message = ''): ConditionDraft {
  return { type, status, reason, message: message.slice(0, longestMessage) };
}

/** Equal for statuses that differ in the order of fields and conditions and in transition times only. */
function statusHash(status: object): string {
  return shortHash(JSON.stringify(canonical(status)));
}

function canonical(value: unknown, name = ''): unknown {
  if (Array.isArray(value)) {
    const items = value.map((item) => canonical(item));
    return name === 'conditions' ? items.map((item) => JSON.stringify(item)).sort() : items;
  }
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([key, one]) => key !== 'lastTransitionTime' && one !== undefined);
  return entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, one]) => [key, canonical(one, key)]);
}
