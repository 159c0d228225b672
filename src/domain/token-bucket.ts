/** So many at once, and so many more each second. */
export interface Rate {
  readonly burst: number;
  readonly perSecond: number;
}

/** A token bucket, full at first. Times are milliseconds of one clock; one that is set back fills nothing. */
export interface TokenBucket {
  /** Whether there is one to take. */
  readonly holds: (milliseconds: number) => boolean;
  /** Takes one; false: there is none. */
  readonly take: (milliseconds: number) => boolean;
}

export function tokenBucket({ burst, perSecond }: Rate): TokenBucket {
  let tokens = burst;
  let filledAt: number | undefined;
  const holds = (milliseconds: number): boolean => {
    const passed = Math.max(0, milliseconds - (filledAt ?? milliseconds));
    tokens = Math.min(burst, tokens + (passed / 1000) * perSecond);
    filledAt = milliseconds;
    return tokens >= 1;
  };
  return {
    holds,
    take(milliseconds) {
      const isThere = holds(milliseconds);
      if (isThere) tokens -= 1;
      return isThere;
    },
  };
}
