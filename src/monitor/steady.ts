/** A time that never goes back, made of a clock that may be set. */
export interface SteadyTime {
  /** Milliseconds since the first call; `isSetBack` when the clock went back by more than a second since the last one. */
  readonly at: (now: Date) => { readonly at: number; readonly isSetBack: boolean };
  /** What the clock shows at this time, as it was set last. */
  readonly shown: (at: number) => Date;
  /** The time at which the clock, as it was set last, shows this. */
  readonly of: (shown: Date) => number;
}

const toleranceMilliseconds = 1000;

/** A clock that is set ahead moves it ahead: what waits for an end does not wait longer. One that is set back does not. */
export function steadyTime(): SteadyTime {
  let last: number | undefined;
  let elapsed = 0;
  const offset = (): number => (last ?? 0) - elapsed;
  return {
    at(now) {
      const time = now.getTime();
      const before = last ?? time;
      const isSetBack = before - time > toleranceMilliseconds;
      // A clock that is steered goes back a little: until it is there again no time passes, and none is shown as another.
      last = isSetBack ? time : Math.max(before, time);
      elapsed += Math.max(0, time - before);
      return { at: elapsed, isSetBack };
    },
    shown: (at) => new Date(at + offset()),
    of: (shown) => shown.getTime() - offset(),
  };
}
