/** Authorities over a cluster in memory: Secrets by name, sets that are kept as they were given, time by hand. */
import assert from 'node:assert/strict';
import { createAuthorities } from '../../../src/controllers/authority/authorities.ts';
import type { Publisher } from '../../../src/controllers/bundle/published.ts';
import type { SetSite } from '../../../src/controllers/bundle/site.ts';
import type { BrokerState, Trust } from '../../../src/controllers/context.ts';
import { createFleetState } from '../../../src/controllers/fleet-state.ts';
import { chunksByOffset } from '../../../src/domain/bundle/chunks.ts';
import { caText, crlText } from '../../../src/domain/bundle/trust.ts';
import { revocationsText } from '../../../src/domain/pki/revocations.ts';
import type { SetContent } from '../../../src/domain/bundle/set.ts';
import { objectKey, type ObjectKey } from '../../../src/domain/names.ts';
import type { HeldCertificate } from '../../../src/domain/pki/lineage.ts';
import { ShardedMap } from '../../../src/domain/sharded.ts';
import type { EventDraft } from '../../../src/kube/events.ts';
import type { Outcome } from '../../../src/kube/outcome.ts';
import type { Download, DownloadRequest } from '../../../src/ports.ts';
import { type authority, end, start } from '../../domain/pki/authorities.ts';
import { VirtualClock } from '../../kube/virtual-clock.ts';
import { MemoryCluster } from '../memory-cluster.ts';

export const plant = 'plant';
export const main = objectKey(plant, 'main');

/** Sets by the name of their index. */
class MemorySets {
  readonly sets = new Map<string, SetContent<string>>();
  writes = 0;
  /** What is published of brokers, and not what lies in ledgers, cannot be read. */
  isDamaged = false;

