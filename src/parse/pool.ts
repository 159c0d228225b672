/** Gives what was made under the key before, if it is still known. */
export type Pool<T> = (key: string, make: () => T) => T;

const mostKnown = 10_000;

/**
 * One of each of the values that many objects share: 100,000 devices have few brokers, templates and groups. It forgets
 * all when it knows too many, so what is shared stays bounded; equal values may then be two.
 */
export function createPool<T>(): Pool<T> {
  const known = new Map<string, T>();
  return (key, make) => {
    const found = known.get(key);
    if (found !== undefined) return found;
    const made = make();
    if (known.size >= mostKnown) known.clear();
    known.set(key, made);
    return made;
  };
}
