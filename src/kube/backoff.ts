/** How long to wait before the next try. */
import type { Random } from './ports.ts';

export interface Backoff {
  /** Milliseconds to wait now; the next wait is longer. */
  next(): number;
  reset(): void;
}

export interface BackoffLimits {
  readonly firstMilliseconds: number;
  readonly longestMilliseconds: number;
}

/** Doubles from the first wait to the longest; each is cut by up to a half, so that clients do not come in step. */
export function exponentialBackoff({ firstMilliseconds, longestMilliseconds }: BackoffLimits, random: Random): Backoff {
  let milliseconds = firstMilliseconds;
  return {
    next() {
      const wait = milliseconds * (1 - random.next() / 2);
      milliseconds = Math.min(milliseconds * 2, longestMilliseconds);
      return wait;
    },
    reset() {
      milliseconds = firstMilliseconds;
    },
  };
}
