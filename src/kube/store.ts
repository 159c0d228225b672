/** What is known of one resource: read by everybody, written by its reflector. */
import type { Key } from './object.ts';

export interface Store<T> {
  readonly size: number;
  get(key: Key): T | undefined;
  /** In no order that means anything. */
  list(): IterableIterator<T>;
  /** What the index `name` holds under `value`; an index that does not exist is an error. */
  byIndex(name: string, value: string): readonly T[];
}

export interface Delivery {
  /** Nothing is known to have changed: first sight at the start, or a periodic relist. */
  readonly lowPriority: boolean;
}

/** Gets what was known and what is known now: added without `old`, deleted without `next`. */
export type Handler<T> = (old: T | undefined, next: T | undefined, delivery: Delivery) => void;
