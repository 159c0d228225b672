/** Devices on a real API server, beside stand-ins for the controllers of brokers, CAs and certificates. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { deviceCertificates, mqttBrokers, mqttDevices, secrets, type SecretObject } from '../../src/api/kinds.ts';
import { managedBy, managedByLabel, revokeFinalizer } from '../../src/api/labels.ts';
import type { ControllerContext, Wake } from '../../src/controllers/context.ts';
import { deviceController } from '../../src/controllers/device/controller.ts';
import { createPasswords, type Passwords } from '../../src/controllers/device/passwords.ts';
import { createFleetState } from '../../src/controllers/fleet-state.ts';
import { templateController } from '../../src/controllers/template/controller.ts';
import { createWorld, essentialStores, type World } from '../../src/controllers/world.ts';
import { verifyPassword } from '../../src/domain/broker/passwords.ts';
import { objectKey, type ObjectKey } from '../../src/domain/names.ts';
import type { KubeClient } from '../../src/kube/client.ts';
import { isNotFound } from '../../src/kube/errors.ts';
import type { EventDraft } from '../../src/kube/events.ts';
import type { KubeObject } from '../../src/kube/object.ts';
import type { Reconcile } from '../../src/kube/outcome.ts';
import { WorkQueue } from '../../src/kube/queue.ts';
import { runController } from '../../src/kube/controller.ts';
import { held, Neighbours } from '../controllers/device/neighbours.ts';
import { broker, certificateDevice, passwordDevice, template } from '../controllers/device/site.ts';
import type { Api } from './api.ts';
import { realClock, realRandom, testClient } from './client.ts';
import { until } from './component.ts';
import { administrator } from './control-plane.ts';
import { sharedControlPlane } from './shared.ts';

const namespace = 'devices';
const mainBroker = objectKey(namespace, 'main');

/** An operator that knows only devices and templates. */
class Operator extends Neighbours {
  readonly events: EventDraft[] = [];
  readonly failures: unknown[] = [];
  readonly world: World;
  readonly passwords: Passwords;
  readonly #stop = new AbortController();
  readonly #devices = new WorkQueue({ clock: realClock, random: realRandom });
  readonly #templates = new WorkQueue({ clock: realClock, random: realRandom });
  readonly #ended: Promise<unknown>;

  constructor(client: KubeClient) {
    super(mainBroker);
    this.world = createWorld({ client, clock: realClock, random: realRandom, namespace });
    const none = () => undefined;
    const device = (key: ObjectKey) => this.#devices.add(key);
    const nobody = { broker: none, brokerStatus: none, workload: none, authority: none, certificate: none };
    const wake: Wake = { ...nobody, template: none, device };
    const random = { bytes: (length: number) => randomBytes(length) };
    const publishedPasswords = () => this.publishedPasswords();
    this.passwords = createPasswords({ world: this.world, wake, random, publishedPasswords });
    const fleet = createFleetState(this.world);
    const context: ControllerContext = {
      ...{ client, world: this.world, wake, clock: realClock, random },
      options: { namespace, image: 'image' },
      state: this.state(fleet, this.passwords),
      record: (event) => void this.events.push(event),
    };
    this.world.devices.onChange((old, next) => this.#devices.add((next ?? old)?.key ?? ''));
    this.world.deviceCertificates.onChange((old, next) => this.#devices.add((next ?? old)?.key ?? ''));
    this.world.templates.onChange((old, next) => this.#templates.add((next ?? old)?.key ?? ''));
    for (const { start } of Object.values(this.world) as { start: () => void }[]) start();
    this.#ended = Promise.all([
      this.#run(this.#devices, deviceController(context, this.passwords)),
      this.#run(this.#templates, templateController(context)),
    ]);
  }

  #run(queue: WorkQueue, reconcile: Reconcile): Promise<void> {
    const { signal } = this.#stop;
    const observer = {
      started: () => undefined,
      finished: () => undefined,
      failed: ({ error }: { readonly error: unknown }) => void this.failures.push(error),
    };
    const clockwork = { clock: realClock, monotonic: () => performance.now(), newReconcileId: () => 'run' };
    const stores = essentialStores(this.world);
    return runController(
      { queue, reconcile, concurrency: 4, stores, observer, ...clockwork },
      { stop: signal, abort: signal },
    );
  }

  /** The broker proves what is compiled now; all devices are told. */
  proveNow(revision: number): void {
    this.prove(revision);
    for (const { key } of this.world.devices.store.list()) this.#devices.add(key);
  }

  look(name: string): void {
    this.#devices.add(objectKey(namespace, name));
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#ended;
    for (const { stop } of Object.values(this.world) as { stop: () => void }[]) stop();
  }

  protected now(): Date {
    return new Date();
  }
}

