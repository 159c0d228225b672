import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import mqtt, { type MqttClient } from 'mqtt';
import { fleet, mqttsec, root } from '../../cli/program.ts';
import { until } from '../mosquitto.ts';

/** The words with which `dev` is told which Mosquitto to start, as `scripts/brokers.sh` gives them. */
export function mosquittoWords(line: '2.0' | '2.1'): readonly string[] {
  const run = spawnSync(path.join(root, 'scripts/brokers.sh'), [line], { encoding: 'utf8' });
  const [, plugins = '', ...words] = run.stdout.trimEnd().split('\t');
  return [...words.map((word) => `--mosquitto=${word}`), `--plugins=${plugins}`];
}

/** `mqttsec dev` on a directory of its own. */
export interface DevProcess {
  readonly pid: number;
  readonly out: () => string;
  readonly err: () => string;
  /** Resolves with the exit code. */
  readonly exited: Promise<number | null>;
  stop(): Promise<number | null>;
  /** As when what reads its output ends. */
  closeOutput(): void;
}

export function startedDev(directory: string, words: readonly string[]): DevProcess {
  const child = spawn(path.join(root, 'bin/mqttsec'), ['dev', directory, ...words], { cwd: root });
  let [out, err] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text;
  });
  const exited = new Promise<number | null>((resolve) => child.once('close', resolve));
  const stop = () => {
    child.kill('SIGTERM');
    return exited;
  };
  return {
    pid: child.pid ?? 0,
    out: () => out,
    err: () => err,
    exited,
    stop,
    closeOutput: () => void child.stdout.destroy(),
  };
}

/** A fleet on the disk, the state beside it, and what the tests do with both. */
export interface Plant {
  readonly directory: string;
  readonly state: string;
  edit(file: string, change: (text: string) => string): void;
  remove(): void;
}

export const basicFleet: Readonly<Record<string, string>> = fleet;

export function plantOf(files: Readonly<Record<string, string | Uint8Array>>): Plant {
  const directory = mkdtempSync(path.join(tmpdir(), 'mqttsec-dev-'));
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(directory, name), text);
  return {
    directory,
    state: path.join(directory, '.mqttsec'),
    edit: (name, change) => {
      const file = path.join(directory, name);
      writeFileSync(file, change(readFileSync(file, 'utf8')));
    },
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}

interface DeviceRow {
  readonly identity: string;
  readonly programmed: boolean;
  readonly reason: string;
  readonly notAfter?: string;
  readonly enrols?: true;
  readonly revocation?: Readonly<Record<string, unknown>>;
}

export interface Status {
  readonly running: boolean;
  readonly mosquittoVersion: string;
  readonly listeners: readonly { readonly name: string; readonly port: number }[];
  readonly bundle?: { readonly revision: number; readonly hash: string };
  readonly loaded?: { readonly revision: number; readonly hash: string; readonly provedAt: string };
  readonly devices: readonly DeviceRow[];
  readonly renewals?: { readonly nextWeek: number };
  readonly findings: readonly { readonly code: string; readonly severity: string; readonly message: string }[];
}

export function statusOf({ state }: Plant): Status | undefined {
  const run = mqttsec(['status', '--state', state, '-o', 'json']);
  return run.code === 2 ? undefined : (JSON.parse(run.out) as Status);
}

/** The status as `dev` last wrote it, which costs no process. */
export function writtenStatus({ state }: Plant): Status | undefined {
  try {
    return JSON.parse(readFileSync(path.join(state, 'status.json'), 'utf8')) as Status;
  } catch {
    return undefined;
  }
}

export function deviceIn(status: Status | undefined, identity: string): DeviceRow | undefined {
  return status?.devices.find((device) => device.identity === identity);
}

/** Waits until the device has this reason, proved at the broker. */
export async function proved(plant: Plant, identity: string, reason: string): Promise<void> {
  const isSo = () => {
    const device = deviceIn(writtenStatus(plant), identity);
    return device?.programmed === true && device.reason === reason;
  };
  await until(isSo, `${identity} is proved to be ${reason}`);
}

export async function allProved(plant: Plant, dev: DevProcess): Promise<void> {
  const isProved = () => {
    const status = writtenStatus(plant);
    return status?.bundle !== undefined && status.loaded?.hash === status.bundle.hash;
  };
  const ended = dev.exited.then((code) =>
    Promise.reject(new Error(`dev ended with ${String(code)}:\n${dev.out()}\n${dev.err()}`)),
  );
  await Promise.race([until(isProved, 'the bundle is proved', 30), ended]);
  ended.catch(() => undefined);
}

/** The connection kit of a device, as `bundle` writes it. */
export function kitOf({ state, directory }: Plant, identity: string): string {
  const kit = path.join(directory, `.kit-${identity}`);
  const run = mqttsec(['bundle', identity, '--state', state, '--out', kit, '--force']);
  if (run.code !== 0) throw new Error(run.err);
  return kit;
}

interface Connection {
  readonly broker: { readonly host: string; readonly port: number };
  readonly clientId: string;
  readonly username?: string;
  readonly password?: string;
  readonly certificateFile?: string;
  readonly keyFile?: string;
}

/** Connects with nothing but what the kit holds; rejects when the broker refuses. */
export function connected(kit: string): Promise<MqttClient> {
  const text = (name: string) => readFileSync(path.join(kit, name), 'utf8');
  const { broker, clientId, username, password, certificateFile, keyFile } = JSON.parse(
    text('connection.json'),
  ) as Connection;
  const client = mqtt.connect({
    ...broker,
    protocol: 'mqtts',
    protocolVersion: 5,
    reconnectPeriod: 0,
    clientId,
    ca: text('ca.crt'),
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(certificateFile !== undefined && { cert: text(certificateFile) }),
    ...(keyFile !== undefined && { key: text(keyFile) }),
  });
  return new Promise((resolve, reject) => {
    client.once('connect', () => resolve(client));
    client.once('error', reject);
    client.once('close', () => reject(new Error('the broker closed the connection')));
  });
}

/** Whether the broker takes a message on the topic (QoS 1, MQTT 5: the acknowledgement tells). */
export async function mayPublish(client: MqttClient, topic: string): Promise<boolean> {
  try {
    await client.publishAsync(topic, 'x', { qos: 1 });
    return true;
  } catch {
    return false;
  }
}
