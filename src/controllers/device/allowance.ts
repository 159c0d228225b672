/** How much may be done at once, and how fast that comes back. */
export interface AllowanceLimits {
  readonly most: number;
  readonly perSecond: number;
}

export interface Allowance {
  /** True if there is one left for `owner`, which is then used; `now` in milliseconds. */
  readonly take: (owner: string, now: number) => boolean;
}

interface Account {
  readonly left: number;
  readonly at: number;
}

/** An allowance for each owner. Those that have all of theirs are not remembered for long. */
export function createAllowance({ most, perSecond }: AllowanceLimits): Allowance {
  const accounts = new Map<string, Account>();
  let checkedAt = -Infinity;

  const leftOf = ({ left, at }: Account, now: number): number =>
    Math.min(most, left + (Math.max(0, now - at) / 1000) * perSecond);

  /** A clock that was set back gives nothing, and takes nothing for longer than it was set back. */
  function forgetFull(now: number): void {
    if (now >= checkedAt && now - checkedAt < 60_000) return;
    checkedAt = now;
    for (const [owner, account] of accounts) if (leftOf(account, now) >= most) accounts.delete(owner);
  }

  return {
    take(owner, now) {
      forgetFull(now);
      const left = leftOf(accounts.get(owner) ?? { left: most, at: now }, now);
      const isGiven = left >= 1;
      accounts.set(owner, { left: isGiven ? left - 1 : left, at: now });
      return isGiven;
    },
  };
}
