import { expiries } from './expiries.ts';
import type { Lockout } from './notice.ts';
import { recent } from './recent.ts';
import type { LockingAct, MonitorSettings } from './settings.ts';
import type { SteadyTime } from './steady.ts';
import { countWith, emptyWindow, type Window } from './window.ts';

type LockoutSettings = NonNullable<MonitorSettings['lockout']>;

/** As many as the status of a BrokerInstance holds; the one that ends first makes room for another. */
const mostLockouts = 256;

/** How long after a lockout denied publishes may still be its effect: the set without it has to get to the broker. */
const graceMilliseconds = 60_000;

/** How far the clock by which a restored lockout began may have been ahead of ours. */
const skewMilliseconds = 60_000;

interface Block {
  readonly reason: string;
  readonly since: number;
  readonly until: number;
}

/** Who is locked out. `at` is of the steady time, milliseconds. */
export interface Lockouts {
  /** Counts an act. Nothing counts during a lockout, nor shortly after. */
  readonly act: (identity: string, act: LockingAct, at: number) => LockoutChanges;
  /** Those whose time is over. */
  readonly ended: (at: number) => readonly Lockout[];
  readonly inForce: (at: number) => readonly Lockout[];
  /** Those that a former monitor reported; none lasts longer than one that begins now. */
  readonly restore: (lockouts: readonly Lockout[], at: number) => void;
  /** Ends the one of this identity if it began at `unlockAt` or before. */
  readonly unlock: (identity: string, unlockAt: Date, at: number) => readonly Lockout[];
  /** Forgets what was counted, for it cannot be said when that was. */
  readonly forgetCounts: () => void;
}

interface LockoutChanges {
  readonly began?: Lockout;
  /** Those that had to make room. */
  readonly ended: readonly Lockout[];
}

const none: readonly Lockout[] = [];
const unchanged: LockoutChanges = { ended: none };

export function lockoutsBy(
  { maxFailures, windowSeconds, blockSeconds }: LockoutSettings,
  time: SteadyTime,
  mostIdentities: number,
): Lockouts {
  const blockMilliseconds = blockSeconds * 1000;
  const blocks = new Map<string, Block>();
  /** The first end of all. */
  let nextEnd = Infinity;
  const grace = expiries();
  let failures = recent<Window>(mostIdentities);
  const lockout = (identity: string, { reason, since, until }: Block): Lockout => {
    return { identity, reason, since: time.shown(since), until: time.shown(until) };
  };
  const release = (identity: string, block: Block, at: number): Lockout => {
    blocks.delete(identity);
    grace.set(identity, at + graceMilliseconds);
    return lockout(identity, block);
  };
  const isInGrace = (identity: string, at: number): boolean => {
    grace.due(at);
    return grace.has(identity);
  };
  const room = (at: number): readonly Lockout[] => {
    if (blocks.size < mostLockouts) return [];
    const [first] = [...blocks].sort(([, a], [, b]) => a.until - b.until);
    return first ? [release(...first, at)] : [];
  };
  return {
    act(identity, act, at) {
      if (blocks.has(identity) || isInGrace(identity, at)) return unchanged;
      const count = countWith(failures.used(identity, emptyWindow), at, windowSeconds * 1000);
      if (count < maxFailures) return unchanged;
      failures.delete(identity);
      const ended = room(at);
      // Whole seconds of the clock, and not a moment longer than asked for.
      const since = time.of(new Date(Math.floor(time.shown(at).getTime() / 1000) * 1000));
      const block = { reason: act, since, until: since + blockMilliseconds };
      blocks.set(identity, block);
      nextEnd = Math.min(nextEnd, block.until);
      return { began: lockout(identity, block), ended };
    },
    ended(at) {
      if (at < nextEnd) return none;
      const ended = [...blocks].filter(([, { until }]) => until <= at).map((block) => release(...block, at));
      nextEnd = Math.min(Infinity, ...[...blocks.values()].map(({ until }) => until));
      return ended;
    },
    inForce: (at) =>
      [...blocks]
        .filter(([, { until }]) => until > at)
        .map((block) => lockout(...block))
        .sort((a, b) => (a.identity < b.identity ? -1 : 1)),
    restore(lockouts, at) {
      for (const { identity, reason, ...times } of lockouts) {
        const [since, end] = [time.of(times.since), time.of(times.until)];
        const until = Math.min(end, since + blockMilliseconds, at + blockMilliseconds);
        const isOf = until > at && since <= at + skewMilliseconds && blocks.size < mostLockouts;
        if (!isOf) continue;
        blocks.set(identity, { reason, since, until });
        nextEnd = Math.min(nextEnd, until);
      }
    },
    unlock(identity, unlockAt, at) {
      const block = blocks.get(identity);
      return block && block.since <= time.of(unlockAt) ? [release(identity, block, at)] : [];
    },
    forgetCounts() {
      failures = recent(mostIdentities);
    },
  };
}
