/**
 * The real brokers of the tests: one Mosquitto 2.0 and one 2.1, as `scripts/brokers.sh` provides them. Tests run on each:
 * `for (const broker of brokers) describe(broker.name, …)`. With CI=true a broker that is missing fails the run.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import net from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Conf } from '../../src/domain/broker/conf.ts';
import { mosquittoLauncher } from '../../src/agent/process.ts';
import { systemClock } from '../../src/local/system.ts';
import type { BrokerLauncher, BrokerProcess } from '../../src/ports.ts';

export interface BrokerUnderTest {
  /** Such as `Mosquitto 2.0.11`. */
  readonly name: string;
  readonly version: string;
  /** The dialect of mosquitto.conf, `mosquitto.version` of an MqttBroker. */
  readonly dialect: '2.0' | '2.1';
  readonly launcher: BrokerLauncher;
  /** The words that start it. */
  readonly command: readonly [string, ...string[]];
  /** Where `mosquitto_acl_file.so` and `mosquitto_password_file.so` lie (2.1). */
  readonly pluginDirectory: string;
}

/** How mosquitto.conf is written for it. */
export function dialectOf({
  dialect,
  pluginDirectory,
}: Pick<BrokerUnderTest, 'dialect' | 'pluginDirectory'>): Conf['dialect'] {
  return dialect === '2.0' ? { version: dialect } : { version: dialect, pluginDirectory };
}

const root = path.resolve(import.meta.dirname, '../..');
const lines = ['2.0', '2.1'] as const;

async function brokerOf(line: '2.0' | '2.1'): Promise<BrokerUnderTest | undefined> {
  const run = spawnSync(path.join(root, 'scripts/brokers.sh'), [line], { encoding: 'utf8' });
  const [, pluginDirectory, command, ...words] = run.stdout.trimEnd().split('\t');
  if (run.status !== 0 || pluginDirectory === undefined || command === undefined) {
    if (process.env['CI'] === 'true') throw new Error(`provide Mosquitto ${line}: ${run.stderr.trim()}`);
    console.warn(`no Mosquitto ${line}, its tests do not run: ${run.stderr.trim()}`);
    return undefined;
  }
  const start = [command, ...words] as const;
  const launcher = endedAtExit(mosquittoLauncher({ command: start, clock: systemClock() }));
  const version = await launcher.version();
  return { name: `Mosquitto ${version}`, version, dialect: line, launcher, command: start, pluginDirectory };
}

const alive = new Set<number>();
process.once('exit', () => {
  for (const pid of alive) process.kill(pid, 'SIGKILL');
});

/** A broker has a session of its own, so one that a failed test left running would outlive the run. */
function endedAtExit(launcher: BrokerLauncher): BrokerLauncher {
  return {
    ...launcher,
    async start(file, onLog) {
      const broker = await launcher.start(file, onLog);
      alive.add(broker.pid);
      void broker.exited.then(() => alive.delete(broker.pid));
      return broker;
    },
  };
}

const provided = await Promise.all(lines.map(brokerOf));

/** Each broker that could be provided, 2.0 first. */
export const brokers: readonly BrokerUnderTest[] = provided.filter((broker) => broker !== undefined);

/** Lines for which no broker could be provided; `harness.test.ts` counts them. */
export const missingLines: readonly string[] = lines.filter((_, index) => provided[index] === undefined);

/** The user that a broker of the tests keeps: rendered as `user`, else one started by root would change to another. */
export const currentUser = userInfo().username;

const scratch: string[] = [];
process.once('exit', () => {
  for (const directory of scratch) rmSync(directory, { recursive: true, force: true });
});

/** A directory that is removed when the test process ends; its path is short enough for unix sockets below it. */
export function scratchDirectory(): string {
  const directory = mkdtempSync(path.join(tmpdir(), 'mqttsec-'));
  scratch.push(directory);
  return directory;
}

/** Ports of 127.0.0.1 that are free now. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(Array.from({ length: count }, listeningServer));
  const ports = servers.map((server) => (server.address() as net.AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

function listeningServer(): Promise<net.Server> {
  return new Promise((resolve, reject) => {
    const server = net.createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => resolve(server));
  });
}

export interface RunningBroker {
  readonly process: BrokerProcess;
  /** All that it logged, growing. */
  readonly log: readonly string[];
  stop(): Promise<void>;
}

/**
 * Starts a broker on this text of a mosquitto.conf, written into `directory`; resolves when it serves clients. Before its
 * first CONNACK a SIGHUP may still kill it (facts 1.7): connect first.
 */
export async function runningBroker(broker: BrokerUnderTest, directory: string, conf: string): Promise<RunningBroker> {
  const file = path.join(directory, 'mosquitto.conf');
  await writeFile(file, conf);
  const log: string[] = [];
  const child = await broker.launcher.start(file, (line) => log.push(line));
  const ended = child.exited.then(() =>
    Promise.reject(new Error(`start ${broker.name}: it ended:\n${log.join('\n')}`)),
  );
  await Promise.race([until(() => log.some((line) => / running$/.test(line)), `${broker.name} runs`), ended]);
  ended.catch(() => undefined);
  return { process: child, log, stop: () => child.stop() };
}

/** Waits until the condition holds, looking every 5 ms; fails loudly after `seconds`. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  what: string | (() => string),
  seconds = 30,
): Promise<void> {
  const deadline = Date.now() + seconds * 1000;
  while (!(await condition())) {
    if (Date.now() > deadline)
      throw new Error(`waited ${String(seconds)} s for: ${typeof what === 'string' ? what : what()}`);
    await delay(5);
  }
}
