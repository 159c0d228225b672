/** A cluster in memory with one broker, and the controller of devices beside stand-ins for its neighbours. */
import { reasons } from '../../../src/domain/reasons.ts';
import { compileBroker, type Compiled } from '../../../src/domain/bundle/compile.ts';
import { imagePlacement } from '../../../src/domain/bundle/placement.ts';
import type { ObjectKey } from '../../../src/domain/names.ts';
import type { RevocationEntry } from '../../../src/domain/pki/certificate.ts';
import type { HeldCertificate } from '../../../src/domain/pki/lineage.ts';
import { ShardedMap } from '../../../src/domain/sharded.ts';
import type { EventDraft } from '../../../src/kube/events.ts';
import type { KubeObject } from '../../../src/kube/object.ts';
import type { Outcome } from '../../../src/kube/outcome.ts';
import { createFleetState } from '../../../src/controllers/fleet-state.ts';
import type { BrokerState, ControllerContext } from '../../../src/controllers/context.ts';
import { deviceController } from '../../../src/controllers/device/controller.ts';
import { createPasswords, type Passwords } from '../../../src/controllers/device/passwords.ts';
import { VirtualClock } from '../../kube/virtual-clock.ts';
import { MemoryCluster } from '../memory-cluster.ts';

export const apiVersion = 'mqttsecurity.io/v1alpha1';
export const main: ObjectKey = 'plant/main';
const caKeyId = 'ca';

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

export function held(device: string, serial: string): HeldCertificate {
  return {
    ...{
      identity: device,
      caKeyId,
      serial,
      fingerprint: serial,
      keyId: serial,
      key: 'ECDSA 256',
      renewBeforeSeconds: 1,
    },
    ...{ notBefore: new Date('2026-01-01T00:00:00Z'), notAfter: new Date('2026-04-01T00:00:00Z') },
    ...{ lineage: `plant/${device}`, device: `plant/${device}`, issuedAt: new Date('2026-01-01T00:00:00Z') },
  };
}

const kinds = ['MqttBroker', 'AclTemplate', 'MqttDevice', 'DeviceCertificate', 'Namespace'];

export class Site {
  readonly cluster = new MemoryCluster(kinds);
  readonly clock = new VirtualClock();
  readonly events: EventDraft[] = [];
  readonly ledger = new Map<string, RevocationEntry>();
  readonly woken: string[] = [];
  held: readonly HeldCertificate[] = [];
  isKnown = true;
  /** Whether what is in the ledger is in the published set. */
  isPublished = true;
  ledgerError: Error | undefined;
  /** What is published now, as far as passwords go. */
  published: ReadonlyMap<string, string> = new Map();
  publishedError: Error | undefined;
  broker: Partial<BrokerState> | undefined;
  passwords!: Passwords;
  context!: ControllerContext;
  #reconcile!: ReturnType<typeof deviceController>;
  #bytes = 0;

  constructor() {
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
      publishedPasswords: () =>
        this.publishedError ? Promise.reject(this.publishedError) : Promise.resolve(this.published),
    });
    this.context = {
      ...{ client: this.cluster.client, world, wake: wakes, clock: this.clock, random },
      options: { namespace: 'operator', image: 'image' },
      record: (event) => void this.events.push(event),
      state: {
        fleet: createFleetState(world),
        passwords: this.passwords,
        issued: this.#issued(),
        authorities: this.#authorities(),
        brokers: { get: () => this.broker && { ...this.#compiled(), ...this.broker } },
      },
    };
    this.#reconcile = deviceController(this.context, this.passwords);
  }

  #issued(): ControllerContext['state']['issued'] {
    const isKnown = () => this.isKnown;
    const all = () => this.held;
    return {
      get isKnown() {
        return isKnown();
      },
      get byIdentity() {
        return ShardedMap.from(Map.groupBy(all(), ({ identity }) => identity));
      },
      ofLineage: (lineage) => all().filter((one) => one.lineage === lineage),
      ofDevice: (device) => all().filter((one) => one.device === device),
    };
  }

  #authorities(): ControllerContext['state']['authorities'] {
    return {
      trustOf: () => ({
        ...{ crls: [], revocations: [], findings: [], nextChangeAt: undefined },
        cas: [{ name: 'devices', keyId: caKeyId, certificates: '', revocation: 'None' }],
      }),
      issuingCa: () => caKeyId,
      revoke: (entries) => {
        if (this.ledgerError) return Promise.reject(this.ledgerError);
        for (const entry of entries) this.ledger.set(entry.serial, this.ledger.get(entry.serial) ?? entry);
        return Promise.resolve();
      },
      isPublished: ({ serial }) => this.isPublished && this.ledger.has(serial),
      isRevoked: ({ serial }) => this.ledger.has(serial),
    };
  }

  /** What the compiler makes of the fleet now. */
  compiled(): Compiled {
    return this.#compiled().compiled;
  }

  #compiled(): BrokerState {
    const { fleet, authorities } = this.context.state;
    const live = this.held.filter((one) => !this.ledger.has(one.serial));
    const input = {
      ...{ fleet: fleet.fleet, broker: main, cas: authorities.trustOf(main)?.cas ?? [], crls: [], revocations: [] },
      certificates: ShardedMap.from(Map.groupBy(live, ({ identity }) => identity)),
      ...{ passwordLines: this.passwords.lines(main), lockouts: ShardedMap.empty<Date>(), placement: imagePlacement },
    };
    return {
      broker: fleet.fleet.brokers.get(main) ?? assertNever(),
      compiled: compileBroker(input, this.clock.now()),
      ...{ published: undefined, isCurrent: true, expectedInstances: 1, proved: [] },
      ...{ refusal: undefined, problem: undefined },
    };
  }

  /** The broker publishes what is compiled now as this revision, and every instance proves it. */
  prove(revision = 1, instances = 1): void {
    const { statuses } = this.compiled();
    const index = {
      broker: 'main',
      revision,
      hash: String(revision),
      parts: {},
    } as unknown as BrokerState['published'];
    this.published = new Map(this.passwords.lines(main).entries());
    const proved = Array.from({ length: instances }, () => ({ revision, statuses }));
    this.broker = { published: index, proved, expectedInstances: instances };
  }

  reconcile(name: string, namespace = 'plant'): Promise<Outcome> {
    const context = { reconcileId: 'r', signal: new AbortController().signal };
    return this.#reconcile(`${namespace}/${name}`, context);
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

function assertNever(): never {
  throw new Error('the site has a broker');
}
