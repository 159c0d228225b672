/** All brokers and devices of a namespace, one line each. */
import {
  brokerInstances,
  mqttBrokers,
  mqttDevices,
  type MqttBrokerObject,
  type MqttDeviceObject,
} from '../api/kinds.ts';
import type { Device } from '../domain/fleet.ts';
import { objectKey } from '../domain/names.ts';
import type { Selection } from '../kube/client.ts';
import type { Cluster } from './connection.ts';
import { conditionState, type State } from './conditions.ts';
import { parsedAs } from './fleet.ts';
import { listed } from './listing.ts';

interface Row {
  readonly namespace: string;
  readonly name: string;
  readonly ready: State;
}

interface BrokerRow extends Row {
  /** Of the published bundle. */
  readonly revision?: number;
  readonly identities?: number;
  readonly instances: number;
  /** Instances that have proved this revision. */
  readonly proved: number;
}

interface DeviceRow extends Row {
  readonly identity?: string;
  /** `NAME`, or `NAMESPACE/NAME` of one in another namespace. */
  readonly broker?: string;
  readonly authentication?: string;
  readonly notAfter?: string;
}

export interface Overview {
  readonly brokers: readonly BrokerRow[];
  readonly devices: readonly DeviceRow[];
}

/** What there is in the namespace that is meant, or in all. */
export async function overview(cluster: Pick<Cluster, 'client' | 'namespace' | 'isEveryNamespace'>): Promise<Overview> {
  const { client, namespace, isEveryNamespace } = cluster;
  const scope: Selection = isEveryNamespace ? {} : { namespace };
  const [proofs, brokers, devices] = await Promise.all([
    listed(client, brokerInstances, scope, ({ metadata, spec, status }) => ({
      broker: objectKey(metadata.namespace ?? '', spec?.brokerRef.name ?? ''),
      revision: status?.loadedRevision,
    })),
    listed(client, mqttBrokers, scope, (object) => object),
    listed(client, mqttDevices, scope, deviceRow),
  ]);
  return {
    brokers: brokers.map((object) => brokerRow(object, proofs)).sort(byKey),
    devices: devices.toSorted(byKey),
  };
}

function byKey(a: Row, b: Row): number {
  return objectKey(a.namespace, a.name) < objectKey(b.namespace, b.name) ? -1 : 1;
}

interface Proof {
  readonly broker: string;
  readonly revision: number | undefined;
}

function brokerRow(object: MqttBrokerObject, proofs: readonly Proof[]): BrokerRow {
  const { namespace = '', name } = object.metadata;
  const { revision, identities } = object.status?.bundle ?? {};
  const instances = proofs.filter(({ broker }) => broker === objectKey(namespace, name));
  return {
    ...{ namespace, name, ready: conditionState(object, 'Ready') },
    ...(revision !== undefined && { revision }),
    ...(identities !== undefined && { identities }),
    instances: instances.length,
    proved: instances.filter((one) => revision !== undefined && one.revision === revision).length,
  };
}

function deviceRow(object: MqttDeviceObject): DeviceRow {
  const { namespace = '', name } = object.metadata;
  const ready = conditionState(object, 'Ready');
  const notAfter = object.status?.certificate?.notAfter;
  const parsed = parsedAs<Device>('MqttDevice', object);
  if (!parsed.ok) return { namespace, name, ready };
  const { identity, broker, authentication } = parsed.value;
  return {
    ...{ namespace, name, ready, identity, authentication: authentication.type },
    broker: broker.startsWith(`${namespace}/`) ? broker.slice(namespace.length + 1) : broker,
    ...(notAfter !== undefined && { notAfter }),
  };
}
