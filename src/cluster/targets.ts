/** Which object a word on the command line means. */
import {
  aclTemplates,
  brokerInstances,
  type CustomObject,
  deviceCertificates,
  mqttBrokers,
  mqttDevices,
  type MqttDeviceObject,
} from '../api/kinds.ts';
import type { Device } from '../domain/fleet.ts';
import type { Kind } from '../domain/names.ts';
import { isNotFound } from '../kube/errors.ts';
import { keyOfObject, type ResourceType } from '../kube/object.ts';
import { nearest } from '../parse/suggestion.ts';
import type { Cluster } from './connection.ts';
import { parsedAs } from './fleet.ts';
import { listed } from './listing.ts';
import { isKindUnknown } from './problems.ts';

/** Of any of our kinds. */
export type OurObject = CustomObject<ObservedStatus | undefined>;

/** What the statuses of our kinds have in common. */
interface ObservedStatus {
  readonly observedGeneration?: number;
  readonly conditions?: readonly ObservedCondition[];
}

export interface ObservedCondition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
  readonly lastTransitionTime: string;
  readonly observedGeneration?: number;
}

export const kindTypes: Readonly<Record<Kind, ResourceType<OurObject>>> = {
  MqttDevice: mqttDevices,
  MqttBroker: mqttBrokers,
  AclTemplate: aclTemplates,
  DeviceCertificate: deviceCertificates,
  BrokerInstance: brokerInstances,
};

/** As kubectl takes them: singular, plural and short name, each also with the group. */
const kindWords: ReadonlyMap<string, Kind> = new Map(
  Object.entries({
    MqttDevice: 'mqd',
    MqttBroker: 'mqb',
    AclTemplate: 'aclt',
    DeviceCertificate: 'devcert',
    BrokerInstance: 'mqbi',
  } satisfies Record<Kind, string>).flatMap(([kind, short]): [string, Kind][] => {
    const { plural, group } = kindTypes[kind as Kind];
    const singular = kind.toLowerCase();
    return [short, singular, plural, `${singular}.${group}`, `${plural}.${group}`].map((word) => [word, kind as Kind]);
  }),
);

/** An object that is meant. Without a kind it is a device first, then whatever has the name. */
export interface Target {
  readonly kind?: Kind;
  readonly namespace?: string;
  readonly name: string;
}

/** `NAME`, `NAMESPACE/NAME` or `KIND/NAME`. */
export function targetOf(word: string): Target {
  const slash = word.indexOf('/');
  if (slash < 0) return { name: word };
  const [first, name] = [word.slice(0, slash), word.slice(slash + 1)];
  const kind = kindWords.get(first.toLowerCase());
  return kind ? { kind, name } : { namespace: first, name };
}

export interface FoundObject {
  readonly kind: Kind;
  readonly object: OurObject;
}

type Reader = Pick<Cluster, 'client' | 'namespace'>;

/** The object that is meant. Fails with what is there instead. */
export async function foundObject(cluster: Reader, target: Target): Promise<FoundObject> {
  const { kind, name } = target;
  if (kind) return { kind, object: await existing(cluster, kind, target) };
  const device = await namedDevice(cluster, target);
  if (device) return { kind: 'MqttDevice', object: device };
  for (const other of ['MqttBroker', 'DeviceCertificate', 'AclTemplate'] as const) {
    const object = await objectOrNone(cluster, other, target);
    if (object) return { kind: other, object };
  }
  throw await notFound(cluster, 'MqttDevice', target.namespace ?? cluster.namespace, name);
}

/** The device of this name, else the one with this identity. Fails with what is there instead. */
export async function foundDevice(cluster: Reader, word: string): Promise<MqttDeviceObject> {
  const target = targetOf(word);
  if (target.kind && target.kind !== 'MqttDevice') throw new Error(`find device ${word}: it is no MqttDevice`);
  const device = await namedDevice(cluster, target);
  if (device) return device;
  throw await notFound(cluster, 'MqttDevice', target.namespace ?? cluster.namespace, target.name);
}

async function namedDevice(cluster: Reader, target: Target): Promise<MqttDeviceObject | undefined> {
  const named = await objectOrNone(cluster, 'MqttDevice', target);
  return (named as MqttDeviceObject | undefined) ?? deviceWithIdentity(cluster, target);
}

async function existing(cluster: Reader, kind: Kind, target: Target): Promise<OurObject> {
  const object = await objectOrNone(cluster, kind, target);
  if (object) return object;
  throw await notFound(cluster, kind, target.namespace ?? cluster.namespace, target.name);
}

async function objectOrNone(cluster: Reader, kind: Kind, { namespace, name }: Target): Promise<OurObject | undefined> {
  // An identity may hold what no name may.
  if (!/^[a-z0-9.-]+$/.test(name)) return undefined;
  try {
    return await cluster.client.get(kindTypes[kind], namespace ?? cluster.namespace, name);
  } catch (error) {
    if (isNotFound(error) && !isKindUnknown(error)) return undefined;
    throw error;
  }
}

async function deviceWithIdentity(cluster: Reader, target: Target): Promise<MqttDeviceObject | undefined> {
  const namespace = target.namespace ?? cluster.namespace;
  const found = await listed(cluster.client, mqttDevices, { namespace }, (device) =>
    identityOf(device) === target.name ? device : undefined,
  );
  if (found.length > 1) {
    throw new Error(`find device ${target.name}: it may be ${found.map((one) => keyOfObject(one)).join(' or ')}`);
  }
  return found[0];
}

/** The effective identity that a device declares; that which its status names where it does not parse. */
function identityOf(device: MqttDeviceObject): string | undefined {
  const parsed = parsedAs<Device>('MqttDevice', device);
  return parsed.ok ? parsed.value.identity : device.status?.identity;
}

async function notFound({ client }: Reader, kind: Kind, namespace: string, name: string): Promise<Error> {
  const names = await listed(client, kindTypes[kind], { namespace }, ({ metadata }) => metadata.name);
  const near = nearest(name, names);
  const hint =
    near !== undefined
      ? `did you mean '${near}'?`
      : names.length === 0
        ? `namespace ${namespace} holds none at all; -n names another`
        : '-n names another namespace';
  return new Error(`find ${kind} ${namespace}/${name}: it does not exist; ${hint}`);
}