describe('devices on a cluster', function () {
  this.timeout(60_000);
  let client: KubeClient;
  let admin: Api;
  let operator: Operator;

  before(async () => {
    const plane = await sharedControlPlane();
    admin = plane.admin;
    ({ client } = testClient(await plane.credentials(administrator), { userAgent: 'devices' }));
    await admin.call('POST', '/api/v1/namespaces', { body: { metadata: { name: namespace } } });
    await made(broker, template);
    operator = new Operator(client);
    operator.broker = {};
  });

  after(() => operator.stop());

  async function made(...objects: readonly KubeObject[]): Promise<void> {
    for (const object of objects) {
      const type = [mqttBrokers, mqttDevices, deviceCertificates].find(({ kind }) => kind === object.kind);
      const { name } = object.metadata;
      const plural = type?.plural ?? 'acltemplates';
      const path = `/apis/mqttsecurity.io/v1alpha1/namespaces/${namespace}/${plural}`;
      await admin.call('POST', path, { body: { ...object, metadata: { namespace, name } } });
    }
  }

  async function conditions(name: string): Promise<ReadonlyMap<string, string>> {
    const { status } = await client.get(mqttDevices, namespace, name);
    return new Map(status?.conditions?.map((one) => [one.type, `${one.status}/${one.reason}`]));
  }

  const isReady = async (name: string, ready: string) => (await conditions(name)).get('Ready') === ready;

  const isGone = (name: string) =>
    client.get(mqttDevices, namespace, name).then(
      () => false,
      (error: unknown) => isNotFound(error),
    );

  /** After it has been looked at again, nothing about it is another version. */
  async function staysAsItIs(name: string): Promise<void> {
    const before = (await client.get(mqttDevices, namespace, name)).metadata.resourceVersion;
    operator.look(name);
    await new Promise((resolve) => setTimeout(resolve, 300));
    assert.equal((await client.get(mqttDevices, namespace, name)).metadata.resourceVersion, before);
  }

  it('are given a password that the broker can verify, and become ready with its proof', async () => {
    await made(passwordDevice('sensor'));
    await until(() => isReady('sensor', 'False/Pending'), 'sensor was looked at');
    operator.proveNow(1);
    await until(() => isReady('sensor', 'True/Ready'), 'sensor is ready');
    const secret = await client.get<SecretObject>(secrets, namespace, 'sensor-password');
    const password = Buffer.from(secret.data?.['password'] ?? '', 'base64').toString();
    assert.ok(verifyPassword(password, operator.passwords.lines(mainBroker).get('sensor') ?? ''));
    assert.equal(secret.metadata.labels?.[managedByLabel], managedBy);
    await staysAsItIs('sensor');
  });

  it('are given another password with another revision, in the same Secret', async () => {
    const former = await client.get<SecretObject>(secrets, namespace, 'sensor-password');
    const path = '/spec/authentication/password/revision';
    await client.patchJson(mqttDevices, namespace, 'sensor', [{ op: 'add', path, value: 2 }]);
    await until(async () => {
      const secret = await client.get<SecretObject>(secrets, namespace, 'sensor-password');
      return secret.data?.['password'] !== former.data?.['password'] && secret.metadata.uid === former.metadata.uid;
    }, 'the password was changed');
    await until(() => isReady('sensor', 'False/Pending'), 'sensor waits for the broker');
    operator.proveNow(2);
    await until(() => isReady('sensor', 'True/Ready'), 'sensor is ready again');
  });

  it('have a DeviceCertificate of their own, made again when it is deleted', async () => {
    await made(certificateDevice('camera', {}, { duration: '48h', renewBefore: '1h30m' }));
    const uid = async () => (await client.get(deviceCertificates, namespace, 'camera')).metadata.uid;
    const isThere = () =>
      uid().then(
        () => true,
        () => false,
      );
    await until(isThere, 'the DeviceCertificate is there');
    const first = await uid();
    const { spec } = (await client.get(deviceCertificates, namespace, 'camera')) as { spec?: Record<string, unknown> };
    assert.deepEqual([spec?.['duration'], spec?.['renewBefore']], ['48h', '1h30m']);
    await client.delete(deviceCertificates, namespace, 'camera');
    await until(async () => (await isThere()) && (await uid()) !== first, 'it was made again');
    await until(() => isReady('camera', 'False/Issuing'), 'camera waits for its certificate');
    await staysAsItIs('camera');
  });

  it('wait with their deletion until their certificates are on the lists', async () => {
    operator.held = [{ ...held('camera', '2b'), device: objectKey(namespace, 'camera') }];
    operator.isPublished = false;
    await client.delete(mqttDevices, namespace, 'camera');
    await until(() => Promise.resolve(operator.ledger.has('2b')), 'the ledger has it');
    assert.deepEqual((await client.get(mqttDevices, namespace, 'camera')).metadata.finalizers, [revokeFinalizer]);
    operator.isPublished = true;
    operator.look('camera');
    await until(() => isGone('camera'), 'camera is gone');
    operator.held = [];
  });

  it('touch no Secret of somebody else, and say so', async () => {
    const metadata = { namespace, name: 'pump-password' };
    const theirs = await client.create<SecretObject>(secrets, { apiVersion: 'v1', kind: 'Secret', metadata });
    await made(passwordDevice('pump'));
    await until(() => isReady('pump', 'False/SecretNotOurs'), 'pump says so');
    const present = await client.get<SecretObject>(secrets, namespace, 'pump-password');
    assert.equal(present.metadata.resourceVersion, theirs.metadata.resourceVersion);
    assert.ok(operator.events.some(({ reason, type }) => reason === 'SecretNotOurs' && type === 'Warning'));
  });

  it('are counted by their template', async () => {
    const path = `/apis/mqttsecurity.io/v1alpha1/namespaces/${namespace}/acltemplates/sensor`;
    await until(async () => {
      const { status } = await admin.call<{ status?: { devices?: number; conditions?: { type: string }[] } }>(
        'GET',
        path,
      );
      return status?.devices !== undefined && status.conditions?.some(({ type }) => type === 'Ready') === true;
    }, 'the template has a status');
  });

  it('never failed on the way', () => assert.deepEqual(operator.failures, []));
});
