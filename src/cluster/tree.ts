/** One object with everything that its state depends on, as the cluster has it. */
import {
  aclTemplates,
  type AclTemplateObject,
  brokerInstances,
  type BrokerInstanceObject,
  type CertificateRequestObject,
  deviceCertificates,
  type DeviceCertificateObject,
  type ForeignCondition,
  mqttBrokers,
  type MqttBrokerObject,
  mqttDevices,
  type MqttDeviceObject,
} from '../api/kinds.ts';
import type { Device, DeviceCertificate } from '../domain/fleet.ts';
import { objectKey } from '../domain/names.ts';
import type { RevocationProgress } from '../domain/pki/revocation-progress.ts';
import type { KubeClient } from '../kube/client.ts';
import type { KubeObject, ResourceType } from '../kube/object.ts';
import { issuedFacts, newestCsrRequest, presentRequest } from './certificates.ts';
import { conditionState, notableConditions, type State } from './conditions.ts';
import { type EventFact, lastEvents } from './events.ts';
import { parsedAs } from './fleet.ts';
import { listed } from './listing.ts';
import { attempted } from './problems.ts';
import type { FoundObject, ObservedCondition, OurObject } from './targets.ts';

/** An object of the tree. Fields that are not known are absent. */
export interface StatusNode {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly ready?: State;
  /** What matters of its spec and status, in the order in which it is read. */
  readonly facts: Readonly<Record<string, string | number>>;
  /** Conditions that tell why it is not ready. */
  readonly conditions?: readonly Omit<ObservedCondition, 'lastTransitionTime'>[];
  /** Why nothing is known of it. */
  readonly problem?: string;
  /** Of the object that was asked for. */
  readonly events?: readonly EventFact[];
  readonly children: readonly StatusNode[];
}

export async function statusTree(client: KubeClient, { kind, object }: FoundObject): Promise<StatusNode> {
  const [tree, events] = await Promise.all([treeOf(client, { kind, object }), lastEvents(client, object)]);
  return events.length > 0 ? { ...tree, events } : tree;
}

function treeOf(client: KubeClient, { kind, object }: FoundObject): Promise<StatusNode> {
  switch (kind) {
    case 'MqttDevice':
      return deviceNode(client, object as MqttDeviceObject);
    case 'MqttBroker':
      return brokerNode(client, object as MqttBrokerObject);
    case 'DeviceCertificate':
      return certificateNode(client, object as DeviceCertificateObject);
    case 'AclTemplate':
      return templateNode(client, object as AclTemplateObject);
    case 'BrokerInstance':
      return Promise.resolve(instanceNode(object as BrokerInstanceObject));
  }
}

type Facts = Readonly<Record<string, string | number | undefined>>;

function nodeOf(object: OurObject, facts: Facts, children: readonly StatusNode[] = []): StatusNode {
  const { kind, metadata } = object;
  const { namespace = '', name } = metadata;
  const ready = conditionState(object, 'Ready');
  const conditions = notableConditions(object).filter(isSaidBeside(ready)).map(plainCondition);
  return { kind, namespace, name, ready, facts: known(facts), ...(conditions.length > 0 && { conditions }), children };
}

/** Of one that is ready all is well, but for a device that never answers. */
function isSaidBeside(ready: StatusNode['ready']): (condition: ObservedCondition) => boolean {
  return ({ reason }) => ready?.status !== 'True' || reason === 'NotAcknowledged';
}

function plainCondition({ type, status, reason, message }: ObservedCondition) {
  return { type, status, reason, message };
}

function known(facts: Facts): StatusNode['facts'] {
  const given = Object.entries(facts).filter((entry): entry is [string, string | number] => entry[1] !== undefined);
  return Object.fromEntries(given);
}

function unknownNode(kind: string, namespace: string, name: string, problem: string): StatusNode {
  return { kind, namespace, name, problem, facts: {}, children: [] };
}

/** The node of an object that another refers to, or why there is none. */
async function referred<T extends KubeObject>(
  client: KubeClient,
  type: ResourceType<T>,
  [namespace, name]: readonly [string, string],
  node: (object: T) => StatusNode | Promise<StatusNode>,
): Promise<StatusNode> {
  const found = await attempted(client.get(type, namespace, name));
  return found.ok ? node(found.value) : unknownNode(type.kind, namespace, name, found.problem);
}

