import { reservedIdentityPrefix } from '../domain/names.ts';
import type { BrokerEvent, Refused } from './event.ts';
import { type IsDenied, type Lockouts, lockoutsBy } from './lockout.ts';
import type { Lockout, Notice } from './notice.ts';
import { presence } from './presence.ts';
import type { Counted, LockingAct, MonitorSettings } from './settings.ts';
import { steadyTime } from './steady.ts';
import type { Circumstances, Telling, Untimed } from './teller.ts';
import { rulesFor, type Tellers, tellersBy } from './tellers.ts';
import { shownText } from './text.ts';

/** Watches one broker by the events of its log. It knows no time but the one that it is given. */
export interface Monitor {
  readonly note: (event: BrokerEvent, now: Date) => readonly Notice[];
  /** To be called now and then (each second is good): what is due without an event, such as the end of a lockout. */
  readonly tick: (now: Date) => readonly Notice[];
  /** Those in force, by identity; of whole seconds, and the same ones as long as the clock is not set back. */
  readonly lockouts: (now: Date) => readonly Lockout[];
  /** Takes up the lockouts that were in force when a former agent ended. */
  readonly restore: (lockouts: readonly Lockout[], now: Date) => void;
  /**
   * Is told whom the set in force denies everything: of these no act counts for a lockout, and one whose lockout it denied
   * and does not any more is released, for a person asked for it.
   */
  readonly enforced: (isDenied: IsDenied, now: Date) => readonly Notice[];
  /** So many logins of the agent's own probes are about to be refused: they are not counted, for half a minute. */
  readonly expectRefusals: (count: number, now: Date) => void;
  /** How many of them were not heard of yet. */
  readonly expectedRefusals: () => number;
  readonly counts: () => MonitorCounts;
}

export interface MonitorCounts {
  /** Events by kind, of identities that are not listed too. */
  readonly events: Readonly<Record<BrokerEvent['kind'], number>>;
  /** Refusals by reason, but for those that were expected; a certificate that was refused is one, also where two lines tell of it. */
  readonly refusals: Readonly<Record<Refused['why'], number>>;
  /** Of how many identities something is kept. */
  readonly identities: number;
  /** How many were told to be silent and did not come back yet. */
  readonly silent: number;
  /** How often something was forgotten because it would have been too many. */
  readonly forgotten: number;
}

const defaultMaxIdentities = 100_000;
const expectationMilliseconds = 30_000;
const mostExpected = 1024;

interface State {
  readonly settings: MonitorSettings;
  readonly time: ReturnType<typeof steadyTime>;
  readonly tellers: Tellers;
  readonly lockouts: Lockouts | undefined;
  readonly presence: ReturnType<typeof presence>;
  readonly events: Record<BrokerEvent['kind'], number>;
  readonly refusals: Record<Refused['why'], number>;
  /** Ends of the times for which a refusal is expected. */
  readonly expected: number[];
  /** What the next line will say more about: whose handshake failed, or who took over. */
  held: Refused | { readonly kind: 'Takeover'; readonly clientId: string } | undefined;
}

export function createMonitor(settings: MonitorSettings): Monitor {
  const most = settings.maxIdentities ?? defaultMaxIdentities;
  const time = steadyTime();
  const state: State = {
    settings,
    time,
    tellers: tellersBy(settings, most),
    lockouts: settings.lockout && lockoutsBy(settings.lockout, time, most),
    presence: presence(most, (identity) => silenceOf(settings, identity)),
    events: { ...noEvents },
    refusals: { ...noRefusals },
    expected: [],
    held: undefined,
  };
  const during = (now: Date, run: (at: number) => readonly Untimed[]): readonly Notice[] => {
    const at = timeAt(state, now);
    return [...due(state, at), ...run(at)].map((notice) => ({ ...notice, at: now }));
  };
  return {
    note: (event, now) => during(now, (at) => noted(state, event, at)),
    tick: (now) => during(now, (at) => [...settled(state, at), ...silent(state, at)]),
    lockouts(now) {
      const at = timeAt(state, now);
      return state.lockouts?.inForce(at) ?? [];
    },
    restore(lockouts, now) {
      const at = timeAt(state, now);
      state.lockouts?.restore(
        lockouts.filter(({ identity }) => isWatched(state, identity)),
        at,
      );
    },
    enforced: (isDenied, now) => during(now, (at) => (state.lockouts?.enforced(isDenied, at) ?? []).map(released)),
    expectRefusals(count, now) {
      const end = timeAt(state, now) + expectationMilliseconds;
      for (let i = 0; i < count && state.expected.length < mostExpected; i += 1) state.expected.push(end);
    },
    expectedRefusals: () => state.expected.length,
    counts: () => countsOf(state),
  };
}

