/** What the agent knows when it decides what to do next; times in milliseconds since the epoch. */
export interface StepFacts {
  readonly now: number;
  /** The newest bundle, until it is proved: when to try it. */
  readonly wantedAt: number | undefined;
  /** When the last good set has to be put in force, because the broker does not run or does not enforce it. */
  readonly restoreAt: number | undefined;
  /** When something of the set in force ends, so that it has to be assembled again. */
  readonly refreshAt: number | undefined;
  /** When a proof has to be followed up: sessions ended, the bundle remembered. */
  readonly followUpAt: number | undefined;
  /** When the report has to be sent again, because sending failed. */
  readonly reportAt: number | undefined;
  /** When to look whether what was proved is in force still. */
  readonly lookAt: number | undefined;
}

export type StepKind = 'Enforce' | 'Restore' | 'Refresh' | 'FollowUp' | 'Report' | 'Look';
export type Step = { readonly kind: StepKind } | { readonly kind: 'Wait'; readonly until: number };

/**
 * What comes next. The newest bundle goes first, for it may take rights back; then what keeps the broker on its last good
 * set, then the end of sessions, then telling of it, then looking after what is in force.
 */
export function nextStep(facts: StepFacts): Step {
  const { now, wantedAt, restoreAt, refreshAt, followUpAt, reportAt, lookAt } = facts;
  const dues: readonly (readonly [StepKind, number | undefined])[] = [
    ['Enforce', wantedAt],
    ['Restore', restoreAt],
    ['Refresh', refreshAt],
    ['FollowUp', followUpAt],
    ['Report', reportAt],
    ['Look', lookAt],
  ];
  const due = dues.find(([, at]) => at !== undefined && at <= now);
  if (due) return { kind: due[0] };
  return { kind: 'Wait', until: Math.min(...dues.map(([, at]) => at ?? Infinity)) };
}

/** Pause after the nth failure in a row, milliseconds: none after the first, then 1 s doubling up to 1 min. */
export function backoffMilliseconds(failures: number): number {
  return failures <= 1 ? 0 : Math.min(60_000, 1_000 * 2 ** (failures - 2));
}