async function deviceNode(client: KubeClient, object: MqttDeviceObject): Promise<StatusNode> {
  const { namespace = '' } = object.metadata;
  const parsed = parsedAs<Device>('MqttDevice', object);
  if (!parsed.ok) return nodeOf(object, deviceFacts(object, undefined));
  const device = parsed.value;
  const broker = keyPair(device.broker);
  const children = await Promise.all([
    ...device.templates.map(({ name }) => referred(client, aclTemplates, [namespace, name], (one) => nodeOf(one, {}))),
    ...(device.authentication.type === 'Certificate' ? [certificateNodes(client, object, broker[0])] : []),
    referred(client, mqttBrokers, broker, (one) => brokerWithInstances(client, one)),
  ]);
  return nodeOf(object, deviceFacts(object, device), children.flat());
}

function deviceFacts({ status }: MqttDeviceObject, device: Device | undefined): Facts {
  const { certificate, lockout, bundleRevision, revocation } = status ?? {};
  return {
    identity: device?.identity ?? status?.identity,
    authentication: device?.authentication.type,
    suspended: device?.suspended === true ? 'true' : undefined,
    revoked: device?.revoked?.reason,
    notAfter: certificate?.notAfter,
    bundleRevision,
    lockedUntil: lockout?.until,
    lockedFor: lockout?.reason,
    ...stepFacts(revocation),
  };
}

/** How far taking back has come. */
function stepFacts(revocation: RevocationProgress | undefined): Facts {
  const { recordedAt, publishedAt, provedAt, disconnectedAt, deletedAt } = revocation ?? {};
  return { recordedAt, publishedAt, revocationProvedAt: provedAt, disconnectedAt, deletedAt };
}

function keyPair(key: string): readonly [namespace: string, name: string] {
  const slash = key.indexOf('/');
  return [key.slice(0, slash), key.slice(slash + 1)];
}

/** DeviceCertificates of a device. */
export async function certificatesOf(
  client: KubeClient,
  { metadata }: MqttDeviceObject,
): Promise<readonly DeviceCertificateObject[]> {
  const { namespace = '', name } = metadata;
  const device = objectKey(namespace, name);
  return listed(client, deviceCertificates, { namespace }, (object) => {
    const parsed = parsedAs<DeviceCertificate>('DeviceCertificate', object);
    return parsed.ok && parsed.value.device === device ? object : undefined;
  });
}

async function certificateNodes(
  client: KubeClient,
  device: MqttDeviceObject,
  brokerNamespace: string,
): Promise<readonly StatusNode[]> {
  const { namespace = '', name } = device.metadata;
  const found = await attempted(certificatesOf(client, device));
  if (!found.ok) return [unknownNode('DeviceCertificate', namespace, name, found.problem)];
  return Promise.all(found.value.map((one) => certificateNode(client, one, brokerNamespace)));
}

async function certificateNode(
  client: KubeClient,
  object: DeviceCertificateObject,
  brokerNamespace = object.metadata.namespace ?? '',
): Promise<StatusNode> {
  const { namespace = '', name } = object.metadata;
  const { serialNumber, notAfter, renewalTime, revision, acknowledgedAt } = object.status ?? {};
  const isCsr = isFromCsr(object);
  const found = await attempted(
    isCsr ? newestCsrRequest(client, brokerNamespace, object) : presentRequest(client, namespace, name),
  );
  const request = found.ok
    ? found.value && requestNode(found.value)
    : unknownNode('CertificateRequest', isCsr ? brokerNamespace : namespace, name, found.problem);
  const { revocation } = object.status ?? {};
  const revoked = lineageRevocation(object);
  const facts = { revision, serialNumber, notAfter, renewalTime, acknowledgedAt, revoked, ...stepFacts(revocation) };
  return nodeOf(object, facts, request ? [request] : []);
}

function lineageRevocation(object: DeviceCertificateObject): string | undefined {
  const parsed = parsedAs<DeviceCertificate>('DeviceCertificate', object);
  return parsed.ok ? parsed.value.spec.revoked?.reason : undefined;
}

export function isRevoked(object: DeviceCertificateObject): boolean {
  return lineageRevocation(object) !== undefined;
}

/** Whether the device made its key itself. */
function isFromCsr(object: DeviceCertificateObject): boolean {
  const parsed = parsedAs<DeviceCertificate>('DeviceCertificate', object);
  return parsed.ok && parsed.value.spec.key.kind === 'Csr';
}

