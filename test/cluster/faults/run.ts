/** One run of a reflector behind a proxy, while objects change and things go wrong, all decided by a seed. */
import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { type Key, keyOfObject, type KubeObject, type ResourceType } from '../../../src/kube/object.ts';
import type { Clock } from '../../../src/kube/ports.ts';
import { createReflector, type Reflector } from '../../../src/kube/reflector.ts';
import type { ReflectorReport } from '../../../src/kube/report.ts';
import type { Api } from '../api.ts';
import { testClient } from '../client.ts';
import { administrator, type ControlPlane } from '../control-plane.ts';
import { type FaultProxy, startFaultProxy } from '../fault-proxy.ts';
import type { Fault, WatchFault } from '../fault-proxy/fault.ts';
import { type Chance, chanceOf } from './chance.ts';

export interface ConfigMap extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
}

const configMaps: ResourceType<ConfigMap> = {
  group: '',
  version: 'v1',
  plural: 'configmaps',
  kind: 'ConfigMap',
  namespaced: true,
};

/** How much faster the client's waits are, so that a backoff of seconds does not make a run slow. */
const haste = 40;
/** What a watch lost for good is found by the next relist, here after 1.5 s of real time. */
const relistSeconds = 60;
const steps = 25;
const objects = 6;
/** For the state to be right after the last fault; the slowest of backoff and relist needs 2 s. */
const patienceMilliseconds = 30_000;

const hastyClock: Clock = {
  now: () => new Date(performance.timeOrigin + performance.now() * haste),
  sleep: (milliseconds, signal) => delay(milliseconds / haste, undefined, signal ? { signal } : {}),
};

export interface FaultRun {
  readonly plane: ControlPlane;
  readonly namespace: string;
  readonly seed: number;
}

/** What handlers were told, which must tell the same as the store. */
interface Told {
  readonly state: Map<Key, ConfigMap>;
  readonly wrong: string[];
}

/** Fails unless, after the last fault and without help, store and handlers know what the server has. */
export async function runWithFaults({ plane, namespace, seed }: FaultRun): Promise<void> {
  const chance = chanceOf(seed);
  const credentials = await plane.credentials(administrator);
  const proxy = await startFaultProxy({ upstream: credentials, observer: credentials });
  const labelSelector = `run=${seed}`;
  const reports: ReflectorReport[] = [];
  const reflector = reflectorBehind(proxy, { namespace, labelSelector, random: chanceOf(seed + 1), reports });
  const told = listening(reflector);
  try {
    await proxy.history.record('/api/v1/configmaps');
    if (chance.below(2) === 0) injectFault(proxy, chance); // already the first list may fail
    reflector.start();
    const change = changes({ api: plane.admin, namespace, seed, chance });
    for (let step = 0; step < steps; step += 1) {
      await change();
      if (chance.below(3) === 0) await trouble(proxy, chance);
      if (chance.below(2) === 0) await delay(chance.below(15));
    }
    if (chance.below(4) === 0) await loseChange(proxy, change);
    await proxy.heal();
    const lastWords = () => reports.slice(-5).map(reportText).join('\n');
    await settled(
      async () => differences(reflector, told, await serverState(plane.admin, namespace, labelSelector)),
      lastWords,
    );
    assert.deepEqual(told.wrong, [], 'what handlers were told does not follow');
    assert.deepEqual(
      reports.filter(({ event }) => event === 'HandlerFailed' || event === 'ProjectionFailed'),
      [],
    );
    assert.equal(proxy.history.failure, undefined);
  } finally {
    reflector.stop();
    await proxy.close();
  }
}

interface Behind {
  readonly namespace: string;
  readonly labelSelector: string;
  readonly random: Chance;
  readonly reports: ReflectorReport[];
}

function reflectorBehind(
  proxy: FaultProxy,
  { namespace, labelSelector, random, reports }: Behind,
): Reflector<ConfigMap> {
  const { client } = testClient({ server: proxy.server }, { userAgent: 'faults', clock: hastyClock, random });
  return createReflector({
    ...{ client, type: configMaps, clock: hastyClock, random, relistSeconds, pageSize: 2 },
    selection: { namespace, labelSelector },
    project: (object) => object,
    report: (report) => reports.push(report),
  });
}

function listening(reflector: Reflector<ConfigMap>): Told {
  const told: Told = { state: new Map(), wrong: [] };
  reflector.onChange((old, next) => {
    const object = next ?? old;
    if (!object) return void told.wrong.push('nothing');
    const key = keyOfObject(object);
    if (told.state.get(key) !== old) told.wrong.push(`${key}: told of an old state that was never told`);
    if (next) told.state.set(key, next);
    else told.state.delete(key);
  });
  return told;
}

interface Changing {
  readonly api: Api;
  readonly namespace: string;
  readonly seed: number;
  readonly chance: Chance;
}

