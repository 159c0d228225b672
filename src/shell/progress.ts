/** Whether reconciling gets on: no run goes on for ever, and no queue stands still. */
import type { Key } from '../kube/object.ts';
import type { Reconcile } from '../kube/outcome.ts';

/**
 * From when on a run, or a queue that moves no key, counts as stalled. No call takes longer than half a minute, but an API
 * server that is throttled may have a run with many of them wait for minutes, and no restart would help it.
 */
export const stallSeconds = 900;

/** A run that should have ended. */
export interface StalledRun {
  readonly key: Key;
  readonly reconcileId: string;
  readonly seconds: number;
}

interface ProgressOptions {
  /** Milliseconds that nobody sets. */
  readonly monotonic: () => number;
  /** Keys that wait to be taken. */
  readonly depth: () => number;
  /** Told of each such run once. */
  readonly onStall: (run: StalledRun) => void;
}

export interface Progress {
  /** The same, followed from its begin to its end. */
  followed(reconcile: Reconcile): Reconcile;
  /** Why its process should start anew; names no key, for anybody may ask. */
  problem(): string | undefined;
}

interface Run {
  readonly key: Key;
  readonly reconcileId: string;
  readonly begun: number;
  isTold: boolean;
}

/** Of one queue and all who work on it. Before the first key is taken nothing stands still: what is declared may not be known. */
export function createProgress({ monotonic, depth, onStall }: ProgressOptions): Progress {
  const runs = new Set<Run>();
  let movedAt: number | undefined;
  const secondsSince = (at: number) => Math.floor((monotonic() - at) / 1000);

  function tell(run: Run, seconds: number): void {
    if (run.isTold) return;
    run.isTold = true;
    onStall({ key: run.key, reconcileId: run.reconcileId, seconds });
  }

  return {
    followed: (reconcile) => async (key, context) => {
      const run: Run = { key, reconcileId: context.reconcileId, begun: monotonic(), isTold: false };
      movedAt = run.begun;
      runs.add(run);
      try {
        return await reconcile(key, context);
      } finally {
        runs.delete(run);
        movedAt = monotonic();
      }
    },
    problem() {
      // In the order in which they began.
      const stalled = [...runs].filter(({ begun }) => secondsSince(begun) >= stallSeconds);
      for (const run of stalled) tell(run, secondsSince(run.begun));
      const [oldest] = stalled;
      if (oldest) return `a reconcile has run for ${secondsSince(oldest.begun)} s`;
      const waiting = depth();
      if (waiting === 0 || movedAt === undefined || secondsSince(movedAt) < stallSeconds) return undefined;
      return `${waiting} keys wait, and none was taken for ${secondsSince(movedAt)} s`;
    },
  };
}
