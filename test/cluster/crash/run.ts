/** One run of the work-load, in which the operator may be killed at some of its writes. */
import assert from 'node:assert/strict';
import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { BrokerUnderTest } from '../../broker/mosquitto.ts';
import { mergePatch } from '../api.ts';
import { createTestAuthority } from '../authority.ts';
import { type Component, type Program, startedComponent, until } from '../component.ts';
import { administrator, type ControlPlane } from '../control-plane.ts';
import { operatorNamespace, startOperator, type TestOperator } from '../operator.ts';
import { type Kills, killsAt } from './kills.ts';
import { type Monitor, startMonitor } from './monitor.ts';
import { ledgerName, type Point, type Write, writeText } from './point.ts';
import {
  type Condition,
  issuedTwice,
  type Names,
  noteSerials,
  objectsIn,
  reportingObjectsIn,
  type State,
  stateOf,
  type StoredObject,
} from './state.ts';
import { authorities, bystanders, issuers, type Manifest, placeOf, type Step, steps } from './work-load.ts';

export interface RunResult {
  readonly state: State;
  /** Of the operator, in order; without those of Leases and Events. */
  readonly writes: readonly Write[];
  /** The points at which it was killed: it may not have come to some of those that were asked for. */
  readonly reached: readonly Point[];
  /** What must not have happened. */
  readonly wrong: readonly string[];
  /** What others did by themselves, which makes another end of it. */
  readonly disturbances: readonly string[];
}

export interface RunPlan {
  readonly plane: ControlPlane;
  readonly mosquitto: BrokerUnderTest;
  readonly namespace: string;
  /** Where the broker of the run listens: one that no other has. */
  readonly address: string;
  readonly points: readonly Point[];
  /** Says whether a state is the one that is to be reached; it is given time. */
  readonly isGood: (state: State) => boolean;
  /** So long a good state must stay as it is, milliseconds. */
  readonly steadyMilliseconds: number;
}

const root = path.resolve(import.meta.dirname, '../../..');
/** For the operator to have come to rest between two steps. */
const quietMilliseconds = 250;
/** For what is only tried again after a while, also on a machine that has much else to do. */
const patienceMilliseconds = 60_000;
const stepMilliseconds = 180_000;

interface Site {
  readonly plan: RunPlan;
  readonly operator: TestOperator;
  readonly kills: Kills;
  readonly names: Names;
}

export async function runOf(plan: RunPlan): Promise<RunResult> {
  const { plane, namespace, points } = plan;
  await prepare(plan);
  const before = await bystanderVersions(plan);
  const operator = await startOperator(plane, { watchNamespace: namespace, isElected: false, name: namespace });
  const agent = startedComponent(await agentProgram(plan), plane.directory);
  const monitor = await startMonitor(plane, namespace);
  const kills = killsAt(points, operator, namespace);
  const site = { plan, operator, kills, names: new Map() };
  const hour = new Date().getUTCHours();
  try {
    for (const step of steps) await stepped(site, step);
    const state = await endState(site);
    const rewritten = points.length === 0 ? await writesOfAnother(operator, kills.writes) : [];
    await operator.close();
    const changed = (await bystanderVersions(plan)) === before ? [] : ['an object of somebody else was changed'];
    return {
      ...{ state, writes: kills.writes, reached: kills.reached },
      wrong: [...monitor.wrong, ...changed, ...rewritten],
      disturbances: [
        ...(await issuedTwice(plane.admin, namespace)),
        ...(kills.writes.some(isRequestOfRenewal) ? [] : [...monitor.issuedAgain]).map(
          (name) => `${name} was issued again`,
        ),
        ...(hour === new Date().getUTCHours() ? [] : ['the hour changed, by which certificates are counted']),
      ],
    };
  } catch (error) {
    const problems = operator.lines().filter(({ level }) => level !== 'info');
    const said = problems.slice(-10).map((line) => JSON.stringify(line));
    throw new Error([error instanceof Error ? error.message : String(error), ...said].join('\n'), { cause: error });
  } finally {
    await clean(plan, { operator, monitor, agent });
  }
}

/** With it the operator asks cert-manager to issue anew; nothing in the work-load has it do so. */
function isRequestOfRenewal({ sort }: Write): boolean {
  return / certificates\/\S+\/status$/.test(sort);
}

/** A new process that finds all done has nothing to write. */
async function writesOfAnother(operator: TestOperator, writes: readonly Write[]): Promise<readonly string[]> {
  const before = writes.length;
  await operator.kill();
  await operator.start();
  await operator.quiet(1_000);
  return writes.slice(before).map((write) => `written again after a restart: ${writeText(write)}`);
}

async function prepare(plan: RunPlan): Promise<void> {
  const { admin } = plan.plane;
  const { namespace } = plan;
  const made = (object: Manifest) => {
    const place = placeOf(namespace, object);
    return admin.call('POST', place.slice(0, place.lastIndexOf('/')), { body: object });
  };
  await admin.call('POST', '/api/v1/namespaces', { body: { metadata: { name: namespace } } });
  for (const name of authorities) await made(await authoritySecret(plan, name));
  await Promise.all([...issuers, ...bystanders].map(made));
  await until(async () => {
    const all = await Promise.all(issuers.map((one) => admin.call<StoredObject>('GET', placeOf(namespace, one))));
    return all.every(({ status }) => status?.conditions?.some(isReady));
  }, 'the issuers to be ready');
}