  readonly publisher = {
    index: ({ layout }: SetSite<string>) => Promise.resolve(this.#index(layout.index)),
    texts: ({ layout }: SetSite<string>, parts: readonly string[]) => {
      const set = this.sets.get(layout.index);
      if (!set) return Promise.resolve({ kind: 'None' });
      if (this.isDamaged && layout.index.endsWith('-bundle')) return Promise.resolve({ kind: 'Damaged', findings: [] });
      const texts = parts.map((part) => [part, set.parts[part]?.map(({ text }) => text).join('') ?? '']);
      return Promise.resolve({ ...this.#index(layout.index), texts: Object.fromEntries(texts) as unknown });
    },
    publish: ({ layout }: SetSite<string>, content: SetContent<string>) => {
      this.sets.set(layout.index, content);
      this.writes += 1;
      return Promise.resolve(this.#index(layout.index));
    },
    damaged: () => [],
    forget: () => undefined,
  } as unknown as Publisher;

  #index(name: string) {
    const set = this.sets.get(name);
    if (!set) return { kind: 'None' };
    const parts = Object.entries(set.parts).map(([part, chunks]) => [part, chunks.map(({ hash }) => hash)]);
    return { kind: 'Published', index: { revision: 1, hash: set.hash, parts: Object.fromEntries(parts) as unknown } };
  }
}

const base64 = (text: string) => Buffer.from(text).toString('base64');

/** Nothing is in it yet; `begun` starts a process over it. */
export function authoritySite() {
  const cluster = new MemoryCluster(['MqttBroker', 'MqttDevice', 'DeviceCertificate']);
  const sets = new MemorySets();
  const clock = new VirtualClock();
  clock.wallOffset = start.getTime() + 86_400_000;

  const put = (kind: string, name: string, content: object, namespace = plant, metadata: object = {}) =>
    cluster.put({
      apiVersion: 'mqttsecurity.io/v1alpha1',
      kind,
      metadata: { name, namespace, ...metadata },
      ...content,
    });
  const secret = (name: string, { issuer, keyPem }: ReturnType<typeof authority>, namespace = plant) =>
    put(
      'Secret',
      name,
      { data: { 'ca.crt': base64(issuer.pem), 'tls.crt': base64(issuer.pem), 'tls.key': base64(keyPem) } },
      namespace,
    );
  const configMap = (name: string, data: Readonly<Record<string, string>>) => put('ConfigMap', name, { data });
  const issuer = () => put('Issuer', 'devices', { spec: { ca: { secretName: 'ca' } } });
  const broker = (
    name = 'main',
    change: object = { clientCertificates: clientCertificates() },
    annotations: Readonly<Record<string, string>> = {},
  ) => {
    const spec = {
      mosquitto: { version: '2.1' },
      listeners: [{ name: 'password', port: 8884, authentication: 'Password' }],
      tls: { serverCertificate: { secretRef: { name: 'server' } } },
      workload: { external: { instances: ['a'] } },
      ...change,
    };
    return put('MqttBroker', name, { spec }, plant, { annotations });
  };
  /** A DeviceCertificate with this status. */
  const certificate = (name: string, status: object) =>
    put('DeviceCertificate', name, { spec: { deviceRef: { name }, privateKey: {} }, status });
  /** What the controller of brokers would publish. */
  const published = ({ cas, crls, revocations }: Trust, broker = 'main') => {
    const [ca, crl] = [caText(cas), crlText(cas, crls)];
    const texts = { ca, crl, revocations: revocationsText(revocations) };
    const parts = Object.entries(texts).map(([part, text]) => [part, chunksByOffset(text)]);
    sets.sets.set(`${broker}-bundle`, {
      hash: 'published',
      parts: Object.fromEntries(parts) as SetContent<string>['parts'],
    });
  };
  const device = (name: string, suspended = false, change: object = {}) =>
    put('MqttDevice', name, {
      spec: { brokerRef: { name: 'main' }, authentication: { type: 'Certificate' }, suspended, ...change },
    });

  const web = {
    download: (request: DownloadRequest): Promise<Download> =>
      Promise.reject(new Error(`there is no ${request.url} here`)),
  };

  function begun() {
    const world = cluster.restarted();
    const fleet = createFleetState(world);
    const issued = { isKnown: true, held: [] as HeldCertificate[] };
    const brokers = new Map<ObjectKey, BrokerState>();
    const woken: string[] = [];
    const events: EventDraft[] = [];
    const wake = (what: string) => (key: ObjectKey) => void woken.push(`${what} ${key}`);
    const authorities = createAuthorities(
      {
        ...{ download: (request: DownloadRequest) => web.download(request), jitter: () => 0 },
        ...{ client: cluster.client, world, clock, options: { namespace: 'system', image: '' } },
        record: (event) => void events.push(event),
        wake: {
          ...{ broker: wake('broker'), brokerStatus: wake('brokerStatus') },
          ...{ authority: wake('authority'), device: wake('device') },
          ...{ certificate: wake('certificate'), workload: wake('workload'), template: wake('template') },
        },
        state: {
          fleet,
          issued: {
            get isKnown() {
              return issued.isKnown;
            },
            get byIdentity() {
              return ShardedMap.from(Map.groupBy(issued.held, ({ identity }) => identity));
            },
            ...{ ofLineage: () => [], ofDevice: () => [] },
          },
          brokers: { get: (key) => brokers.get(key) },
        },
      },
      sets.publisher,
    );
    const { signal } = new AbortController();
    return Object.assign(authorities, {
      ...{ issued, brokers, woken, events, fleet },
      look: (key: ObjectKey = main): Promise<Outcome> => authorities.reconcile(key, { reconcileId: '1', signal }),
      trust: (key: ObjectKey = main): Trust => authorities.trustOf(key) ?? assert.fail(`nothing is known of ${key}`),
    });
  }
  return { cluster, sets, clock, secret, configMap, issuer, broker, device, certificate, published, web, begun };
}

export const clientCertificates = (secret = 'ca', revocation: object = { type: 'SignedCrl' }) => ({
  issuerRef: { name: 'devices' },
  trustedCas: [{ name: 'devices', caRef: { kind: 'Secret', name: secret }, revocation }],
});

export function certificateOf(
  identity: string,
  caKeyId: string,
  change: Partial<HeldCertificate> = {},
): HeldCertificate {
  return {
    ...{ identity, caKeyId, serial: 'a1', fingerprint: '', keyId: '', key: 'Csr', issuedAt: start },
    ...{ notBefore: start, notAfter: end, renewBeforeSeconds: 60 },
    ...{ lineage: objectKey(plant, identity), device: objectKey(plant, identity) },
    ...change,
  };
}
