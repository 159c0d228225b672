/** Objects of ours as they are kept: parsed once, at the edge. */
import type {
  AclTemplateObject,
  BrokerInstanceObject,
  CustomObject,
  DeviceCertificateObject,
  MqttBrokerObject,
  MqttDeviceObject,
} from '../api/kinds.ts';
import type { MqttDevice } from '../api/types.gen.ts';
import { type Parsed, parsed } from '../domain/finding.ts';
import type { Broker, Device, DeviceCertificate, Template } from '../domain/fleet.ts';
import type { ReportedLockout } from '../domain/lockout.ts';
import { type Kind, objectKey, type ObjectKey } from '../domain/names.ts';
import type { RevocationProgress } from '../domain/pki/revocation-progress.ts';
import type { KubeObject } from '../kube/object.ts';
import { type Mapping, originOf } from '../parse/envelope.ts';
import { lockoutOf } from '../parse/lockout.ts';
import { parsedObject } from '../parse/object.ts';
import { timeOf } from '../parse/time.ts';
import { deviceNamedIn, remnantOf, withdrawalIn, type Withdrawal } from './remnant.ts';
import { seenStatus, type SeenStatus } from './status.ts';

/** What is needed of the metadata of an object to write it, or its children. */
export interface Meta {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly generation: number;
  readonly isDeleting: boolean;
  readonly finalizers: readonly string[];
  readonly annotations: Readonly<Record<string, string>>;
}

export interface Declared<T> {
  readonly key: ObjectKey;
  readonly meta: Meta;
  /** The value, or the findings that refuse it: then `Accepted=False/Invalid`, and the last good value stays in force. */
  readonly value: Parsed<T>;
  readonly status: SeenStatus;
}

export type DeclaredBroker = Declared<Broker> & { readonly was: MqttBrokerObject['status'] };
export type DeclaredTemplate = Declared<Template>;
export interface DeclaredDevice extends Declared<Device> {
  /** As its status has it: present where it had rights on its broker when it was last looked at. */
  readonly rulesHash: string | undefined;
  /** Revision of the bundle in which those rights were last proved at the broker; undefined when none were. */
  readonly programmedIn: number | undefined;
  /** JSON of `authentication.certificate.template`: what a DeviceCertificate is made of, in the words of its author. */
  readonly certificateTemplate?: string;
  /** How far taking it back is, as its status has it. */
  readonly revocation?: RevocationProgress;
  /** Of one that is invalid: the identity under which it was last good, as its status has it. */
  readonly formerIdentity?: string;
  /** Of one that is invalid: what is told of it all the same. */
  readonly withdrawal?: Withdrawal;
  readonly remnant?: Device;
  /** As its status has it: present while it is locked out. */
  readonly lockout?: ReportedLockout;
  /** The last release that was acted on, as its status has it. */
  readonly unlockedAt?: Date;
}
export interface DeclaredCertificate extends Declared<DeviceCertificate> {
  readonly was: DeviceCertificateObject['status'];
  /** Of one that is invalid: the device that it names, where that can be told. */
  readonly formerDevice?: ObjectKey;
  /** Of one that has a controller: its UID, and the JSON of the spec. */
  readonly child?: { readonly ownerUid: string; readonly spec: string };
}

/** What an agent reports of its broker. */
export interface Instance {
  readonly key: ObjectKey;
  readonly meta: Meta;
  readonly broker: ObjectKey;
  readonly podUid: string | undefined;
  /** What the operator made of it: all but the status. */
  readonly made: BrokerInstanceObject;
  readonly was: BrokerInstanceObject['status'];
}

const none: Readonly<Record<string, string>> = {};
const noFinalizers: readonly string[] = [];

/** `former` is that of an earlier version of this very object, whose texts need not be kept twice. */
export function metaOf({ metadata }: KubeObject, former?: Meta): Meta {
  return {
    namespace: former?.namespace ?? metadata.namespace ?? '',
    name: former?.name ?? metadata.name,
    uid: former?.uid ?? metadata.uid ?? '',
    resourceVersion: metadata.resourceVersion ?? '',
    generation: metadata.generation ?? 0,
    isDeleting: metadata.deletionTimestamp !== undefined,
    finalizers: metadata.finalizers?.length ? metadata.finalizers : noFinalizers,
    annotations: metadata.annotations ?? none,
  };
}

function declared<T>(kind: DeclaredKind, object: CustomObject<object | undefined>): Declared<T> {
  const meta = metaOf(object);
  const value = valueOf<T>(kind, object, meta);
  return { key: objectKey(meta.namespace, meta.name), meta, value, status: seenStatus(object.status) };
}

type DeclaredKind = Exclude<Kind, 'BrokerInstance'>;

/** `parsedObject` gives the value of the kind that it is asked for. */
function valueOf<T>(kind: DeclaredKind, object: CustomObject<object | undefined>, meta: Meta): Parsed<T> {
  const result = parsedObject(kind, meta, object as unknown as Readonly<Record<string, unknown>>);
  return result.ok ? parsed((result.value as unknown as { readonly value: T }).value) : result;
}

