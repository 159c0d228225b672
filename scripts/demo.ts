/**
 * The main job, on this machine: the sample fleet drives a real Mosquitto in local mode, and real clients show what it
 * enforces. Prints each step with the milliseconds it took; exits 0 when all of it was seen, else 1 with what was not.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt';
import type { LocalStatus } from '../src/local/status.ts';

const run = promisify(execFile);
const root = path.resolve(import.meta.dirname, '..');
const mqttsec = path.join(root, 'bin/mqttsec');
const patience = 20_000;
const notAuthorized = 0x87;

const place = mkdtempSync(path.join(tmpdir(), 'mqttsec-demo-'));
const manifests = path.join(place, 'plant');
const state = path.join(place, 'state');
const clients: MqttClient[] = [];
let dev: ChildProcess | undefined;
let devSaid = '';

function step(text: string): void {
  console.log(`\n${text}`);
}

function seen(text: string, milliseconds?: number): void {
  const time = milliseconds === undefined ? '' : `${milliseconds.toFixed(0)} ms`;
  console.log(`  ${time.padStart(8)}  ${text}`);
}

/** Waits until `look` gives something; fails with what was waited for. */
async function found<T>(what: string, look: () => T | undefined | Promise<T | undefined>): Promise<T> {
  const end = performance.now() + patience;
  while (performance.now() < end) {
    const value = await look();
    if (value !== undefined) return value;
    await delay(2);
  }
  throw new Error(`not seen in ${patience / 1000} s: ${what}`);
}

/** Gives nothing after a while; does not keep the process. */
function patienceEnds(): Promise<undefined> {
  return delay(patience, undefined, { ref: false });
}

function expect(condition: boolean, what: string): void {
  if (!condition) throw new Error(`expected ${what}`);
}

function status(): LocalStatus | undefined {
  try {
    return JSON.parse(readFileSync(path.join(state, 'status.json'), 'utf8')) as LocalStatus;
  } catch {
    return undefined;
  }
}

interface Connection {
  readonly broker: { readonly host: string; readonly port: number };
  readonly clientId: string;
  readonly username?: string;
  readonly password?: string;
}

/** Client options from a connection kit, as `mqttsec bundle` writes it. */
async function kit(device: string): Promise<IClientOptions> {
  const directory = path.join(place, 'kits', device);
  await run(mqttsec, ['bundle', device, '--state', state, '--out', directory]);
  const file = (name: string) => readFileSync(path.join(directory, name));
  const { broker, clientId, username, password } = JSON.parse(file('connection.json').toString()) as Connection;
  const login = password === undefined ? { cert: file('client.crt'), key: file('client.key') } : { username, password };
  const options = {
    protocol: 'mqtts',
    host: broker.host,
    port: broker.port,
    clientId,
    ca: file('ca.crt'),
    protocolVersion: 5,
    reconnectPeriod: 0,
  };
  return { ...options, ...login } as IClientOptions;
}

async function connected(options: IClientOptions): Promise<MqttClient> {
  const client = await mqtt.connectAsync(options);
  clients.push(client);
  return client;
}

/** The reason code that the broker gives for a publish at QoS 1. */
async function publishCode(client: MqttClient, topic: string, payload = '21.5'): Promise<number> {
  try {
    const packet = await client.publishAsync(topic, payload, { qos: 1 });
    return (packet as { reasonCode?: number } | undefined)?.reasonCode ?? 0;
  } catch (error) {
    const { code } = error as { code?: unknown };
    if (typeof code === 'number') return code;
    throw error;
  }
}

function hex(code: number): string {
  return `0x${code.toString(16).padStart(2, '0')}`;
}

function edit(file: string, from: string, to: string): void {
  const name = path.join(manifests, file);
  const text = readFileSync(name, 'utf8');
  expect(text.includes(from), `"${from}" in ${file}`);
  writeFileSync(name, text.replace(from, to));
}

