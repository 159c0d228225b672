import { createHash, createPrivateKey, createPublicKey, type KeyObject, X509Certificate } from 'node:crypto';
import { type Finding, type Parsed, parsed, refused } from '../finding.ts';
import type { CaKeyId, IssuedCertificate } from './certificate.ts';
import * as der from './der.ts';
import { nameAttributes } from './distinguished-name.ts';
import { oids } from './oids.ts';
import { decoded, type Decoded, pemBlocks, pemText, undecodable } from './pem.ts';
import { canSign } from './signature.ts';

/** A CA certificate with the fields that issuing and revoking need. */
export interface CaCertificate {
  readonly pem: string;
  readonly keyId: CaKeyId;
  readonly publicKey: KeyObject;
  /** Subject in DER, byte for byte: the issuer of what it signs. */
  readonly subject: Buffer;
  /** Who signed its certificate, in DER, and the serial that it has there. */
  readonly issuer: Buffer;
  readonly serial: string;
  /** Subject key identifier; where the certificate has none, `keyIdentifier` of its key. */
  readonly subjectKeyId: Buffer;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly signsCrls: boolean;
}

/** What node:crypto does not tell of a certificate; read from its DER, which OpenSSL has already accepted. */
interface CertificateFields {
  readonly serial: string;
  readonly issuer: Buffer;
  readonly subject: Buffer;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly commonNames: readonly (string | undefined)[];
  readonly extensions: ReadonlyMap<string, Buffer>;
}

/** A certificate as read: the OpenSSL view and the fields it lacks. */
interface ReadCertificate {
  readonly pem: string;
  readonly x509: X509Certificate;
  readonly fields: CertificateFields;
}

/** SHA-256 of the SubjectPublicKeyInfo of a key, lower-case hex: how CAs and devices' keys are named. Accepts private keys. */
export function keyIdOf(key: KeyObject): string {
  return createHash('sha256').update(spkiOf(key)).digest('hex');
}

/** Key id of the CA (or of any certificate) in the first PEM block. */
export function caKeyId(pem: string): Parsed<CaKeyId> {
  const certificate = firstCertificate(pem);
  return certificate.ok ? parsed(keyIdOf(certificate.value.x509.publicKey)) : unusable(certificate.problem);
}

/** The 20 bytes that name a key in certificates and CRLs: the left 160 bits of the SHA-256 of the key's bits (RFC 7093 section 2). */
export function keyIdentifier(key: KeyObject): Buffer {
  const cursor = der.cursorOn(spkiOf(key));
  const fields = der.inside(cursor, der.taken(cursor, der.tags.sequence, 'key'));
  der.taken(fields, der.tags.sequence, 'key algorithm');
  const bits = der.takenBits(fields, 'key bits');
  return createHash('sha256').update(bits).digest().subarray(0, 20);
}

/** A serial number in the form of `IssuedCertificate.serial`: lower-case hex, no separators, no leading zeros. */
export function normalSerial(text: string): string {
  return text
    .replaceAll(':', '')
    .toLowerCase()
    .replace(/^0+(?=.)/, '');
}

/**
 * The certificate in the first PEM block as what we record of it. Refused unless it has exactly one CN: the broker takes
 * the first of several as the user name (facts 3.1). `issuer` is the key id of the CA that signed it.
 */
export function issuedCertificate(pem: string, issuer: CaKeyId): Parsed<IssuedCertificate> {
  const certificate = firstCertificate(pem);
  if (!certificate.ok) return unusable(certificate.problem);
  const { x509, fields } = certificate.value;
  const [identity] = fields.commonNames;
  if (identity === undefined || fields.commonNames.length !== 1) {
    return unusable(`the certificate has ${fields.commonNames.length} readable common names, not exactly one`);
  }
  return parsed({
    identity,
    caKeyId: issuer,
    serial: fields.serial,
    notBefore: fields.notBefore,
    notAfter: fields.notAfter,
    fingerprint: normalFingerprint(x509.fingerprint256),
    keyId: keyIdOf(x509.publicKey),
  });
}

/** The CA certificate in the first PEM block; refused if it is not a CA. */
export function caCertificate(pem: string): Parsed<CaCertificate> {
  const certificate = firstCertificate(pem);
  if (!certificate.ok) return unusable(certificate.problem);
  const { x509, fields } = certificate.value;
  if (!x509.ca) return unusable(`${nameOf(x509)} is not a CA certificate`);
  return parsed({
    pem: certificate.value.pem,
    keyId: keyIdOf(x509.publicKey),
    publicKey: x509.publicKey,
    subject: fields.subject,
    issuer: fields.issuer,
    serial: fields.serial,
    subjectKeyId: octets(fields.extensions.get(oids.subjectKeyIdentifier)) ?? keyIdentifier(x509.publicKey),
    notBefore: fields.notBefore,
    notAfter: fields.notAfter,
    signsCrls: mayUseKeyFor(fields, crlSignBit),
  });
}

/** A CA with its private key, fit to sign certificates and CRLs. */
export interface CaSigner {
  readonly issuer: CaCertificate;
  readonly key: KeyObject;
}

