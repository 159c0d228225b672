/** Up to which time all is known, by the signs that each of several streams gives. */

export interface Freshness {
  /** One more stream; gives what is to be called with each time up to which it has told everything. */
  readonly stream: () => (time: number) => void;
  /** The earliest of their last times; undefined while one has not given any. */
  readonly until: () => number | undefined;
}

/** Times are of any clock that never goes back. */
export function createFreshness(): Freshness {
  const times: (number | undefined)[] = [];
  return {
    stream() {
      const index = times.push(undefined) - 1;
      return (time) => (times[index] = time);
    },
    until: () => (times.every((time) => time !== undefined) ? Math.min(...times) : undefined),
  };
}