async function start(): Promise<void> {
  cpSync(path.join(root, 'deploy/samples/plant'), manifests, { recursive: true });
  const begun = performance.now();
  const child = spawn(mqttsec, ['dev', manifests, '--state', state], { stdio: ['ignore', 'pipe', 'pipe'] });
  dev = child;
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data: Buffer) => (devSaid += data.toString()));
  const up = await found('the broker up and every device proved', () => {
    if (child.exitCode !== null) throw new Error('mqttsec dev ended');
    const now = status();
    return now?.devices.every(({ programmed }) => programmed) && now.devices.length > 0 ? now : undefined;
  });
  seen(`Mosquitto ${up.mosquittoVersion} serves ${up.devices.length} devices, each proved`, performance.now() - begun);
  for (const { name, port, authentication } of up.listeners)
    seen(`listener ${name} on 127.0.0.1:${port}, ${authentication}`);
}

/** The sessions that the walk is about. */
interface Cast {
  readonly kit: IClientOptions;
  readonly sensor: MqttClient;
  readonly neighbour: MqttClient;
  readonly analytics: MqttClient;
}

const own = 'plant/devices/thermo-hall-1/telemetry/temperature';
const foreign = 'plant/devices/thermo-hall-2/telemetry/temperature';
const wanted = 'plant/devices/thermo-hall-1/diagnostics';

async function cast(): Promise<Cast> {
  step('1. Connection kits, as a device would get them (mqttsec bundle)');
  const one = await kit('thermo-hall-1');
  const begun = performance.now();
  const sensor = await connected(one);
  seen('thermo-hall-1 connected with its certificate', performance.now() - begun);
  const neighbour = await connected(await kit('thermo-hall-2'));
  const analytics = await connected(await kit('analytics'));
  await connected(await kit('thermo-cold-store'));
  seen('thermo-hall-2 and analytics too, thermo-cold-store with its password');
  return { kit: one, sensor, neighbour, analytics };
}

async function allowed({ sensor, analytics }: Cast): Promise<void> {
  step('2. What is allowed arrives');
  const heard: string[] = [];
  analytics.on('message', (topic) => heard.push(topic));
  await analytics.subscribeAsync('plant/devices/+/telemetry/#');
  const sent = performance.now();
  expect((await publishCode(sensor, own)) < 0x80, `that ${own} is taken`);
  await found(`${own} at analytics`, () => heard.find((topic) => topic === own));
  seen(`thermo-hall-1 published ${own}, analytics has it`, performance.now() - sent);
}

async function forbidden({ sensor, neighbour, analytics }: Cast): Promise<void> {
  step('3. What is not allowed is refused');
  const code = await publishCode(sensor, foreign);
  expect(code === notAuthorized, `${hex(notAuthorized)} for ${foreign}, not ${hex(code)}`);
  seen(`thermo-hall-1 may not publish ${foreign}: ${hex(code)} not authorized`);
  const stolen: string[] = [];
  neighbour.on('message', (topic) => stolen.push(topic));
  await neighbour.subscribeAsync('plant/devices/thermo-hall-1/#');
  const delivered = new Promise<true>((resolve) => analytics.once('message', () => resolve(true)));
  await publishCode(sensor, own);
  expect((await Promise.race([delivered, patienceEnds()])) === true, `${own} at analytics`);
  // The PUBACK of this one comes behind whatever the broker had sent to it before.
  await publishCode(neighbour, 'plant/devices/thermo-hall-2/status');
  expect(stolen.length === 0, `nothing of thermo-hall-1 at thermo-hall-2, not ${stolen.join(', ')}`);
  seen('thermo-hall-2 subscribed to its topics (Mosquitto grants that): analytics got the message, it did not');
  const why = await run(mqttsec, ['can-i', 'thermo-hall-2', 'receive', own, manifests]).catch(
    (error: unknown) => error,
  );
  seen(`mqttsec can-i thermo-hall-2 receive …: ${(why as { stdout: string }).stdout.split('\n')[0] ?? ''}`);
}

