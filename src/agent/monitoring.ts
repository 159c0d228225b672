import { isDeepStrictEqual } from 'node:util';
import type { Role } from '../domain/acl/rule.ts';
import type { LockoutLimits, WatchRule } from '../domain/fleet.ts';
import { secondsText } from '../domain/pki/time.ts';
import type { BrokerEvent } from '../monitor/event.ts';
import type { Lockout, Notice } from '../monitor/notice.ts';
import { watchSettings } from '../monitor/rules.ts';
import type { Counted } from '../monitor/settings.ts';
import { createMonitor, type Monitor, type MonitorCounts } from '../monitor/watch.ts';
import type { Clock, InstanceLockout } from '../ports.ts';
import { ownNamePrefix } from './overlay.ts';

/** What there is to be watched on a broker whose set was proved. */
export interface WatchedSet {
  readonly identities: {
    readonly has: (identity: string) => boolean;
    readonly get?: (identity: string) => { readonly role?: Role } | undefined;
  };
  /** Those that it denies everything, as it does while they are locked out. */
  readonly denied: { readonly has: (identity: string) => boolean };
  /** Absent: nobody is locked out. */
  readonly lockout?: LockoutLimits;
  /** When something is told; absent: as by default. */
  readonly watchRules?: readonly WatchRule[];
  /** What is published is read. */
  readonly observes?: boolean;
  /** Acts are counted by identity, too. */
  readonly countsDevices?: boolean;
}

/** The highest role that an identity has in this set; whoever is in none has the least. */
export function roleIn(set: WatchedSet | undefined, identity: string): Role {
  return set?.identities.get?.(identity)?.role ?? 'Device';
}

/** Counts acts by identity, where a set asks for it. */
export interface DeviceCounts {
  /** From now on these may be counted; undefined: nobody, and what was counted is forgotten. */
  readonly follow: (identities: WatchedSet['identities'] | undefined) => void;
  readonly note: (identity: string, act: Counted) => void;
}

/** Events of others than the agent itself. */
export interface WatchFigures extends MonitorCounts {
  /** In force. */
  readonly lockouts: number;
}

/** The monitor beside the steps of an agent: it is told what the broker logs, and tells at a bounded rate. */
export interface Monitoring {
  readonly note: (event: BrokerEvent) => void;
  /** From now on this set counts. */
  readonly follow: (set: WatchedSet) => void;
  /** A login of the agent's own is about to be refused. */
  readonly expectRefusal: () => void;
  /** For the report, another list once in a second at most; undefined until what a former agent reported is taken up. */
  readonly lockouts: () => readonly InstanceLockout[] | undefined;
  /** Watches until the signal is aborted. */
  readonly run: (signal: AbortSignal) => Promise<void>;
}

export interface MonitoringOptions {
  readonly clock: Clock;
  /** Of a former agent; fails where that cannot be known. */
  readonly former: (signal: AbortSignal) => Promise<readonly InstanceLockout[]>;
  /** Whom the last set that a former agent proved denied everything; absent: it is not known. */
  readonly formerDenied?: () => WatchedSet['denied'];
  readonly onNotice: (notice: Notice) => void;
  readonly devices?: DeviceCounts;
  /** Is told once in a second at most, when something is another than before. */
  readonly onFigures: (figures: WatchFigures) => void;
  /** The list of lockouts is another. */
  readonly onLockouts: () => void;
}

const tickMilliseconds = 1_000;

interface Watch {
  readonly options: MonitoringOptions;
  monitor: Monitor;
  /** Counts of monitors before this one. */
  earlier: MonitorCounts | undefined;
  /** What the agent itself did, of what was counted. */
  readonly own: { Entered: number; Takeover: number };
  takenOver: string | undefined;
  set: WatchedSet | undefined;
  former: readonly Lockout[] | undefined;
  isRestored: boolean;
  reported: readonly InstanceLockout[];
  told: string;
}

export function monitoring(options: MonitoringOptions): Monitoring {
  const watch: Watch = {
    options,
    monitor: monitorOf(() => undefined, {}, options.devices),
    earlier: undefined,
    own: { Entered: 0, Takeover: 0 },
    takenOver: undefined,
    set: undefined,
    former: undefined,
    isRestored: false,
    reported: [],
    told: '',
  };
  return {
    note(event) {
      // What is forbidden is tried at each look at the broker.
      if (event.kind === 'DeniedPublish' && event.clientId.startsWith(ownNamePrefix)) return;
      countOwn(watch, event);
      tell(watch, watch.monitor.note(event, options.clock.now()));
    },
    follow: (set) => follow(watch, set),
    expectRefusal: () => watch.monitor.expectRefusals(1, options.clock.now()),
    lockouts: () => (watch.isRestored ? watch.reported : undefined),
    async run(signal) {
      void takeUp(watch, signal);
      while (await hasSlept(options.clock, signal)) {
        tell(watch, watch.monitor.tick(options.clock.now()));
        refresh(watch);
      }
    },
  };
}