/** Milliseconds; undefined: nobody asks. */
function silenceOf(settings: MonitorSettings, identity: string): number | undefined {
  const { silentAfterSeconds } = rulesFor(settings, identity);
  return silentAfterSeconds === undefined ? undefined : silentAfterSeconds * 1000;
}

const noEvents: MonitorCounts['events'] = {
  Accepted: 0,
  Entered: 0,
  Refused: 0,
  DeniedPublish: 0,
  Oversize: 0,
  Flood: 0,
  Takeover: 0,
  Left: 0,
  Reloaded: 0,
  Started: 0,
  LimitReached: 0,
  Unknown: 0,
};

const noRefusals: MonitorCounts['refusals'] = {
  NotAuthorised: 0,
  Certificate: 0,
  Tls: 0,
  Protocol: 0,
  Oversize: 0,
  Closed: 0,
  Timeout: 0,
};

/** A clock that was set back says nothing of when acts were: those before it count no more. */
function timeAt({ time, lockouts }: State, now: Date): number {
  const { at, isSetBack } = time.at(now);
  if (isSetBack) lockouts?.forgetCounts();
  return at;
}

/** What has come to its end, whatever happens now. */
function due({ lockouts, tellers }: State, at: number): readonly Untimed[] {
  const notices = lockouts?.ended(at).map(released) ?? [];
  for (const each of tellers.all()) notices.push(...each.due(at));
  return notices;
}

function released({ identity, reason, until }: Lockout): Untimed {
  return { kind: 'Released', identity, reason, until, count: 1 };
}

function noted(state: State, event: BrokerEvent, at: number): readonly Untimed[] {
  state.events[event.kind] += 1;
  const { held } = state;
  if (held?.kind === 'Refused' && event.kind === 'Refused' && event.why === 'Protocol' && !event.claimed) {
    state.held = undefined;
    return refused(state, { ...event, why: held.why }, at);
  }
  const takenOver = held?.kind === 'Takeover' && event.kind === 'Entered' && event.clientId === held.clientId;
  if (takenOver && event.identity !== event.clientId) state.held = undefined;
  return [...settled(state, at), ...happened(state, event, at)];
}

/** What the line after it said nothing of. */
function settled(state: State, at: number): readonly Untimed[] {
  const { held } = state;
  state.held = undefined;
  if (!held) return [];
  return held.kind === 'Refused' ? refused(state, held, at) : acted(state, 'Takeover', held.clientId, {}, at);
}

function happened(state: State, event: BrokerEvent, at: number): readonly Untimed[] {
  switch (event.kind) {
    case 'Entered':
      return entered(state, event, at);
    case 'Refused':
      if (isHandshake(event)) state.held = event;
      else return refused(state, event, at);
      return [];
    case 'DeniedPublish':
      return locking(state, 'PublishDenied', event.clientId, { topic: shownText(event.topic, 256) }, at);
    case 'Oversize':
    case 'Flood':
      return tooMuch(state, event, at);
    case 'Takeover':
      state.presence.left(event.clientId, event.address, at);
      state.held = { kind: 'Takeover', clientId: event.clientId };
      return [];
    case 'Left':
      state.presence.left(event.clientId, event.address, at);
      return [];
    case 'Started':
      state.presence.allLeft(at);
      return [];
    case 'Accepted':
    case 'Reloaded':
    case 'LimitReached':
    case 'Unknown':
      return [];
  }
}

function tooMuch(state: State, event: BrokerEvent & { kind: 'Oversize' | 'Flood' }, at: number): readonly Untimed[] {
  const { kind, clientId, address, isEnd } = event;
  if (isEnd) state.presence.left(clientId, address, at);
  // A client of MQTT 3.1.1 was told no limit, and its messages are taken: that locks nobody out.
  if (kind === 'Flood' && !isEnd) return acted(state, kind, clientId, {}, at);
  return locking(state, kind, clientId, addressed(address), at);
}

