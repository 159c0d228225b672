/** The declared fleet of one namespace, and what is done to it by those who may. */
import { type Api, mergePatch } from '../api.ts';
import { until } from '../component.ts';
import { secretTexts } from '../plant/mqtt.ts';
import { ours } from '../plant/stage.ts';
import type { DeclaredState } from './model.ts';
import { observed, type Observed, type Sight } from './observer.ts';

/** Topics below `chaos/DEVICE/` that devices are given and lose again. */
export const pool = ['t0', 't1', 't2', 't3'] as const;

const group = '/apis/mqttsecurity.io/v1alpha1';

export type State = 'Active' | 'Suspended' | 'Revoked' | 'Deleted';

interface Device {
  readonly name: string;
  readonly type: 'Password' | 'Certificate';
  state: State;
  /** Names out of the pool. */
  rights: readonly string[];
  /** States that were sent and not yet seen proved, by generation. */
  readonly open: Map<number, DeclaredState>;
  deletion?: DeclaredState;
  observer?: Observed;
}

interface SeenDevice {
  readonly metadata: { readonly name: string; readonly generation: number };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly bundleRevision?: number;
    readonly conditions?: readonly { readonly type: string; readonly status: string; readonly reason: string }[];
  };
}

export interface ChaosFleet {
  readonly namespace: string;
  /** Names of devices in one of these states. */
  readonly names: (...states: readonly State[]) => readonly string[];
  /** Out of the pool, as they were declared last. */
  readonly rightsOf: (name: string) => readonly string[];
  readonly create: (authentication: 'Password' | 'Certificate') => Promise<void>;
  readonly allow: (name: string, rights: readonly string[]) => Promise<void>;
  readonly suspend: (name: string, suspended: boolean) => Promise<void>;
  readonly revoke: (name: string) => Promise<void>;
  readonly remove: (name: string) => Promise<void>;
  /** Has the device try all that it may and may not do, now. */
  readonly tryAll: (name: string) => Promise<void>;
  /** Reads what the operator says, and tells the model what is proved. */
  readonly look: () => Promise<void>;
  /** Waits until everything declared is said to be in force, then tries all of it; what is otherwise is told. */
  readonly differences: () => Promise<readonly string[]>;
  readonly stop: () => Promise<void>;
}

export interface FleetSite {
  readonly admin: Api;
  readonly namespace: string;
  readonly sight: Sight;
}