async function authoritySecret({ plane, namespace }: RunPlan, name: string): Promise<Manifest> {
  const directory = path.join(plane.directory, `${namespace}-${name}`);
  await mkdir(directory);
  const { certificate } = await createTestAuthority(directory);
  const key = await readFile(path.join(directory, 'ca.key'), 'utf8');
  const stringData = { 'ca.crt': certificate, 'tls.crt': certificate, 'tls.key': key };
  return { ...{ apiVersion: 'v1', kind: 'Secret', metadata: { name } }, ...{ type: 'kubernetes.io/tls', stringData } };
}

async function bystanderVersions({ plane: { admin }, namespace }: RunPlan): Promise<string> {
  const objects = await Promise.all(bystanders.map((one) => admin.call<StoredObject>('GET', placeOf(namespace, one))));
  return objects.map(({ metadata }) => metadata.resourceVersion).join(' ');
}

/** As the administrator: what rights it needs is tested elsewhere. */
async function agentProgram({ plane, mosquitto, namespace, address }: RunPlan): Promise<Program> {
  return {
    name: `agent-${namespace}`,
    file: path.join(root, 'bin/mqttsec'),
    args: [
      ...['agent', '--broker', `${namespace}/plant`, '--instance', 'machine', '--external'],
      ...['--kubeconfig', await plane.kubeconfig(administrator), '--bind-address', address],
      ...['--directory', path.join(plane.directory, namespace), '--plugin-directory', mosquitto.pluginDirectory],
      ...mosquitto.command.map((word) => `--mosquitto=${word}`),
    ],
    isReady: (logged) => logged().includes('"msg":"started"'),
  };
}

async function stepped({ plan, operator, kills, names }: Site, { name, change }: Step): Promise<void> {
  const { plane, namespace } = plan;
  const { admin } = plane;
  kills.begin(name);
  await change(admin, namespace);
  const deadline = performance.now() + stepMilliseconds;
  for (;;) {
    await rested(operator, kills);
    const left = (await reportingObjectsIn(admin, namespace)).flatMap(waitingFor);
    if (left.length === 0) break;
    if (performance.now() > deadline) throw new Error(`after ${name}: ${left.join(', ')}`);
    await delay(50);
  }
  noteSerials(names, await objectsIn(admin, namespace));
}

/** Resolves when the operator is up and writes nothing. */
async function rested(operator: TestOperator, kills: Kills): Promise<void> {
  let seen: number;
  do {
    seen = kills.reached.length;
    await kills.restarted();
    await operator.quiet(quietMilliseconds);
  } while (kills.reached.length !== seen);
}

/** An object of which the operator says less than that all is done, or that is going. */
function waitingFor({ kind, metadata, status }: StoredObject): readonly string[] {
  const object = `${kind}/${metadata.name}`;
  if (metadata.deletionTimestamp !== undefined) return [`${object} is going`];
  const { observedGeneration, conditions = [] } = status ?? {};
  if (conditions.some(isReady) && observedGeneration === metadata.generation) return [];
  return [`${object} is ${conditions.find(({ type }) => type === 'Ready')?.reason ?? 'new'}`];
}

function isReady({ type, status }: Pick<Condition, 'type' | 'status'>): boolean {
  return type === 'Ready' && status === 'True';
}

/** The first good state that stays, or the last one when none is in time; the time begins anew with each kill. */
async function endState({ plan, operator, kills, names }: Site): Promise<State> {
  const { plane, namespace, isGood, steadyMilliseconds } = plan;
  let last = { text: '', killed: 0, since: performance.now(), begun: performance.now() };
  for (;;) {
    await rested(operator, kills);
    const killed = kills.reached.length;
    const state = await stateOf({ api: plane.admin, namespace, names, ledger: ledgerOf(operator) });
    const text = JSON.stringify([...state]);
    const now = performance.now();
    if (killed !== last.killed) last = { text, killed, since: now, begun: now };
    if (text !== last.text) last = { ...last, text, since: now };
    const isLast = (isGood(state) && now - last.since >= steadyMilliseconds) || now - last.begun > patienceMilliseconds;
    if (isLast && kills.reached.length === killed) {
      kills.end();
      return state;
    }
    await delay(100);
  }
}

/** The operator changes its ledger by name, after it has made it. */
function ledgerOf(operator: TestOperator): string | undefined {
  const names = operator.writes().map(({ namespace, name = '' }) => (namespace === operatorNamespace ? name : ''));
  const prefixes = new Set(names.flatMap((name) => ledgerName.exec(name)?.[0] ?? []));
  assert.ok(prefixes.size <= 1, `more than one ledger: ${[...prefixes].join(' ')}`);
  return [...prefixes][0];
}

interface Running {
  readonly operator: TestOperator;
  readonly monitor: Monitor;
  readonly agent: Component;
}

/** The namespace goes by itself, for nothing holds it; nobody waits for it. */
async function clean({ plane: { admin }, namespace }: RunPlan, { operator, monitor, agent }: Running): Promise<void> {
  await Promise.all([monitor.stop(), operator.kill(), agent.terminate()]);
  await operator.proxy.close();
  const ledger = ledgerOf(operator);
  const place = `/api/v1/namespaces/${operatorNamespace}/configmaps`;
  const { items } = await admin.call<{ items: StoredObject[] }>('GET', place);
  const left = items.filter(({ metadata }) => ledger !== undefined && metadata.name.startsWith(ledger));
  await Promise.all(left.map(({ metadata }) => admin.answer('DELETE', `${place}/${metadata.name}`)));
  const held = (await reportingObjectsIn(admin, namespace)).filter(({ metadata }) => metadata.finalizers);
  const call = { body: { metadata: { finalizers: null } }, contentType: mergePatch };
  await Promise.all(held.map((object) => admin.answer('PATCH', placeOf(namespace, object), call)));
  await admin.answer('DELETE', `/api/v1/namespaces/${namespace}`);
}
