/** Fleets for faults: objects of one namespace each, and a stand-in for the agents of their brokers. */
import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { type Api, apiOf, applyPatch, mergePatch } from '../api.ts';
import { until } from '../component.ts';
import { administrator, type ControlPlane } from '../control-plane.ts';

export const ours = 'mqttsecurity.io/v1alpha1';
export const certManager = 'cert-manager.io/v1';

export interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
}

export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly uid?: string;
    readonly [field: string]: unknown;
  };
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly data?: Readonly<Record<string, string>>;
  readonly [field: string]: unknown;
}

/** An object as the server has it. */
export interface Found extends Manifest {
  readonly status?: { readonly conditions?: readonly Condition[]; readonly [field: string]: unknown };
}

/** One namespace, as the administrator sees it. */
export interface Site {
  readonly namespace: string;
  readonly made: (...manifests: readonly Manifest[]) => Promise<void>;
  readonly found: (apiVersion: string, plural: string, name: string) => Promise<Found | undefined>;
  /** One that has to be there. */
  readonly present: (apiVersion: string, plural: string, name: string) => Promise<Found>;
  readonly patch: (apiVersion: string, plural: string, name: string, body: object) => Promise<void>;
  readonly remove: (apiVersion: string, plural: string, name: string) => Promise<void>;
  /** Waits until a condition says `STATUS/REASON`. */
  readonly says: (plural: string, name: string, type: string, wanted: string) => Promise<Condition>;
  /** What a broker may load now: index and texts of the parts, joined. */
  readonly published: (broker: string) => Promise<Published | undefined>;
  /** Reasons of the Events about an object. */
  readonly events: (name: string) => Promise<readonly string[]>;
}

export interface Published {
  readonly revision: number;
  readonly hash: string;
  /** Text of a part by its name; chunks that are missing or do not have their hash are left out. */
  readonly part: (name: string) => string;
  /** Every chunk that the index names is there. */
  readonly isWhole: boolean;
}

export async function siteIn({ admin }: ControlPlane, namespace: string): Promise<Site> {
  await admin.call('POST', '/api/v1/namespaces', { body: { metadata: { name: namespace } } });
  const place = (apiVersion: string, plural: string, name = '') =>
    `${apiVersion.includes('/') ? '/apis' : '/api'}/${apiVersion}/namespaces/${namespace}/${plural}${name && `/${name}`}`;
  const found: Site['found'] = async (apiVersion, plural, name) => {
    const answer = await admin.answer<Found>('GET', place(apiVersion, plural, name));
    if (answer.ok) return answer.body;
    if (answer.status === 404) return undefined;
    throw new Error(`get ${plural} ${name}: ${answer.body.message}`);
  };
  return {
    namespace,
    found,
    async present(apiVersion, plural, name) {
      const object = await found(apiVersion, plural, name);
      if (!object) throw new Error(`${plural} ${name} of ${namespace} is not there`);
      return object;
    },
    async made(...manifests) {
      for (const body of manifests) {
        // One that is there stays as it is.
        for (const lease of leasesOf(body))
          await admin.answer('POST', place(lease.apiVersion, 'leases'), { body: lease });
        const call = { body, contentType: applyPatch, query: { fieldManager: 'test' } };
        await admin.call('PATCH', place(body.apiVersion, `${body.kind.toLowerCase()}s`, body.metadata.name), call);
      }
    },
    async patch(apiVersion, plural, name, body) {
      await admin.call('PATCH', place(apiVersion, plural, name), { body, contentType: mergePatch });
    },
    async remove(apiVersion, plural, name) {
      await admin.call('DELETE', place(apiVersion, plural, name));
    },
    async says(plural, name, type, wanted) {
      let last: Found | undefined;
      const one = () => last?.status?.conditions?.find((condition) => condition.type === type);
      await until(
        async () => {
          last = await found(ours, plural, name);
          const condition = one();
          return condition !== undefined && `${condition.status}/${condition.reason}` === wanted;
        },
        () => `${plural} ${name} says ${type} ${wanted}: ${JSON.stringify(last?.status)}`,
      );
      return one() ?? { type, status: '', reason: '', message: '' };
    },
    published: (broker) => publishedIn(found, broker),
    async events(name) {
      const query = { fieldSelector: `regarding.name=${name}` };
      const { items } = await admin.call<{ items: readonly { reason: string }[] }>(
        'GET',
        place('events.k8s.io/v1', 'events'),
        { query },
      );
      return items.map(({ reason }) => reason);
    },
  };
}

