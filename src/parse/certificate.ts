import type { DeviceCertificate as CertificateManifest } from '../api/types.gen.ts';
import { parsed, refused, type Parsed } from '../domain/finding.ts';
import type {
  CertificateSpec,
  DeviceCertificate,
  Origin,
  Pkcs12Spec,
  PrivateKeySpec,
  RevokedSpec,
} from '../domain/fleet.ts';
import { objectKey } from '../domain/names.ts';
import { durationSeconds } from './duration.ts';
import { problemFinding } from './envelope.ts';
import { timeOf } from './time.ts';

/** What DeviceCertificate and `authentication.certificate.template` of a device have in common. */
type CertificateTemplate = Omit<CertificateManifest['spec'], 'deviceRef' | 'revoked'>;

/** The certificate of a manifest that has passed its schema and the rules between fields. */
export function certificateOf({ spec }: CertificateManifest, origin: Origin): Parsed<DeviceCertificate> {
  const revoked = revokedOf(spec.revoked);
  if (!revoked.ok) return revoked;
  return parsed({
    origin,
    device: objectKey(origin.namespace, spec.deviceRef.name),
    spec: { ...certificateSpecOf(spec), ...(revoked.value && { revoked: revoked.value }) },
  });
}

export function certificateSpecOf(template: CertificateTemplate): CertificateSpec {
  const duration = template.duration === undefined ? undefined : durationSeconds(template.duration);
  const renewBefore = template.renewBefore === undefined ? undefined : durationSeconds(template.renewBefore);
  const { csr, secretName, previousCertificate, keystores } = template;
  const revokePreviousAfterSeconds = previousCertificate?.revokeAfterSeconds;
  return {
    key:
      csr === undefined
        ? { kind: 'Generated', privateKey: privateKeyOf(template.privateKey) }
        : { kind: 'Csr', pem: csr },
    ...(duration !== undefined && { durationSeconds: duration }),
    ...(renewBefore !== undefined && { renewBeforeSeconds: renewBefore }),
    ...(secretName !== undefined && { secretName }),
    ...(keystores?.pkcs12 && { pkcs12: pkcs12Of(keystores.pkcs12) }),
    ...(revokePreviousAfterSeconds !== undefined && { revokePreviousAfterSeconds }),
  };
}

function pkcs12Of({
  passwordSecretRef: { name, key },
  profile,
}: NonNullable<NonNullable<CertificateTemplate['keystores']>['pkcs12']>): Pkcs12Spec {
  return { passwordSecret: { name, key }, profile };
}

/** Sizes that the schema's description promises; of Ed25519 there is one. */
const defaultSizes = { ECDSA: 256, RSA: 2048, Ed25519: 256 } as const;

function privateKeyOf(privateKey: CertificateTemplate['privateKey']): PrivateKeySpec {
  const { algorithm, size, rotationPolicy } = privateKey ?? { algorithm: 'ECDSA', rotationPolicy: 'Always' };
  return { algorithm, size: size ?? defaultSizes[algorithm], rotationPolicy };
}

/** `spec.revoked` of a device or certificate; undefined when it is not set. */
export function revokedOf(revoked: CertificateManifest['spec']['revoked']): Parsed<RevokedSpec | undefined> {
  if (!revoked) return parsed(undefined);
  if (revoked.at === undefined) return parsed({ reason: revoked.reason });
  const at = timeOf(revoked.at);
  if (!at)
    return refused(problemFinding('MQS003', ['spec', 'revoked', 'at'], '`spec.revoked.at` is not an RFC 3339 time'));
  return parsed({ reason: revoked.reason, at });
}
