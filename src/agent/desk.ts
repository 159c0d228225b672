import { acknowledgedFingerprint, type BundleNotice } from '../domain/bundle/notices.ts';
import { secondsText } from '../domain/pki/time.ts';
import type { Acknowledgement, Clock } from '../ports.ts';
import { connected, type Endpoint, type Login, type Session } from './client.ts';
import { backoffMilliseconds } from './step.ts';
import { acknowledgementTopic, noticeTopic } from './overlay.ts';

/** Brings notices to devices and hears what they acknowledge, beside the steps of the agent and never in their way. */
export interface NoticeDesk {
  /** From now on these shall be out, and no others: the set that has them was proved. */
  show(notices: ReadonlyMap<string, BundleNotice>): void;
  /** Nothing is published until the next `show`: the broker is being given another set, or does not run. */
  hold(): void;
  /** For the report: of notices that are out, the oldest first, at most 512. The same list as long as that is enough. */
  acknowledgements(): readonly Acknowledgement[];
  /** Resolves when the signal is aborted and the session closed. */
  readonly ended: Promise<void>;
}

export interface NoticeDeskOptions {
  readonly endpoint: Endpoint;
  readonly login: Login;
  /** For each answer of the broker, milliseconds. */
  readonly answer: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Identities of whom a former agent may have left a notice. */
  readonly former: Iterable<string>;
  /** Is told after a batch of acknowledgements: how many. */
  readonly onAcknowledged: (count: number) => void;
  /** Is told when the broker has all of them. */
  readonly onShown: (change: {
    readonly published: number;
    readonly cleared: number;
    readonly notices: number;
  }) => void;
  readonly onFailure: (what: string) => void;
}

/** Bound of the CRD. */
const mostReported = 512;
/** Acknowledgements of so long go into one report, milliseconds. */
const batchMilliseconds = 500;
/** Before a session that was lost is opened again, milliseconds. */
const reopenMilliseconds = 1_000;
/** So many notices in a row, one after the other, and then a pause: at most 3,200 in a second. */
const burst = 32;
const pauseMilliseconds = 10;

const ackFilter = acknowledgementTopic('+');

interface Desk extends NoticeDeskOptions {
  wanted: ReadonlyMap<string, BundleNotice>;
  isHeld: boolean;
  /** What is out may not be what is wanted. */
  isDue: boolean;
  /** Payload by identity; undefined where what is out is not known. */
  readonly out: Map<string, string | undefined>;
  session: Session | undefined;
  /** In a row, of getting a session and of publishing. */
  failures: number;
  readonly pending: Map<string, Acknowledgement>;
  /** Acknowledgements since the last time that somebody was told. */
  news: number;
  wake: () => void;
}

export function noticeDesk(options: NoticeDeskOptions): NoticeDesk {
  const desk: Desk = {
    ...options,
    wanted: new Map(),
    isHeld: true,
    isDue: false,
    out: new Map(Array.from(options.former, (identity) => [identity, undefined])),
    session: undefined,
    failures: 0,
    pending: new Map(),
    news: 0,
    wake: () => undefined,
  };
  let reported: readonly Acknowledgement[] = [];
  return {
    show(notices) {
      Object.assign(desk, { wanted: notices, isHeld: false, isDue: true, failures: 0 });
      for (const [identity, { fingerprint }] of desk.pending) {
        if (notices.get(identity)?.fingerprint !== fingerprint) desk.pending.delete(identity);
      }
      desk.wake();
    },
    hold() {
      desk.isHeld = true;
    },
    acknowledgements() {
      const first = [...desk.pending.values()].slice(0, mostReported);
      if (!first.every((one) => reported.includes(one))) reported = first;
      return reported;
    },
    ended: served(desk),
  };
}

async function served(desk: Desk): Promise<void> {
  const isOver = (): boolean => desk.signal.aborted;
  desk.signal.addEventListener('abort', () => desk.wake(), { once: true });
  while (!isOver()) {
    if (desk.isHeld || !desk.isDue) await woken(desk);
    else await attempt(desk, isOver);
  }
  await desk.session?.close();
}

function woken(desk: Desk): Promise<void> {
  return new Promise((resolve) => (desk.wake = resolve));
}

async function attempt(desk: Desk, isOver: () => boolean): Promise<void> {
  desk.isDue = false;
  const failure = await failureToShow(desk, isOver);
  if (failure === undefined || isOver()) return;
  desk.isDue = true;
  desk.failures += 1;
  desk.onFailure(failure);
  await pause(desk);
}