/** Signs of life of the external instances of a broker, for longer than any test lasts. */
function leasesOf({ kind, spec = {} }: Manifest): readonly Manifest[] {
  if (kind !== 'MqttBroker') return [];
  const { external } = spec['workload'] as { readonly external?: { readonly instances: readonly string[] } };
  return (external?.instances ?? []).map((name) => instanceLease(name, new Date()));
}

/** What the agent of an external instance writes. */
export function instanceLease(name: string, renewedAt: Date): Manifest {
  const renewTime = renewedAt.toISOString().replace('Z', '000Z');
  const spec = { holderIdentity: name, leaseDurationSeconds: 300, renewTime };
  return manifest('Lease', name, spec, 'coordination.k8s.io/v1');
}

interface Index {
  readonly revision: number;
  readonly hash: string;
  readonly parts: Readonly<Record<string, readonly string[]>>;
}

async function indexOf(found: Site['found'], broker: string): Promise<Index | undefined> {
  const text = (await found('v1', 'configmaps', `${broker}-bundle`))?.data?.['index.json'];
  return text === undefined ? undefined : (JSON.parse(text) as Index);
}

async function publishedIn(found: Site['found'], broker: string): Promise<Published | undefined> {
  const index = await indexOf(found, broker);
  if (!index) return undefined;
  const texts = new Map<string, string>();
  let isWhole = true;
  for (const [part, hashes] of Object.entries(index.parts)) {
    const chunks: string[] = [];
    for (const [number, hash] of hashes.entries()) {
      const short = part === 'mosquitto.conf' ? 'conf' : part;
      const plural = part === 'passwords' ? 'secrets' : 'configmaps';
      const object = await found('v1', plural, `${broker}-${short}-${String(number).padStart(2, '0')}`);
      const text = object?.data?.[hash];
      if (text === undefined) isWhole = false;
      else chunks.push(plural === 'secrets' ? Buffer.from(text, 'base64').toString() : text);
    }
    texts.set(part, chunks.join(''));
  }
  return { revision: index.revision, hash: index.hash, part: (name) => texts.get(name) ?? '', isWhole };
}

export interface StandInAgents {
  /** Namespaces whose agents are not there. */
  readonly absent: Set<string>;
  readonly stop: () => Promise<void>;
}

