/** The operator's mirror, states and first compile among many devices, in a process of its own. */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Agent } from 'undici';
import { compileInput, compilePass } from '../../src/controllers/broker/compile.ts';
import { createBrokerStates } from '../../src/controllers/broker/states.ts';
import { createIssued } from '../../src/controllers/certificate/issued.ts';
import type { AuthorityState } from '../../src/controllers/context.ts';
import { createPasswords } from '../../src/controllers/device/passwords.ts';
import { createFleetState } from '../../src/controllers/fleet-state.ts';
import { createWorld } from '../../src/controllers/world.ts';
import { noLockouts } from '../../src/domain/lockout.ts';
import { objectKey } from '../../src/domain/names.ts';
import { clientFor, clock, random } from '../kube/client.ts';
import { pageSize } from '../kube/device.ts';
import { devicesPath } from '../kube/address.ts';

/** Milliseconds and MB. */
export interface ColdFigures {
  readonly sync: number;
  /** Of the processor, until synced. */
  readonly syncCpu: number;
  /** The bare parse of the same bytes. */
  readonly parse: number;
  readonly parseCpu: number;
  readonly compile: number;
  /** Of resident memory before anything was read, when all is in the stores, when it is compiled, and the most there was. */
  readonly bare: number;
  readonly synced: number;
  readonly compiled: number;
  readonly peak: number;
  /** What of it is in use, without garbage. */
  readonly held: number;
}

function heldMegabytes(): number {
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc') as () => void;
  collectGarbage();
  collectGarbage();
  return process.memoryUsage().heapUsed / 1e6;
}

function memoryField(name: string): number {
  return Number(new RegExp(`${name}:\\s+(\\d+)`).exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) / 1000;
}

/** Milliseconds of the processor since `before`, whichever thread had them. */
function cpuSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

/** In its own process too: pages are read one by one and dropped, the parse alone is timed. */
async function parsed(url: string, ca: string): Promise<Pick<ColdFigures, 'parse' | 'parseCpu'>> {
  const agent = new Agent({ allowH2: false, connect: { ca } });
  let [parse, parseCpu] = [0, 0];
  for (let token: string | undefined = ''; token !== undefined;) {
    const path: string = `${devicesPath}?limit=${pageSize}${token && `&continue=${token}`}`;
    const { body } = await agent.request({ origin: url, path, method: 'GET' });
    const page = Buffer.from(await body.arrayBuffer());
    const [begun, cpu] = [performance.now(), process.cpuUsage()];
    const list = JSON.parse(page.toString()) as { metadata: { continue?: string }; items: unknown[] };
    parse += performance.now() - begun;
    parseCpu += cpuSince(cpu);
    if (list.items.length === 0) throw new Error('measure start: no devices');
    token = list.metadata.continue;
  }
  await agent.close();
  return { parse, parseCpu };
}

async function measured(url: string, ca: string, count: number): Promise<Omit<ColdFigures, 'parse' | 'parseCpu'>> {
  const client = clientFor({ url, ca });
  const bare = memoryField('VmRSS');
  const [begun, cpu] = [performance.now(), process.cpuUsage()];
  const world = createWorld({ client, clock, random });
  const fleet = createFleetState(world);
  const issued = createIssued({ world, fleet, clock });
  const bytes = { bytes: (length: number) => randomBytes(length) };
  const wake = { broker: () => undefined, device: () => undefined };
  const published = () => Promise.resolve(new Map<string, string>());
  const passwords = createPasswords({ world, wake, random: bytes, publishedPasswords: published });
  const reflectors = Object.values(world) as readonly { start(): void; stop(): void; ready: Promise<void> }[];
  for (const reflector of reflectors) reflector.start();
  await Promise.all(reflectors.map(({ ready }) => ready));
  if (fleet.fleet.devices.size !== count) throw new Error(`measure start: ${fleet.fleet.devices.size} devices`);
  const [sync, syncCpu] = [performance.now() - begun, cpuSince(cpu)];
  await delay(1000);
  const synced = memoryField('VmRSS');

  const now = clock.now();
  for (const { value } of world.devices.store.list()) {
    if (!value.ok || value.value.authentication.type !== 'Password') continue;
    const { password } = value.value.authentication;
    if (password.kind === 'Hash') await passwords.keep(value.value, password, true, now);
  }
  const compiling = performance.now();
  const trust = { cas: [], crls: [], revocations: [], findings: [], nextChangeAt: undefined };
  const authorities = {} as AuthorityState;
  const state = { fleet, issued, passwords, brokers: createBrokerStates(), authorities };
  const given = { lockouts: noLockouts.ends };
  const pass = compilePass(compileInput(state, objectKey('plant', 'plant'), trust, undefined, given), undefined, now);
  if (!pass.compiled.content) throw new Error(`compile: ${JSON.stringify(pass.compiled.findings.slice(0, 3))}`);
  const compile = performance.now() - compiling;
  await delay(1000);
  const resident = { synced, compiled: memoryField('VmRSS'), peak: memoryField('VmHWM') };
  const figures = { bare, sync, syncCpu, compile, ...resident, held: heldMegabytes() };
  if (fleet.fleet.devices.size !== pass.compiled.statuses.size) throw new Error('compile: devices are missing');
  for (const reflector of reflectors) reflector.stop();
  return figures;
}

const [url = '', ca = '', count = '0', mode = ''] = process.argv.slice(2);
const figures = mode === 'parse' ? await parsed(url, ca) : await measured(url, ca, Number(count));
process.stdout.write(JSON.stringify(figures), () => process.exit());
