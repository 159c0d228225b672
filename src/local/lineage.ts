import { keyOf, type CertificateSpec, type Device, type Fleet } from '../domain/fleet.ts';
import { type ObjectKey, type ObjectRef } from '../domain/names.ts';
import { type IssuedCertificate } from '../domain/pki/certificate.ts';

/** One line of certificates that follow each other: declared as a DeviceCertificate, or within its device. */
export interface Lineage {
  /** Of the DeviceCertificate; for one declared within its device, of the device. */
  readonly key: ObjectKey;
  readonly object: ObjectRef;
  readonly device: Device;
  readonly spec: CertificateSpec;
}

/** A certificate that the built-in CA issued and the state directory remembers until it has expired. */
export interface HeldCertificate extends IssuedCertificate {
  readonly lineage: ObjectKey;
  readonly device: ObjectKey;
  /** Names what was asked for, see `requestOf`. */
  readonly request: string;
  readonly issuedAt: Date;
  /** When it is to be renewed; pinned at issuance. */
  readonly renewAt: Date;
  /** When a newer one of its lineage took over. */
  readonly supersededAt?: Date;
}

/** What decides whether a certificate still is the one that the manifest asks for; lifetimes are pinned at issuance. */
export function requestOf({ key }: CertificateSpec): string {
  if (key.kind === 'Csr') return `csr ${key.pem.trim()}`;
  return `key ${key.privateKey.algorithm} ${String(key.privateKey.size)}`;
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