async function editedLive({ sensor }: Cast): Promise<void> {
  step('4. An edit takes effect on the live session');
  expect((await publishCode(sensor, wanted)) === notAuthorized, `that ${wanted} is refused before the edit`);
  const former = status()?.bundle?.hash;
  const edited = performance.now();
  edit(
    '30-templates.yaml',
    '  rules:\n',
    '  rules:\n    - { actions: [Publish], topic: "plant/devices/{device}/diagnostics" }\n',
  );
  await found('the new right', async () => ((await publishCode(sensor, wanted)) < 0x80 ? true : undefined));
  seen(`a rule was added to the template: ${wanted} is allowed`, performance.now() - edited);
  expect(sensor.connected, 'the session to be kept');
  seen('thermo-hall-1 is still in the same session');
  // The broker enforces it a moment before it is proved and told.
  await found('the edit proved', () => {
    const now = status();
    return now?.bundle && now.bundle.hash !== former && now.loaded?.hash === now.bundle.hash ? true : undefined;
  });
}

async function badEdit({ sensor }: Cast): Promise<void> {
  step('5. A bad edit changes nothing');
  const good = status()?.bundle?.hash;
  edit('30-templates.yaml', 'plant/devices/{device}/diagnostics', 'plant/#/diagnostics');
  const finding = await found('a finding', () => status()?.findings.find(({ severity }) => severity === 'Error'));
  const place = `${path.basename(finding.position?.file ?? '')}:${finding.position?.line ?? 0}`;
  seen(`${place} ${finding.code} ${finding.message}`);
  expect((await publishCode(sensor, wanted)) < 0x80 && status()?.bundle?.hash === good, 'the last good set in force');
  seen('the last good set stays in force');
  edit('30-templates.yaml', 'plant/#/diagnostics', 'plant/devices/{device}/diagnostics');
}

async function revocation({ kit: options, sensor, neighbour }: Cast): Promise<void> {
  step('6. Revoked: out at once, and for good');
  const gone = new Promise<number>((resolve) => sensor.once('close', () => resolve(performance.now())));
  const begun = performance.now();
  edit('40-devices.yaml', '  groups: [hall-1]\n', '  groups: [hall-1]\n  revoked: { reason: KeyCompromise }\n');
  const cut = await Promise.race([gone, patienceEnds()]);
  if (cut === undefined) throw new Error('not seen: the session of thermo-hall-1 is cut');
  seen('`revoked` was written into its manifest: the live session of thermo-hall-1 is cut', cut - begun);
  const refusal = await connected(options).then(
    () => undefined,
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
  if (refusal === undefined) throw new Error('expected the revoked certificate to be refused');
  seen(`it cannot return: ${/alert [a-z ]+/.exec(refusal)?.[0] ?? refusal}`);
  expect(neighbour.connected && (await publishCode(neighbour, foreign)) < 0x80, 'thermo-hall-2 undisturbed');
  seen('thermo-hall-2 is still in its session and publishes');
  const shown = await found('the revocation proved', () =>
    status()?.devices.find(({ identity, programmed, reason }) => {
      return identity === 'thermo-hall-1' && programmed && reason === 'Revoked';
    }),
  );
  seen(`mqttsec status: ${shown.device} programmed=${shown.programmed} reason=${shown.reason}`);
}

async function cleanUp(): Promise<void> {
  await Promise.all(clients.map((client) => client.endAsync(true).catch(() => undefined)));
  if (dev && dev.exitCode === null) {
    const ended = new Promise((resolve) => dev?.once('exit', resolve));
    dev.kill('SIGTERM');
    await ended;
  }
  rmSync(place, { recursive: true, force: true });
}

console.log('mqttsec demo: deploy/samples/plant on a real Mosquitto, in local mode');
step('0. mqttsec dev: manifests in, certificates and passwords issued, broker started and proved');
try {
  await start();
  const players = await cast();
  for (const act of [allowed, forbidden, editedLive, badEdit, revocation]) await act(players);
  console.log('\nAll of it was seen. Everything was stopped and removed.');
} catch (error) {
  console.error(`\ndemo failed: ${error instanceof Error ? error.message : String(error)}`);
  if (devSaid !== '') console.error(`mqttsec dev said:\n${devSaid.trimEnd().split('\n').slice(-30).join('\n')}`);
  process.exitCode = 1;
} finally {
  await cleanUp();
}
