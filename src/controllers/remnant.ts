/** What is told of an object without reading it as a whole: enough that an invalid one loses nothing, and can be taken back. */
import type { DeviceCertificateObject, MqttDeviceObject } from '../api/kinds.ts';
import { unreadableAuthentication } from '../domain/bundle/kept.ts';
import {
  type Device,
  type Origin,
  type RevocationReason,
  revocationReasons,
  type RevokedSpec,
} from '../domain/fleet.ts';
import { objectKey, type ObjectKey } from '../domain/names.ts';
import { timeOf } from '../parse/time.ts';

/** How an object is taken back, as its own fields say; where these make no sense, as it would be taken back most. */
export interface Withdrawal {
  readonly suspended: boolean;
  readonly revoked?: RevokedSpec;
  readonly expiresAt?: Date;
}

type Fields = Readonly<Record<string, unknown>>;

export function withdrawalIn(spec: unknown): Withdrawal {
  const { suspended, revoked, expiresAt } = fieldsOf(spec);
  const end = typeof expiresAt === 'string' ? timeOf(expiresAt) : undefined;
  return {
    suspended: suspended !== undefined && suspended !== null && suspended !== false,
    ...(revoked !== undefined && revoked !== null && { revoked: revokedIn(revoked) }),
    ...(end && { expiresAt: end }),
  };
}

function revokedIn(revoked: unknown): RevokedSpec {
  const { reason, at } = fieldsOf(revoked);
  const time = typeof at === 'string' ? timeOf(at) : undefined;
  return { reason: reasonIn(reason), ...(time && { at: time }) };
}

function reasonIn(text: unknown): RevocationReason {
  return revocationReasons.find((reason) => reason === text) ?? 'Unspecified';
}

/**
 * The device of an object that cannot be read, by what was written into its status when it could: undefined for one that
 * never had any rights, and so has nothing to keep. Its broker is immutable.
 */
export function remnantOf({ spec, status }: MqttDeviceObject, origin: Origin): Device | undefined {
  const { identity, rulesHash, certificate } = status ?? {};
  const broker = brokerIn(spec, origin.namespace);
  if (identity === undefined || rulesHash === undefined || broker === undefined) return undefined;
  const { type } = fieldsOf(fieldsOf(spec)['authentication']);
  const isPassword = (type === 'Password' || type === 'Token') && certificate === undefined;
  return {
    ...{ origin, broker, identity, templates: [], groups: [], rules: [], isUnreadable: true },
    authentication: unreadableAuthentication(isPassword ? 'Password' : 'Certificate'),
    ...withdrawalIn(spec),
  };
}

function brokerIn(spec: unknown, own: string): ObjectKey | undefined {
  const { name, namespace = own } = fieldsOf(fieldsOf(spec)['brokerRef']);
  return typeof name === 'string' && typeof namespace === 'string' ? objectKey(namespace, name) : undefined;
}

/** The device that a DeviceCertificate names, which is immutable. */
export function deviceNamedIn({ spec, metadata }: DeviceCertificateObject): ObjectKey | undefined {
  const { name } = fieldsOf(fieldsOf(spec)['deviceRef']);
  return typeof name === 'string' ? objectKey(metadata.namespace ?? '', name) : undefined;
}

/** The same device, taken back as far as the object says now. */
export function withWithdrawal(device: Device, { suspended, revoked, expiresAt }: Withdrawal): Device {
  const end = expiresAt && (!device.expiresAt || expiresAt < device.expiresAt) ? expiresAt : undefined;
  const isSame = device.suspended || !suspended;
  if (isSame && (device.revoked || !revoked) && !end) return device;
  return {
    ...device,
    suspended: device.suspended || suspended,
    ...(revoked && !device.revoked && { revoked }),
    ...(end && { expiresAt: end }),
  };
}

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}
