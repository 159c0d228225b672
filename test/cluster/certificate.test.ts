/** DeviceCertificates on a real API server with the real cert-manager; a stand-in keeps the ledger. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomBytes, X509Certificate } from 'node:crypto';
import {
  aclTemplates,
  certificates,
  deviceCertificates,
  type DeviceCertificateObject,
  mqttBrokers,
  mqttDevices,
  secrets,
  type SecretObject,
} from '../../src/api/kinds.ts';
import { renewAtAnnotation, revokeFinalizer } from '../../src/api/labels.ts';
import { certificateController, createIssued } from '../../src/controllers/certificate/index.ts';
import type { ControllerContext } from '../../src/controllers/context.ts';
import { createFleetState } from '../../src/controllers/fleet-state.ts';
import { createWorld, essentialStores, type World } from '../../src/controllers/world.ts';
import { objectKey } from '../../src/domain/names.ts';
import type { RevocationEntry } from '../../src/domain/pki/certificate.ts';
import type { KubeClient } from '../../src/kube/client.ts';
import { runController } from '../../src/kube/controller.ts';
import { isNotFound } from '../../src/kube/errors.ts';
import type { EventDraft } from '../../src/kube/events.ts';
import type { KubeObject, ResourceType } from '../../src/kube/object.ts';
import { WorkQueue } from '../../src/kube/queue.ts';
import { broker, certificateDevice, object, template } from '../controllers/device/site.ts';
import type { Api } from './api.ts';
import { realClock, realRandom, testClient } from './client.ts';
import { until } from './component.ts';
import { administrator } from './control-plane.ts';
import { sharedControlPlane } from './shared.ts';

const namespace = 'certificates';
const certManager = `/apis/cert-manager.io/v1/namespaces/${namespace}`;

/** An operator that knows only DeviceCertificates. */
class Operator {
  readonly ledger = new Map<string, RevocationEntry>();
  readonly events: EventDraft[] = [];
  readonly world: World;
  readonly #stop = new AbortController();
  readonly #ended: Promise<void>;

  constructor(client: KubeClient) {
    this.world = createWorld({ client, clock: realClock, random: realRandom, namespace });
    const queue = new WorkQueue({ clock: realClock, random: realRandom });
    const none = () => undefined;
    const fleet = createFleetState(this.world);
    const issued = createIssued({ world: this.world, fleet, clock: realClock });
    const context = {
      ...{ client, world: this.world, clock: realClock, random: { bytes: (length: number) => randomBytes(length) } },
      wake: { broker: none, workload: none, authority: none, certificate: none, template: none, device: none },
      options: { namespace, image: 'image' },
      state: {
        ...{ fleet, issued, brokers: { get: none } },
        authorities: {
          // As while the CA of the issuer was not looked at: nothing is moved to another.
          issuance: none,
          revoke: (entries: readonly RevocationEntry[]) => {
            for (const entry of entries) this.ledger.set(entry.serial, entry);
            return Promise.resolve();
          },
          isRevoked: ({ serial }: Pick<RevocationEntry, 'serial'>) => this.ledger.has(serial),
          isPublished: ({ serial }: Pick<RevocationEntry, 'serial'>) => this.ledger.has(serial),
        },
      },
      record: (event: EventDraft) => void this.events.push(event),
    } as unknown as ControllerContext;
    this.world.deviceCertificates.onChange((old, next) => queue.add((next ?? old)?.key ?? ''));
    this.world.certificates.onChange((old, next) =>
      queue.add(objectKey(namespace, (next ?? old)?.metadata.name ?? '')),
    );
    this.world.devices.onChange((old, next) => {
      const device = (next ?? old)?.key ?? '';
      for (const { key } of this.world.deviceCertificates.store.byIndex('device', device)) queue.add(key);
    });
    issued.onChange((lineage) => queue.add(lineage));
    for (const { start } of Object.values(this.world) as { start: () => void }[]) start();
    const observer = { started: none, finished: none, failed: none };
    const clockwork = { clock: realClock, monotonic: () => performance.now(), newReconcileId: () => 'run' };
    const reconcile = certificateController(context, issued);
    this.#ended = runController(
      { queue, reconcile, concurrency: 4, stores: essentialStores(this.world), observer, ...clockwork },
      { stop: this.#stop.signal, abort: this.#stop.signal },
    );
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#ended;
    for (const { stop } of Object.values(this.world) as { stop: () => void }[]) stop();
  }
}

