/** An agent on a real broker, fed by hand: bundles go in, events and reports come out, devices connect. */
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { runAgent } from '../../../src/agent/agent.ts';
import { connected, type ConnectOutcome, type Session } from '../../../src/agent/client.ts';
import { currentLink } from '../../../src/agent/generation.ts';
import type { AgentEvent, AgentOptions } from '../../../src/agent/state.ts';
import type { Bundle } from '../../../src/domain/bundle/content.ts';
import type { Placement } from '../../../src/domain/bundle/placement.ts';
import { systemClock, systemRandom } from '../../../src/local/system.ts';
import type {
  BrokerLauncher,
  BundleReading,
  BundleSource,
  Clock,
  InstanceLockout,
  InstanceReport,
} from '../../../src/ports.ts';
import { brokerName, type KeyPair, newSite, type Site } from '../../agent/site.ts';
import { type BrokerUnderTest, currentUser, dialectOf, freePorts, scratchDirectory, until } from '../mosquitto.ts';

/** A source that gives what the test hands to it. */
export interface HandSource extends BundleSource {
  give(reading: BundleReading): void;
}

export function handSource(): HandSource {
  const queue: BundleReading[] = [];
  let wake = (): void => undefined;
  return {
    give(reading) {
      queue.push(reading);
      wake();
    },
    async *bundles(signal) {
      signal.addEventListener('abort', () => wake(), { once: true });
      while (!signal.aborted) {
        const reading = queue.shift();
        if (reading) yield reading;
        else await new Promise<void>((resolve) => (wake = resolve));
      }
    },
  };
}

export interface Plant {
  readonly broker: BrokerUnderTest;
  readonly directory: string;
  readonly site: Site;
  readonly ports: { readonly mtls: number; readonly password: number };
}

export async function newPlant(
  broker: BrokerUnderTest,
  { now = new Date(), root = scratchDirectory() }: { readonly now?: Date; readonly root?: string } = {},
): Promise<Plant> {
  const directory = path.join(root, 'agent');
  const [mtls = 0, password = 0] = await freePorts(2);
  const ports = { mtls, password };
  const dialect = dialectOf(broker);
  const site = newSite({ now, link: currentLink(directory), dialect, user: currentUser, ports });
  return { broker, directory, site, ports };
}

export interface RunningAgent {
  readonly events: readonly AgentEvent[];
  readonly reports: readonly InstanceReport[];
  readonly log: readonly string[];
  give(bundle: Bundle): void;
  giveUnreadable(reason: string): void;
  /** Resolves when this revision is reported as loaded. */
  loaded(revision: number): Promise<void>;
  report(): InstanceReport | undefined;
  /** How often an event of this kind was told. */
  count(kind: AgentEvent['kind']): number;
  stop(): Promise<void>;
}

export interface AgentChanges {
  readonly broker?: string;
  readonly placement?: Placement;
  /** Instead of what the test hands over. */
  readonly source?: BundleSource;
  readonly clock?: Clock;
  readonly launcher?: BrokerLauncher;
  readonly onEvent?: (event: AgentEvent) => void;
  readonly onNotice?: NonNullable<AgentOptions['onNotice']>;
  readonly onFigures?: NonNullable<AgentOptions['onFigures']>;
  readonly onObserved?: NonNullable<AgentOptions['onObserved']>;
  readonly formerLockouts?: readonly InstanceLockout[];
  readonly limits?: NonNullable<AgentOptions['limits']>;
}

export function startAgent(
  { broker, directory }: Plant,
  { formerLockouts = [], ...changes }: AgentChanges = {},
): RunningAgent {
  const source = handSource();
  const events: AgentEvent[] = [];
  const reports: InstanceReport[] = [];
  const log: string[] = [];
  const stop = new AbortController();
  const options: AgentOptions = {
    broker: brokerName,
    instance: 'one',
    directory,
    source,
    report: {
      report: (report) => Promise.resolve(void reports.push(report)),
      formerLockouts: () => Promise.resolve(formerLockouts),
    },
    launcher: broker.launcher,
    clock: systemClock(),
    random: systemRandom,
    onLog: (line) => void log.push(line),
    ...changes,
    onEvent(event) {
      events.push(event);
      changes.onEvent?.(event);
    },
  };
  const run = runAgent(options, stop.signal);
  let failure: unknown;
  run.catch((error: unknown) => (failure = error));
  const report = (): InstanceReport | undefined => reports.at(-1);
  return {
    events,
    reports,
    log,
    give: (bundle) => source.give({ kind: 'Bundle', bundle }),
    giveUnreadable: (reason) => source.give({ kind: 'Unreadable', reason }),
    report,
    count: (kind) => events.filter((event) => event.kind === kind).length,
    async loaded(revision) {
      await until(
        () => {
          if (failure) throw new Error('the agent ended', { cause: failure });
          return report()?.loaded?.revision === revision;
        },
        () => `revision ${revision} is loaded; last report ${JSON.stringify(report())}\n${log.slice(-20).join('\n')}`,
      );
    },
    async stop() {
      stop.abort();
      await run;
    },
  };
}

/** A clock whose waits are cut short: what is tried again after a while is tried soon. */
export function hastyClock(now: () => Date = () => new Date()): Clock {
  return {
    now,
    sleep: (milliseconds, signal) => delay(Math.min(milliseconds, 20), undefined, signal ? { signal } : {}),
  };
}

/** Connects a device: by certificate, or by user name and password. */
export function connectedDevice(
  { ports }: Plant,
  identity: string,
  credential: KeyPair | string,
): Promise<ConnectOutcome> {
  const at = { kind: 'Network', host: '127.0.0.1', webSockets: false } as const;
  if (typeof credential !== 'string') {
    return connected({ ...at, port: ports.mtls, tls: credential }, { clientId: identity }, 5_000);
  }
  const login = { clientId: identity, username: identity, password: credential };
  return connected({ ...at, port: ports.password, tls: {} }, login, 5_000);
}

/** The session of a device that has to be let in. */
export async function sessionOf(plant: Plant, identity: string, credential: KeyPair | string): Promise<Session> {
  const outcome = await connectedDevice(plant, identity, credential);
  if (outcome.kind === 'Connected') return outcome.session;
  throw new Error(`connect ${identity}: ${JSON.stringify(outcome)}`);
}

/** Reason code of a publish that has to be answered. */
export async function publishCode(session: Session, topic: string, payload = 'x'): Promise<number> {
  const outcome = await session.publish(topic, payload);
  if (outcome.kind === 'Acknowledged') return outcome.code;
  throw new Error(`publish ${topic}: ${outcome.reason}`);
}

/**
 * What `setUp` gives, done before the end that it is told: this many milliseconds after its beginning, on a whole second as
 * X.509 has it. Where the machine was too slow for that, it is done again with twice the time. `round` counts from 1.
 */
export async function beforeItEnds<T>(
  milliseconds: number,
  setUp: (end: Date, round: number) => Promise<T>,
): Promise<T & { readonly end: Date; readonly round: number }> {
  for (let round = 1; ; round += 1) {
    const end = new Date(Math.ceil((Date.now() + milliseconds * 2 ** (round - 1)) / 1000) * 1000);
    const done = await setUp(end, round).catch((error: unknown) => {
      if (Date.now() < end.getTime() || round === 5) throw error;
      return undefined;
    });
    if (done !== undefined && Date.now() < end.getTime()) return { ...done, end, round };
    if (round === 5) throw new Error(`it was not set up within ${milliseconds * 2 ** 4} ms`);
  }
}
