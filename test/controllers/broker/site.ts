/** One broker of a cluster in memory: the real stores and states, a publisher that keeps what it is given, time by hand. */
import type { Finding } from '../../../src/domain/finding.ts';
import { chunkHashes, joinParts } from '../../../src/domain/bundle/chunks.ts';
import type { BundleContent, PartName } from '../../../src/domain/bundle/content.ts';
import type { SetIndex } from '../../../src/domain/bundle/set.ts';
import type { ObjectKey } from '../../../src/domain/names.ts';
import type { HeldCertificate } from '../../../src/domain/pki/lineage.ts';
import { ShardedMap } from '../../../src/domain/sharded.ts';
import type { KubeClient } from '../../../src/kube/client.ts';
import type { EventDraft } from '../../../src/kube/events.ts';
import type { KubeObject } from '../../../src/kube/object.ts';
import type { Outcome } from '../../../src/kube/outcome.ts';
import type { Publisher, PublishOptions } from '../../../src/controllers/bundle/published.ts';
import { brokerReconcile } from '../../../src/controllers/broker/reconcile.ts';
import { createBrokerStates } from '../../../src/controllers/broker/states.ts';
import { brokerStatusReconcile } from '../../../src/controllers/broker/status.ts';
import type { BrokerState, ControllerContext, Trust } from '../../../src/controllers/context.ts';
import { createFleetState } from '../../../src/controllers/fleet-state.ts';
import { settled, VirtualClock } from '../../kube/virtual-clock.ts';
import { givenHash } from '../../domain/bundle/compile-fixtures.ts';
import { fakeWorld } from '../fake-world.ts';

const apiVersion = 'mqttsecurity.io/v1alpha1';
export const main: ObjectKey = 'plant/main';

export const noTrust: Trust = { cas: [], crls: [], revocations: [], findings: [], nextChangeAt: undefined };

/** What is published, and every content that ever was, by hash. */
export class MemoryPublisher {
  index: SetIndex<PartName> | undefined;
  /** What lies beside it. */
  annex: string | undefined;
  /** An object of somebody else is in the way. */
  foreign: string | undefined;
  failure: Error | undefined;
  /** What is written is written, and nobody is told. */
  isAnswerLost = false;
  /** Called while something is written. */
  duringWrite = (): void => undefined;
  /** Sets of other content that were written. */
  writes = 0;
  /** How often the Secrets were read again. */
  secretChecks = 0;
  /** How often what is published was read. */
  textReads = 0;
  readonly contents = new Map<string, BundleContent>();

  readonly publisher = {
    index: () => Promise.resolve(this.#seen()),
    publish: (_: unknown, content: BundleContent, options: PublishOptions = {}) => {
      const { checkSecrets = false } = options;
      if (checkSecrets) this.secretChecks += 1;
      if (this.failure) return Promise.reject(this.failure);
      const seen = this.#seen();
      if (seen.kind === 'NotOurs') return Promise.resolve(seen);
      this.duringWrite();
      const written = { kind: 'Published' as const, ...this.#written(content, options) };
      return this.isAnswerLost ? Promise.reject(new Error('write: no answer')) : Promise.resolve(written);
    },
    texts: (_: unknown, parts: readonly PartName[]) => Promise.resolve(this.#texts(parts)),
    forget: () => undefined,
  } as unknown as Publisher;

  #seen() {
    if (this.foreign !== undefined) return { kind: 'NotOurs', object: this.foreign } as const;
    if (!this.index) return { kind: 'None' } as const;
    return { kind: 'Published', index: this.index, ...(this.annex !== undefined && { annex: this.annex }) } as const;
  }

  #texts(parts: readonly PartName[]) {
    this.textReads += 1;
    const seen = this.#seen();
    const content = this.contents.get(this.index?.hash ?? '');
    if (seen.kind !== 'Published') return seen;
    if (!content) return { kind: 'Damaged', findings: [] } as const;
    const texts = joinParts(content);
    return { ...seen, texts: Object.fromEntries(parts.map((part) => [part, texts[part]])) };
  }

  #written(content: BundleContent, { leastRevision = 0, annex }: PublishOptions) {
    this.contents.set(content.hash, content);
    const isCurrent = this.index?.hash === content.hash && this.index.revision >= leastRevision;
    if (this.index && isCurrent) return { index: this.index, writes: 0 };
    this.writes += 1;
    const revision = Math.max(this.index?.revision ?? 0, leastRevision) + 1;
    this.annex = annex?.(revision);
    this.index = { revision, hash: content.hash, parts: chunkHashes(content.parts) };
    return { index: this.index, writes: 1 };
  }
}

