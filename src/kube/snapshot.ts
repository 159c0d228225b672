/** A list, compared with what was known before it. */
import { type Key, keyOfObject, type KubeObject } from './object.ts';
import { inSlices } from './slices.ts';
import type { Contents, Delivery, Entry } from './store.ts';

export interface Change<V> {
  readonly key: Key;
  readonly old: V | undefined;
  readonly next: V | undefined;
  readonly delivery: Delivery;
}

export const unexpected: Delivery = { lowPriority: false };
export const expected: Delivery = { lowPriority: true };

/** What there is to tell of an object that was `old` and is `next`: another UID is another object. */
export function changesOf<V>(
  key: Key,
  old: Entry<V> | undefined,
  next: Entry<V> | undefined,
  delivery: Delivery,
): readonly Change<V>[] {
  if (!old || !next || old.uid === next.uid) return [{ key, old: old?.value, next: next?.value, delivery }];
  return [
    { key, old: old.value, next: undefined, delivery },
    { key, old: undefined, next: next.value, delivery },
  ];
}

export interface SnapshotOptions<T, V> {
  readonly before: Contents<V>;
  readonly contents: Contents<V>;
  /** The object as it is to be kept; undefined leaves it out. */
  readonly entryOf: (key: Key, object: T, old: Entry<V> | undefined) => Entry<V> | undefined;
  /** Objects that did not change are told too. */
  readonly isResync: boolean;
  readonly isFirst: boolean;
  readonly signal: AbortSignal;
}

export interface Snapshot<T, V> {
  readonly contents: Contents<V>;
  add(items: readonly T[]): Promise<void>;
  /** With all pages in: what is to be told, first what vanished, with its last known state. */
  changes(): Iterable<Change<V>>;
}

export function snapshotSince<T extends KubeObject, V>(options: SnapshotOptions<T, V>): Snapshot<T, V> {
  const { before, contents, entryOf, isResync, isFirst, signal } = options;

  function addOne(object: T): void {
    const key = keyOfObject(object);
    const old = before.entries.get(key);
    const { uid, resourceVersion } = object.metadata;
    const isSame = old?.uid === uid && old?.resourceVersion === resourceVersion;
    const next = isSame ? old : entryOf(key, object, old);
    if (next) contents.set(key, next);
  }

  return {
    contents,
    add: (items) => inSlices(items, addOne, signal),
    *changes() {
      for (const [key, old] of before.entries) {
        if (!contents.entries.has(key)) yield* changesOf(key, old, undefined, unexpected);
      }
      for (const [key, next] of contents.entries) {
        const old = before.entries.get(key);
        const isSame = old === next;
        if (!isSame || isResync) yield* changesOf(key, old, next, isFirst || isSame ? expected : unexpected);
      }
    },
  };
}
