/**
 * Publishes of devices that do nothing wrong, while others guess a password or publish where they may not, are locked out
 * and released: the real program in local mode, a real Mosquitto, real clients. The floor is the same with nobody at it.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import type { MqttClient } from 'mqtt';
import { type BrokerUnderTest, brokers } from '../test/broker/mosquitto.ts';
import {
  allProved,
  connected,
  kitOf,
  mosquittoWords,
  type Plant,
  plantOf,
  startedDev,
  writtenStatus,
} from '../test/broker/local/dev-process.ts';
import type { Abuse, Done } from './bystanders/thread.ts';
import { fileOf, fleetFiles } from './revocation/fleet.ts';
import { type BenchRow, median, percentile } from './row.ts';

export const name = 'Bystanders of abuse';
export const facts = brokers.map((broker) => broker.name);

const seconds = 20;
const pauseMilliseconds = 10;
const bystanders = ['by-0', 'by-1', 'by-2', 'by-3', 'by-4'];
const meddlers = ['bad-0', 'bad-1', 'bad-2', 'bad-3', 'bad-4'];
const victim = 'victim';
const watching = `  lockout: { maxFailures: 20, blockSeconds: 5 }
  monitoring: { aclViolations: Enabled }
`;

export async function run(): Promise<readonly BenchRow[]> {
  if (brokers.length === 0) throw new Error('measure bystanders: there is no Mosquitto');
  const rows: BenchRow[] = [];
  for (const broker of brokers) rows.push(...(await rowsOn(broker)));
  return rows;
}

function watchedFleet(): Readonly<Record<string, string>> {
  const files = fleetFiles([...bystanders, ...meddlers, victim]);
  const [broker = '', device = ''] = [files['broker.yaml'], files[fileOf(victim)]];
  return {
    ...files,
    'broker.yaml': broker.replace('spec:\n', `spec:\n${watching}`),
    [fileOf(victim)]: device.replace(
      / {4}type: Certificate\n.*$/s,
      '    type: Password\n    password: { generate: {} }\n',
    ),
  };
}

async function rowsOn(broker: BrokerUnderTest): Promise<readonly BenchRow[]> {
  const plant = plantOf(watchedFleet());
  const dev = startedDev(plant.directory, mosquittoWords(broker.dialect));
  const clients: MqttClient[] = [];
  try {
    await allProved(plant, dev);
    for (const identity of [...bystanders, victim]) clients.push(await connected(kitOf(plant, identity)));
    const port = writtenStatus(plant)?.listeners.find((one) => one.name === 'passwords')?.port ?? 0;
    const guessing: Abuse = { kind: 'Guess', port, identity: victim, atOnce: 4 };
    const meddling: Abuse = { kind: 'Meddle', kits: meddlers.map((identity) => kitOf(plant, identity)) };
    const rows = [
      ...(await rowsBeside(`${broker.name}, a password is guessed`, clients, guessing)),
      ...(await rowsBeside(`${broker.name}, five are locked out and released`, clients, meddling)),
    ];
    for (const one of clients) if (!one.connected) throw new Error('measure bystanders: somebody lost his session');
    checkLockouts(plant);
    return rows;
  } finally {
    for (const one of clients) one.end(true);
    await dev.stop();
    plant.remove();
  }
}

async function rowsBeside(what: string, clients: readonly MqttClient[], abuse: Abuse): Promise<readonly BenchRow[]> {
  const quiet = await roundTrips(clients);
  const worker = new Worker(new URL('bystanders/thread.ts', import.meta.url), { workerData: abuse });
  const done = new Promise<Done>((resolve, reject) => worker.once('message', resolve).once('error', reject));
  const beside = await roundTrips(clients);
  worker.postMessage('stop');
  const { acts } = await done;
  await worker.terminate();
  const row = (measure: string, of: (trips: readonly number[]) => number, target: string): BenchRow => {
    const [value, floor] = [of(beside), of(quiet)];
    return { measure: `${what}: publish, ${measure}`, value, unit: 'ms', floor, ratio: value / floor, target };
  };
  return [
    { measure: `${what}: acts`, value: acts / seconds, unit: '/s', target: 'for comparison' },
    row('median', median, 'for comparison'),
    row('p99', (trips) => percentile(trips, 0.99), '≤ 50 ms'),
    row('longest', (trips) => Math.max(...trips), 'for comparison'),
  ];
}

/** Of all clients for some seconds, milliseconds: QoS 1, one message at a time each. */
async function roundTrips(clients: readonly MqttClient[]): Promise<readonly number[]> {
  const trips: number[] = [];
  const end = performance.now() + seconds * 1000;
  await Promise.all(
    clients.map(async (client) => {
      const topic = `sensors/${client.options.clientId ?? ''}/t`;
      while (performance.now() < end) {
        const start = performance.now();
        await client.publishAsync(topic, 'x'.repeat(64), { qos: 1 });
        trips.push(performance.now() - start);
        await delay(pauseMilliseconds);
      }
    }),
  );
  return trips;
}

/** The lockouts and nobody else's are in the audit log, with their ends; and that somebody guessed. */
function checkLockouts({ state }: Plant): void {
  const lines = readFileSync(path.join(state, 'audit.jsonl'), 'utf8').trim().split('\n');
  const events = lines.map((line) => JSON.parse(line) as { readonly event: string; readonly identity?: string });
  const who = (kind: string) => [...new Set(events.filter(({ event }) => event === kind).map((one) => one.identity))];
  for (const kind of ['LockedOut', 'Released']) {
    const names = who(kind).sort();
    if (names.join() !== meddlers.join()) throw new Error(`measure bystanders: ${kind} are ${names.join()}`);
  }
  if (who('AuthenticationFailed').length === 0) throw new Error('measure bystanders: nobody heard of the guesses');
}
