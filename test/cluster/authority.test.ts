/** Ledgers and revocation lists in a real cluster, under CAs of a real cert-manager. */
import assert from 'node:assert/strict';
import { configMaps } from '../../src/api/kinds.ts';
import { type Authorities, createAuthorities } from '../../src/controllers/authority/authorities.ts';
import { createPublisher } from '../../src/controllers/bundle/publisher.ts';
import { bundleSite } from '../../src/controllers/bundle/site.ts';
import type { BrokerState, IssuedState, Trust } from '../../src/controllers/context.ts';
import { createFleetState } from '../../src/controllers/fleet-state.ts';
import { createWorld, type World } from '../../src/controllers/world.ts';
import { chunksByOffset, contentOf } from '../../src/domain/bundle/chunks.ts';
import { caText, crlText } from '../../src/domain/bundle/trust.ts';
import { objectKey, type ObjectKey } from '../../src/domain/names.ts';
import type { RevocationEntry } from '../../src/domain/pki/certificate.ts';
import type { HeldCertificate } from '../../src/domain/pki/lineage.ts';
import { revocationsText } from '../../src/domain/pki/revocations.ts';
import { ShardedMap } from '../../src/domain/sharded.ts';
import type { KubeClient } from '../../src/kube/client.ts';
import type { KubeObject } from '../../src/kube/object.ts';
import { downloaderWith } from '../../src/shell/downloader.ts';
import { openssl } from '../domain/pki/openssl.ts';
import { realClock, realRandom, testClient } from './client.ts';
import { until } from './component.ts';
import { administrator, type ControlPlane } from './control-plane.ts';
import { sharedControlPlane } from './shared.ts';

const [own, plant, other] = ['authority-system', 'authority-plant', 'authority-other'];
const main = objectKey(plant, 'main');

/** A client that counts writes, and dies at the end of one of them. */
function countingClient(client: KubeClient, dyingAt = Infinity): KubeClient & { readonly writes: () => number } {
  let writes = 0;
  const ended = () => {
    if (writes >= dyingAt) throw new Error('the process was killed');
  };
  const write = async <T>(call: () => Promise<T>): Promise<T> => {
    ended();
    const answer = await call();
    writes += 1;
    ended();
    return answer;
  };
  return {
    ...client,
    apply: (...args) => write(() => client.apply(...args)),
    applyStatus: (...args) => write(() => client.applyStatus(...args)),
    create: (...args) => write(() => client.create(...args)),
    patchJson: (...args) => write(() => client.patchJson(...args)),
    delete: (...args) => write(() => client.delete(...args)),
    writes: () => writes,
  };
}

/** One run of an operator, as far as it keeps authorities. */
interface Run extends Authorities {
  readonly client: ReturnType<typeof countingClient>;
  readonly woken: Set<ObjectKey>;
  /** Reasons of the Events that it recorded. */
  readonly events: readonly string[];
  readonly look: (broker: ObjectKey) => Promise<void>;
  readonly trust: (broker?: ObjectKey) => Trust;
}

