import { auditLine } from '../monitor/audit.ts';
import type { Notice } from '../monitor/notice.ts';
import type { Clock } from '../ports.ts';
import { connected, type Endpoint, type Login, type Session } from './client.ts';

/** Publishes what the monitor tells on a topic of the broker, beside the steps of the agent and never in their way. */
export interface AlertDesk {
  /** From now on there; undefined: nowhere, and what waits is dropped. */
  readonly follow: (topic: string | undefined) => void;
  /** Never waits and never fails. */
  readonly tell: (notice: Notice) => void;
  /** Alerts that were not published: too many at a time, or the broker could not be reached for long. */
  readonly lost: () => number;
  /** Resolves when the signal is aborted and the session closed. */
  readonly ended: Promise<void>;
}

export interface AlertDeskOptions {
  /** The agent's own listener. */
  readonly endpoint: Endpoint;
  readonly login: Login;
  /** For each answer of the broker, milliseconds. */
  readonly answer: number;
  readonly broker: string;
  readonly instance: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly onFailure: (what: string) => void;
}

/** The newest that wait while the broker is away; the oldest go first. */
const mostWaiting = 256;
/** Between two of them, milliseconds: at most 20 in a second. */
const pauseMilliseconds = 50;
/** Before what failed is tried again, milliseconds. */
const retryMilliseconds = 1_000;

interface Desk extends AlertDeskOptions {
  topic: string | undefined;
  waiting: string[];
  lost: number;
  /** What failed last, so that it is told once. */
  failure: string | undefined;
  session: Session | undefined;
  wake: () => void;
}

export function alertDesk(options: AlertDeskOptions): AlertDesk {
  const { broker, instance, signal } = options;
  const desk: Desk = {
    ...options,
    ...{ topic: undefined, waiting: [], lost: 0, failure: undefined, session: undefined },
    wake: () => undefined,
  };
  signal.addEventListener('abort', () => desk.wake(), { once: true });
  return {
    follow(topic) {
      desk.topic = topic;
      if (topic === undefined) desk.waiting = [];
      desk.wake();
    },
    tell(notice) {
      if (desk.topic === undefined) return;
      desk.waiting.push(auditLine(notice, { broker, instance }));
      if (desk.waiting.length > mostWaiting) {
        desk.waiting.shift();
        desk.lost += 1;
      }
      desk.wake();
    },
    lost: () => desk.lost,
    ended: served(desk),
  };
}

async function served(desk: Desk): Promise<void> {
  const isOver = (): boolean => desk.signal.aborted;
  while (!isOver()) {
    const [line] = desk.waiting;
    if (line === undefined || desk.topic === undefined) await idle(desk);
    else await attempt(desk, desk.topic, line);
  }
  await desk.session?.close();
}

/** Without a topic there is no session either. */
async function idle(desk: Desk): Promise<void> {
  const { topic, session } = desk;
  if (topic === undefined && session) {
    desk.session = undefined;
    await session.close();
    return;
  }
  await new Promise<void>((resolve) => {
    desk.wake = resolve;
    if (desk.signal.aborted || (desk.waiting.length > 0 && desk.topic !== undefined)) resolve();
  });
}

async function attempt(desk: Desk, topic: string, line: string): Promise<void> {
  const failure = await failureToPublish(desk, topic, line);
  if (failure === undefined && desk.waiting[0] === line) desk.waiting.shift();
  if (failure !== undefined && failure !== desk.failure && !desk.signal.aborted) desk.onFailure(failure);
  desk.failure = failure;
  await desk.clock
    .sleep(failure === undefined ? pauseMilliseconds : retryMilliseconds, desk.signal)
    .catch(() => undefined);
}

async function failureToPublish(desk: Desk, topic: string, line: string): Promise<string | undefined> {
  const session = await openSession(desk);
  if (typeof session === 'string') return session;
  const outcome = await session.publish(topic, line);
  if (outcome.kind === 'Acknowledged') {
    return outcome.code < 0x80 ? undefined : `publish an alert: PUBACK 0x${outcome.code.toString(16)}`;
  }
  await session.close();
  return `publish an alert: ${outcome.reason}`;
}

async function openSession(desk: Desk): Promise<Session | string> {
  if (desk.session?.isOpen() === true) return desk.session;
  const outcome = await connected(desk.endpoint, desk.login, desk.answer);
  if (outcome.kind === 'Refused') return `open a session for alerts: CONNACK 0x${outcome.code.toString(16)}`;
  if (outcome.kind !== 'Connected') return `open a session for alerts: ${outcome.reason}`;
  desk.session = outcome.session;
  return outcome.session;
}
