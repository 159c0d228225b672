/** One run of the work-load, in which the operator may be killed at one of its writes. */
import assert from 'node:assert/strict';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { BrokerUnderTest } from '../../broker/mosquitto.ts';
import { testClient } from '../client.ts';
import { type Component, type Program, startedComponent, until } from '../component.ts';
import { administrator, type ControlPlane } from '../control-plane.ts';
import { type ApiCall, isWrite } from '../fault-proxy/call.ts';
import type { Phase } from '../fault-proxy/fault.ts';
import { operatorNamespace, startOperator, type TestOperator } from '../operator.ts';
import { type Monitor, startMonitor } from './monitor.ts';
import {
  type Names,
  noteSerials,
  objectsIn,
  reportingObjectsIn,
  type State,
  stateOf,
  type StoredObject,
} from './state.ts';
import { ground, placeOf, type Step, steps } from './work-load.ts';

/** A write of the operator, so that it is found again in another run: the so manieth of its sort. */
export interface Write {
  readonly sort: string;
  readonly number: number;
}

export interface Crash extends Write {
  /** `Before`: the request is lost; `During`: it is done and the answer is lost; `After`: the operator has the answer. */
  readonly phase: Phase;
}

export interface RunResult {
  readonly state: State;
  /** Of the operator, in order; without those of Leases and Events. */
  readonly writes: readonly Write[];
  /** False when the operator never came to the write at which it was to be killed. */
  readonly isCrashed: boolean;
  /** What must not have happened. */
  readonly wrong: readonly string[];
}

export interface RunPlan {
  readonly plane: ControlPlane;
  readonly mosquitto: BrokerUnderTest;
  readonly namespace: string;
  /** Where the broker of the run listens: one that no other has. */
  readonly address: string;
  readonly crash?: Crash;
  /** Says whether a state is the one that is to be reached; it is given time. */
  readonly isGood?: (state: State) => boolean;
}

const root = path.resolve(import.meta.dirname, '../../..');
/** For the operator to have come to rest between two steps. */
const quietMilliseconds = 300;
/** For what is only tried again after a while. */
const patienceMilliseconds = 45_000;
/** For a step to be done, also on a machine that has much else to do. */
const stepMilliseconds = 120_000;

export async function runOf(plan: RunPlan): Promise<RunResult> {
  const { plane, namespace } = plan;
  const { client } = testClient(await plane.credentials(administrator), { userAgent: 'crash' });
  await prepare(plan);
  const bystanders = await bystanderVersions(plan);
  const operator = await startOperator(plane, { watchNamespace: namespace, isElected: false, name: namespace });
  const agent = startedComponent(await agentProgram(plan), plane.directory);
  const monitor = startMonitor(client, namespace);
  const watched = watchedWrites(operator, plan);
  const names: Names = new Map();
  try {
    await monitor.ready;
    for (const step of steps) await stepped(plan, operator, step, names);
    await watched.restarted();
    const state = await endState(plan, operator, names);
    const rewritten = plan.crash ? [] : await writesOfAnother(operator, watched.writes);
    await operator.close();
    const changed = (await bystanderVersions(plan)) === bystanders ? [] : ['an object of somebody else was changed'];
    return {
      ...{ state, writes: watched.writes, isCrashed: watched.isCrashed() },
      wrong: [...monitor.wrong, ...changed, ...rewritten],
    };
  } catch (error) {
    const problems = operator.lines().filter(({ level }) => level !== 'info');
    const said = problems.slice(-10).map((line) => JSON.stringify(line));
    throw new Error([error instanceof Error ? error.message : String(error), ...said].join('\n'), { cause: error });
  } finally {
    await clean(plan, { operator, monitor, agent });
  }
}

/** A new process that finds all done has nothing to write. */
async function writesOfAnother(operator: TestOperator, writes: readonly Write[]): Promise<readonly string[]> {
  const before = writes.length;
  await operator.kill();
  await operator.start();
  await operator.quiet(1_000);
  return writes.slice(before).map(({ sort }) => `written again after a restart: ${sort}`);
}

async function prepare({ plane: { admin }, namespace }: RunPlan): Promise<void> {
  await admin.call('POST', '/api/v1/namespaces', { body: { metadata: { name: namespace } } });
  for (const object of ground) {
    const place = placeOf(namespace, object);
    await admin.call('POST', place.slice(0, place.lastIndexOf('/')), { body: object });
  }
  await until(
    async () => (await admin.answer('GET', `/api/v1/namespaces/${namespace}/secrets/device-ca`)).ok,
    'the CA is there',
  );
}

