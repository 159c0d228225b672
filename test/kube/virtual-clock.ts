import type { Clock } from '../../src/kube/ports.ts';

interface Sleeper {
  readonly until: number;
  readonly wake: () => void;
}

/** Time that passes only when a test says so. */
export class VirtualClock implements Clock {
  /** Beside the monotonic time, as if somebody set the clock. */
  wallOffset = Date.parse('2026-01-01T00:00:00Z');
  #elapsed = 0;
  #sleepers: Sleeper[] = [];

  readonly monotonic = () => this.#elapsed;

  now(): Date {
    return new Date(this.wallOffset + this.#elapsed);
  }

  get sleeping(): number {
    return this.#sleepers.length;
  }

  sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<undefined>();
    if (signal?.aborted) return Promise.reject(signal.reason as Error);
    const sleeper = { until: this.#elapsed + milliseconds, wake: () => resolve(undefined) };
    this.#sleepers.push(sleeper);
    signal?.addEventListener('abort', () => {
      this.#sleepers = this.#sleepers.filter((other) => other !== sleeper);
      reject(signal.reason as Error);
    });
    return promise;
  }

  /** Lets time pass: sleepers wake one after the other at their time, each followed by all that it sets off. */
  async advance(milliseconds: number): Promise<void> {
    const end = this.#elapsed + milliseconds;
    await settled();
    for (let next = this.#nextUntil(end); next; next = this.#nextUntil(end)) {
      this.#elapsed = Math.max(this.#elapsed, next.until);
      this.#sleepers = this.#sleepers.filter((other) => other !== next);
      next.wake();
      await settled();
    }
    this.#elapsed = end;
  }

  /** Lets time pass without anybody noticing, as for a process that is stopped. */
  stopFor(milliseconds: number): void {
    this.#elapsed += milliseconds;
  }

  #nextUntil(end: number): Sleeper | undefined {
    return this.#sleepers.filter(({ until }) => until <= end).toSorted((a, b) => a.until - b.until)[0];
  }
}

/** After all that was set off has run to where it waits for time or for the outside. */
export async function settled(): Promise<void> {
  for (let round = 0; round < 3; round += 1) await new Promise((resolve) => setImmediate(resolve));
}