/** One second at first, doubled with each failure in a row; a new set is looked at at once. */
async function pause(desk: Desk): Promise<void> {
  const timer = new AbortController();
  const time = desk.clock.sleep(backoffMilliseconds(desk.failures + 1), timer.signal).catch(() => undefined);
  await Promise.race([time, woken(desk)]);
  timer.abort();
}

async function failureToShow(desk: Desk, isOver: () => boolean): Promise<string | undefined> {
  if (desk.wanted.size === 0 && desk.out.size === 0) {
    const { session } = desk;
    desk.session = undefined;
    await session?.close();
    return undefined;
  }
  const session = await openSession(desk);
  if (typeof session === 'string') return session;
  const { wanted } = desk;
  const [toPublish, toClear] = [unpublished(desk), [...desk.out.keys()].filter((identity) => !wanted.has(identity))];
  const changes = [...toClear.map((identity) => [identity, ''] as const), ...toPublish];
  for (const [index, [identity, payload]] of changes.entries()) {
    if (index % burst === burst - 1) await desk.clock.sleep(pauseMilliseconds);
    if (desk.isHeld || isOver() || desk.wanted !== wanted) return void (desk.isDue = true);
    const outcome = await session.publish(noticeTopic(identity), payload, { retain: true });
    const problem = outcome.kind === 'Unanswered' ? outcome.reason : refusalOf(outcome.code);
    if (problem !== undefined) return `publish the notice of ${identity}: ${problem}`;
    if (payload === '') desk.out.delete(identity);
    else desk.out.set(identity, payload);
  }
  desk.failures = 0;
  if (changes.length > 0) desk.onShown({ published: toPublish.length, cleared: toClear.length, notices: wanted.size });
  return undefined;
}

function refusalOf(code: number): string | undefined {
  return code >= 0x80 ? `PUBACK 0x${code.toString(16)}` : undefined;
}

function unpublished({ wanted, out }: Desk): (readonly [identity: string, payload: string])[] {
  const entries = Array.from(wanted, ([identity, { payload }]) => [identity, payload] as const);
  return entries.filter(([identity, payload]) => out.get(identity) !== payload);
}

/** The session, or why there is none. In a new one all is published again: who missed us is heard then. */
async function openSession(desk: Desk): Promise<Session | string> {
  if (desk.session?.isOpen() === true) return desk.session;
  const outcome = await connected(desk.endpoint, desk.login, desk.answer);
  if (outcome.kind === 'Refused') return `open a session for notices: CONNACK 0x${outcome.code.toString(16)}`;
  if (outcome.kind !== 'Connected') return `open a session for notices: ${outcome.reason}`;
  const { session } = outcome;
  const isHeard = await session.subscribe(ackFilter, (topic, payload) => hear(desk, topic, payload));
  if (!isHeard) {
    await session.close();
    return 'subscribe to acknowledgements: it was not granted';
  }
  for (const identity of desk.out.keys()) desk.out.set(identity, undefined);
  desk.session = session;
  void session.closed.then(() => lost(desk, session));
  return session;
}

/** The broker that ended is known to be gone a moment later; it is not asked before. */
async function lost(desk: Desk, session: Session): Promise<void> {
  if (desk.session !== session || desk.signal.aborted) return;
  desk.session = undefined;
  await desk.clock.sleep(reopenMilliseconds, desk.signal).catch(() => undefined);
  desk.isDue = true;
  desk.wake();
}

/** The topic is the one of the identity alone: no other may publish there. */
function hear(desk: Desk, topic: string, payload: Uint8Array): void {
  const [, identity = ''] = topic.split('/');
  const fingerprint = acknowledgedFingerprint(payload);
  const asked = desk.wanted.get(identity)?.fingerprint;
  if (fingerprint === undefined || fingerprint !== asked) return;
  if (desk.pending.get(identity)?.fingerprint === fingerprint) return;
  desk.pending.set(identity, { identity, fingerprint, at: secondsText(desk.clock.now()) });
  desk.news += 1;
  if (desk.news === 1) void tellBatch(desk);
}

async function tellBatch(desk: Desk): Promise<void> {
  await desk.clock.sleep(batchMilliseconds, desk.signal).catch(() => undefined);
  const count = desk.news;
  desk.news = 0;
  desk.onAcknowledged(count);
}