async function bystanderVersions({ plane: { admin }, namespace }: RunPlan): Promise<string> {
  const theirs = ground.filter(({ apiVersion }) => apiVersion === 'v1');
  const objects = await Promise.all(theirs.map((one) => admin.call<StoredObject>('GET', placeOf(namespace, one))));
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

interface WatchedWrites {
  readonly writes: readonly Write[];
  readonly isCrashed: () => boolean;
  /** Resolves when the operator that was killed is there again. */
  readonly restarted: () => Promise<void>;
}

/** Takes down what the operator writes; kills it once, at the write that was chosen, and starts it again. */
function watchedWrites(operator: TestOperator, { namespace, crash }: RunPlan): WatchedWrites {
  const writes: Write[] = [];
  const counts = new Map<string, number>();
  let start: Promise<void> | undefined;
  operator.proxy.inject({
    matches: (call) => {
      const sort = sortOf(call, namespace);
      if (sort === undefined) return false;
      const number = (counts.get(sort) ?? 0) + 1;
      counts.set(sort, number);
      writes.push({ sort, number });
      return !start && sort === crash?.sort && number === crash.number;
    },
    fault: {
      ...{ kind: 'Call', phase: crash?.phase ?? 'Before' },
      call: async () => {
        await operator.kill();
        start = operator.start();
        start.catch(() => undefined);
      },
    },
  });
  return { writes, isCrashed: () => start !== undefined, restarted: () => start ?? Promise.resolve() };
}

/** Verb and object; the names of ledgers are of the key of a CA. Undefined for what is no write that counts. */
function sortOf(call: ApiCall, ours: string): string | undefined {
  const { verb, plural, namespace, subresource } = call;
  if (!isWrite(call) || plural === 'leases' || plural === 'events') return undefined;
  const where = namespace === ours ? '' : `${namespace ?? 'cluster'}/`;
  const name = nameIn(call).replace(ledgerName, 'ledger');
  return `${verb} ${where}${plural}/${name}${subresource === undefined ? '' : `/${subresource}`}`;
}

const ledgerName = /^ledger-[0-9a-f]{40,}/;

/** What is made has its name in the body alone. */
function nameIn({ name, body }: ApiCall): string {
  if (name !== undefined) return name;
  return (JSON.parse(body.toString()) as StoredObject).metadata.name;
}

async function stepped({ plane, namespace }: RunPlan, operator: TestOperator, step: Step, names: Names): Promise<void> {
  const { admin } = plane;
  await step.change(admin, namespace);
  const waiting = async () => (await reportingObjectsIn(admin, namespace)).flatMap(waitingFor);
  const deadline = performance.now() + stepMilliseconds;
  for (let left = await waiting(); left.length > 0; left = await waiting()) {
    if (performance.now() > deadline) throw new Error(`after ${step.name}: ${left.join(', ')}`);
    await delay(100);
    await operator.quiet(quietMilliseconds);
  }
  noteSerials(names, await objectsIn(admin, namespace));
}

/** An object of which the operator says less than that all is done. */
function waitingFor({ kind, metadata, status }: StoredObject): readonly string[] {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  const isDone = ready?.status === 'True' && status?.observedGeneration === metadata.generation;
  return isDone ? [] : [`${kind}/${metadata.name} is ${ready?.reason ?? 'new'}`];
}

/** The first good state, or the last one when none is in time. */
async function endState(plan: RunPlan, operator: TestOperator, names: Names): Promise<State> {
  const { plane, namespace, isGood = () => true } = plan;
  const deadline = performance.now() + patienceMilliseconds;
  for (;;) {
    await operator.quiet(quietMilliseconds);
    const state = await stateOf({ api: plane.admin, namespace, names, ledger: ledgerOf(operator) });
    if (isGood(state) || performance.now() > deadline) return state;
    await delay(200);
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

/** The namespace goes by itself; nobody waits for it. */
async function clean({ plane, namespace }: RunPlan, { operator, monitor, agent }: Running): Promise<void> {
  monitor.stop();
  await Promise.all([operator.kill(), agent.terminate()]);
  await operator.proxy.close();
  const ledger = ledgerOf(operator);
  const place = `/api/v1/namespaces/${operatorNamespace}/configmaps`;
  const { items } = await plane.admin.call<{ items: StoredObject[] }>('GET', place);
  const left = items.filter(({ metadata }) => ledger !== undefined && metadata.name.startsWith(ledger));
  await Promise.all(left.map(({ metadata }) => plane.admin.answer('DELETE', `${place}/${metadata.name}`)));
  await plane.admin.answer('DELETE', `/api/v1/namespaces/${namespace}`);
}
