/** Who is locked out of a broker, by what its instances report and what people said to it. */
import { type Fleet, keyOf } from './fleet.ts';
import type { ObjectKey } from './names.ts';
import { ShardedMap } from './sharded.ts';

/** A lockout as an instance reports it. */
export interface ReportedLockout {
  /** The effective identity. */
  readonly identity: string;
  /** Kind of act that led to it, a CamelCase word. */
  readonly reason?: string;
  /** Absent: so long before `until` as the broker blocks. */
  readonly since?: Date;
  readonly until: Date;
}

/** A lockout within its limits. */
export interface Lockout extends ReportedLockout {
  readonly since: Date;
}

export interface LockoutFacts {
  readonly fleet: Pick<Fleet, 'brokers' | 'devices'>;
  readonly broker: ObjectKey;
  /**
   * Of all instances, in any order, and those that were in force before: one lasts until its end, also where the pod that
   * reported it is gone.
   */
  readonly reported: Iterable<ReportedLockout>;
  /** Times at which people released a device: what began until then is over. */
  readonly unlocks: (device: ObjectKey) => readonly Date[];
}

export interface LockoutsInForce {
  readonly byIdentity: ReadonlyMap<string, Lockout>;
  /** Their ends; shards are the same objects as long as nothing in them changed. */
  readonly ends: ShardedMap<Date>;
  /** It is another result from then on, although nothing is reported or said. */
  readonly nextChangeAt: Date | undefined;
}

/** How far the clock of an instance, or of whoever releases a device, may be ahead of ours, milliseconds. */
export const lockoutSkewMilliseconds = 60_000;

export const noLockouts: LockoutsInForce = { byIdentity: new Map(), ends: ShardedMap.empty(), nextChangeAt: undefined };

/**
 * Of each identity the lockout that ends last. An instance may lock out devices of its own broker alone, where that asks
 * for lockouts, and none for longer than `blockSeconds` from when it says it began, which is a minute from now at the
 * latest. It costs what is reported, whatever the number of devices; `former` is given again where nothing changed.
 */
export function lockoutsInForce(facts: LockoutFacts, now: Date, former: LockoutsInForce = noLockouts): LockoutsInForce {
  const limits = facts.fleet.brokers.get(facts.broker)?.lockout;
  if (!limits) return noLockouts;
  const latest = new Map<string, Lockout>();
  let next = Infinity;
  for (const reported of facts.reported) {
    const lockout = limited(reported, limits.blockSeconds * 1000);
    if (lockout.until <= now) continue;
    const holders = holdersOf(facts, lockout.identity);
    if (holders.length === 0) continue;
    const startsAt = lockout.since.getTime() - lockoutSkewMilliseconds;
    const release = releaseOf(lockout, holders.flatMap(facts.unlocks));
    if (startsAt > now.getTime()) next = Math.min(next, startsAt);
    else if (release > now.getTime()) {
      next = Math.min(next, release);
      if (isBefore(latest.get(lockout.identity), lockout)) latest.set(lockout.identity, lockout);
    }
  }
  return withLatest(former, latest, next);
}

function limited({ since, until, ...rest }: ReportedLockout, blockMilliseconds: number): Lockout {
  const begin = since ?? new Date(until.getTime() - blockMilliseconds);
  const last = begin.getTime() + blockMilliseconds;
  return { ...rest, since: begin, until: until.getTime() > last ? new Date(last) : until };
}

function holdersOf({ fleet, broker }: LockoutFacts, identity: string): readonly ObjectKey[] {
  return (fleet.devices.get(identity) ?? []).filter((device) => device.broker === broker).map(keyOf);
}

/** When the first of these that may release it counts, milliseconds: a time that is far ahead does when it has come. */
function releaseOf({ since }: Lockout, unlocks: readonly Date[]): number {
  const releasing = unlocks.filter((unlock) => since <= unlock).map((unlock) => unlock.getTime());
  return Math.min(Infinity, ...releasing) - lockoutSkewMilliseconds;
}

/** The same one whatever the order in which they are reported. */
function isBefore(a: Lockout | undefined, b: Lockout): boolean {
  if (!a) return true;
  const [ends, begins] = [a.until.getTime() - b.until.getTime(), a.since.getTime() - b.since.getTime()];
  return ends < 0 || (ends === 0 && (begins < 0 || (begins === 0 && (a.reason ?? '') < (b.reason ?? ''))));
}

function withLatest(former: LockoutsInForce, latest: ReadonlyMap<string, Lockout>, next: number): LockoutsInForce {
  const changes: [string, Date | undefined][] = [];
  const byIdentity = new Map<string, Lockout>();
  for (const [identity, lockout] of latest) {
    const known = former.byIdentity.get(identity);
    const kept = known && isSame(known, lockout) ? known : lockout;
    byIdentity.set(identity, kept);
    if (kept !== known) changes.push([identity, kept.until]);
  }
  for (const identity of former.byIdentity.keys()) if (!latest.has(identity)) changes.push([identity, undefined]);
  const nextAt = [...byIdentity.values()].reduce((first, { until }) => Math.min(first, until.getTime()), next);
  const nextChangeAt = nextAt < Infinity ? new Date(nextAt) : undefined;
  if (changes.length > 0) return { byIdentity, ends: former.ends.with(changes), nextChangeAt };
  return former.nextChangeAt?.getTime() === nextChangeAt?.getTime() ? former : { ...former, nextChangeAt };
}

function isSame(a: Lockout, b: Lockout): boolean {
  const isSameTime = a.since.getTime() === b.since.getTime() && a.until.getTime() === b.until.getTime();
  return isSameTime && a.reason === b.reason;
}
