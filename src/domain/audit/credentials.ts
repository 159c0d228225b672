/** How well identities are kept: lives and keys of certificates, CAs that may assert them, passwords on the way. */
import type { Finding } from '../finding.ts';
import type { Broker, CertificateSpec, Fleet, Listener, Origin } from '../fleet.ts';

/** Browsers take certificates of at most 398 days; a device that is renewed by itself needs no longer either. */
const longestSeconds = 398 * 24 * 3600;
/** Below it, RSA is for use until 2030 only (NIST SP 800-57 part 1, table 2). */
const leastRsaBits = 3072;

function daysText(seconds: number): string {
  return `${Math.floor(seconds / 86_400)} days`;
}

export function brokerCredentials(broker: Broker): readonly Finding[] {
  const { origin, clientCertificates } = broker;
  const path = 'spec.clientCertificates';
  return [
    ...(clientCertificates ? longLife(origin, clientCertificates.durationSeconds, `${path}.duration`) : []),
    ...foreignCas(broker),
    ...broker.listeners.flatMap((listener, index) => clearPasswords(origin, listener, index)),
  ];
}

/** Whoever holds the key of a trusted CA is any device it likes, and only lists of ours take its certificates back. */
function foreignCas({ origin, clientCertificates }: Broker): readonly Finding[] {
  const cas = clientCertificates?.trustedCas ?? [];
  if (cas.length < 2) return [];
  return cas.flatMap(({ name, revocation }, index): readonly Finding[] => {
    if (revocation.type === 'SignedCrl') return [];
    const message = `trusted CA ${name} is somebody else's, and may assert every identity of this broker beside our own CA`;
    return [
      {
        code: 'MQS250',
        severity: 'Error',
        object: origin,
        path: `spec.clientCertificates.trustedCas[${index}]`,
        message,
      },
    ];
  });
}

function clearPasswords(origin: Origin, { name, tls, authentication }: Listener, index: number): readonly Finding[] {
  if (tls || authentication !== 'Password') return [];
  const message = `listener ${name} takes passwords without TLS: who listens on the way has them`;
  return [{ code: 'MQS251', severity: 'Warning', object: origin, path: `spec.listeners[${index}].tls`, message }];
}

/** Of all DeviceCertificates, and of the certificates that devices describe. */
export function certificateCredentials({ devices, certificates }: Fleet): readonly Finding[] {
  const described = [...devices.values()].flat().flatMap(({ origin, authentication }) => {
    const spec = authentication.type === 'Certificate' ? authentication.template : undefined;
    return spec ? specFindings(origin, spec, 'spec.authentication.certificate.template') : [];
  });
  return [
    ...described,
    ...[...certificates.values()].flatMap(({ origin, spec }) => specFindings(origin, spec, 'spec')),
  ];
}

function specFindings(origin: Origin, spec: CertificateSpec, path: string): readonly Finding[] {
  return [...longLife(origin, spec.durationSeconds ?? 0, `${path}.duration`), ...weakKey(origin, spec, path)];
}

function longLife(origin: Origin, seconds: number, path: string): readonly Finding[] {
  if (seconds <= longestSeconds) return [];
  const message = `certificates live ${daysText(seconds)}: a copied key is of use for as long, and the list of revoked ones grows with it`;
  return [{ code: 'MQS248', severity: 'Warning', object: origin, path, message }];
}

function weakKey(origin: Origin, { key }: CertificateSpec, path: string): readonly Finding[] {
  if (key.kind !== 'Generated') return [];
  const { algorithm, size, rotationPolicy } = key.privateKey;
  const messages = [
    ...(algorithm === 'RSA' && size < leastRsaBits ? [`RSA with ${size} bits is weaker than ECDSA with 256`] : []),
    ...(rotationPolicy === 'Never' ? ['its key stays the same at every renewal'] : []),
  ];
  return messages.map((message) => {
    return { code: 'MQS249', severity: 'Info', object: origin, path: `${path}.privateKey`, message };
  });
}

/** When the certificate of a device ends, as far as that is known. */
export type KnownEnds = ReadonlyMap<Origin, Date>;

/** So long before its end a certificate that is still in use was not renewed in time, seconds. */
const soonSeconds = 7 * 24 * 3600;

/** Certificates that have ended or soon do. By default they are renewed at a third of their life before. */
export function endingCertificates(ends: KnownEnds, now: Date): readonly Finding[] {
  return [...ends].flatMap(([origin, notAfter]): readonly Finding[] => {
    const left = (notAfter.getTime() - now.getTime()) / 1000;
    if (left > soonSeconds) return [];
    const message = `its certificate ${left <= 0 ? 'ended' : 'ends'} at ${notAfter.toISOString()} and was not renewed`;
    return [{ code: 'MQS252', severity: 'Warning', object: origin, path: 'spec.authentication', message }];
  });
}
