/** The fleet that a cluster declares: its objects, each parsed once. */
import {
  aclTemplates,
  deviceCertificates,
  mqttBrokers,
  mqttDevices,
  type MqttDeviceObject,
  namespaces,
} from '../api/kinds.ts';
import type { KnownEnds } from '../domain/audit/credentials.ts';
import type { Finding, Parsed } from '../domain/finding.ts';
import {
  fleetOf,
  type Broker,
  type Device,
  type DeviceCertificate,
  type Fleet,
  keyOf,
  type Template,
} from '../domain/fleet.ts';
import { type Kind, objectKey, type ObjectKey } from '../domain/names.ts';
import type { KubeClient, Selection } from '../kube/client.ts';
import { keyOfObject, type KubeObject, type ResourceType } from '../kube/object.ts';
import { parsedObject } from '../parse/object.ts';
import type { Cluster } from './connection.ts';
import { listed } from './listing.ts';
import { isForbidden } from './problems.ts';

export interface ClusterFleet {
  readonly fleet: Fleet;
  /** Why objects are left out of it. */
  readonly findings: readonly Finding[];
  /** What the operator says of the devices. */
  readonly statuses: ReadonlyMap<ObjectKey, MqttDeviceObject['status']>;
  /** What was not looked at because the reader may not, one sentence each. */
  readonly notes: readonly string[];
}

/**
 * Everything that the reader may see: the whole cluster, for devices and their broker may be in different namespaces, else
 * the namespace that is meant. An object that does not parse is a finding and holds up nothing else.
 */
export async function clusterFleet({
  client,
  namespace,
}: Pick<Cluster, 'client' | 'namespace'>): Promise<ClusterFleet> {
  try {
    return await fleetIn(client, {}, []);
  } catch (error) {
    if (!isForbidden(error)) throw error;
    const note = `you may not list all namespaces: what lies outside of namespace ${namespace} is not looked at`;
    return fleetIn(client, { namespace }, [note]);
  }
}

async function fleetIn(client: KubeClient, scope: Selection, notes: readonly string[]): Promise<ClusterFleet> {
  const findings: Finding[] = [];
  const statuses = new Map<ObjectKey, MqttDeviceObject['status']>();
  const all = <T>(type: ResourceType, seen: (object: KubeObject) => void = () => undefined) =>
    listed(client, type, scope, (object) => {
      seen(object);
      const result = parsedAs<T>(type.kind as Kind, object);
      if (!result.ok) findings.push(...result.findings);
      return result.ok ? result.value : undefined;
    });
  const keepStatus = (object: MqttDeviceObject) => statuses.set(keyOfObject(object) as ObjectKey, object.status);
  const [brokers, templates, devices, certificates, labels] = await Promise.all([
    all<Broker>(mqttBrokers),
    all<Template>(aclTemplates),
    all<Device>(mqttDevices, keepStatus),
    all<DeviceCertificate>(deviceCertificates),
    namespaceLabels(client),
  ]);
  const unlabelled = labels
    ? []
    : ['you may not list namespaces: their labels, which brokers may select by, are unknown'];
  const fleet = fleetOf({ brokers, templates, devices, certificates, ...(labels && { namespaces: labels }) });
  return { fleet, findings, statuses, notes: [...notes, ...unlabelled] };
}

/** The domain value of an object; `T` is the type that belongs to `kind`. */
export function parsedAs<T>(kind: Kind, object: KubeObject): Parsed<T> {
  const { namespace = '', name } = object.metadata;
  const result = parsedObject(kind, { namespace, name }, object as unknown as Readonly<Record<string, unknown>>);
  if (!result.ok) return result;
  return { ok: true, value: (result.value as unknown as { readonly value: T }).value };
}

async function namespaceLabels(client: KubeClient): Promise<Fleet['namespaces'] | undefined> {
  try {
    const entries = await listed(client, namespaces, {}, ({ metadata }) => {
      return [metadata.name, new Map(Object.entries(metadata.labels ?? {}))] as const;
    });
    return new Map(entries);
  } catch (error) {
    if (isForbidden(error)) return undefined;
    throw error;
  }
}

/**
 * The fleet with those brokers alone that a question without a broker's namespace may be about: brokers of `namespace`,
 * and those that devices of it belong to.
 */
export function fleetAround(fleet: Fleet, namespace: string): Fleet {
  const used = new Set<ObjectKey>();
  for (const claimants of fleet.devices.values()) {
    for (const { origin, broker } of claimants) if (origin.namespace === namespace) used.add(broker);
  }
  const brokers = [...fleet.brokers].filter(([key, { origin }]) => origin.namespace === namespace || used.has(key));
  return { ...fleet, brokers: new Map(brokers) };
}

/**
 * Why the broker gives an identity no rights, although its manifest does: what the operator has seen of it. By effective
 * identity, of the devices whose broker is in the fleet.
 */
export function observedBlocks(
  { fleet, statuses }: Pick<ClusterFleet, 'fleet' | 'statuses'>,
  now: Date,
): ReadonlyMap<string, string> {
  const blocks = new Map<string, string>();
  for (const [identity, claimants] of fleet.devices.entries()) {
    for (const device of claimants) {
      if (!fleet.brokers.has(device.broker)) continue;
      const why = observedBlock(device, statuses.get(objectKey(device.origin.namespace, device.origin.name)), now);
      if (why !== undefined) blocks.set(identity, why);
    }
  }
  return blocks;
}

/** What of a status `observedBlock` looks at. */
export interface ObservedDevice {
  readonly lockout?: { readonly until: string };
  readonly certificate?: { readonly notAfter?: string };
}

export function observedBlock(
  device: Device,
  { lockout, certificate }: ObservedDevice = {},
  now: Date,
): string | undefined {
  if (lockout && new Date(lockout.until) > now) return `the device is locked out until ${lockout.until}`;
  const notAfter = device.authentication.type === 'Certificate' ? certificate?.notAfter : undefined;
  if (notAfter !== undefined && new Date(notAfter) <= now) return `the certificate of the device ended at ${notAfter}`;
  return undefined;
}

/** When the certificates of devices end that are to come in. */
export function observedEnds({ fleet, statuses }: Pick<ClusterFleet, 'fleet' | 'statuses'>): KnownEnds {
  const devices = [...fleet.devices.values()].flat().filter(({ authentication, revoked, suspended }) => {
    return authentication.type === 'Certificate' && !revoked && !suspended;
  });
  return new Map(
    devices.flatMap((device) => {
      const notAfter = statuses.get(keyOf(device))?.certificate?.notAfter;
      return notAfter === undefined ? [] : [[device.origin, new Date(notAfter)] as const];
    }),
  );
}