describe('certificates of devices on a cluster', function () {
  this.timeout(60_000);
  let client: KubeClient;
  let admin: Api;
  let operator: Operator | undefined;

  before(async () => {
    const plane = await sharedControlPlane();
    admin = plane.admin;
    ({ client } = testClient(await plane.credentials(administrator), { userAgent: 'certificates' }));
    await admin.call('POST', '/api/v1/namespaces', { body: { metadata: { name: namespace } } });
    await issuer('self', { selfSigned: {} });
    await admin.call('POST', `${certManager}/certificates`, { body: ca });
    await issuer('devices', { ca: { secretName: 'ca' } });
    await made(mqttBrokers, broker);
    await made(aclTemplates, template);
    operator = new Operator(client);
  });

  after(() => operator?.stop());

  const ca = {
    apiVersion: 'cert-manager.io/v1',
    kind: 'Certificate',
    metadata: { name: 'ca' },
    spec: {
      isCA: true,
      commonName: 'ca',
      secretName: 'ca',
      issuerRef: { name: 'self' },
      usages: ['cert sign', 'crl sign'],
    },
  };

  function issuer(name: string, spec: object): Promise<unknown> {
    const body = { apiVersion: 'cert-manager.io/v1', kind: 'Issuer', metadata: { name }, spec };
    return admin.call('POST', `${certManager}/issuers`, { body });
  }

  async function made(type: ResourceType, { metadata, ...rest }: KubeObject): Promise<void> {
    await client.create(type, { ...rest, metadata: { ...metadata, namespace } });
  }

  async function declared(name: string, spec: object = {}): Promise<void> {
    await made(mqttDevices, withoutTemplate(name));
    await made(deviceCertificates, object('DeviceCertificate', name, { deviceRef: { name }, ...spec }));
  }

  function withoutTemplate(name: string): KubeObject {
    const { spec, ...rest } = certificateDevice(name) as KubeObject & { spec: object };
    return { ...rest, spec: { ...spec, authentication: { type: 'Certificate' } } } as KubeObject;
  }

  const lineage = (name: string) => client.get(deviceCertificates, namespace, name);

  function condition({ status }: DeviceCertificateObject, type: string): string | undefined {
    const found = status?.conditions?.find((one) => one.type === type);
    return found && `${found.status}/${found.reason}`;
  }

  async function untilReady(
    name: string,
    isGood: (one: DeviceCertificateObject) => boolean,
  ): Promise<DeviceCertificateObject> {
    let last: DeviceCertificateObject | undefined;
    await until(
      async () => isGood((last = await lineage(name))),
      () => `${name}: ${JSON.stringify(last?.status)}`,
    );
    return lineage(name);
  }

  const isReady = (one: DeviceCertificateObject) => condition(one, 'Ready') === 'True/Ready';

  async function exists(type: ResourceType, name: string): Promise<boolean> {
    try {
      await client.get(type, namespace, name);
      return true;
    } catch (error) {
      if (isNotFound(error)) return false;
      throw error;
    }
  }

  it('has a key made in the cluster', async () => {
    await declared('generated');
    const { status, metadata } = await untilReady('generated', isReady);
    const { data = {} } = await client.get<SecretObject>(secrets, namespace, 'generated-tls');
    const leaf = new X509Certificate(Buffer.from(data['tls.crt'] ?? '', 'base64'));
    assert.equal(leaf.subject, 'CN=generated');
    assertClientOnly(leaf);
    assert.equal(leaf.serialNumber.toLowerCase().replace(/^0+/, ''), status?.serialNumber);
    assert.deepEqual(metadata.finalizers, [revokeFinalizer]);
    assert.equal(status?.revision, 1);
  });

  it('is renewed once when somebody asks', async () => {
    const before = await lineage('generated');
    const asked = new Date().toISOString();
    await client.patchJson(deviceCertificates, namespace, 'generated', [
      { op: 'add', path: '/metadata/annotations', value: { [renewAtAnnotation]: asked } },
    ]);
    const isNew = (one: DeviceCertificateObject) =>
      one.status?.serialNumber !== before.status?.serialNumber && isReady(one);
    const { status } = await untilReady('generated', isNew);
    assert.equal(status?.lastHandledRenewAt, asked);
    assert.equal(status.history?.[0]?.serialNumber, before.status?.serialNumber);
    assert.equal(status.revision, 2);
    assert.ok(operator?.events.some(({ reason }) => reason === 'Renewed'));
  });

  it('takes back all of them, and then Certificate and Secret, when it is revoked', async () => {
    const { status } = await lineage('generated');
    await client.patchJson(deviceCertificates, namespace, 'generated', [
      { op: 'add', path: '/spec/revoked', value: { reason: 'KeyCompromise' } },
    ]);
    await untilReady('generated', (one) => condition(one, 'Ready') === 'True/Revoked');
    const serials = [status?.serialNumber, status?.history?.[0]?.serialNumber];
    for (const serial of serials) assert.equal(operator?.ledger.get(serial ?? '')?.reason, 'KeyCompromise');
    assert.equal(await exists(certificates, 'generated'), false);
    assert.equal(await exists(secrets, 'generated-tls'), false);
  });

  it('signs the request of a device that keeps its key', async () => {
    await declared('csr', { csr: csrOf('csr') });
    const { status } = await untilReady('csr', isReady);
    const leaf = new X509Certificate(status?.certificate ?? '');
    assert.equal(leaf.subject, 'CN=csr');
    assertClientOnly(leaf);
    assert.equal(await exists(certificates, 'csr'), false);
  });

  it('refuses a request for another name', async () => {
    await declared('other', { csr: csrOf('admin') });
    await untilReady('other', (one) => condition(one, 'Stalled') === 'True/CsrRefused');
  });

  it('leaves a Secret of somebody else alone', async () => {
    const theirs = { apiVersion: 'v1', kind: 'Secret', metadata: { namespace, name: 'theirs-tls' } };
    await client.create(secrets, theirs);
    await declared('theirs');
    await untilReady('theirs', (one) => condition(one, 'Stalled') === 'True/SecretNotOurs');
    assert.equal(await exists(certificates, 'theirs'), false);
    assert.equal((await client.get<SecretObject>(secrets, namespace, 'theirs-tls')).data, undefined);
  });

  it('goes only when what it held is in the ledger', async () => {
    await declared('leaving');
    const { status } = await untilReady('leaving', isReady);
    await client.delete(deviceCertificates, namespace, 'leaving');
    await until(async () => !(await exists(deviceCertificates, 'leaving')), 'it is gone');
    assert.equal(operator?.ledger.get(status?.serialNumber ?? '')?.reason, 'CessationOfOperation');
    assert.equal(await exists(secrets, 'leaving-tls'), false);
    assert.equal(await exists(certificates, 'leaving'), false);
  });
});

/** It opens sessions as a client, and is good for nothing else: no server, no CA, no other key use than its signature. */
function assertClientOnly(leaf: X509Certificate): void {
  const words = ['x509', '-noout', '-ext', 'keyUsage,extendedKeyUsage,basicConstraints'];
  const text = execFileSync('openssl', words, { input: leaf.toString(), encoding: 'utf8' });
  const extensions = [...text.matchAll(/^X509v3 ([\w ]+): ?(critical)?\s*\n\s+(.+)$/gm)].map(
    ([, name = '', critical, value = '']) => [name, `${value.trim()}${critical === undefined ? '' : ' (critical)'}`],
  );
  assert.deepEqual(Object.fromEntries(extensions), {
    'Key Usage': 'Digital Signature (critical)',
    'Extended Key Usage': 'TLS Web Client Authentication',
    'Basic Constraints': 'CA:FALSE (critical)',
  });
}

function csrOf(commonName: string): string {
  const args = ['req', '-new', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const output = ['-keyout', '/dev/null', '-subj', `/CN=${commonName}`];
  return execFileSync('openssl', [...args, ...output], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
}