export function chaosFleet(site: FleetSite): ChaosFleet {
  const { admin, namespace, sight } = site;
  const devices = new Map<string, Device>();
  const place = `${group}/namespaces/${namespace}/mqttdevices`;
  const deviceNamed = (name: string) => {
    const device = devices.get(name);
    if (!device) throw new Error(`there is no device ${name}`);
    return device;
  };
  /** Tells the model first, then the server: what is seen from now on may be the new state. */
  const sent = async (device: Device, write: () => Promise<SeenDevice>) => {
    const declared = sight.model.declare(device.name, rightsOf(device), Date.now());
    const { metadata } = await write();
    device.open.set(metadata.generation, declared);
    sight.timeline.note(`${device.name} is of generation ${metadata.generation}: ${stateText(device)}`);
  };
  const patched = (device: Device, spec: object) =>
    sent(device, () => admin.call('PATCH', `${place}/${device.name}`, { contentType: mergePatch, body: { spec } }));
  const look = async () => {
    const { items } = await admin.call<{ readonly items: readonly SeenDevice[] }>('GET', place);
    for (const seen of items.filter(isProved)) prove(sight, devices.get(seen.metadata.name), seen);
    await noteInstance(site);
    for (const device of devices.values()) if (!device.observer) await observe(site, device);
    return items;
  };
  return {
    namespace,
    look: async () => {
      await look();
    },
    rightsOf: (name) => deviceNamed(name).rights,
    names: (...states) => [...devices.values()].filter(({ state }) => states.includes(state)).map(({ name }) => name),
    create: async (type) => {
      created += 1;
      const device: Device = { name: `d${created}`, type, state: 'Active', rights: ['t0'], open: new Map() };
      devices.set(device.name, device);
      await sent(device, () => admin.call('POST', place, { body: manifestOf(namespace, device) }));
    },
    allow: async (name, rights) => {
      const device = deviceNamed(name);
      device.rights = rights;
      await patched(device, { rules: rulesOf(rights) });
    },
    suspend: async (name, suspended) => {
      const device = deviceNamed(name);
      device.state = suspended ? 'Suspended' : 'Active';
      await patched(device, { suspended });
    },
    revoke: async (name) => {
      const device = deviceNamed(name);
      device.state = 'Revoked';
      const at = new Date().toISOString().replace(/\.\d+/, '');
      await patched(device, { revoked: { reason: 'KeyCompromise', at } });
    },
    remove: async (name) => {
      const device = deviceNamed(name);
      device.state = 'Deleted';
      device.deletion = sight.model.declare(name, undefined, Date.now());
      await admin.call('DELETE', `${place}/${name}`);
    },
    tryAll: async (name) => {
      await deviceNamed(name).observer?.reach();
    },
    differences: async () => {
      let waitingFor: readonly string[] = [];
      await until(
        async () => (waitingFor = unsettled(await look(), devices)).length === 0 && (await isLoaded(site)),
        () => `${namespace} to settle: ${waitingFor.join(', ') || 'the instance to load what is published'}`,
      );
      for (const { deletion } of devices.values()) deletion?.prove(Date.now());
      const found = await lastingDifferences(sight, [...devices.values()]);
      await forgetGone(devices);
      return found;
    },
    stop: async () => {
      for (const { observer } of devices.values()) await observer?.stop();
    },
  };
}

/** Over all fleets, so that no two devices have a name in common. */
let created = 0;

function topicsOf(name: string, rights: readonly string[]): readonly string[] {
  return rights.map((right) => `chaos/${name}/${right}`);
}

/** Topics; undefined for who has no session. */
function rightsOf({ name, state, rights }: Device): readonly string[] | undefined {
  if (state === 'Active') return topicsOf(name, rights);
  return state === 'Suspended' ? [] : undefined;
}

function rulesOf(rights: readonly string[]): readonly object[] {
  return rights.map((right) => ({ effect: 'Allow', actions: ['Publish'], topic: `chaos/{device}/${right}` }));
}

function manifestOf(namespace: string, { name, type, rights }: Device): object {
  const authentication =
    type === 'Password' ? { type, password: { generate: {} } } : { type, certificate: { template: {} } };
  return ours('MqttDevice', namespace, name, {
    brokerRef: { name: 'plant' },
    rules: rulesOf(rights),
    authentication,
  });
}

/** Whether the operator says of the newest generation that it is in force. */
function isProved({ metadata, status }: SeenDevice): boolean {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  return status?.observedGeneration === metadata.generation && ready?.status === 'True';
}

function prove({ timeline }: Sight, device: Device | undefined, { metadata, status }: SeenDevice): void {
  const now = Date.now();
  const { generation } = metadata;
  for (const [sent, state] of device?.open ?? []) {
    if (sent > generation) continue;
    state.prove(now);
    device?.open.delete(sent);
    timeline.note(`${metadata.name} is in force in generation ${sent}, by revision ${status?.bundleRevision ?? 0}`);
  }
}

interface SeenInstance {
  readonly status?: {
    readonly loadedRevision?: number;
    readonly loadedHash?: string;
    readonly provedAt?: string;
    readonly lastError?: string;
  };
}

