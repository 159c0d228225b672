/** A map of bounded size: whoever was used longest ago goes when one too many comes. */
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

/** `onForgotten` is told of each that has to go. */
export function recent<V>(most: number, onForgotten: (key: string) => void = () => undefined): Recent<V> {
  const map = new Map<string, V>();
  let forgotten = 0;
  const makeRoom = (): void => {
    for (const key of map.keys()) {
      if (map.size < most) return;
      map.delete(key);
      forgotten += 1;
      onForgotten(key);
    }
  };
  return {
    get size() {
      return map.size;
    },
    get forgotten() {
      return forgotten;
    },
    get: (key) => map.get(key),
    used(key, create) {
      const known = map.get(key);
      if (known === undefined) makeRoom();
      else map.delete(key);
      const value = known ?? create();
      map.set(key, value);
      return value;
    },
    delete: (key) => void map.delete(key),
    entries: () => map,
  };
}