/** The CA with its key; refused if they do not belong together, or the certificate may not sign CRLs (RFC 5280 section 4.2.1.3, cRLSign). */
export function caSigner(certificatePem: string, keyPem: string): Parsed<CaSigner> {
  const issuer = caCertificate(certificatePem);
  if (!issuer.ok) return issuer;
  const key = privateKey(keyPem);
  if (!key) return unusable('the key of the CA is not an unencrypted PEM private key');
  if (!canSign(key))
    return unusable(`a key of type ${key.asymmetricKeyType ?? 'unknown'} cannot sign revocation lists`);
  if (keyIdOf(key) !== issuer.value.keyId) return unusable('the key of the CA does not belong to its certificate');
  if (!issuer.value.signsCrls) return unusable('the CA certificate has a key usage without cRLSign');
  return parsed({ issuer: issuer.value, key });
}

/** Why Mosquitto could not serve with this certificate and key, or undefined. The first block is the certificate, further ones its chain. */
export function keyPairProblem(certificatePem: string, keyPem: string, now: Date): string | undefined {
  const certificates = certificatesIn(certificatePem);
  if (!certificates.ok) return `the certificate cannot be read: ${certificates.problem}`;
  const [first] = certificates.value;
  const key = privateKey(keyPem);
  if (!key) return 'the key is not an unencrypted PEM private key';
  if (!first?.x509.checkPrivateKey(key)) return 'the key does not belong to the certificate';
  return datesProblem(first, now);
}

/**
 * Why a broker could not check client certificates with these CAs, or undefined: each must be a CA, and its chain must
 * reach a self-signed root among them (facts 2.6: the broker takes no partial chains).
 */
export function caBundleProblem(pem: string): string | undefined {
  const certificates = certificatesIn(pem);
  if (!certificates.ok) return certificates.problem;
  const all = certificates.value.map(({ x509 }) => x509);
  for (const certificate of all) {
    if (!certificate.ca) return `${nameOf(certificate)} is not a CA certificate`;
    if (!reachesRoot(certificate, all))
      return `${nameOf(certificate)} does not reach a self-signed root in this bundle`;
  }
  return undefined;
}

/** The CA certificates of a PEM bundle, in its order. */
export function caCertificatesIn(pem: string): Parsed<readonly CaCertificate[]> {
  const certificates = certificatesIn(pem);
  if (!certificates.ok) return unusable(certificates.problem);
  const cas: CaCertificate[] = [];
  for (const certificate of certificates.value) {
    const ca = caCertificate(certificate.pem);
    if (!ca.ok) return ca;
    cas.push(ca.value);
  }
  return parsed(cas);
}

/** True if this CA signed the certificate in the first PEM block of `pem`. */
export function isIssuedBy(pem: string, ca: CaCertificate): boolean {
  const certificate = firstCertificate(pem);
  return (
    certificate.ok && certificate.value.fields.issuer.equals(ca.subject) && certificate.value.x509.verify(ca.publicKey)
  );
}

/**
 * True if the first certificate of `chain` was issued by one of the CAs `above`, or by one of the further CAs of `chain` of
 * which that is true; false where either cannot be read.
 */
export function isBelow(chain: string, above: string): boolean {
  const [own, others] = [certificatesIn(chain), certificatesIn(above)];
  if (!own.ok || !others.ok) return false;
  const [first, ...rest] = own.value.map(({ x509 }) => x509);
  const tops = new Set(others.value.map(({ x509 }) => x509.fingerprint256));
  const all = [...rest, ...others.value.map(({ x509 }) => x509)].filter(({ ca }) => ca);
  const reached = new Set(first ? [first] : []);
  for (const one of reached) for (const issuer of all) if (isSignedBy(one, issuer)) reached.add(issuer);
  return [...reached].some((one) => one !== first && tops.has(one.fingerprint256));
}

function datesProblem({ x509, fields: { notBefore, notAfter } }: ReadCertificate, now: Date): string | undefined {
  if (now < notBefore) return `${nameOf(x509)} is not valid before ${notBefore.toISOString()}`;
  return now > notAfter ? `${nameOf(x509)} expired at ${notAfter.toISOString()}` : undefined;
}

/** Walks from issuer to issuer; each certificate is looked at once, so cross-signed CAs end too. */
function reachesRoot(certificate: X509Certificate, all: readonly X509Certificate[]): boolean {
  const reached = new Set([certificate]);
  for (const one of reached) {
    if (isSignedBy(one, one)) return true;
    for (const issuer of all) if (!reached.has(issuer) && isSignedBy(one, issuer)) reached.add(issuer);
  }
  return false;
}

function isSignedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
}

function firstCertificate(pem: string): Decoded<ReadCertificate> {
  const certificates = certificatesIn(pem);
  if (!certificates.ok) return certificates;
  const [first] = certificates.value;
  return first ? decoded(first) : undecodable('it holds no certificate');
}

/** The most certificates that one PEM text may hold: checking chains costs the square of it. */
const bundleLimit = 100;

