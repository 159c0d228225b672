import { checksCrl } from '../broker/broker-conf.ts';
import type { Finding } from '../finding.ts';
import type { Broker } from '../fleet.ts';
import type { PublishedCrl, TrustedCa } from '../pki/certificate.ts';

/** The `ca` part: the certificates of each trusted CA, in their order. */
export function caText(cas: readonly TrustedCa[]): string {
  return pemText(cas.map(({ certificates }) => certificates));
}

/** The `crl` part: one CRL for each trusted CA that has one; two certificates over one key share it. */
export function crlText(cas: readonly TrustedCa[], crls: readonly PublishedCrl[]): string {
  const keyIds = new Set(cas.filter(({ revocation }) => revocation !== 'None').map(({ keyId }) => keyId));
  const published = [...keyIds].flatMap((keyId) => crls.find(({ caKeyId }) => caKeyId === keyId) ?? []);
  return pemText(published.map(({ pem }) => pem));
}

/** Several PEM texts in one file. */
export function pemText(texts: readonly string[]): string {
  return texts.map((text) => (text.endsWith('\n') ? text : `${text}\n`)).join('');
}

/** Why the broker would let nobody in with a certificate, or not start (facts 2.4): such a set is not published. */
export function trustFindings(
  broker: Broker,
  cas: readonly TrustedCa[],
  crls: readonly PublishedCrl[],
): readonly Finding[] {
  if (!broker.listeners.some(({ authentication }) => authentication === 'Certificate')) return [];
  const about = { severity: 'Error', path: 'spec.clientCertificates.trustedCas', object: broker.origin } as const;
  if (cas.length === 0)
    return [{ ...about, code: 'MQS109', message: 'no CA is known whose client certificates count' }];
  if (!checksCrl(cas)) return [];
  return cas
    .filter(({ revocation, keyId }) => revocation === 'None' || !crls.some(({ caKeyId }) => caKeyId === keyId))
    .map(({ name }) => ({
      ...about,
      code: 'MQS106',
      message: `CA ${name} has no revocation list beside those that do`,
    }));
}
