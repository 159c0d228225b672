import type { Clock } from '../../kube/ports.ts';

/** Wakes one who waits, or who will wait. */
export interface Bell {
  ring(): void;
  /** Resolves at the next ring, at once when it rang since the last time, at the latest after so long or at the end. */
  heard(milliseconds: number): Promise<void>;
}

/** Timers hold no more than 24.8 days; a look after an hour does no harm. */
const longestWait = 3_600_000;

export function bellOf(clock: Clock, signal: AbortSignal): Bell {
  let hasRung = false;
  let wake: (() => void) | undefined;
  const ring = (): void => {
    hasRung = true;
    wake?.();
  };
  signal.addEventListener('abort', ring, { once: true });
  return {
    ring,
    async heard(milliseconds) {
      if (!hasRung && !signal.aborted) {
        const timer = new AbortController();
        const late = clock.sleep(Math.min(milliseconds, longestWait), timer.signal).catch(() => undefined);
        await Promise.race([new Promise<void>((resolve) => (wake = resolve)), late]);
        timer.abort();
      }
      hasRung = false;
    },
  };
}
