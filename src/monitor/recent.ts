/** A map of bounded size: when there would be too many, the half that was used longest ago goes. */
export interface Recent<V> {
  readonly size: number;
  /** How many had to go. */
  readonly forgotten: number;
  readonly get: (key: string) => V | undefined;
  /** Marks the key as used now. */
  readonly used: (key: string, create: () => V) => V;
  readonly delete: (key: string) => void;
  readonly entries: () => Iterable<readonly [string, V]>;
}

/** Holds `most` at most; `onForgotten` is told of each that has to go. */
export function recent<V>(most: number, onForgotten: (key: string) => void = () => undefined): Recent<V> {
  /** Those used since the last time that some had to go, and the others. To take single ones off a Map's front is slow. */
  let present = new Map<string, V>();
  let former = new Map<string, V>();
  let forgotten = 0;
  const half = Math.max(1, Math.floor(most / 2));
  const makeRoom = (): void => {
    if (present.size < half) return;
    for (const key of former.keys()) onForgotten(key);
    forgotten += former.size;
    former = present;
    present = new Map();
  };
  return {
    get size() {
      return present.size + former.size;
    },
    get forgotten() {
      return forgotten;
    },
    get: (key) => present.get(key) ?? former.get(key),
    used(key, create) {
      const known = present.get(key);
      if (known !== undefined) return known;
      const value = former.get(key) ?? create();
      former.delete(key);
      makeRoom();
      present.set(key, value);
      return value;
    },
    delete(key) {
      present.delete(key);
      former.delete(key);
    },
    entries: () => [...former, ...present],
  };
}