/** A handshake that failed, in the first of the two lines that tell of it. */
function isHandshake({ why, address }: Refused): boolean {
  return address === undefined && (why === 'Certificate' || why === 'Tls');
}

/** An own name enters as somebody else to end the session of that one. */
function entered(state: State, event: BrokerEvent & { kind: 'Entered' }, at: number): readonly Untimed[] {
  const { clientId, identity, address } = event;
  if (identity !== clientId || !isWatched(state, identity)) return [];
  state.presence.entered(identity, address);
  const { notices, isOver } = counted(state, 'ConnectStorm', { identity, address }, at);
  return isOver ? [...notices, ...failed(state, 'ConnectStorm', identity, at)] : notices;
}

const failedLogins: ReadonlySet<Refused['why']> = new Set(['NotAuthorised', 'Certificate', 'Protocol']);

function refused(state: State, { why, claimed, address }: Refused, at: number): readonly Untimed[] {
  const isLogin = failedLogins.has(why);
  if (isLogin && isExpected(state, at)) return [];
  state.refusals[why] += 1;
  if (!isLogin) return [];
  const name = claimed === undefined ? {} : { claimed: shownText(claimed, 64) };
  return counted(state, 'AuthenticationFailed', { ...name, ...addressed(address) }, at).notices;
}

function isExpected({ expected }: State, at: number): boolean {
  while ((expected[0] ?? at) < at) expected.shift();
  return expected.shift() !== undefined;
}

function addressed(address: string | undefined): Circumstances {
  return address === undefined ? {} : { address: shownText(address, 128) };
}

/** An act that counts for a lockout. */
function locking(
  state: State,
  kind: LockingAct,
  identity: string,
  circumstances: Circumstances,
  at: number,
): readonly Untimed[] {
  if (!isWatched(state, identity)) return [];
  return [...acted(state, kind, identity, circumstances, at), ...failed(state, kind, identity, at)];
}

function acted(
  state: State,
  kind: Counted,
  identity: string,
  circumstances: Circumstances,
  at: number,
): readonly Untimed[] {
  return isWatched(state, identity) ? counted(state, kind, { identity, ...circumstances }, at).notices : [];
}

function counted(
  { tellers, settings }: State,
  kind: Counted,
  circumstances: Circumstances,
  at: number,
): Pick<Telling, 'isOver'> & { readonly notices: readonly Untimed[] } {
  const { identity } = circumstances;
  if (identity !== undefined) settings.onAct?.(identity, kind);
  const { isOver, notice } = tellers.of(kind, identity)?.act(circumstances, at) ?? { isOver: false };
  return { isOver, notices: notice ? [notice] : [] };
}

function failed({ lockouts }: State, act: LockingAct, identity: string, at: number): readonly Untimed[] {
  if (!lockouts) return [];
  const { began, ended } = lockouts.act(identity, act, at);
  const changes = ended.map(released);
  if (!began) return changes;
  return [...changes, { kind: 'LockedOut', identity, reason: began.reason, until: began.until, count: 1 }];
}

function silent({ presence: known, settings: { isListed } }: State, at: number): readonly Untimed[] {
  const names = known.silent(at).filter(isListed);
  return names.map((identity) => ({ kind: 'Silent', identity, count: 1 }));
}

/** An identity of the broker. The agent's own names never are, whatever is listed. */
function isWatched({ settings }: State, identity: string): boolean {
  return !identity.startsWith(reservedIdentityPrefix) && settings.isListed(identity);
}

function countsOf({ events, refusals, presence: known, tellers, settings: { isListed } }: State): MonitorCounts {
  const forgotten = [...tellers.all()].reduce((sum, each) => sum + each.forgotten(), known.forgotten());
  let silentOnes = 0;
  for (const identity of known.away()) if (isListed(identity)) silentOnes += 1;
  const kept = { identities: known.size(), silent: silentOnes, forgotten };
  return { events: { ...events }, refusals: { ...refusals }, ...kept };
}
