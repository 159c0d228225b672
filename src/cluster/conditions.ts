/** What an object's status says, to be trusted as far as it is about the object as it is now. */
import type { ObservedCondition, OurObject } from './targets.ts';

export interface State {
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: string;
  readonly message: string;
}

/** One condition as it counts now: what was said of another generation is Unknown. */
export function conditionState(object: OurObject, type: string): State {
  const { generation } = object.metadata;
  const { observedGeneration = -1, conditions = [] } = object.status ?? {};
  if (observedGeneration === -1) return unknown('the operator has not looked at it yet');
  const found = conditions.find((condition) => condition.type === type);
  const seen = Math.min(observedGeneration, found?.observedGeneration ?? observedGeneration);
  if (generation !== undefined && seen < generation) {
    return unknown(`what is said is about generation ${seen}, the object is at ${generation}`);
  }
  if (!found) return unknown(`it has no condition ${type}`);
  return { status: statusOf(found.status), reason: found.reason, message: found.message };
}

function unknown(message: string): State {
  return { status: 'Unknown', reason: 'Pending', message };
}

function statusOf(text: string): State['status'] {
  return text === 'True' || text === 'False' ? text : 'Unknown';
}

/** Conditions that are good when they are absent. */
const abnormal: ReadonlySet<string> = new Set(['Reconciling', 'Stalled']);

/** Conditions that tell why an object is not ready, the summary itself left out where others say more. */
export function notableConditions({ status }: OurObject): readonly ObservedCondition[] {
  const notable = (status?.conditions ?? []).filter((condition) =>
    abnormal.has(condition.type) ? condition.status === 'True' : condition.status !== 'True',
  );
  const causes = notable.filter(({ type }) => type !== 'Ready');
  return causes.length > 0 ? causes : notable;
}

/** `Programmed=False Pending: the broker has not proved it yet`. */
export function conditionLine({
  type,
  status,
  reason,
  message,
}: Omit<ObservedCondition, 'lastTransitionTime'>): string {
  return `${type}=${status} ${reason}${message === '' ? '' : `: ${message}`}`;
}
