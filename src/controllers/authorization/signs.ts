/** Up to which time a reflector has told everything, by what it reports. */
import type { ReflectorReport } from '../../kube/report.ts';

export interface Signs {
  /** Gets times of `monotonic`. */
  readonly sign: (time: number) => void;
  readonly monotonic: () => number;
  /** Longest watch, milliseconds. */
  readonly watchMilliseconds: number;
}

/**
 * A list tells what there was when it was asked for, however long it took. A watch that the server ended told everything
 * until then, and that is no later than it was asked to last: an end that is read late, as by a process that was stopped,
 * says nothing of the time after it.
 */
export function signsIn({ sign, monotonic, watchMilliseconds }: Signs): (report: ReflectorReport) => void {
  let askedAt = -Infinity;
  return ({ event }) => {
    if (event === 'Asked') askedAt = monotonic();
    if (event === 'Listed') sign(askedAt);
    if (event === 'WatchEnded') sign(Math.min(monotonic(), askedAt + watchMilliseconds));
  };
}
