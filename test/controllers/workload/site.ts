/** A broker with a workload, in memory. */
import { createFleetState } from '../../../src/controllers/fleet-state.ts';
import { type WorkloadController, workloadController } from '../../../src/controllers/workload/controller.ts';
import type { BrokerState } from '../../../src/controllers/context.ts';
import type { World } from '../../../src/controllers/world.ts';
import { brokerLabel } from '../../../src/api/labels.ts';
import type { Broker } from '../../../src/domain/fleet.ts';
import type { BundleIndex } from '../../../src/domain/bundle/content.ts';
import type { KubeObject } from '../../../src/kube/object.ts';
import type { EventDraft } from '../../../src/kube/events.ts';
import { VirtualClock } from '../../kube/virtual-clock.ts';
import { MemoryCluster, type MemoryWrite } from '../memory-cluster.ts';

const kinds = [
  ...['MqttBroker', 'BrokerInstance', 'Namespace', 'Certificate', 'Pod', 'StatefulSet'],
  ...['Service', 'ServiceAccount', 'Role', 'RoleBinding', 'PodDisruptionBudget'],
];

export const key = 'plant/main';

export function brokerObject(workload: object | undefined, spec: object = {}): KubeObject & { readonly spec: object } {
  return {
    apiVersion: 'mqttsecurity.io/v1alpha1',
    kind: 'MqttBroker',
    metadata: { name: 'main', namespace: 'plant', labels: {} },
    spec: {
      mosquitto: { version: '2.0' },
      listeners: [
        { name: 'passwords', port: 8884, authentication: 'Password', tls: { enabled: true }, protocol: 'MQTT' },
      ],
      tls: {
        profile: 'Intermediate',
        serverCertificate: { issuerRef: { name: 'servers', kind: 'Issuer', group: 'cert-manager.io' } },
      },
      acl: { layout: 'PerIdentity' },
      allowedNamespaces: { from: 'Same', roles: ['Device'] },
      update: { strategy: 'Reload', windowMilliseconds: 100 },
      limits: { maxPacketSizeBytes: 1048576 },
      ...(workload && { workload }),
      ...spec,
    },
  };
}

export const managed = { managed: { replicas: 2, acknowledgeNoClustering: true, service: { type: 'ClusterIP' } } };

export class WorkloadSite {
  readonly cluster = new MemoryCluster(kinds);
  readonly clock = new VirtualClock();
  readonly events: EventDraft[] = [];
  readonly woken: string[] = [];
  published: BundleIndex | undefined;
  hasCertManager = true;
  world!: World;
  controller!: WorkloadController;

  constructor() {
    this.restart();
  }

  restart(): void {
    const world = this.cluster.restarted();
    const certificates = { ...world.certificates, hasSynced: this.hasCertManager };
    this.world = { ...world, certificates };
    this.controller = workloadController({
      ...{ client: this.cluster.client, world: this.world, clock: this.clock },
      options: { namespace: 'system', image: 'mqttsec:1' },
      state: {
        fleet: createFleetState(this.world),
        brokers: { get: () => (this.published ? ({ published: this.published } as BrokerState) : undefined) },
      },
      wake: { broker: (broker) => void this.woken.push(broker) },
      record: (event) => void this.events.push(event),
    });
  }

  /** One pass; gives what it wrote. */
  async pass(): Promise<readonly MemoryWrite[]> {
    const before = this.cluster.writes.length;
    await this.controller.reconcile(key, { reconcileId: 'test', signal: new AbortController().signal });
    return this.cluster.writes.slice(before);
  }

  get broker(): Broker {
    const broker = this.world.brokers.store.get(key)?.value;
    if (!broker?.ok) throw new Error(`no good broker: ${JSON.stringify(broker)}`);
    return broker.value;
  }

  findings(): readonly string[] {
    return this.controller.findings(this.broker).map(({ code }) => code);
  }

  /** A pod as the StatefulSet makes it; its UID is given by the cluster. */
  pod(
    name: string,
    owner: { readonly kind: string; readonly name: string },
    phase = 'Running',
    conditions: readonly object[] = [],
  ): KubeObject {
    return this.cluster.put({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        ...{ name, namespace: 'plant', labels: { [brokerLabel]: 'main' } },
        ownerReferences: [{ apiVersion: 'apps/v1', uid: 'u', controller: true, ...owner }],
      },
      status: { phase, conditions },
    } as KubeObject);
  }
}

export const ofSet = { kind: 'StatefulSet', name: 'main' };

export function textOf({ verb, kind, key: of }: MemoryWrite): string {
  return `${verb} ${kind} ${of.slice(of.indexOf('/') + 1)}`;
}