/** What the instance says, when that is something new. */
async function noteInstance({ admin, namespace, sight }: FleetSite): Promise<void> {
  const place = `${group}/namespaces/${namespace}/brokerinstances/outpost`;
  const answer = await admin.answer<SeenInstance>('GET', place);
  const { loadedRevision, provedAt, lastError } = (answer.ok && answer.body.status) || {};
  const text = `the instance has proved revision ${loadedRevision ?? 0} at ${provedAt ?? 'no time'}; ${lastError ?? ''}`;
  if (!sight.timeline.lines().some((line) => line.endsWith(text))) sight.timeline.note(text);
}

function stateText({ state, rights }: Device): string {
  return state === 'Active' ? `{${rights.join(' ')}}` : state;
}

/** Lets a device try as soon as there is something to show. */
async function observe({ admin, namespace, sight }: FleetSite, device: Device): Promise<void> {
  const name = `${device.name}-${device.type === 'Password' ? 'password' : 'tls'}`;
  const credential = await secretTexts(admin, namespace, name).catch(() => undefined);
  if (credential === undefined) return;
  const topics = [...topicsOf(device.name, pool), 'chaos/nobody/t0'];
  device.observer = observed(sight, { device: device.name, credential, topics });
}

/** Devices that do not have the state yet that was declared. */
function unsettled(seen: readonly SeenDevice[], devices: ReadonlyMap<string, Device>): readonly string[] {
  const present = new Map(seen.map((one) => [one.metadata.name, one]));
  return [...devices.values()].flatMap(({ name, state }) => {
    const one = present.get(name);
    if (state === 'Deleted') return one ? [`${name} is not gone`] : [];
    return one && isProved(one) ? [] : [`${name}: ${JSON.stringify(one?.status)}`];
  });
}

/** While the index is damaged or gone it has not settled. */
async function isLoaded({ admin, namespace }: FleetSite): Promise<boolean> {
  const index = await admin.answer<{ readonly data?: Readonly<Record<string, string>> }>(
    'GET',
    `/api/v1/namespaces/${namespace}/configmaps/plant-bundle`,
  );
  const instance = await admin.answer<{ readonly status?: { readonly loadedHash?: string } }>(
    'GET',
    `${group}/namespaces/${namespace}/brokerinstances/outpost`,
  );
  const hash = index.ok ? /"hash": ?"(\w+)"/.exec(index.body.data?.['index.json'] ?? '')?.[1] : undefined;
  return hash !== undefined && instance.ok && instance.body.status?.loadedHash === hash;
}

/** What is too much is told at once; what is lacking may come: an agent that just started has its broker start again. */
async function lastingDifferences(sight: Sight, devices: readonly Device[]): Promise<readonly string[]> {
  let lacking: readonly string[] = [];
  const surplus: string[] = [];
  const isAsDeclared = async () => {
    const found = await Promise.all(devices.map((device) => difference(sight, device)));
    lacking = found.flatMap(({ missing }) => missing);
    surplus.push(...found.flatMap(({ more }) => more));
    return lacking.length === 0 || surplus.length > 0;
  };
  await until(isAsDeclared, () => lacking.join(', '));
  return surplus;
}

interface Difference {
  readonly missing: readonly string[];
  readonly more: readonly string[];
}

/** What a device reaches is what it was given, no less and no more. */
async function difference({ model }: Sight, { name, observer }: Device): Promise<Difference> {
  if (!observer) return { missing: [], more: [] };
  const [wanted, reached] = [model.rightsOf(name), await observer.reach()];
  return {
    missing: [...wanted].filter((topic) => !reached.has(topic)).map((topic) => `${name} may publish to ${topic}`),
    more: [...reached].filter((topic) => !wanted.has(topic)).map((topic) => `${name} may publish to ${topic}`),
  };
}

/** Those that can never come back have been seen out. */
async function forgetGone(devices: Map<string, Device>): Promise<void> {
  for (const { name, state, observer } of [...devices.values()]) {
    if (state !== 'Deleted' && state !== 'Revoked') continue;
    await observer?.stop();
    devices.delete(name);
  }
}
