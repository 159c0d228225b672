/** Authorities over a cluster in memory: Secrets by name, sets that are kept as they were given, time by hand. */
import assert from 'node:assert/strict';
import { createAuthorities } from '../../../src/controllers/authority/authorities.ts';
import type { Publisher } from '../../../src/controllers/bundle/published.ts';
import type { SetSite } from '../../../src/controllers/bundle/site.ts';
import type { BrokerState, Trust } from '../../../src/controllers/context.ts';
import { createFleetState } from '../../../src/controllers/fleet-state.ts';
import type { SetContent } from '../../../src/domain/bundle/set.ts';
import { objectKey, type ObjectKey } from '../../../src/domain/names.ts';
import type { HeldCertificate } from '../../../src/domain/pki/lineage.ts';
import { ShardedMap } from '../../../src/domain/sharded.ts';
import type { Outcome } from '../../../src/kube/outcome.ts';
import { type authority, end, start } from '../../domain/pki/authorities.ts';
import { VirtualClock } from '../../kube/virtual-clock.ts';
import { MemoryCluster } from '../memory-cluster.ts';

export const plant = 'plant';
export const main = objectKey(plant, 'main');

/** Sets by the name of their index. */
class MemorySets {
  readonly sets = new Map<string, SetContent<string>>();
  writes = 0;

  readonly publisher = {
    index: ({ layout }: SetSite<string>) => Promise.resolve(this.#index(layout.index)),
    texts: ({ layout }: SetSite<string>, parts: readonly string[]) => {
      const set = this.sets.get(layout.index);
      if (!set) return Promise.resolve({ kind: 'None' });
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
  const cluster = new MemoryCluster(['MqttBroker', 'MqttDevice']);
  const sets = new MemorySets();
  const clock = new VirtualClock();
  clock.wallOffset = start.getTime() + 86_400_000;

  const put = (kind: string, name: string, content: object, namespace = plant) =>
    cluster.put({
      apiVersion: 'mqttsecurity.io/v1alpha1',
      kind,
      metadata: { name, namespace },
      ...content,
    });
  const secret = (name: string, { issuer, keyPem }: ReturnType<typeof authority>, namespace = plant) =>
    put(
      'Secret',
      name,
      { data: { 'ca.crt': base64(issuer.pem), 'tls.crt': base64(issuer.pem), 'tls.key': base64(keyPem) } },
      namespace,
    );
  const broker = (name = 'main', change: object = { clientCertificates: clientCertificates() }) =>
    put('MqttBroker', name, {
      spec: {
        mosquitto: { version: '2.1' },
        listeners: [{ name: 'password', port: 8884, authentication: 'Password' }],
        tls: { serverCertificate: { secretRef: { name: 'server' } } },
        workload: { external: { instances: ['a'] } },
        ...change,
      },
    });
  const device = (name: string, suspended = false) =>
    put('MqttDevice', name, {
      spec: { brokerRef: { name: 'main' }, authentication: { type: 'Certificate' }, suspended },
    });

  function begun() {
    const world = cluster.restarted();
    const issued = { isKnown: true, held: [] as HeldCertificate[] };
    const brokers = new Map<ObjectKey, BrokerState>();
    const woken: string[] = [];
    const wake = (what: string) => (key: ObjectKey) => void woken.push(`${what} ${key}`);
    const authorities = createAuthorities(
      {
        ...{ client: cluster.client, world, clock, options: { namespace: 'system', image: '' } },
        wake: {
          ...{ broker: wake('broker'), authority: wake('authority'), device: wake('device') },
          ...{ certificate: wake('certificate'), workload: wake('workload'), template: wake('template') },
        },
        state: {
          fleet: createFleetState(world),
          issued: {
            get isKnown() {
              return issued.isKnown;
            },
            get byIdentity() {
              return ShardedMap.from(issued.held.map((one) => [one.identity, [one]]));
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
      ...{ issued, brokers, woken },
      look: (key: ObjectKey = main): Promise<Outcome> => authorities.reconcile(key, { reconcileId: '1', signal }),
      trust: (key: ObjectKey = main): Trust => authorities.trustOf(key) ?? assert.fail(`nothing is known of ${key}`),
    });
  }
  return { cluster, sets, clock, secret, broker, device, begun };
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