/** Gives a function that makes one change on the server: create, change, delete, or delete and create anew. */
function changes({ api, namespace, seed, chance }: Changing): () => Promise<void> {
  const collection = `/api/v1/namespaces/${namespace}/configmaps`;
  const known = new Set<string>();
  let count = 0;
  return async () => {
    const name = `run-${seed}-${chance.below(objects)}`;
    const body = { metadata: { name, labels: { run: `${seed}` } }, data: { count: `${(count += 1)}` } };
    const kind = known.has(name) ? chance.pick(['Change', 'Change', 'Delete', 'Recreate'] as const) : 'Create';
    if (kind === 'Delete' || kind === 'Recreate') await api.call('DELETE', `${collection}/${name}`);
    if (kind === 'Create' || kind === 'Recreate') await api.call('POST', collection, { body });
    if (kind === 'Change') await api.call('PUT', `${collection}/${name}`, { body });
    if (kind === 'Delete') known.delete(name);
    else known.add(name);
  };
}

/** One thing that goes wrong now, or will at the next chance. */
async function trouble(proxy: FaultProxy, chance: Chance): Promise<void> {
  switch (chance.below(11)) {
    case 0:
      return proxy.cutAll();
    case 1:
      await proxy.down();
      await delay(chance.below(40));
      return proxy.up();
    case 2:
      return proxy.showView(proxy.history.latest() - BigInt(chance.below(10)));
    case 3:
      return proxy.endView();
    case 4:
      return proxy.release();
    case 5:
      proxy.forget(proxy.history.latest());
      return proxy.cutAll();
    default:
      return injectFault(proxy, chance);
  }
}

/** The watch never tells of it, and goes on as if nothing had been: only a list can. */
async function loseChange(proxy: FaultProxy, change: () => Promise<void>): Promise<void> {
  proxy.injectWatch({ matches: ({ type }) => type !== 'BOOKMARK', fault: { kind: 'Drop' } });
  await change();
  await delay(20);
}

function injectFault(proxy: FaultProxy, chance: Chance): void {
  const times = 1 + chance.below(3);
  if (chance.below(2) === 0) {
    const fault = chance.pick<Fault>([
      { kind: 'Cut', phase: 'Before' },
      { kind: 'Cut', phase: 'During' },
      { kind: 'Torn' },
      { kind: 'Delay', phase: 'Before', milliseconds: 20 },
      { kind: 'Answer', status: 410, reason: 'Expired' },
      { kind: 'Answer', status: 429, reason: 'TooManyRequests', retryAfterSeconds: 1 },
      { kind: 'Answer', status: 500, reason: 'InternalError' },
      { kind: 'Answer', status: 503, reason: 'ServiceUnavailable' },
      { kind: 'Answer', status: 403, reason: 'Forbidden' },
    ]);
    const verb = chance.pick(['list', 'watch', 'any']);
    proxy.inject({ matches: (call) => verb === 'any' || call.verb === verb, fault, times });
    return;
  }
  const kinds = ['Drop', 'Duplicate', 'Hold', 'Torn', 'End', 'Gone', 'Cut'] as const;
  const fault: WatchFault = chance.below(8) === 0 ? { kind: 'Delay', milliseconds: 20 } : { kind: chance.pick(kinds) };
  const type = chance.pick(['ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK', 'any']);
  proxy.injectWatch({ matches: (line) => type === 'any' || line.type === type, fault, times });
}

async function serverState(api: Api, namespace: string, labelSelector: string): Promise<ReadonlyMap<Key, ConfigMap>> {
  const path = `/api/v1/namespaces/${namespace}/configmaps`;
  const { items } = await api.call<{ items: ConfigMap[] }>('GET', path, { query: { labelSelector } });
  return new Map(items.map((item) => [keyOfObject(item), item]));
}

/** By key, what store, handlers and server each have, where they do not agree. */
function differences({ store }: Reflector<ConfigMap>, { state }: Told, server: ReadonlyMap<Key, ConfigMap>): string[] {
  const keys = new Set([...server.keys(), ...state.keys(), ...[...store.list()].map(keyOfObject)]);
  return [...keys].flatMap((key) => {
    const [known, told, real] = [store.get(key), state.get(key), server.get(key)].map(identity);
    return known === real && told === real ? [] : [`${key}: store ${known}, handlers ${told}, server ${real}`];
  });
}

function identity(object: ConfigMap | undefined): string {
  return object ? `${object.metadata.uid}@${object.metadata.resourceVersion} ${object.data?.['count']}` : 'nothing';
}

function reportText(report: ReflectorReport): string {
  return 'error' in report ? `${report.event}: ${String(report.error)}` : JSON.stringify(report);
}

async function settled(differing: () => Promise<readonly string[]>, lastWords: () => string): Promise<void> {
  const deadline = performance.now() + patienceMilliseconds;
  for (let found = await differing(); found.length > 0; found = await differing()) {
    assert.ok(performance.now() < deadline, `${found.join('\n')}\nlast reports:\n${lastWords()}`);
    await delay(20);
  }
}