interface Broker {
  readonly metadata: { readonly uid: string; readonly generation?: number };
  readonly spec: object;
  readonly status?: unknown;
}

const leastSpec = {
  mosquitto: { version: '2.1' },
  listeners: [{ name: 'password', port: 8884, authentication: 'Password' }],
  tls: { serverCertificate: { secretRef: { name: 'server' } } },
  update: { strategy: 'Reload', windowMilliseconds: 500 },
  workload: { external: { instances: ['a', 'b'] } },
};

function timeOf(outcome: Outcome): Date | undefined {
  return outcome.kind === 'Done' ? undefined : outcome.at;
}

/** With broker `plant/main` for password devices, expected on instances `a` and `b`, and template `sensor`. */
export function brokerSite(published = new MemoryPublisher()) {
  const fake = fakeWorld();
  const fleet = createFleetState(fake.world);
  const clock = new VirtualClock();
  const states = createBrokerStates();
  const woken = { device: new Set<string>(), certificate: new Set<string>(), workload: 0, authority: 0 };
  const known = {
    ...{ isIssuedKnown: true, arePasswordsComplete: true, trust: undefined as Trust | undefined },
    /** Instances outside of the cluster that do not live. */
    dead: new Set<string>(),
  };
  const findings: { workload: readonly Finding[] } = { workload: [] };
  const statuses: Record<string, unknown>[] = [];
  const answers = { isHeld: false };
  const told = { isWoken: false, dueAt: undefined as Date | undefined };
  const events: EventDraft[] = [];
  let lines = ShardedMap.empty<string>();
  let issued = ShardedMap.empty<readonly HeldCertificate[]>();
  let broker: Broker = { metadata: { uid: 'uid-main', generation: 1 }, spec: leastSpec };

  function putBroker(): void {
    const { metadata, spec, status } = broker;
    fake.put({
      ...{ apiVersion, kind: 'MqttBroker', metadata: { namespace: 'plant', name: 'main', ...metadata }, spec },
      ...(status !== undefined && { status }),
    });
  }

  const client = {
    applyStatus: (_: unknown, { status }: { readonly status: Record<string, unknown> }) => {
      statuses.push(status);
      broker = { ...broker, status: structuredClone(status) };
      putBroker();
      return answers.isHeld ? new Promise(() => undefined) : Promise.resolve({});
    },
  } as unknown as KubeClient;

  const context: ControllerContext = {
    client,
    world: fake.world,
    options: { namespace: 'operator', image: 'operator:1' },
    state: {
      fleet,
      issued: {
        get isKnown() {
          return known.isIssuedKnown;
        },
        get byIdentity() {
          return issued;
        },
        ofLineage: () => [],
        ofDevice: () => [],
      },
      passwords: {
        ...{ lines: () => lines, line: ({ identity }) => lines.get(identity) },
        ...{ isComplete: () => known.arePasswordsComplete, findings: () => [] },
      },
      authorities: { trustOf: () => known.trust } as unknown as ControllerContext['state']['authorities'],
      brokers: states,
    },
    wake: {
      ...{ broker: () => undefined, template: () => undefined },
      brokerStatus: () => void (told.isWoken = true),
      device: (key) => void woken.device.add(key),
      certificate: (key) => void woken.certificate.add(key),
      workload: () => void (woken.workload += 1),
      authority: () => void (woken.authority += 1),
    },
    clock,
    random: { bytes: (length) => new Uint8Array(length) },
    record: (event) => void events.push(event),
  };
  const tell = brokerStatusReconcile(context, states);
  const publish = brokerReconcile({
    ...{ context, states, publisher: published.publisher, workloadFindings: () => findings.workload },
    adoptPasswords: () => Promise.resolve(),
    lookForInstances: ({ workload }) =>
      Promise.resolve({
        live: workload.kind === 'External' ? workload.instances.filter((name) => !known.dead.has(name)) : [],
        lookAt: undefined,
      }),
  });

  fake.put({
    ...{ apiVersion, kind: 'AclTemplate', metadata: { namespace: 'plant', name: 'sensor', uid: 't', generation: 1 } },
    spec: { role: 'Device', rules: [{ topic: 'sensors/{device}/#', actions: ['Publish'] }] },
  } as KubeObject);
  putBroker();

  return {
    ...{ fake, context, states, published, clock, woken, known, findings, statuses, events },
    /** One run, with what it asks for: `done`, or milliseconds until the next. */
    async run(): Promise<'done' | number> {
      const call = { reconcileId: 'r', signal: new AbortController().signal };
      let nextAt: Date | undefined;
      try {
        nextAt = timeOf(await publish(main, call));
      } finally {
        if (told.isWoken || (told.dueAt && told.dueAt <= clock.now())) {
          told.isWoken = false;
          told.dueAt = timeOf(await tell(main, call));
        }
      }
      const times = [nextAt, told.dueAt].filter((at) => at !== undefined).map((at) => at.getTime());
      return times.length === 0 ? 'done' : Math.min(...times) - clock.now().getTime();
    },
    /** The status is written, and the answer does not come. */
    async tellUnanswered(): Promise<void> {
      answers.isHeld = true;
      void tell(main, { reconcileId: 'r', signal: new AbortController().signal });
      await settled();
    },
    /** A pass that says nothing, with what it asks for. */
    async publish(): Promise<'done' | number> {
      const at = timeOf(await publish(main, { reconcileId: 'r', signal: new AbortController().signal }));
      return at ? at.getTime() - clock.now().getTime() : 'done';
    },
    get state(): BrokerState {
      const state = states.get(main);
      if (!state) throw new Error('nothing is known of the broker');
      return state;
    },
    get isKnown(): boolean {
      return states.get(main) !== undefined;
    },
    get condition() {
      const list = (statuses.at(-1)?.['conditions'] ?? []) as { type: string; status: string; reason: string }[];
      return Object.fromEntries(list.map(({ type, status, reason }) => [type, `${status} ${reason}`]));
    },
    message(type: string): string {
      const list = (statuses.at(-1)?.['conditions'] ?? []) as { type: string; message: string }[];
      return list.find((one) => one.type === type)?.message ?? '';
    },
    changeBroker(change: { readonly metadata?: object; readonly spec?: object }): void {
      const generation = change.spec ? 2 : 1;
      broker = { ...broker, ...change, metadata: { ...broker.metadata, generation, ...change.metadata } };
      putBroker();
    },
    spec: leastSpec,
    putTemplate(rules: readonly object[], generation = 1, role = 'Device'): void {
      const metadata = { namespace: 'plant', name: 'sensor', uid: 't', generation };
      fake.put({ ...{ apiVersion, kind: 'AclTemplate', metadata }, spec: { role, rules } } as KubeObject);
    },
    putDevice(name: string, spec: object = {}, generation = 1, status?: object): void {
      fake.put({
        ...{ apiVersion, kind: 'MqttDevice' },
        metadata: {
          ...{ namespace: 'plant', name, uid: `uid-${name}`, generation, creationTimestamp: '2026-01-01T00:00:00Z' },
        },
        spec: {
          ...{ brokerRef: { name: 'main' }, templateRefs: [{ name: 'sensor' }] },
          ...{ authentication: { type: 'Password', password: { generate: {} } }, ...spec },
        },
        ...(status && { status }),
      } as KubeObject);
    },
    removeDevice: (name: string) => fake.remove('MqttDevice', 'plant', name),
    setPassword(identity: string, line: string | undefined = givenHash): void {
      lines = lines.set(identity, line);
    },
    hold(...certificates: readonly HeldCertificate[]): void {
      for (const one of certificates) issued = issued.set(one.identity, [...(issued.get(one.identity) ?? []), one]);
    },
    /** An agent reports; without a status it was just started. */
    report(name: string, status?: object): void {
      const { uid } = broker.metadata;
      const ownerReferences = [{ apiVersion, kind: 'MqttBroker', name: 'main', uid, controller: true }];
      const metadata = { namespace: 'plant', name, uid: `uid-${name}`, ownerReferences };
      fake.put({
        ...{ apiVersion, kind: 'BrokerInstance', metadata },
        ...{ spec: { brokerRef: { name: 'main' } }, ...(status && { status }) },
      });
    },
    /** All of these have loaded what is published now. */
    prove(...names: readonly string[]): void {
      const { revision, hash } = published.index ?? { revision: 0, hash: '' };
      for (const name of names) {
        this.report(name, { loadedRevision: revision, loadedHash: hash, mosquittoVersion: '2.1.2' });
      }
    },
  };
}

export type BrokerSite = ReturnType<typeof brokerSite>;
