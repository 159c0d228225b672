import { type Parsed, parsed, refused } from '../finding.ts';
import type { CaKeyId, PublishedCrl, TrustedCa } from './certificate.ts';
import { crlSignerIn, parsedCrl } from './crl.ts';
import { publishedCrl } from './signed-list.ts';
import { caBundleProblem, caCertificatesIn, caKeyId } from './x509.ts';

/** A CA as a broker is to trust it; refused unless the broker could check clients with these certificates (facts 2.6). */
export function trustedCa(name: string, certificates: string, revocation: TrustedCa['revocation']): Parsed<TrustedCa> {
  const problem = caBundleProblem(certificates);
  const keyId = caKeyId(certificates);
  if (problem === undefined && keyId.ok) return parsed({ name, keyId: keyId.value, certificates, revocation });
  const message = `trusted CA ${name} cannot be used: ${problem ?? 'it has no key'}`;
  return refused({ code: 'MQS083', severity: 'Error', path: '', message });
}

/** Key ids of all CAs in each of these PEM bundles; what cannot be read has none. */
export function caKeyIdsIn(bundles: readonly string[]): ReadonlySet<CaKeyId> {
  const cas = bundles.map(caCertificatesIn).flatMap((read) => (read.ok ? read.value : []));
  return new Set(cas.map(({ keyId }) => keyId));
}

/** RFC 5280 section 5.2.3: at most 20 bytes. So many are left for the lists after it that nobody can use them up. */
const mostNumber = 2n ** 159n - 2n ** 64n;

/**
 * The list that somebody else signs for this CA; refused unless this CA signed it, by name, key identifier and key:
 * the broker would refuse every client (facts 2.3). So is one after which no other could be numbered, by whomever.
 */
export function externalCrl({ name, keyId, certificates }: TrustedCa, pem: string): Parsed<PublishedCrl> {
  const read = parsedCrl(pem);
  const isSigned = read.ok && crlSignerIn(read.value, certificates) === keyId;
  if (isSigned && read.value.number <= mostNumber) return parsed(publishedCrl(keyId, { pem, read: read.value }));
  const problem = isSigned ? 'its number leaves none for the lists after it' : 'it is not signed by this CA';
  const why = read.ok ? problem : read.findings.map(({ message }) => message).join('; ');
  const message = `revocation list of trusted CA ${name} cannot be used: ${why}`;
  return refused({ code: 'MQS081', severity: 'Error', path: '', message });
}