/** Sessions of its own, and those of others that it ended by entering in their name. */
function countOwn(watch: Watch, event: BrokerEvent): void {
  const { own, takenOver } = watch;
  watch.takenOver = event.kind === 'Takeover' ? event.clientId : undefined;
  if (event.kind !== 'Entered' || !event.identity.startsWith(ownNamePrefix)) return;
  own.Entered += 1;
  if (event.clientId === takenOver) own.Takeover += 1;
}

/** By the limits and rules of this set; who is listed, in which role, is asked anew each time. */
function monitorOf(
  present: () => WatchedSet | undefined,
  { lockout, watchRules = [] }: Pick<WatchedSet, 'lockout' | 'watchRules'>,
  devices: DeviceCounts | undefined,
): Monitor {
  return createMonitor({
    ...watchSettings(watchRules, (identity) => roleIn(present(), identity)),
    isListed: (identity) => present()?.identities.has(identity) === true,
    ...(lockout && { lockout }),
    ...(devices && { onAct: devices.note }),
  });
}

function tell({ options }: Watch, notices: readonly Notice[]): void {
  for (const notice of notices) options.onNotice(notice);
}

/** Other limits need another monitor, which counts from nothing; lockouts in force stay, where there are any still. */
function follow(watch: Watch, set: WatchedSet): void {
  const now = watch.options.clock.now();
  const former = watch.set;
  watch.set = set;
  watch.options.devices?.follow(set.countsDevices === true ? set.identities : undefined);
  if (!former || !isDeepStrictEqual(limitsIn(former), limitsIn(set))) {
    const inForce = watch.monitor.lockouts(now);
    // The set was just proved, and the broker may not have written yet that it refused the last probe.
    const expected = watch.monitor.expectedRefusals();
    watch.earlier = figuresOf(watch);
    watch.monitor = monitorOf(() => watch.set, set, watch.options.devices);
    watch.monitor.restore(inForce, now);
    watch.monitor.expectRefusals(expected, now);
  }
  restore(watch, now);
  enforce(watch, now);
}

function limitsIn({ lockout, watchRules }: WatchedSet): readonly unknown[] {
  return [lockout, watchRules];
}

/** Who was locked out and is denied nothing any more, was released by a person. */
function enforce(watch: Watch, now: Date): void {
  const { denied } = watch.set ?? {};
  if (denied)
    tell(
      watch,
      watch.monitor.enforced((identity) => denied.has(identity), now),
    );
}

async function takeUp(watch: Watch, signal: AbortSignal): Promise<void> {
  const former = await watch.options.former(signal).catch(() => undefined);
  if (!former) return;
  watch.former = former.map(({ since, until, ...rest }) => ({
    ...rest,
    since: new Date(since),
    until: new Date(until),
  }));
  restore(watch, watch.options.clock.now());
}

/** Who is listed has to be known: nobody else is locked out. Who was released meanwhile is told by what was in force before. */
function restore(watch: Watch, now: Date): void {
  if (watch.isRestored || !watch.former || !watch.set) return;
  watch.monitor.restore(watch.former, now);
  watch.isRestored = true;
  const denied = watch.former.length > 0 ? watch.options.formerDenied?.() : undefined;
  if (denied) watch.monitor.enforced((identity) => denied.has(identity), now);
  enforce(watch, now);
  refresh(watch);
}

function refresh(watch: Watch): void {
  const { options, monitor, reported, isRestored } = watch;
  const lockouts = monitor.lockouts(options.clock.now()).map(written);
  if (isRestored && JSON.stringify(lockouts) !== JSON.stringify(reported)) {
    watch.reported = lockouts;
    options.onLockouts();
  }
  const { events, ...others } = figuresOf(watch);
  const { Entered, Takeover } = watch.own;
  const ofOthers = { ...events, Entered: events.Entered - Entered, Takeover: events.Takeover - Takeover };
  const figures = { ...others, events: ofOthers, lockouts: lockouts.length };
  const text = JSON.stringify(figures);
  if (text === watch.told) return;
  watch.told = text;
  options.onFigures(figures);
}

function written({ identity, reason, since, until }: Lockout): InstanceLockout {
  return { identity, reason, since: secondsText(since), until: secondsText(until) };
}

function figuresOf({ monitor, earlier }: Watch): MonitorCounts {
  const counts = monitor.counts();
  if (!earlier) return counts;
  return {
    events: sums(earlier.events, counts.events),
    refusals: sums(earlier.refusals, counts.refusals),
    identities: counts.identities,
    silent: counts.silent,
    forgotten: earlier.forgotten + counts.forgotten,
  };
}

function sums<K extends string>(a: Readonly<Record<K, number>>, b: Readonly<Record<K, number>>): Record<K, number> {
  const names = Object.keys(b) as K[];
  return Object.fromEntries(names.map((name) => [name, a[name] + b[name]])) as Record<K, number>;
}

/** False at the end. */
async function hasSlept(clock: Clock, signal: AbortSignal): Promise<boolean> {
  await clock.sleep(tickMilliseconds, signal).catch(() => undefined);
  return !signal.aborted;
}
