/** Takes down what the operator writes, and kills it at the writes that were chosen. */
import type { ApiCall } from '../fault-proxy/call.ts';
import type { TestOperator } from '../operator.ts';
import { type Point, pointText, sortOf, type Write, writeText } from './point.ts';

export interface Kills {
  /** All writes so far, in order. */
  readonly writes: readonly Write[];
  /** The points at which it was killed so far. */
  readonly reached: readonly Point[];
  /** What is written from now on belongs to this step. */
  readonly begin: (step: string) => void;
  /** Resolves when an operator that was killed is there again. */
  readonly restarted: () => Promise<void>;
  /** From now on it is not killed any more. */
  readonly end: () => void;
}

/** Each time it is started again at once. */
export function killsAt(points: readonly Point[], operator: TestOperator, namespace: string): Kills {
  const writes: Write[] = [];
  const reached: Point[] = [];
  const counts = new Map<string, number>();
  const left = new Map(points.map((point) => [writeText(point), point]));
  let step = '';
  let chosen: Point | undefined;
  let restart: Promise<void> | undefined;

  const noted = (call: ApiCall): Write | undefined => {
    const sort = sortOf(call, namespace);
    if (sort === undefined) return undefined;
    const kind = `${step}: ${sort}`;
    const number = (counts.get(kind) ?? 0) + 1;
    counts.set(kind, number);
    const write = { step, sort, number };
    writes.push(write);
    return write;
  };

  const killedAt = (point: Point) => {
    const over = Promise.withResolvers<undefined>();
    over.promise.catch(() => undefined); // told by `restarted`
    restart = over.promise;
    reached.push(point);
    left.delete(writeText(point));
    const call = async () => {
      await operator.kill();
      chosen = undefined;
      operator.start().then(
        () => over.resolve(undefined),
        (cause: unknown) =>
          over.reject(new Error(`start again after ${pointText(point)}: ${String(cause)}`, { cause })),
      );
    };
    return { kind: 'Call', phase: point.phase, call } as const;
  };

  operator.proxy.inject({
    matches: (call) => {
      const write = noted(call);
      // Of one that is being killed the last writes may still come.
      if (!write || chosen) return false;
      chosen = left.get(writeText(write));
      return chosen !== undefined;
    },
    fault: () => {
      if (!chosen) throw new Error('no point was chosen');
      return killedAt(chosen);
    },
  });
  return {
    writes,
    reached,
    begin: (next) => (step = next),
    restarted: () => restart ?? Promise.resolve(),
    end: () => left.clear(),
  };
}
