import { parsePasswords, passwordHashProblem, passwordLine } from '../broker/passwords.ts';
import type { Finding } from '../finding.ts';
import type { Device } from '../fleet.ts';
import { shortHash } from '../hash.ts';
import type { CaKeyId, IssuedCertificate, RevocationEntry } from '../pki/certificate.ts';
import { certificateCredential } from './identities.ts';

/** What lets an identity in. Without a hash there is nothing yet; `until` is the end of its last certificate. */
export interface Credential {
  readonly hash: string | undefined;
  /** What stands in its line of the password file; undefined for certificates. */
  readonly password: string | undefined;
  readonly until: Date | undefined;
  /** The next end of a certificate that another one outlives. */
  readonly ticketsUntil?: Date;
  readonly findings: readonly Finding[];
}

const none: readonly Finding[] = [];
const noCredential: Credential = { hash: undefined, password: undefined, until: undefined, findings: none };

/** The credential by password; a hash that not every Mosquitto reads is left out and reported. */
export function passwordCredential({ identity, origin }: Device, hash: string | undefined): Credential {
  if (hash === undefined) return noCredential;
  const line = passwordLine(identity, hash);
  const read = parsePasswords(line);
  if (read.ok && read.value.get(identity) === hash) return { ...noCredential, hash: shortHash(line), password: hash };
  const why = passwordHashProblem(hash) ?? 'the identity cannot stand in a password file';
  const message = `the password hash is refused: ${why}`;
  const path = 'spec.authentication.password';
  return { ...noCredential, findings: [{ code: 'MQS107', severity: 'Error', message, path, object: origin }] };
}

/** Nothing lets it in on Mosquitto, which cannot check tokens: neither a password nor a certificate. */
export function tokenCredential({ origin }: Device): Credential {
  const message = 'Mosquitto cannot check tokens: on one that loads this set the device cannot log in';
  const path = 'spec.authentication.type';
  return { ...noCredential, findings: [{ code: 'MQS307', severity: 'Info', message, path, object: origin }] };
}

/** The credential by those of these certificates that a trusted CA issued and nobody took back for good. */
export function certificateCredentialOf(
  certificates: readonly IssuedCertificate[],
  withdrawn: readonly RevocationEntry[],
  trusted: ReadonlySet<CaKeyId>,
  now: Date,
): Credential {
  let [next, last]: (Date | undefined)[] = [];
  for (const certificate of certificates) {
    if (!trusted.has(certificate.caKeyId) || withdrawn.some((entry) => endsForGood(entry, certificate))) continue;
    const { notAfter } = certificate;
    if (!last || notAfter > last) last = notAfter;
    if (notAfter > now && (!next || notAfter < next)) next = notAfter;
  }
  if (!last) return noCredential;
  const ticketsUntil = next && next < last ? next : undefined;
  const credential = { hash: certificateCredential, password: undefined, until: last, findings: none };
  return ticketsUntil ? { ...credential, ticketsUntil } : credential;
}

/** A hold does not: sessions of a suspended device stay. */
function endsForGood(entry: RevocationEntry, { serial, caKeyId }: IssuedCertificate): boolean {
  return entry.serial === serial && entry.caKeyId === caKeyId && entry.reason !== 'CertificateHold';
}
