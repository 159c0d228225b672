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

/** How long after a set that denies no more what was logged before it may still come in. */
const settlingMilliseconds = 2_000;

/** How far the clock by which a restored lockout began may have been ahead of ours. */
const skewMilliseconds = 60_000;

interface Block {
  readonly reason: string;
  readonly since: number;
  readonly until: number;
  /** A set was in force that denied it everything. */
  isDenied: boolean;
}

/** Who is locked out. `at` is of the steady time, milliseconds. */
export interface Lockouts {
  /**
   * Counts an act. Nothing counts during a lockout, nor shortly after; but while no set denies what should be denied,
   * acts do, and enough of them begin it anew: a person may have released who it was when nobody was here to see it.
   */
  readonly act: (identity: string, act: LockingAct, at: number) => LockoutChanges;
  /** Those whose time is over. */
  readonly ended: (at: number) => readonly Lockout[];
  readonly inForce: (at: number) => readonly Lockout[];
  /** Those that a former monitor reported; none lasts longer than one that begins now. */
  readonly restore: (lockouts: readonly Lockout[], at: number) => void;
  /**
   * Says whom the set in force denies everything. Whoever it denied before and does not any more was released, and acts
   * count again; while somebody is denied everything, whoever wants that, none do.
   */
  readonly enforced: (isDenied: IsDenied, at: number) => readonly Lockout[];
  /** Forgets what was counted, for it cannot be said when that was. */
  readonly forgetCounts: () => void;
}

/** It is denied everything, or will be as soon as a set has come. */
function isHeld({ isDenied, since }: Block, at: number): boolean {
  return isDenied || at < since + graceMilliseconds;
}

export type IsDenied = (identity: string) => boolean;

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
  /** Those who were denied everything until a moment ago. */
  const settling = expiries();
  let isDeniedNow: IsDenied = () => false;
  let failures = recent<Window>(mostIdentities);
  const lockout = (identity: string, { reason, since, until }: Block): Lockout => {
    return { identity, reason, since: time.shown(since), until: time.shown(until) };
  };
  const release = (identity: string, block: Block, at: number): Lockout => {
    blocks.delete(identity);
    grace.set(identity, at + graceMilliseconds);
    return lockout(identity, block);
  };
  const isQuiet = (identity: string, at: number): boolean => {
    for (const each of [grace, settling]) each.due(at);
    if (isDeniedNow(identity)) settling.set(identity, at + settlingMilliseconds);
    return grace.has(identity) || settling.has(identity);
  };
  const room = (at: number): readonly Lockout[] => {
    if (blocks.size < mostLockouts) return [];
    const [first] = [...blocks].sort(([, a], [, b]) => a.until - b.until);
    return first ? [release(...first, at)] : [];
  };
  return {
    act(identity, act, at) {
      const present = blocks.get(identity);
      if ((present && isHeld(present, at)) || isQuiet(identity, at)) return unchanged;
      const count = countWith(failures.used(identity, emptyWindow), at, windowSeconds * 1000);
      if (count < maxFailures) return unchanged;
      failures.delete(identity);
      const ended = present ? none : room(at);
      // Whole seconds of the clock, and not a moment longer than asked for.
      const since = time.of(new Date(Math.floor(time.shown(at).getTime() / 1000) * 1000));
      const block = { reason: act, since, until: since + blockMilliseconds, isDenied: false };
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
        blocks.set(identity, { reason, since, until, isDenied: false });
        nextEnd = Math.min(nextEnd, until);
      }
    },
    enforced(isDenied, at) {
      isDeniedNow = isDenied;
      for (const [identity, block] of blocks) if (isDenied(identity)) block.isDenied = true;
      const freed = [...blocks].filter(([identity, block]) => block.isDenied && !isDenied(identity));
      return freed.map(([identity, block]) => {
        blocks.delete(identity);
        settling.set(identity, at + settlingMilliseconds);
        return lockout(identity, block);
      });
    },
    forgetCounts() {
      failures = recent(mostIdentities);
    },
  };
}
