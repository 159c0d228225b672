import { isDeepStrictEqual } from 'node:util';
import { createObserver, type Habits, type ObservedCounts, type Observer } from '../monitor/observe.ts';
import type { Notice } from '../monitor/notice.ts';
import { watchSettings } from '../monitor/rules.ts';
import type { RuleBook } from '../monitor/tellers.ts';
import type { Clock } from '../ports.ts';
import { connected, type Endpoint, type Login } from './client.ts';
import { roleIn, type WatchedSet } from './monitoring.ts';

/** Reads what the fleet publishes, over a session of its own on the agent's listener, where a set asks for it. */
export interface Observing {
  readonly follow: (set: WatchedSet) => void;
  /** Undefined as long as nothing is read. */
  readonly habits: () => Habits | undefined;
  readonly learned: () => number;
  /** Takes up what a former agent knew, for as long as messages are read. */
  readonly restore: (former: Habits) => void;
  /** Reads until the signal is aborted. */
  readonly run: (signal: AbortSignal) => Promise<void>;
}

export interface ObservingOptions {
  readonly endpoint: Endpoint;
  readonly login: Login;
  /** For each answer of the broker, milliseconds. */
  readonly answer: number;
  readonly clock: Clock;
  readonly onNotice: (notice: Notice) => void;
  /** Is told once in a second at most, when something is another than before. */
  readonly onCounts: (counts: ObservedCounts) => void;
  /** Is told once of failures in a row. */
  readonly onFailure: (what: string) => void;
}

const tickMilliseconds = 1_000;
/** The broker may be starting: so many failures in a row are told. */
const failuresTold = 5;

interface Observation {
  readonly options: ObservingOptions;
  set: WatchedSet | undefined;
  observer: Observer | undefined;
  former: Habits | undefined;
  told: string;
  wake: () => void;
}

export function observing(options: ObservingOptions): Observing {
  const observation: Observation = {
    ...{ options, set: undefined, observer: undefined, former: undefined, told: '' },
    wake: () => undefined,
  };
  return {
    follow: (set) => follow(observation, set),
    habits: () => observation.observer?.habits(),
    learned: () => observation.observer?.counts().learned ?? 0,
    restore(former) {
      observation.former = former;
      takeUp(observation);
    },
    async run(signal) {
      signal.addEventListener('abort', () => observation.wake(), { once: true });
      await Promise.all([read(observation, signal), tick(observation, signal)]);
    },
  };
}

function follow(observation: Observation, set: WatchedSet): void {
  const { observer, set: former } = observation;
  observation.set = set;
  const isOn = set.observes === true;
  if (isOn && !isDeepStrictEqual(former?.watchRules, set.watchRules)) observer?.follow(rulesOf(observation));
  if (isOn === (observer !== undefined)) return;
  const isListed = (identity: string) => observation.set?.identities.has(identity) === true;
  observation.observer = isOn ? createObserver({ isListed, rules: rulesOf(observation) }) : undefined;
  if (isOn) takeUp(observation);
  observation.wake();
}

/** Those of the present set, by the role that each identity has in it. */
function rulesOf(observation: Observation): RuleBook {
  return watchSettings(observation.set?.watchRules ?? [], (identity) => roleIn(observation.set, identity));
}

/** What a former agent knew is of use once: for the first observer, for what was between two nobody saw. */
function takeUp(observation: Observation): void {
  const { observer, former, options } = observation;
  if (!observer || !former) return;
  observer.restore(former, options.clock.now());
  observation.former = undefined;
}

async function read(observation: Observation, signal: AbortSignal): Promise<void> {
  const { clock, onFailure } = observation.options;
  const isOver = (): boolean => signal.aborted;
  let failures = 0;
  while (!isOver()) {
    if (!observation.observer) {
      await woken(observation);
      continue;
    }
    const failure = await failureToRead(observation, isOver);
    failures = failure === undefined ? 0 : failures + 1;
    if (failures === failuresTold) onFailure(`read what is published: ${String(failure)}`);
    await clock.sleep(tickMilliseconds, signal).catch(() => undefined);
  }
}

function woken(observation: Observation): Promise<void> {
  return new Promise((resolve) => (observation.wake = resolve));
}

/** Reads until the session is lost, or nothing is to be read any more; gives why it could not begin. */
async function failureToRead(observation: Observation, isOver: () => boolean): Promise<string | undefined> {
  const { endpoint, login, answer, clock, onNotice } = observation.options;
  const outcome = await connected(endpoint, login, answer);
  if (outcome.kind !== 'Connected') return outcome.kind === 'Refused' ? `CONNACK ${outcome.code}` : outcome.reason;
  const { session } = outcome;
  const hear = (topic: string, { length: bytes }: Uint8Array): void => {
    for (const notice of observation.observer?.note({ topic, bytes }, clock.now()) ?? []) onNotice(notice);
  };
  // What is retained says nothing of when it was published.
  const isHeard = await session.subscribe('#', hear, { qos: 0, isLive: true });
  while (isHeard && session.isOpen() && observation.observer && !isOver()) {
    await Promise.race([session.closed, woken(observation)]);
  }
  await session.close();
  return isHeard ? undefined : 'the subscription was not granted';
}

async function tick(observation: Observation, signal: AbortSignal): Promise<void> {
  const { clock, onNotice, onCounts } = observation.options;
  while (!signal.aborted) {
    await clock.sleep(tickMilliseconds, signal).catch(() => undefined);
    const { observer } = observation;
    if (!observer) continue;
    for (const notice of observer.tick(clock.now())) onNotice(notice);
    const counts = observer.counts();
    const text = JSON.stringify(counts);
    if (text !== observation.told) onCounts(counts);
    observation.told = text;
  }
}