export function declaredBroker(object: MqttBrokerObject): DeclaredBroker {
  return { ...declared<Broker>('MqttBroker', object), was: object.status };
}

export function declaredTemplate(object: AclTemplateObject): DeclaredTemplate {
  return declared('AclTemplate', object);
}

/**
 * `key` is that of the store, to have it once. An object is parsed once in each generation: what was made of it is taken
 * from `former`, which is what was kept of this very object before.
 */
export function declaredDevice(object: MqttDeviceObject, key?: string, former?: DeclaredDevice): DeclaredDevice {
  const meta = metaOf(object, former?.meta);
  const { value, certificateTemplate } =
    former?.value.ok && former.meta.generation === meta.generation ? former : parsedDevice(object, meta);
  return {
    key: former?.key ?? (key as ObjectKey | undefined) ?? objectKey(meta.namespace, meta.name),
    meta,
    value,
    status: seenStatus(object.status),
    rulesHash: object.status?.rulesHash,
    programmedIn: programmedIn(object),
    // One place in memory for them all: few devices have any.
    ...rareFields(object, value, certificateTemplate),
  };
}

function rareFields(
  object: MqttDeviceObject,
  { ok }: Parsed<Device>,
  certificateTemplate: string | undefined,
): Omit<Partial<DeclaredDevice>, keyof Declared<Device> | 'rulesHash' | 'programmedIn'> {
  const revocation = object.status?.revocation;
  return {
    ...(revocation && { revocation }),
    ...(certificateTemplate !== undefined && { certificateTemplate }),
    ...lockoutFields(object.status),
    ...(!ok && remainsOf(object)),
  };
}

function parsedDevice(
  object: MqttDeviceObject,
  meta: Meta,
): { readonly value: Parsed<Device>; readonly certificateTemplate?: string } {
  const value = valueOf<Device>('MqttDevice', object, meta);
  const template = value.ok && value.value.authentication.type === 'Certificate' && templateOf(object);
  return { value, ...(template && { certificateTemplate: JSON.stringify(template) }) };
}

function programmedIn({ status }: MqttDeviceObject): number | undefined {
  const { rulesHash, bundleRevision = 0, conditions = [] } = status ?? {};
  if (rulesHash === undefined) return undefined;
  return conditions.some(({ type, status: is }) => type === 'Programmed' && is === 'True') ? bundleRevision : undefined;
}

/** Of a spec that was parsed, so it has this form. */
function templateOf({ spec }: MqttDeviceObject): object | undefined {
  return (spec as MqttDevice['spec']).authentication.certificate?.template;
}

function lockoutFields(status: MqttDeviceObject['status'] = {}): Pick<DeclaredDevice, 'lockout' | 'unlockedAt'> {
  const { identity, lockout: written, lastHandledUnlockAt } = status;
  if (!written && lastHandledUnlockAt === undefined) return {};
  const lockout = identity !== undefined && written ? lockoutOf({ identity, ...written }) : undefined;
  const unlockedAt = timeOf(lastHandledUnlockAt ?? '');
  return { ...(lockout && { lockout }), ...(unlockedAt && { unlockedAt }) };
}

function remainsOf(object: MqttDeviceObject): Pick<DeclaredDevice, 'formerIdentity' | 'withdrawal' | 'remnant'> {
  const { namespace = '', name } = object.metadata;
  const identity = object.status?.identity;
  const remnant = remnantOf(object, originOf('MqttDevice', namespace, name, object as unknown as Mapping));
  return {
    ...(identity !== undefined && { formerIdentity: identity }),
    withdrawal: withdrawalIn(object.spec),
    ...(remnant && { remnant }),
  };
}

/** The device of an object, also of one that cannot be read. */
export function deviceIn({ value, remnant }: DeclaredDevice): Device | undefined {
  return value.ok ? value.value : remnant;
}

export function declaredCertificate(object: DeviceCertificateObject): DeclaredCertificate {
  const controller = object.metadata.ownerReferences?.find((owner) => owner.controller === true);
  const certificate = declared<DeviceCertificate>('DeviceCertificate', object);
  const formerDevice = certificate.value.ok ? undefined : deviceNamedIn(object);
  return {
    ...certificate,
    was: object.status,
    ...(formerDevice !== undefined && { formerDevice }),
    ...(controller && { child: { ownerUid: controller.uid, spec: JSON.stringify(object.spec ?? {}) } }),
  };
}

/** An instance is what the operator made, so its spec needs no second look. */
export function instanceOf(object: BrokerInstanceObject): Instance {
  const meta = metaOf(object);
  const { status, ...made } = object;
  return {
    key: objectKey(meta.namespace, meta.name),
    meta,
    broker: objectKey(meta.namespace, object.spec?.brokerRef.name ?? ''),
    podUid: object.spec?.podUid,
    made,
    was: status,
  };
}