function certificatesIn(pem: string): Decoded<readonly ReadCertificate[]> {
  const blocks = pemBlocks(pem, { labels: ['CERTIFICATE'], comments: true });
  if (!blocks.ok) return blocks;
  if (blocks.value.length > bundleLimit) return undecodable(`it holds more than ${bundleLimit} certificates`);
  const certificates: ReadCertificate[] = [];
  for (const [index, block] of blocks.value.entries()) {
    const certificate = readCertificate(block);
    if (!certificate.ok) return undecodable(`certificate ${index + 1} cannot be read: ${certificate.problem}`);
    certificates.push(certificate.value);
  }
  return decoded(certificates);
}

function readCertificate(bytes: Buffer): Decoded<ReadCertificate> {
  const fields = certificateFields(bytes);
  if (!fields.ok) return fields;
  try {
    const x509 = new X509Certificate(bytes);
    const usable = x509.publicKey.asymmetricKeyType !== undefined;
    return usable
      ? decoded({ pem: pemText('CERTIFICATE', bytes), x509, fields: fields.value })
      : undecodable('its key type is unknown');
  } catch {
    return undecodable('it is not an X.509 certificate');
  }
}

/** RFC 5280 section 4.1. */
function certificateFields(bytes: Buffer): Decoded<CertificateFields> {
  const { content: tbs } = der.signedFields(bytes, 'certificate');
  der.takenIf(tbs, der.contextTag(0), 'version');
  const serial = der.takenNumber(tbs, 'serial number');
  der.taken(tbs, der.tags.sequence, 'signature algorithm');
  const issuer = der.encodingOf(tbs, der.taken(tbs, der.tags.sequence, 'issuer'));
  // OpenSSL takes any text for a time until it has to compare it, and then trusts no such certificate.
  const validity = der.inside(tbs, der.taken(tbs, der.tags.sequence, 'validity'));
  const notBefore = der.takenTime(validity, 'notBefore');
  const notAfter = der.takenTime(validity, 'notAfter');
  der.expectEnd(validity, 'validity');
  const subject = der.encodingOf(tbs, der.taken(tbs, der.tags.sequence, 'subject'));
  der.taken(tbs, der.tags.sequence, 'public key');
  der.takenIf(tbs, 0x81, 'issuer unique identifier');
  der.takenIf(tbs, 0x82, 'subject unique identifier');
  const wrapped = der.takenIf(tbs, der.contextTag(3), 'extensions');
  const extensions = wrapped ? der.takenExtensions(der.inside(tbs, wrapped), 'extensions') : [];
  der.expectEnd(tbs, 'signed part');
  const [problem] = tbs.faults;
  if (problem !== undefined) return undecodable(problem);
  return decoded({
    serial,
    issuer,
    subject,
    notBefore,
    notAfter,
    commonNames: nameAttributes(subject).flatMap(({ oid, text }) => (oid === oids.commonName ? [text] : [])),
    extensions: new Map(extensions.map(({ oid, value }) => [oid, value])),
  });
}

/** Bit numbers of KeyUsage, RFC 5280 section 4.2.1.3. */
const crlSignBit = 6;

/** True where the certificate has no key usage or one with this bit. */
function mayUseKeyFor({ extensions }: CertificateFields, bit: number): boolean {
  const value = extensions.get(oids.keyUsage);
  return value === undefined || (keyUsageBits(value)?.includes(bit) ?? false);
}

/** Bit numbers that are set in a KeyUsage extension; undefined if it cannot be read. */
export function keyUsageBits(value: Buffer): readonly number[] | undefined {
  const cursor = der.cursorOn(value);
  const [unused, first = 0, second = 0] = der.contentOf(cursor, der.taken(cursor, der.tags.bitString, 'key usage'));
  if (cursor.faults.length > 0 || unused === undefined) return undefined;
  const bits = (first << 8) | second;
  return [0, 1, 2, 3, 4, 5, 6, 7, 8].filter((bit) => (bits & (0x8000 >> bit)) !== 0);
}

function octets(value: Buffer | undefined): Buffer | undefined {
  if (!value) return undefined;
  const cursor = der.cursorOn(value);
  const content = der.contentOf(cursor, der.taken(cursor, der.tags.octetString, 'key identifier'));
  return cursor.faults.length === 0 ? content : undefined;
}

function privateKey(pem: string): KeyObject | undefined {
  try {
    return createPrivateKey(pem);
  } catch {
    return undefined;
  }
}

function spkiOf(key: KeyObject): Buffer {
  const publicKey = key.type === 'private' ? createPublicKey(key) : key;
  return publicKey.export({ type: 'spki', format: 'der' });
}

function nameOf(certificate: X509Certificate): string {
  return certificate.subject.replaceAll('\n', ', ');
}

function normalFingerprint(text: string): string {
  return text.replaceAll(':', '').toLowerCase();
}

function unusable(message: string): { readonly ok: false; readonly findings: readonly Finding[] } {
  return refused({ code: 'MQS083', severity: 'Error', path: '', message });
}
