/** What is made for a DeviceCertificate: Certificate or CertificateRequest of cert-manager, and the names of Secrets. */
import {
  type CertificateObject,
  certificateRequests,
  certificates,
  deviceCertificates,
  type SecretObject,
  stated,
} from '../../api/kinds.ts';
import {
  childLabels,
  componentLabel,
  deviceCertificateAnnotation,
  deviceCertificateUidAnnotation,
  durationAnnotation,
  failuresAnnotation,
  formerSecretAnnotation,
  managedBy,
  managedByLabel,
  renewBeforeAnnotation,
} from '../../api/labels.ts';
import { hashOfParts } from '../../domain/hash.ts';
import type { Broker, CertificateSpec, IssuerRef, PrivateKeySpec } from '../../domain/fleet.ts';
import { apiVersion } from '../../domain/names.ts';
import { renewalTime } from '../../domain/pki/renewal.ts';
import { type DesiredChild, ownerReference } from '../apply.ts';
import type { DeclaredCertificate } from '../declared.ts';
import { certificateNameAnnotation } from './request.ts';

/** Values that hold from one issuance to the next, whatever becomes of the defaults of the broker. Seconds. */
export interface Pins {
  readonly durationSeconds: number;
  readonly renewBeforeSeconds: number;
}

const usages = ['digital signature', 'client auth'];

export function secretNameOf({ secretName }: CertificateSpec, { meta }: DeclaredCertificate): string {
  return secretName ?? `${meta.name}-tls`;
}

/** Made for this object by cert-manager, with our labels. */
export function isOurSecret({ metadata }: SecretObject, certificateName: string): boolean {
  return (
    metadata.labels?.[managedByLabel] === managedBy &&
    metadata.labels[componentLabel] === 'device-certificate' &&
    metadata.annotations?.[certificateNameAnnotation] === certificateName
  );
}

/** What is wanted now; it counts from the next issuance on. */
export function wantedPins(spec: CertificateSpec, defaults: Pins): Pins {
  return {
    durationSeconds: spec.durationSeconds ?? defaults.durationSeconds,
    renewBeforeSeconds: spec.renewBeforeSeconds ?? defaults.renewBeforeSeconds,
  };
}

export function pinsOf({ metadata: { annotations = {} } }: CertificateObject): Pins | undefined {
  const [duration, renewBefore] = [durationAnnotation, renewBeforeAnnotation].map((name) =>
    wholeSeconds(annotations[name]),
  );
  if (duration === undefined || renewBefore === undefined) return undefined;
  return { durationSeconds: duration, renewBeforeSeconds: renewBefore };
}

function wholeSeconds(text = ''): number | undefined {
  return /^\d{1,10}$/.test(text) ? Number(text) : undefined;
}

export interface CertificateChild {
  readonly declared: DeclaredCertificate;
  readonly spec: CertificateSpec;
  readonly key: PrivateKeySpec;
  readonly identity: string;
  readonly broker: Broker;
  readonly issuer: IssuerRef;
  readonly pins: Pins;
  /** Secret that was filled before and is still to be deleted. */
  readonly formerSecret: string | undefined;
}

/** The Certificate; `renewBefore` is spread by jitter, so that a fleet issued in one hour does not come back in one. */
export function certificateChild(child: CertificateChild): DesiredChild {
  const { declared, spec, key, identity, broker, issuer, pins, formerSecret } = child;
  const labels = childLabels('device-certificate', broker.origin.name);
  const metadata = {
    ...{ namespace: declared.meta.namespace, name: declared.meta.name, labels },
    annotations: {
      [durationAnnotation]: `${pins.durationSeconds}`,
      [renewBeforeAnnotation]: `${pins.renewBeforeSeconds}`,
      ...(formerSecret !== undefined && { [formerSecretAnnotation]: formerSecret }),
    },
    ownerReferences: [ownerReference(deviceCertificates, apiVersion, declared.meta)],
  };
  return {
    ...stated(certificates, metadata),
    spec: {
      secretName: secretNameOf(spec, declared),
      secretTemplate: { labels },
      commonName: identity,
      duration: `${pins.durationSeconds}s`,
      renewBefore: `${jitteredRenewBefore(pins, declared)}s`,
      usages,
      privateKey: privateKeyOf(key),
      revisionHistoryLimit: 10,
      issuerRef: issuer,
      ...(spec.pkcs12 && { keystores: keystoresOf(spec.pkcs12) }),
    },
  };
}

function privateKeyOf({ algorithm, size, rotationPolicy }: PrivateKeySpec): object {
  return { algorithm, encoding: 'PKCS8', rotationPolicy, ...(algorithm !== 'Ed25519' && { size }) };
}

function keystoresOf({ passwordSecret, profile }: NonNullable<CertificateSpec['pkcs12']>): object {
  return { pkcs12: { create: true, passwordSecretRef: passwordSecret, profile } };
}

/** Whole seconds, shorter than the duration and not below the 5 minutes that cert-manager asks for. */
function jitteredRenewBefore({ durationSeconds, renewBeforeSeconds }: Pins, { key }: DeclaredCertificate): number {
  const life = { notBefore: new Date(0), notAfter: new Date(durationSeconds * 1000) };
  const at = renewalTime(life, { renewBeforeSeconds, uid: key });
  return Math.max(shortestRenewBefore, Math.floor((life.notAfter.getTime() - at.getTime()) / 1000));
}

const shortestRenewBefore = 300;

export interface RequestChild {
  readonly declared: DeclaredCertificate;
  readonly csr: string;
  readonly broker: Broker;
  readonly issuer: IssuerRef;
  readonly pins: Pins;
  /** How many before it failed in a row. */
  readonly failures: number;
  /** What this request follows: the same names make the same request, so that it is made once. */
  readonly follows: readonly string[];
}

/** A CertificateRequest from the signing request of a device, in the namespace of the broker. */
export function requestChild(child: RequestChild): DesiredChild {
  const { declared, csr, broker, issuer, pins, failures, follows } = child;
  const { namespace, name, uid } = declared.meta;
  const hash = hashOfParts([uid, csr, issuer.name, issuer.kind, issuer.group, ...follows]).slice(0, 16);
  const metadata = {
    namespace: broker.origin.namespace,
    name: `${`${namespace}-${name}`.slice(0, 200).replace(/[-.]+$/, '')}-${hash}`,
    labels: childLabels('device-certificate', broker.origin.name),
    annotations: {
      [deviceCertificateAnnotation]: declared.key,
      [deviceCertificateUidAnnotation]: uid,
      [renewBeforeAnnotation]: `${pins.renewBeforeSeconds}`,
      [failuresAnnotation]: `${failures}`,
    },
  };
  return {
    ...stated(certificateRequests, metadata),
    spec: {
      request: Buffer.from(csr).toString('base64'),
      issuerRef: issuer,
      duration: `${pins.durationSeconds}s`,
      usages,
      isCA: false,
    },
  };
}
