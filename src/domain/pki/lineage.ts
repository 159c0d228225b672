import { keyOf, type CertificateSpec, type Device, type Fleet, type PrivateKeySpec } from '../fleet.ts';
import { type ObjectKey, type ObjectRef } from '../names.ts';
import { type IssuedCertificate } from './certificate.ts';
import { renewalTime } from './renewal.ts';

/** One line of certificates that follow each other: declared as a DeviceCertificate, or within its device. */
export interface Lineage {
  /** Of the DeviceCertificate; for one declared within its device, of the device. */
  readonly key: ObjectKey;
  readonly object: ObjectRef;
  readonly device: Device;
  readonly spec: CertificateSpec;
}

/** A certificate that was issued to a lineage and has not expired. */
export interface HeldCertificate extends IssuedCertificate {
  readonly keyId: string;
  readonly lineage: ObjectKey;
  readonly device: ObjectKey;
  readonly key: KeyRequest;
  readonly issuedAt: Date;
  /** As it was in force at issuance. */
  readonly renewBeforeSeconds: number;
  /** When a newer one of its lineage took over. */
  readonly supersededAt?: Date;
  /** The device said that it uses it. */
  readonly acknowledgedAt?: Date;
  /** Of its lineage: how long after that one is taken back, and the Secret if it is not `NAME-tls`. */
  readonly overlapSeconds?: number;
  readonly secretName?: string;
}

/** Which key was asked for: `Csr`, or algorithm and size of one that was made here. */
export type KeyRequest = 'Csr' | `${PrivateKeySpec['algorithm']} ${number}`;

export function keyRequestOf({ key }: CertificateSpec): KeyRequest {
  return key.kind === 'Csr' ? 'Csr' : `${key.privateKey.algorithm} ${key.privateKey.size}`;
}

/** When a certificate is to be renewed. */
export function renewalOf(held: HeldCertificate): Date {
  return renewalTime(held, { renewBeforeSeconds: held.renewBeforeSeconds, uid: held.lineage });
}

/** All declared devices by their name, whoever claims the same identity. */
export function devicesIn(fleet: Fleet): ReadonlyMap<ObjectKey, Device> {
  const devices = new Map<ObjectKey, Device>();
  for (const claimants of fleet.devices.values()) for (const device of claimants) devices.set(keyOf(device), device);
  return devices;
}

/** The lineages of `devices`. A DeviceCertificate stands before one of the same name within a device. */
export function lineagesOf(fleet: Fleet, devices: ReadonlyMap<ObjectKey, Device>): ReadonlyMap<ObjectKey, Lineage> {
  const lineages = new Map<ObjectKey, Lineage>();
  for (const [key, device] of devices) {
    const { authentication } = device;
    if (authentication.type !== 'Certificate' || !authentication.template) continue;
    lineages.set(key, { key, object: device.origin, device, spec: authentication.template });
  }
  for (const [key, certificate] of fleet.certificates) {
    const device = devices.get(certificate.device);
    if (device) lineages.set(key, { key, object: certificate.origin, device, spec: certificate.spec });
  }
  return lineages;
}
