/** Status as conditions that change only when something changed. */
import { hash } from 'node:crypto';
import type { IdentityState } from './bundle/compiled-identity.ts';
import type { Reason } from './reasons.ts';

export type ConditionType =
  'Accepted' | 'ResolvedRefs' | 'Issued' | 'Acknowledged' | 'Programmed' | 'Ready' | 'Reconciling' | 'Stalled';
export type ConditionStatus = 'True' | 'False' | 'Unknown';

/** What the state of an identity is called once every instance has proved it; Refused never is proved. */
export const provedReasons = {
  Active: 'Ready',
  Gone: 'Ready',
  Refused: 'Invalid',
  Suspended: 'Suspended',
  Locked: 'Locked',
  Revoked: 'Revoked',
  Expired: 'Expired',
} as const satisfies Record<IdentityState, Reason>;

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

export function seenStatus(status: StatusLike = {}): SeenStatus {
  return {
    observedGeneration: status.observedGeneration ?? -1,
    hash: statusHash(status),
    conditions: knownConditions(status.conditions ?? none).seen,
  };
}

const none: NonNullable<StatusLike['conditions']> = [];

interface KnownConditions {
  readonly seen: SeenStatus['conditions'];
  /** Equal for conditions that differ in order and times only. */
  readonly text: string;
}

/** Lists of conditions that were met, by their JSON: most of 100,000 objects say the same as another one. */
const known = new Map<string, KnownConditions>();
const mostKnown = 10_000;

function knownConditions(conditions: NonNullable<StatusLike['conditions']>): KnownConditions {
  const json = JSON.stringify(conditions);
  const found = known.get(json);
  if (found) return found;
  const seen = new Map(
    conditions.map(({ type, status, reason, lastTransitionTime: since }) => [type, { status, reason, since }]),
  );
  const made = {
    seen,
    text: conditions
      .map((condition) => canonicalText(condition))
      .sort()
      .join(),
  };
  if (known.size >= mostKnown) known.clear();
  known.set(json, made);
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

/** Enough of a hash to tell two statuses of one object apart; short texts are copied, longer parts hold the whole. */
const hashLength = 12;

/** Equal for statuses that differ in the order of fields and conditions and in transition times only. */
function statusHash({ conditions = none, ...fields }: StatusLike): string {
  const text = `${canonicalText(fields)}${knownConditions(conditions).text}`;
  return hash('sha256', text, 'binary').slice(0, hashLength);
}

/** JSON with sorted keys, without transition times. */
function canonicalText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((item) => canonicalText(item)).join()}]`;
  if (value === undefined) return 'null';
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const object = value as Readonly<Record<string, unknown>>;
  let text = '';
  for (const key of Object.keys(object).sort()) {
    if (key === 'lastTransitionTime' || object[key] === undefined) continue;
    text += `${JSON.stringify(key)}:${canonicalText(object[key])},`;
  }
  return `{${text}}`;
}
