/** When a status is written: brokers change with every edit of a device, and are not written with each. */
import type { NextStatus, SeenStatus, StatusDraft } from '../status.ts';

export interface StatusFacts {
  readonly seen: SeenStatus;
  readonly draft: StatusDraft;
  readonly next: NextStatus;
  /** Nothing but time is needed. */
  readonly isUnderWay: boolean;
  /** How long what is wrong may be over by itself before anybody is told, milliseconds. */
  readonly grace: number;
  /** Since when the broker is as it is now, but for progress. */
  readonly since: Date;
  /** When this process wrote the status last. */
  readonly writtenAt: Date | undefined;
}

/** Progress that lasts no longer than this is not told, milliseconds. */
export const shortProgress = 5_000;
/** Numbers alone are written no more often than this, milliseconds. */
const numbersInterval = 1_000;
/** When the status is to be written; undefined: not at all. */
export function statusDueAt(facts: StatusFacts, now: Date): Date | undefined {
  const { seen, draft, next, isUnderWay, grace, since, writtenAt } = facts;
  if (!next.isChanged) return undefined;
  if (seen.observedGeneration !== draft.generation) return now;
  const interval = isUnderWay ? shortProgress : numbersInterval;
  if (saysTheSame(seen, draft)) return writtenAt && writtenAt <= now ? after(writtenAt, interval) : now;
  return after(since, grace);
}

function after(time: Date, milliseconds: number): Date {
  return new Date(time.getTime() + milliseconds);
}

/** The conditions are those that were seen, their messages aside. */
function saysTheSame({ conditions: seen }: SeenStatus, { conditions }: StatusDraft): boolean {
  return (
    seen.size === conditions.length &&
    conditions.every(({ type, status, reason }) => {
      const former = seen.get(type);
      return former?.status === status && former.reason === reason;
    })
  );
}