describe('authorities on a cluster', function () {
  this.timeout(120_000);
  let plane: ControlPlane;
  let client: KubeClient;
  let world: World;
  const brokers = new Map<ObjectKey, BrokerState>();
  let held: readonly HeldCertificate[] = [];

  const secretPath = (namespace: string, name: string) => `/api/v1/namespaces/${namespace}/secrets/${name}`;

  before(async () => {
    plane = await sharedControlPlane();
    ({ client } = testClient(await plane.credentials(administrator), { userAgent: 'authorities' }));
    for (const name of [own, plant, other]) {
      await plane.admin.call('POST', '/api/v1/namespaces', { body: { metadata: { name } } });
    }
    await made('cert-manager.io/v1', 'Issuer', 'issuers', 'self-signed', { selfSigned: {} });
    await made('cert-manager.io/v1', 'Issuer', 'issuers', 'devices', { ca: { secretName: 'ca' } });
    await caMade('ca');
    await until(async () => (await plane.admin.answer('GET', secretPath(plant, 'ca'))).ok, 'the Secret of the CA');
    await brokerMade('main', plant, trusting('ca'));
    world = createWorld({ client, clock: realClock, random: realRandom });
    for (const store of [world.brokers, world.devices, world.deviceCertificates, world.requests, world.configMaps]) {
      store.start();
      await store.ready;
    }
  });

  after(() => {
    for (const store of Object.values(world) as readonly { stop(): void }[]) store.stop();
  });

  async function made(
    apiVersion: string,
    kind: string,
    plural: string,
    name: string,
    spec: unknown,
    namespace = plant,
  ) {
    const metadata = { name, namespace };
    const body = { apiVersion, kind, metadata, spec };
    await plane.admin.call('POST', `/apis/${apiVersion}/namespaces/${namespace}/${plural}`, { body });
  }

  const caMade = (name: string, rotationPolicy = 'Never') =>
    made('cert-manager.io/v1', 'Certificate', 'certificates', name, {
      ...{
        isCA: true,
        commonName: `CA ${name}`,
        secretName: name,
        duration: '87600h',
        issuerRef: { name: 'self-signed' },
      },
      ...{ privateKey: { algorithm: 'ECDSA', size: 256, rotationPolicy }, usages: ['cert sign', 'crl sign'] },
    });

  const trusting = (secret: string) => [{ name: 'devices', caRef: { kind: 'Secret', name: secret, key: 'ca.crt' } }];

  async function brokerMade(name: string, namespace: string, trustedCas: readonly unknown[] | undefined) {
    const spec = {
      mosquitto: { version: '2.0' },
      listeners: [{ name: 'certificates', port: 8883, authentication: 'Certificate' }],
      tls: { serverCertificate: { secretRef: { name: 'server' } } },
      clientCertificates: { issuerRef: { name: 'devices' }, ...(trustedCas && { trustedCas }) },
      workload: { external: { instances: ['one'] } },
    };
    await made('mqttsecurity.io/v1alpha1', 'MqttBroker', 'mqttbrokers', name, spec, namespace);
  }

  async function brokerGone(key: ObjectKey): Promise<void> {
    const [namespace = '', name = ''] = key.split('/');
    await plane.admin.call('DELETE', `/apis/mqttsecurity.io/v1alpha1/namespaces/${namespace}/mqttbrokers/${name}`);
    await until(() => world.brokers.store.get(key) === undefined, `${key} is gone`);
  }

  const issued = (): IssuedState => ({
    isKnown: true,
    byIdentity: ShardedMap.from(held.map((one) => [one.identity, [one]])),
    ofLineage: () => [],
    ofDevice: () => [],
  });

  /** A process that has begun: it knows nothing but what the cluster holds. */
  function begun(dyingAt?: number): Run {
    const counting = countingClient(client, dyingAt);
    const publisher = createPublisher({ client: counting, configMaps: world.configMaps });
    const woken = new Set<ObjectKey>();
    const events: string[] = [];
    const nobody = () => undefined;
    const authorities = createAuthorities(
      {
        ...{ download: downloaderWith({ isAllowed: () => true }), jitter: () => 0 },
        ...{ client: counting, world, clock: realClock, options: { namespace: own, image: '' } },
        record: (event) => void events.push(event.reason),
        wake: {
          ...{ workload: nobody, authority: nobody, device: nobody, certificate: nobody, template: nobody },
          brokerStatus: nobody,
          broker: (key) => void woken.add(key),
        },
        state: { fleet: createFleetState(world), issued: issued(), brokers: { get: (key) => brokers.get(key) } },
      },
      publisher,
    );
    const signal = new AbortController().signal;
    return Object.assign(authorities, {
      ...{ client: counting, woken, events },
      look: async (broker: ObjectKey) => {
        await authorities.reconcile(broker, { reconcileId: '1', signal });
      },
      trust: (broker = main) => authorities.trustOf(broker) ?? assert.fail(`nothing is known of ${broker}`),
    });
  }

  /** After it has looked at all brokers, twice because the first does not know the others. */
  async function looked(dyingAt?: number): Promise<Run> {
    const run = begun(dyingAt);
    for (let round = 0; round < 2; round += 1) {
      for (const { key } of [...world.brokers.store.list()].filter(({ meta }) =>
        [plant, other].includes(meta.namespace),
      )) {
        await run.look(key);
      }
      // Brokers of other suites in the same cluster are theirs to look at, and stand in the way of nothing.
      for (const { key, meta } of world.brokers.store.list()) {
        if (![plant, other].includes(meta.namespace)) await run.look(key).catch(() => undefined);
      }
    }
    return run;
  }

  const entryOf = (caKeyId: string, serial: string, change: Partial<RevocationEntry> = {}): RevocationEntry => ({
    ...{ caKeyId, serial, identity: `device-${serial}`, reason: 'KeyCompromise' },
    ...{ notAfter: new Date('2036-01-01T00:00:00Z'), at: new Date('2026-01-01T00:00:00Z') },
    ...change,
  });

  const keyIdOf = ({ trust }: Run, broker = main) => trust(broker).cas[0]?.keyId ?? assert.fail('no CA');
  const crlOf = ({ trust }: Run, broker = main) => trust(broker).crls[0] ?? assert.fail('no list');
  const serialsOf = ({ trust }: Run, broker = main) => trust(broker).revocations.map(({ serial }) => serial);

  async function ledgers(keyId: string): Promise<readonly KubeObject[]> {
    const { items } = await plane.admin.call<{ items: KubeObject[] }>('GET', `/api/v1/namespaces/${own}/configmaps`, {
      query: { labelSelector: 'app.kubernetes.io/component=ledger' },
    });
    return items.filter(({ metadata }) => metadata.name.startsWith(`ledger-${keyId}`));
  }

  async function ledgerGone(keyId: string): Promise<void> {
    for (const { metadata } of await ledgers(keyId)) await client.delete(configMaps, own, metadata.name);
    await until(
      () => ![...world.configMaps.store.list()].some(({ meta }) => meta.name.startsWith(`ledger-${keyId}`)),
      'the mirror has lost the ledger',
    );
  }

  /** Waits until the mirror has what was written, as a process that begins finds it. */
  async function mirrored(keyId: string): Promise<void> {
    const present = await ledgers(keyId);
    await until(
      () =>
        present.every(({ metadata: { name, resourceVersion } }) => {
          return world.configMaps.store.get(`${own}/${name}`)?.meta.resourceVersion === resourceVersion;
        }),
      'the mirror has the ledger',
    );
  }

  /** What the controller of brokers would publish. */
  async function published({ trust, client: writer }: Run, key: ObjectKey): Promise<void> {
    const { cas, crls, revocations } = trust(key);
    const empty = chunksByOffset('');
    const content = contentOf({
      ...{ 'mosquitto.conf': empty, acl: empty, passwords: empty, identities: empty, notices: empty },
      ...{ crl: chunksByOffset(crlText(cas, crls)), ca: chunksByOffset(caText(cas)) },
      revocations: chunksByOffset(revocationsText(revocations)),
    });
    const meta = world.brokers.store.get(key)?.meta ?? assert.fail(`no broker ${key}`);
    const publisher = createPublisher({ client: writer, configMaps: world.configMaps });
    await publisher.publish(bundleSite(meta), content);
  }

  it('take certificates back in a ledger of ConfigMaps and a list that openssl verifies', async () => {
    const run = await looked();
    const keyId = keyIdOf(run);
    run.woken.clear();
    await Promise.all([run.revoke([entryOf(keyId, 'a1')]), run.revoke([entryOf(keyId, 'a2')])]);
    assert.deepEqual([serialsOf(run), [...run.woken]], [['a1', 'a2'], [main]]);
    const names = (await ledgers(keyId)).map(({ metadata }) => metadata.name.replace(`ledger-${keyId}-`, ''));
    assert.deepEqual(names.sort(), ['crl-00', 'index', 'ledger-00']);
    assert.ok((await ledgers(keyId)).every(({ metadata }) => metadata.ownerReferences === undefined));
    const files = { ca: run.trust().cas[0]?.certificates ?? '', crl: crlOf(run).pem };
    const { status, text } = openssl(['crl', '-in', 'crl', '-CAfile', 'ca', '-verify', '-text', '-noout'], files);
    assert.equal(status, 0, text);
    assert.match(text, /verify OK/);
    assert.deepEqual(text.match(/Serial Number: \w+/g), ['Serial Number: A1', 'Serial Number: A2']);
    assert.deepEqual([run.issuingCa(main), run.trust().findings], [keyId, []]);
  });

  it('write nothing after a restart and carry the same list', async () => {
    const first = await looked();
    await mirrored(keyIdOf(first));
    const second = await looked();
    await second.revoke([entryOf(keyIdOf(second), 'a1')]);
    await second.look(main);
    assert.equal(second.client.writes(), 0);
    assert.equal(crlOf(second).pem, crlOf(first).pem);
    assert.deepEqual(second.trust().revocations, first.trust().revocations);
  });

  it('share the ledger of a CA whose key two brokers have, in whatever namespaces', async () => {
    const first = await looked();
    const { data } = await plane.admin.call<{ data: Record<string, string> }>('GET', secretPath(plant, 'ca'));
    const copy = { metadata: { name: 'copy', namespace: other }, type: 'kubernetes.io/tls', data };
    await plane.admin.call('POST', `/api/v1/namespaces/${other}/secrets`, { body: copy });
    await brokerMade('second', other, trusting('copy'));
    const second = objectKey(other, 'second');
    await until(() => world.brokers.store.get(second) !== undefined, 'the second broker');
    await mirrored(keyIdOf(first));
    const run = await looked();
    assert.equal(crlOf(run, second).pem, crlOf(run).pem, 'the signer is that of the other');
    await run.revoke([entryOf(keyIdOf(run), 'b1')]);
    assert.equal(crlOf(run, second).pem, crlOf(run).pem);
    // Other files of the tier have brokers of their own in this control plane.
    const own = [...run.woken].filter((key) => key.startsWith(`${plant}/`) || key.startsWith(`${other}/`));
    assert.deepEqual(own.sort(), [main, second].sort());
    assert.equal(run.isRevoked(entryOf(keyIdOf(run), 'b1')), true);
    assert.deepEqual(
      run.trust(second).findings.map(({ severity, reason }) => [severity, reason]),
      [['Warning', 'IssuerNotFound']],
    );
    await brokerGone(second);
  });

  it('are published when each broker that trusts the CA was told', async () => {
    await mirrored(keyIdOf(await looked()));
    const run = await looked();
    const entry = entryOf(keyIdOf(run), 'a1');
    const state = (trust: Trust | undefined) =>
      ({ published: { broker: main, revision: 1, hash: '', parts: {} }, trust }) as unknown as BrokerState;
    assert.equal(run.isPublished(entry), true, 'nothing was published at all');
    brokers.set(main, state(undefined));
    assert.equal(run.isPublished(entry), false, 'nobody knows what was published');
    brokers.set(main, state({ ...run.trust(), revocations: [] }));
    assert.equal(run.isPublished(entry), false);
    brokers.set(main, state(run.trust()));
    assert.equal(run.isPublished(entry), true);
    assert.equal(run.isPublished(entryOf(keyIdOf(run), 'ff')), false, 'it is not in the ledger');
    brokers.clear();
  });

  it('make a lost ledger anew from what was published, and give the list a higher number', async () => {
    const run = await looked();
    const keyId = keyIdOf(run);
    const before = serialsOf(run);
    await published(run, main);
    await ledgerGone(keyId);
    const next = await looked();
    assert.deepEqual([serialsOf(next), next.trust().findings], [before, []]);
    assert.ok(crlOf(next).number > crlOf(run).number);
    assert.ok(next.events.includes('LedgerRebuilt'), 'and it is said');
    await mirrored(keyId);
  });

  it('write anew what somebody deletes, while they know it', async () => {
    const run = await looked();
    const keyId = keyIdOf(run);
    for (const name of [`ledger-${keyId}-ledger-00`, `ledger-${keyId}-index`]) {
      await client.delete(configMaps, own, name);
      await until(() => world.configMaps.store.get(`${own}/${name}`) === undefined, 'the mirror has lost it');
      await run.look(main);
      await mirrored(keyId);
    }
    await ledgerGone(keyId);
    await run.look(main);
    await mirrored(keyId);
    assert.ok(run.events.every((reason) => reason === 'LedgerRebuilt') && run.events.length >= 3, run.events.join());
    const next = await looked();
    assert.equal(next.client.writes(), 0);
    assert.deepEqual(next.trust().revocations, run.trust().revocations);
    assert.equal(crlOf(next).number, crlOf(run).number);
  });

  it('make a ledger whole of which an object is gone, from what was published', async () => {
    const run = await looked();
    const keyId = keyIdOf(run);
    await published(run, main);
    for (const part of ['ledger-00', 'crl-00']) {
      const name = `ledger-${keyId}-${part}`;
      await client.delete(configMaps, own, name);
      await until(() => world.configMaps.store.get(`${own}/${name}`) === undefined, 'the mirror has lost it');
      const next = await looked();
      assert.deepEqual([serialsOf(next), next.trust().findings], [serialsOf(run), []], part);
      assert.ok(crlOf(next).number >= crlOf(run).number, part);
      assert.ok(next.events.includes('LedgerRebuilt'), part);
      await mirrored(keyId);
    }
  });

  it('lose nothing to an older copy of the ledger that is put back, whether they run or not', async () => {
    const run = await looked();
    const keyId = keyIdOf(run);
    const backup = await ledgers(keyId);
    const restored = async () => {
      await ledgerGone(keyId);
      for (const { metadata, ...rest } of backup) {
        const { name, labels = {} } = metadata;
        await client.create(configMaps, { ...rest, metadata: { name, namespace: own, labels } });
      }
      await mirrored(keyId);
    };
    await run.revoke([entryOf(keyId, 'ab1')]);
    const wanted = serialsOf(run);
    await published(run, main);
    await restored();
    // Somebody else wrote it, is what it finds first.
    await run.look(main).catch((error: unknown) => assert.match(String(error), /settle the CAs/));
    await run.look(main);
    await mirrored(keyId);
    assert.deepEqual([serialsOf(run), run.trust().findings], [wanted, []]);
    assert.ok(run.events.includes('LedgerOutdated'), run.events.join());
    await restored();
    const next = await looked();
    assert.deepEqual([serialsOf(next), next.trust().findings], [wanted, []]);
    assert.ok(next.events.includes('LedgerOutdated'), next.events.join());
    assert.ok(crlOf(next).number > crlOf(run).number, 'the number grows on');
    await mirrored(keyId);
  });

  it('take in what a person hands in, for good', async () => {
    const run = await looked();
    const keyId = keyIdOf(run);
    const text = revocationsText([entryOf(keyId, 'ac1'), entryOf(keyId, 'ac2', { reason: 'CertificateHold' })]);
    const labels = {
      'app.kubernetes.io/managed-by': 'mqtt-security-operator',
      'app.kubernetes.io/component': 'revocations',
    };
    const handedIn = (name: string, data: Readonly<Record<string, string>>) =>
      plane.admin.call('POST', `/api/v1/namespaces/${own}/configmaps`, { body: { metadata: { name, labels }, data } });
    await handedIn('from-a-broker', { revocations: text });
    await handedIn('of-no-use', { revocations: 'nonsense' });
    await until(() => world.configMaps.store.get(`${own}/of-no-use`) !== undefined, 'the mirror has them');
    await run.look(main);
    assert.ok(serialsOf(run).includes('ac1') && !serialsOf(run).includes('ac2'), 'a hold is none for good');
    assert.deepEqual([...new Set(run.events)].sort(), ['LedgerOutdated', 'RevocationsUnreadable']);
    for (const name of ['from-a-broker', 'of-no-use']) await client.delete(configMaps, own, name);
    await until(() => world.configMaps.store.get(`${own}/of-no-use`) === undefined, 'the mirror has lost them');
    await mirrored(keyId);
    const next = await looked();
    assert.ok(serialsOf(next).includes('ac1'));
    assert.equal(next.client.writes(), 0);
  });

  it('change nothing under a ledger that is damaged, until it is whole again', async () => {
    const run = await looked();
    const keyId = keyIdOf(run);
    // Nobody was told of it, so that without the ledger nobody knows it.
    await run.revoke([entryOf(keyId, 'ad1')]);
    await mirrored(keyId);
    const name = `ledger-${keyId}-ledger-00`;
    const whole = await client.get(configMaps, own, name);
    await client.delete(configMaps, own, name);
    await until(() => world.configMaps.store.get(`${own}/${name}`) === undefined, 'the mirror has lost it');
    const next = await looked();
    assert.deepEqual(
      next.trust().findings.map(({ severity, reason }) => [severity, reason]),
      [['Error', 'LedgerDamaged']],
    );
    await assert.rejects(next.revoke([entryOf(keyId, 'c1')]), /its ledger is damaged/);
    assert.equal(next.client.writes(), 0);
    const { labels = {} } = whole.metadata;
    await client.create(configMaps, { ...whole, metadata: { name, namespace: own, labels } });
    await mirrored(keyId);
    await next.look(main);
    assert.deepEqual([next.trust().findings, serialsOf(next)], [[], serialsOf(run)]);
  });

  it('end in the same state when they are killed at any write', async () => {
    const keyId = keyIdOf(await looked());
    for (const when of ['with a ledger', 'without one'] as const) {
      for (let at = 1, isOver = false; !isOver; at += 1) {
        const serial = `${when === 'with a ledger' ? 'd' : 'e'}${at}`;
        if (when === 'without one') await ledgerGone(keyId);
        else await mirrored(keyId);
        const dying = await looked(at).catch(() => undefined);
        const isDone = await dying?.revoke([entryOf(keyId, serial)]).then(
          () => true,
          () => false,
        );
        isOver = dying !== undefined && dying.client.writes() < at;
        await mirrored(keyId);
        const next = await looked();
        if (isDone === true) assert.ok(serialsOf(next).includes(serial), 'what was promised is kept');
        await next.revoke([entryOf(keyId, serial)]);
        assert.ok(serialsOf(next).includes(serial), `${when}, write ${at}`);
        assert.deepEqual(next.trust().findings, [], `${when}, write ${at}`);
        assert.ok(at < 20, 'a revocation takes few writes');
        await mirrored(keyId);
        const last = await looked();
        assert.deepEqual([last.client.writes(), crlOf(last).pem], [0, crlOf(next).pem], `${when}, write ${at}`);
      }
    }
  });

  it('trust the CA of the issuer alone where the broker names none, and tell of a key that will change', async () => {
    await caMade('unstable', 'Always');
    await made('cert-manager.io/v1', 'Issuer', 'issuers', 'unstable', { ca: { secretName: 'unstable' } });
    await until(async () => (await plane.admin.answer('GET', secretPath(plant, 'unstable'))).ok, 'the second CA');
    await brokerMade('plain', plant, undefined);
    await brokerMade('shaky', plant, trusting('unstable'));
    const [plain, shaky] = [objectKey(plant, 'plain'), objectKey(plant, 'shaky')];
    await until(
      () => world.brokers.store.get(plain) !== undefined && world.brokers.store.get(shaky) !== undefined,
      'both',
    );
    const run = await looked();
    assert.deepEqual([keyIdOf(run, plain), crlOf(run, plain).pem], [keyIdOf(run), crlOf(run).pem]);
    assert.deepEqual(run.trust(plain).findings, []);
    assert.deepEqual(
      run.trust(shaky).findings.map(({ severity, reason }) => [severity, reason]),
      [
        ['Warning', 'SignerKeyUnstable'],
        ['Warning', 'IssuerNotTrusted'],
      ],
    );
    await brokerGone(plain);
    await brokerGone(shaky);
  });

  it('have no use for a CA whose Secret is not there, and keep what they knew', async () => {
    await brokerMade('lost', plant, trusting('nowhere'));
    const lost = objectKey(plant, 'lost');
    await until(() => world.brokers.store.get(lost) !== undefined, 'the broker');
    const run = await looked();
    assert.deepEqual(
      run.trust(lost).findings.map(({ severity, reason, path }) => [severity, reason, path]),
      [['Error', 'CaNotFound', 'spec.clientCertificates.trustedCas[0].caRef']],
    );
    assert.deepEqual(run.trust().findings, [], 'the other broker has nothing to do with it');
    await brokerGone(lost);
  });

  it('hold the certificates of suspended devices', async () => {
    const name = 'held-1';
    const spec = { brokerRef: { name: 'main' }, authentication: { type: 'Certificate' }, suspended: true };
    await made('mqttsecurity.io/v1alpha1', 'MqttDevice', 'mqttdevices', name, spec);
    const device = objectKey(plant, name);
    await until(() => world.devices.store.get(device) !== undefined, 'the device');
    const before = await looked();
    const certificate: HeldCertificate = {
      ...{ identity: name, caKeyId: keyIdOf(before), serial: 'f1', fingerprint: '', keyId: '', key: 'Csr' },
      ...{ notBefore: new Date('2026-01-01T00:00:00Z'), notAfter: new Date('2036-01-01T00:00:00Z') },
      ...{ lineage: device, device, issuedAt: new Date('2026-01-01T00:00:00Z'), renewBeforeSeconds: 60 },
    };
    await mirrored(keyIdOf(before));
    held = [certificate];
    const run = await looked();
    assert.deepEqual(
      run.trust().revocations.flatMap(({ serial, reason }) => (reason === 'CertificateHold' ? serial : [])),
      ['f1'],
    );
    assert.equal(run.isRevoked({ caKeyId: keyIdOf(run), serial: 'f1' }), false, 'a hold is not for good');
    held = [];
    await mirrored(keyIdOf(run));
    const released = await looked();
    assert.ok(!serialsOf(released).includes('f1'));
  });
});
