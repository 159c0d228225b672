import { type Key } from './object.ts';
import { type Clock } from './ports.ts';

/** `Low` is for what probably has not changed: the first list and resyncs. */
export type Priority = 'High' | 'Low';

interface Delayed {
  readonly key: Key;
  /** By a time that never goes back. */
  readonly at: number;
  readonly priority: Priority;
}

/** A timer holds no more than 24.8 days, and a changed wall clock should be noticed. */
const longestSleepMilliseconds = 60_000;

/** Keys that are to come later, each once: of two times the earlier counts, of two priorities the higher. */
export class DelayedKeys {
  readonly #clock: Clock;
  readonly #deliver: (key: Key, priority: Priority) => void;
  readonly #known = new Map<Key, Delayed>();
  /** A heap by time. What is not the known entry of its key was replaced by an earlier one. */
  readonly #heap: Delayed[] = [];
  #sleep: { readonly until: number; readonly controller: AbortController } | undefined;
  /** What the wall clock was set back by so far, and the latest time there was. */
  #setBack = 0;
  #latest = -Infinity;

  constructor(clock: Clock, deliver: (key: Key, priority: Priority) => void) {
    this.#clock = clock;
    this.#deliver = deliver;
  }

  get size(): number {
    return this.#known.size;
  }

  add(key: Key, milliseconds: number, priority: Priority): void {
    const at = this.#now() + milliseconds;
    const known = this.#known.get(key);
    if (known && known.at <= at && (known.priority === 'High' || priority === 'Low')) return;
    const raised = known?.priority === 'High' ? 'High' : priority;
    const entry: Delayed = { key, at: Math.min(at, known?.at ?? at), priority: raised };
    this.#known.set(key, entry);
    pushed(this.#heap, entry);
    this.#sleepUntilFirst();
  }

  clear(): void {
    this.#known.clear();
    this.#heap.length = 0;
    this.#sleep?.controller.abort();
    this.#sleep = undefined;
  }

  /** That of the wall clock, but for what it was set back by: nobody waits for an hour that comes again. */
  #now(): number {
    const wall = this.#clock.now().getTime();
    if (wall + this.#setBack < this.#latest) this.#setBack = this.#latest - wall;
    this.#latest = wall + this.#setBack;
    return this.#latest;
  }

  #first(): Delayed | undefined {
    for (let first = this.#heap[0]; first; first = this.#heap[0]) {
      if (this.#known.get(first.key) === first) return first;
      dropFirst(this.#heap);
    }
    return undefined;
  }

  #sleepUntilFirst(): void {
    const first = this.#first();
    if (!first || (this.#sleep && this.#sleep.until <= first.at)) return;
    this.#sleep?.controller.abort();
    const now = this.#now();
    const until = Math.min(first.at, now + longestSleepMilliseconds);
    const sleep = { until, controller: new AbortController() };
    this.#sleep = sleep;
    const woken = this.#clock.sleep(Math.max(0, until - now), sleep.controller.signal);
    woken.then(
      () => this.#wake(sleep),
      () => undefined, // an earlier one came, or all were cleared
    );
  }

  /** A timer may be early: what was slept for is due in any case. */
  #wake(sleep: { readonly until: number }): void {
    if (this.#sleep !== sleep) return;
    this.#sleep = undefined;
    const now = Math.max(this.#now(), sleep.until);
    for (let first = this.#first(); first && first.at <= now; first = this.#first()) {
      dropFirst(this.#heap);
      this.#known.delete(first.key);
      this.#deliver(first.key, first.priority);
    }
    this.#sleepUntilFirst();
  }
}

function pushed(heap: Delayed[], entry: Delayed): void {
  let index = heap.push(entry) - 1;
  while (index > 0) {
    const parentIndex = (index - 1) >> 1;
    const parent = heap[parentIndex];
    if (!parent || parent.at <= entry.at) break;
    heap[index] = parent;
    index = parentIndex;
  }
  heap[index] = entry;
}

function dropFirst(heap: Delayed[]): void {
  const last = heap.pop();
  if (!last || heap.length === 0) return;
  let index = 0;
  for (let child = earlierChild(heap, index); child !== undefined; child = earlierChild(heap, index)) {
    const entry = heap[child];
    if (!entry || entry.at >= last.at) break;
    heap[index] = entry;
    index = child;
  }
  heap[index] = last;
}

function earlierChild(heap: readonly Delayed[], index: number): number | undefined {
  const left = heap[2 * index + 1];
  const right = heap[2 * index + 2];
  if (!left) return undefined;
  return right && right.at < left.at ? 2 * index + 2 : 2 * index + 1;
}
