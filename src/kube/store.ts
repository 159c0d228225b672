/** What is known of one resource: read by everybody, written by its reflector. */
import type { Key } from './object.ts';

export interface Store<T> {
  readonly size: number;
  get(key: Key): T | undefined;
  /** In no order that means anything. */
  list(): Iterable<T>;
  /** What the index `name` holds under `value`; an index that does not exist is an error. */
  byIndex(name: string, value: string): readonly T[];
}

/** Gives the values under which an object is found; none leaves it out of the index. */
type IndexFunction<T> = (value: T) => readonly string[];
export type Indexes<T> = Readonly<Record<string, IndexFunction<T>>>;

export interface Delivery {
  /** Nothing is known to have changed: first sight at the start, or a periodic relist. */
  readonly lowPriority: boolean;
}

/** Gets what was known and what is known now: added without `old`, deleted without `next`. */
export type Handler<T> = (old: T | undefined, next: T | undefined, delivery: Delivery) => void;

/** An object as it is kept, with what tells it from others of its name and from its own past. */
export interface Entry<T> {
  readonly value: T;
  readonly uid: string;
  readonly resourceVersion: string;
}

/** All entries of a resource at one time, and where they are found. */
export interface Contents<T> {
  readonly entries: ReadonlyMap<Key, Entry<T>>;
  set(key: Key, entry: Entry<T>): void;
  remove(key: Key): void;
  found(name: string, value: string): readonly T[];
}

export interface WritableStore<T> {
  readonly store: Store<T>;
  /** What readers see; the reflector alone writes it. */
  readonly contents: Contents<T>;
  /** Nothing yet; to be filled aside and then swapped in. */
  empty(): Contents<T>;
  /** From now on readers see this. */
  swap(contents: Contents<T>): void;
}

export function createStore<T>(indexes: Indexes<T> = {}): WritableStore<T> {
  let contents = createContents(indexes);
  return {
    get contents() {
      return contents;
    },
    store: {
      get size() {
        return contents.entries.size;
      },
      get: (key) => contents.entries.get(key)?.value,
      list: () => values(contents.entries),
      byIndex: (name, value) => contents.found(name, value),
    },
    empty: () => createContents(indexes),
    swap: (next) => {
      contents = next;
    },
  };
}

function* values<T>(entries: ReadonlyMap<Key, Entry<T>>): Iterable<T> {
  for (const { value } of entries.values()) yield value;
}

function createContents<T>(indexes: Indexes<T>): Contents<T> {
  const entries = new Map<Key, Entry<T>>();
  const tables = new Map(Object.entries(indexes).map(([name, valuesOf]) => [name, indexTable(valuesOf)]));

  function unindex(entry: Entry<T> | undefined): void {
    if (!entry) return;
    for (const table of tables.values()) table.remove(entry);
  }

  return {
    entries,
    set(key, entry) {
      unindex(entries.get(key));
      entries.set(key, entry);
      for (const table of tables.values()) table.add(entry);
    },
    remove(key) {
      unindex(entries.get(key));
      entries.delete(key);
    },
    found(name, value) {
      const table = tables.get(name);
      if (!table) throw new Error(`read a store: it has no index "${name}"`);
      return table.found(value);
    },
  };
}

interface IndexTable<T> {
  found(value: string): readonly T[];
  add(entry: Entry<T>): void;
  remove(entry: Entry<T>): void;
}

/** Most values of most indexes have one entry, and a set for each would weigh more than the objects. */
function indexTable<T>(valuesOf: IndexFunction<T>): IndexTable<T> {
  const table = new Map<string, Entry<T> | Set<Entry<T>>>();

  function addTo(value: string, entry: Entry<T>): void {
    const known = table.get(value);
    if (known === undefined) table.set(value, entry);
    else if (known instanceof Set) known.add(entry);
    else if (known !== entry) table.set(value, new Set([known, entry]));
  }

  function removeFrom(value: string, entry: Entry<T>): void {
    const known = table.get(value);
    if (known instanceof Set) known.delete(entry);
    if (known === entry || (known instanceof Set && known.size === 0)) table.delete(value);
  }

  return {
    found(value) {
      const known = table.get(value);
      if (known === undefined) return [];
      return known instanceof Set ? Array.from(known, (entry) => entry.value) : [known.value];
    },
    add: (entry) => valuesOf(entry.value).forEach((value) => addTo(value, entry)),
    remove: (entry) => valuesOf(entry.value).forEach((value) => removeFrom(value, entry)),
  };
}
