/** A cluster in memory with one broker, and the controller of devices beside stand-ins for its neighbours. */
import { reasons } from '../../../src/domain/reasons.ts';
import type { ObjectKey } from '../../../src/domain/names.ts';
import type { EventDraft } from '../../../src/kube/events.ts';
import type { KubeObject } from '../../../src/kube/object.ts';
import type { Outcome } from '../../../src/kube/outcome.ts';
import { createFleetState } from '../../../src/controllers/fleet-state.ts';
import type { ControllerContext } from '../../../src/controllers/context.ts';
import { deviceController } from '../../../src/controllers/device/controller.ts';
import { createPasswords, type Passwords } from '../../../src/controllers/device/passwords.ts';
import { VirtualClock } from '../../kube/virtual-clock.ts';
import { Neighbours } from './neighbours.ts';
import { MemoryCluster } from '../memory-cluster.ts';

export const apiVersion = 'mqttsecurity.io/v1alpha1';

export function object(kind: string, name: string, spec: object, metadata: object = {}): KubeObject {
  return { apiVersion, kind, metadata: { namespace: 'plant', name, ...metadata }, spec } as KubeObject;
}

export const broker = object('MqttBroker', 'main', {
  mosquitto: { version: '2.0' },
  listeners: [
    { name: 'mtls', port: 8883, authentication: 'Certificate' },
    { name: 'password', port: 8884, authentication: 'Password' },
  ],
  tls: { serverCertificate: { secretRef: { name: 'server' } } },
  clientCertificates: {
    issuerRef: { name: 'devices' },
    trustedCas: [
      { name: 'devices', caRef: { kind: 'Secret', name: 'ca', key: 'ca.crt' }, revocation: { type: 'None' } },
    ],
  },
  workload: { external: { instances: ['one'] } },
});

export const template = object('AclTemplate', 'sensor', {
  role: 'Device',
  rules: [{ effect: 'Allow', actions: ['Publish'], topic: 'sensors/{device}/#' }],
});

export function passwordDevice(name: string, spec: object = {}, password: object = { generate: {} }): KubeObject {
  const authentication = { type: 'Password', password };
  return object('MqttDevice', name, { ...ofSensor, authentication, ...spec });
}

export function certificateDevice(name: string, spec: object = {}, certificate: object = {}): KubeObject {
  const authentication = { type: 'Certificate', certificate: { template: certificate } };
  return object('MqttDevice', name, { ...ofSensor, authentication, ...spec });
}

const ofSensor = { brokerRef: { name: 'main' }, templateRefs: [{ name: 'sensor' }], suspended: false };

const kinds = ['MqttBroker', 'AclTemplate', 'MqttDevice', 'DeviceCertificate', 'Namespace'];

export class Site extends Neighbours {
  readonly cluster = new MemoryCluster(kinds);
  readonly clock = new VirtualClock();
  readonly events: EventDraft[] = [];
  readonly woken: string[] = [];
  passwords!: Passwords;
  context!: ControllerContext;
  #reconcile!: ReturnType<typeof deviceController>;
  #bytes = 0;

  constructor() {
    super();
    this.cluster.put(broker);
    this.cluster.put(template);
    this.restart();
  }

  /** A new process over the same cluster. */
  restart(): void {
    const world = this.cluster.restarted();
    const random = { bytes: (length: number) => new Uint8Array(length).fill((this.#bytes += 1)) };
    const wake = (kind: string) => (key: ObjectKey) => void this.woken.push(`${kind} ${key}`);
    const wakes = Object.fromEntries(
      ['broker', 'workload', 'authority', 'device', 'certificate', 'template'].map((kind) => [kind, wake(kind)]),
    ) as unknown as ControllerContext['wake'];
    this.passwords = createPasswords({
      ...{ world, wake: wakes, random },
      publishedPasswords: () => this.publishedPasswords(),
    });
    this.context = {
      ...{ client: this.cluster.client, world, wake: wakes, clock: this.clock, random },
      options: { namespace: 'operator', image: 'image' },
      record: (event) => void this.events.push(event),
      state: this.state(createFleetState(world), this.passwords),
    };
    this.#reconcile = deviceController(this.context, this.passwords);
  }

  protected now(): Date {
    return this.clock.now();
  }

  reconcile(name: string, namespace = 'plant'): Promise<Outcome> {
    const context = { reconcileId: 'r', signal: new AbortController().signal };
    return this.#reconcile(`${namespace}/${name}`, context);
  }

  /** Looks at a device, and again when it is to be told that something began. */
  async told(name: string, namespace = 'plant'): Promise<Outcome> {
    await this.reconcile(name, namespace);
    this.clock.stopFor(250);
    return this.reconcile(name, namespace);
  }

  device(name: string, namespace = 'plant'): DeviceView {
    const status = (this.cluster.object('MqttDevice', `${namespace}/${name}`)?.status ?? {}) as DeviceStatus;
    const conditions = new Map((status.conditions ?? []).map((one) => [one.type, one]));
    const text = (type: string) => {
      const one = conditions.get(type);
      if (!one) return undefined;
      if (!(one.reason in reasons)) throw new Error(`${one.reason} is no reason`);
      return `${one.status}/${one.reason}`;
    };
    return { status, text, message: (type) => conditions.get(type)?.message ?? '' };
  }

  /** Writes since the last call, shortly. */
  written(): readonly string[] {
    return this.cluster.writes.splice(0).map(({ verb, kind, key }) => `${verb} ${kind} ${key}`);
  }
}

interface DeviceStatus {
  readonly observedGeneration?: number;
  readonly identity?: string;
  readonly rulesHash?: string;
  readonly bundleRevision?: number;
  readonly certificate?: object;
  readonly revocation?: object;
  readonly conditions?: readonly {
    readonly type: string;
    readonly status: string;
    readonly reason: string;
    readonly message: string;
  }[];
}

interface DeviceView {
  readonly status: DeviceStatus;
  /** `True/Ready`; undefined for a condition that is not there. */
  readonly text: (type: string) => string | undefined;
  readonly message: (type: string) => string;
}
