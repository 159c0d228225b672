import { type Rate, tokenBucket, type TokenBucket } from '../domain/token-bucket.ts';

/** How often an address may ask, and all together. */
export interface RateLimit {
  /** Whether one more request is let in at this time. */
  readonly admits: (address: string, now: Date) => boolean;
  /** Whether a refusal at this time is to be told: one in a second is. */
  readonly isNews: (now: Date) => boolean;
}

const ofAddress: Rate = { burst: 20, perSecond: 2 };
const ofAll: Rate = { burst: 200, perSecond: 50 };
/** Addresses that are remembered; who is forgotten begins anew, and counts with all. */
const mostAddresses = 4096;

/** Token buckets, one for each address and one for all. A refused request takes no token. */
export function rateLimit(
  { address: one, all }: { address: Rate; all: Rate } = { address: ofAddress, all: ofAll },
): RateLimit {
  const buckets = new Map<string, TokenBucket>();
  const total = tokenBucket(all);
  let toldAt = -Infinity;
  return {
    isNews(now) {
      const isFirst = Math.abs(now.getTime() - toldAt) >= 1_000;
      if (isFirst) toldAt = now.getTime();
      return isFirst;
    },
    admits(address, now) {
      const [own, time] = [buckets.get(address) ?? tokenBucket(one), now.getTime()];
      buckets.delete(address);
      buckets.set(address, own);
      const [oldest] = buckets.keys();
      if (buckets.size > mostAddresses && oldest !== undefined) buckets.delete(oldest);
      return own.holds(time) && total.take(time) && own.take(time);
    },
  };
}
