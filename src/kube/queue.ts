/** The queue between what changed and who looks at it: keys, never events, with the semantics of client-go's workqueue. */
import { DelayedKeys, type Priority } from './delay.ts';
import { FairKeys } from './fair.ts';
import { Fifo } from './fifo.ts';
import { type Key } from './object.ts';
import { type Clock, type Random } from './ports.ts';

export type { Priority } from './delay.ts';

/** Backoff of a key that fails again and again: doubled each time, as client-go does. */
const backoffMilliseconds = { first: 5, longest: 1_000_000 };

/** Every so many keys one of low priority goes first, so that a flood of edits does not stop resyncs for ever. */
const lowPriorityTurn = 16;

/** What is told of the queue; times in seconds. */
export interface QueueObserver {
  added(): void;
  taken(waitedSeconds: number): void;
  done(workedSeconds: number): void;
  retried(): void;
}

export interface QueueOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly observer?: QueueObserver;
}

interface Held {
  readonly priority: Priority;
  /** Since when it waits or runs, milliseconds since 1970. */
  readonly since: number;
}

/**
 * Guarantees: a key waits at most once, however often it is added; it is never given out twice at the same time; added
 * while it runs, it comes again afterwards. Namespaces take turns; `High` goes before `Low`.
 */
export class WorkQueue {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #observer: QueueObserver | undefined;
  readonly #waiting = new Map<Key, Held>();
  readonly #running = new Map<Key, Held>();
  readonly #again = new Map<Key, Priority>();
  readonly #failures = new Map<Key, number>();
  readonly #delayed: DelayedKeys;
  readonly #takers = new Fifo<(key: Key | undefined) => void>();
  /** A key that was raised is still in the low lane, where it is passed over. */
  #lanes = { High: new FairKeys(), Low: new FairKeys() };
  #turn = 0;
  #drained: PromiseWithResolvers<undefined> | undefined;

  constructor({ clock, random, observer }: QueueOptions) {
    this.#clock = clock;
    this.#random = random;
    this.#observer = observer;
    this.#delayed = new DelayedKeys(clock, (key, priority) => this.add(key, priority));
  }

  /** Keys that wait; delayed ones are not counted. */
  get depth(): number {
    return this.#waiting.size;
  }

  get delayed(): number {
    return this.#delayed.size;
  }

  /** For each key that runs, for how many seconds it has. */
  runningSeconds(): number[] {
    const now = this.#clock.now().getTime();
    return [...this.#running.values()].map(({ since }) => secondsBetween(since, now));
  }

  add(key: Key, priority: Priority = 'High'): void {
    if (this.#drained) return;
    if (this.#running.has(key)) {
      if (this.#again.get(key) !== 'High') this.#again.set(key, priority);
      return;
    }
    const held = this.#waiting.get(key);
    if (held && (held.priority === priority || priority === 'Low')) return;
    if (!held) this.#observer?.added();
    this.#waiting.set(key, { priority, since: held?.since ?? this.#clock.now().getTime() });
    this.#lanes[priority].push(key);
    this.#serve();
  }

  /** Of several delays of one key the earliest counts. */
  addAfter(key: Key, milliseconds: number, priority: Priority = 'High'): void {
    if (Number.isNaN(milliseconds)) throw new Error(`delay ${key}: the time is not a number`);
    if (this.#drained) return;
    if (milliseconds <= 0) return this.add(key, priority);
    this.#delayed.add(key, milliseconds, priority);
  }

  /**
   * Adds a key that failed after its backoff: 5 ms, doubled with each failure up to 1,000 s, of which a random part of
   * up to a half is left off. Gives the delay in milliseconds.
   */
  retry(key: Key, priority: Priority = this.#running.get(key)?.priority ?? 'High'): number {
    const failures = this.#failures.get(key) ?? 0;
    this.#failures.set(key, failures + 1);
    const full = Math.min(backoffMilliseconds.first * 2 ** failures, backoffMilliseconds.longest);
    const milliseconds = full * (1 - this.#random.next() / 2);
    this.#observer?.retried();
    this.addAfter(key, milliseconds, priority);
    return milliseconds;
  }

  /** The key succeeded: its next failure has the first backoff. */
  forget(key: Key): void {
    this.#failures.delete(key);
  }

  /** The next key, when there is one; nothing once the queue is shut down and empty. Each key needs its `done`. */
  take(): Promise<Key | undefined> {
    const key = this.#next();
    if (key !== undefined) return Promise.resolve(key);
    if (this.#drained) return Promise.resolve(undefined);
    const { promise, resolve } = Promise.withResolvers<Key | undefined>();
    this.#takers.push(resolve);
    return promise;
  }

  done(key: Key): void {
    const held = this.#running.get(key);
    if (!held) throw new Error(`finish ${key}: it was not taken`);
    this.#running.delete(key);
    this.#observer?.done(secondsBetween(held.since, this.#clock.now().getTime()));
    const again = this.#again.get(key);
    this.#again.delete(key);
    if (again) this.#readd(key, again);
    this.#settle();
  }

  /**
   * Takes no more keys and drops the delayed ones. What waits is still given out (`Finish`) or dropped; resolves when
   * nothing waits or runs any more.
   */
  shutDown(waiting: 'Finish' | 'Drop'): Promise<void> {
    this.#drained ??= Promise.withResolvers<undefined>();
    this.#delayed.clear();
    if (waiting === 'Drop') this.#drop();
    this.#settle();
    return this.#drained.promise;
  }

  /** Also while shutting down, when `add` takes no more. */
  #readd(key: Key, priority: Priority): void {
    this.#waiting.set(key, { priority, since: this.#clock.now().getTime() });
    this.#observer?.added();
    this.#lanes[priority].push(key);
    this.#serve();
  }

  #drop(): void {
    this.#waiting.clear();
    this.#again.clear();
    this.#lanes = { High: new FairKeys(), Low: new FairKeys() };
  }

  #settle(): void {
    if (!this.#drained || this.#waiting.size > 0) return;
    for (let taker = this.#takers.shift(); taker; taker = this.#takers.shift()) taker(undefined);
    if (this.#running.size === 0) this.#drained.resolve(undefined);
  }

  #serve(): void {
    if (this.#takers.size === 0) return;
    const key = this.#next();
    if (key !== undefined) this.#takers.shift()?.(key);
  }

  #next(): Key | undefined {
    if (this.#waiting.size === 0) return undefined;
    this.#turn = (this.#turn + 1) % lowPriorityTurn;
    return this.#turn === 0 ? (this.#from('Low') ?? this.#from('High')) : (this.#from('High') ?? this.#from('Low'));
  }

  #from(priority: Priority): Key | undefined {
    const lane = this.#lanes[priority];
    for (let key = lane.shift(); key !== undefined; key = lane.shift()) {
      const held = this.#waiting.get(key);
      if (held?.priority === priority) return this.#started(key, held);
    }
    return undefined;
  }

  #started(key: Key, { priority, since }: Held): Key {
    const now = this.#clock.now().getTime();
    this.#waiting.delete(key);
    this.#running.set(key, { priority, since: now });
    this.#observer?.taken(secondsBetween(since, now));
    return key;
  }
}

/** None below zero: the wall clock may have been set back. */
function secondsBetween(from: number, to: number): number {
  return Math.max(0, to - from) / 1000;
}