/** Says of every instance that it has loaded and proved what is published; a stand-in for all agents. */
export function startAgents(plane: ControlPlane): StandInAgents {
  const stopping = new AbortController();
  const absent = new Set<string>();
  const loop = (async () => {
    while (!stopping.signal.aborted) {
      await reported(plane, absent);
      await delay(100, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  })();
  return {
    absent,
    stop: async () => {
      stopping.abort();
      await loop;
    },
  };
}

/** In a Secret of a generated password. */
export function passwordOf({ data = {} }: Found): string {
  return Buffer.from(data['password'] ?? '', 'base64').toString();
}

export async function untilSame(read: () => Promise<unknown>, wanted: unknown): Promise<void> {
  let last: unknown;
  await until(
    async () => isDeepStrictEqual((last = await read()), wanted),
    () => `${JSON.stringify(last)}\nis\n${JSON.stringify(wanted)}`,
  );
}

/** Undefined for an index that somebody damaged. */
function indexIn(text: string): Index | undefined {
  try {
    return JSON.parse(text) as Index;
  } catch {
    return undefined;
  }
}

interface Instance extends Found {
  readonly spec: { readonly brokerRef: { readonly name: string }; readonly podUid?: string };
}

async function reported(plane: ControlPlane, absent: ReadonlySet<string>): Promise<void> {
  const { admin } = plane;
  const listed = await admin.answer<{ items: readonly Instance[] }>('GET', `/apis/${ours}/brokerinstances`);
  const present = listed.ok ? listed.body.items.filter(({ metadata }) => !absent.has(metadata.namespace ?? '')) : [];
  for (const { metadata, spec, status } of present) {
    const { name, namespace = '' } = metadata;
    const place = `/api/v1/namespaces/${namespace}/configmaps/${spec.brokerRef.name}-bundle`;
    const answer = await admin.answer<Found>('GET', place);
    const text = answer.ok ? answer.body.data?.['index.json'] : undefined;
    if (text === undefined) continue;
    const { revision, hash } = indexIn(text) ?? {};
    if (hash === undefined) continue;
    if (status?.['loadedHash'] === hash && status['loadedRevision'] === revision) continue;
    const body = { status: { loadedRevision: revision, loadedHash: hash, refused: null } };
    const agent = spec.podUid === undefined ? admin : await agentIn(plane, namespace, name, spec.podUid);
    await agent?.answer('PATCH', `/apis/${ours}/namespaces/${namespace}/brokerinstances/${name}/status`, {
      ...{ body, contentType: mergePatch },
    });
    if (agent !== admin) await agent?.close();
  }
}

/** With the token that the kubelet gives to a pod; undefined when the pod or its account is not there. */
async function agentIn(
  { admin, credentials }: ControlPlane,
  namespace: string,
  name: string,
  uid: string,
): Promise<Api | undefined> {
  const account = `${name.replace(/-\d+$/, '')}-agent`;
  const boundObjectRef = { kind: 'Pod', apiVersion: 'v1', name, uid };
  const answer = await admin.answer<{ status: { token: string } }>(
    'POST',
    `/api/v1/namespaces/${namespace}/serviceaccounts/${account}/token`,
    { body: { spec: { audiences: [], expirationSeconds: 600, boundObjectRef } } },
  );
  if (!answer.ok) return undefined;
  const { server, ca } = await credentials(administrator);
  return apiOf({ server, ca, token: answer.body.status.token });
}

function manifest(kind: string, name: string, spec: Readonly<Record<string, unknown>>, apiVersion = ours): Manifest {
  return { apiVersion, kind, metadata: { name }, spec };
}

/** The rights of all devices here. */
export const template = manifest('AclTemplate', 'sensor', {
  role: 'Device',
  rules: [{ effect: 'Allow', actions: ['Publish'], topic: 'sensors/{device}/#' }],
});

const passwords = { name: 'passwords', port: 8884, authentication: 'Password' };

/** For password devices alone: needs no cert-manager. */
export function passwordBroker(name: string, spec: object = {}): Manifest {
  return manifest('MqttBroker', name, {
    mosquitto: { version: '2.0' },
    listeners: [passwords],
    tls: { serverCertificate: { secretRef: { name: 'server' } } },
    workload: { external: { instances: [`${name}-one`] } },
    ...spec,
  });
}

/** For both; its devices get their certificates from `issuer`, whose CA is the Secret of that name. */
export function mixedBroker(name: string, issuer = 'devices', spec: object = {}): Manifest {
  const secret = { name: issuer };
  const revocation = { type: 'SignedCrl', signerSecretRef: secret };
  return passwordBroker(name, {
    listeners: [{ name: 'certificates', port: 8883, authentication: 'Certificate' }, passwords],
    clientCertificates: {
      issuerRef: { name: issuer },
      trustedCas: [{ name: issuer, caRef: { kind: 'Secret', ...secret }, revocation }],
    },
    ...spec,
  });
}

export function passwordDevice(name: string, broker: string, spec: object = {}): Manifest {
  const authentication = { type: 'Password', password: { generate: {} } };
  const common = { brokerRef: { name: broker }, templateRefs: [{ name: 'sensor' }] };
  return manifest('MqttDevice', name, { ...common, authentication, ...spec });
}

export function certificateDevice(name: string, broker: string, spec: object = {}): Manifest {
  return passwordDevice(name, broker, {
    authentication: { type: 'Certificate', certificate: { template: {} } },
    ...spec,
  });
}

export const selfSigned = manifest('Issuer', 'self-signed', { selfSigned: {} }, certManager);

/** An issuer over the Secret of its name. */
export function caIssuer(name: string): Manifest {
  return manifest('Issuer', name, { ca: { secretName: name } }, certManager);
}

export function caCertificate(name: string): Manifest {
  const spec = {
    ...{ isCA: true, commonName: name, secretName: name, issuerRef: { name: 'self-signed' } },
    ...{ privateKey: { algorithm: 'ECDSA', size: 256, rotationPolicy: 'Never' }, usages: ['cert sign', 'crl sign'] },
  };
  return manifest('Certificate', name, spec, certManager);
}

/** Everything that issues certificates to devices. */
export const authority = [selfSigned, caCertificate('devices'), caIssuer('devices')];