function requestNode(request: CertificateRequestObject): StatusNode {
  const { namespace = '', name } = request.metadata;
  const conditions = request.status?.conditions ?? [];
  const ready = foreignState(conditions, 'Ready');
  const denied = conditions.filter(({ type, status }) => type === 'Denied' && status === 'True').map(toObserved);
  const notable = ready?.status === 'True' ? [] : denied;
  return {
    ...{ kind: 'CertificateRequest', namespace, name },
    ...(ready && { ready }),
    facts: { ...issuedFacts(request) },
    ...(notable.length > 0 && { conditions: notable }),
    children: [],
  };
}

function toObserved({ type, status, reason = '', message = '' }: ForeignCondition) {
  return { type, status, reason, message };
}

function foreignState(conditions: readonly ForeignCondition[], type: string): State | undefined {
  const found = conditions.find((condition) => condition.type === type);
  if (!found) return undefined;
  const { status, reason = '', message = '' } = found;
  return { status: status === 'True' || status === 'False' ? status : 'Unknown', reason, message };
}

/** Of devices that are not ready, so many are shown. */
const shownDevices = 20;

async function brokerNode(client: KubeClient, object: MqttBrokerObject): Promise<StatusNode> {
  const { namespace = '', name } = object.metadata;
  const [broker, devices] = await Promise.all([
    brokerWithInstances(client, object),
    usersOf(client, namespace, (device) => device.broker === objectKey(namespace, name)),
  ]);
  return withDevices(broker, devices);
}

async function templateNode(client: KubeClient, object: AclTemplateObject): Promise<StatusNode> {
  const { namespace = '', name } = object.metadata;
  const uses = ({ origin, templates }: Device) =>
    origin.namespace === namespace && templates.some((use) => use.name === name);
  return withDevices(nodeOf(object, {}), await usersOf(client, namespace, uses));
}

/** A broker or template with the number of its devices, and those of them that are not ready. */
function withDevices(node: StatusNode, devices: readonly MqttDeviceObject[]): StatusNode {
  const unready = devices.filter((device) => conditionState(device, 'Ready').status !== 'True');
  const shown = unready.slice(0, shownDevices).map((device) => nodeOf(device, {}));
  const facts = { ...node.facts, devices: devices.length, devicesNotReady: unready.length };
  return { ...node, facts, children: [...node.children, ...shown] };
}

/** Devices in the namespace that `uses` chooses. */
function usersOf(
  client: KubeClient,
  namespace: string,
  uses: (device: Device) => boolean,
): Promise<readonly MqttDeviceObject[]> {
  return listed(client, mqttDevices, { namespace }, (object) => {
    const parsed = parsedAs<Device>('MqttDevice', object);
    return parsed.ok && uses(parsed.value) ? object : undefined;
  });
}

async function brokerWithInstances(client: KubeClient, object: MqttBrokerObject): Promise<StatusNode> {
  const { namespace = '', name } = object.metadata;
  const { bundle } = object.status ?? {};
  const found = await attempted(instancesOf(client, namespace, name));
  const children = found.ok ? found.value.map(instanceNode) : [];
  return nodeOf(object, { revision: bundle?.revision, hash: bundle?.hash?.slice(0, 12) }, children);
}

/** Running Mosquittos of a broker. */
function instancesOf(client: KubeClient, namespace: string, broker: string): Promise<readonly BrokerInstanceObject[]> {
  return listed(client, brokerInstances, { namespace }, (one) =>
    one.spec?.brokerRef.name === broker ? one : undefined,
  );
}

function instanceNode(object: BrokerInstanceObject): StatusNode {
  const { loadedRevision, provedAt, mosquittoVersion, lastError, refused } = object.status ?? {};
  const refusals = (refused?.refusals ?? []).map(({ check, reason }) => `${check}: ${reason}`);
  return nodeOf(object, {
    loadedRevision,
    provedAt,
    mosquittoVersion,
    lastError: lastError === '' ? undefined : lastError,
    refused: refusals.length > 0 ? refusals.join('; ') : undefined,
  });
}

/** True when the object that was asked for is ready, and nobody speaks of a former generation of it. */
export function isReady({ ready }: StatusNode): boolean {
  return ready?.status === 'True';
}
