import type { KeyObject } from 'node:crypto';
import { type Finding, type Parsed, parsed, refused } from '../finding.ts';
import type { CaKeyId, PublishedCrl, RevocationEntry } from './certificate.ts';
import * as der from './der.ts';
import { nameAttributes } from './distinguished-name.ts';
import {
  bitString,
  derOf,
  encoded,
  explicit,
  extension,
  integer,
  integerHex,
  type Node,
  sequence,
  tagged,
  time,
  writtenTime,
} from './encode.ts';
import { oids } from './oids.ts';
import { decoded, type Decoded, pemBlocks, pemText, undecodable } from './pem.ts';
import { bySerial } from './revocations.ts';
import { isSignedBy, signatureIdentifier, signatureName, signatureOver } from './signature.ts';
import { type CaCertificate, caCertificatesIn } from './x509.ts';

const label = 'X509 CRL';

/** Codes of RFC 5280 section 5.3.1. 8, removeFromCRL, is left out: it belongs in delta CRLs, and the broker lets such a certificate in (facts 2.1). */
const reasonCodes = {
  Unspecified: 0,
  KeyCompromise: 1,
  CaCompromise: 2,
  AffiliationChanged: 3,
  Superseded: 4,
  CessationOfOperation: 5,
  CertificateHold: 6,
  PrivilegeWithdrawn: 9,
  AaCompromise: 10,
} as const satisfies Record<RevocationEntry['reason'] | 'AaCompromise', number>;

/** Why a certificate is on a CRL; other CAs may also say that an attribute authority was compromised. */
type CrlReason = keyof typeof reasonCodes;

const reasonNames: ReadonlyMap<number, CrlReason> = new Map(
  (Object.keys(reasonCodes) as CrlReason[]).map((name) => [reasonCodes[name], name]),
);

interface CrlEntry {
  readonly reason: CrlReason;
  readonly date: Date;
}

/** What is to be signed. Times are cut to whole seconds. */
export interface CrlContent {
  readonly issuer: CaCertificate;
  readonly key: KeyObject;
  /** Greater than that of any CRL of this CA before; `nextCrlNumber` gives one. */
  readonly number: bigint;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date;
  /** Those of other CAs are left out: a serial means nothing under another issuer. */
  readonly entries: readonly RevocationEntry[];
}

/**
 * A signed CRL, RFC 5280 section 5: version 2 with number and authority key identifier, entries in the order of their
 * serials. Throws for a key that `caSigner` would have refused.
 */
export function signedCrl({ issuer, key, number, thisUpdate, nextUpdate, entries }: CrlContent): PublishedCrl {
  const own = ordered(entries.filter((entry) => entry.caKeyId === issuer.keyId));
  const algorithm = signatureIdentifier(key);
  const tbs = sequence(
    integer('1'),
    encoded(algorithm),
    encoded(issuer.subject),
    time(thisUpdate),
    time(nextUpdate),
    ...(own.length > 0 ? [tagged(der.tags.sequence, entriesDer(own))] : []),
    explicit(
      0,
      sequence(
        extension(oids.authorityKeyIdentifier, sequence(tagged(der.contextTag(0, 'primitive'), issuer.subjectKeyId))),
        extension(oids.cRLNumber, integer(number.toString(16))),
      ),
    ),
  );
  const signed = derOf(tbs);
  const whole = sequence(encoded(signed), encoded(algorithm), bitString(signatureOver(signed, key)));
  const [from, to] = [wholeSecond(thisUpdate), wholeSecond(nextUpdate)];
  return { caKeyId: issuer.keyId, pem: pemText(label, derOf(whole)), number, thisUpdate: from, nextUpdate: to };
}

/** In the order of their serials; sorting 100,000 that are in order already would cost a third of the signature. */
function ordered(entries: readonly RevocationEntry[]): readonly RevocationEntry[] {
  let former = entries[0];
  for (const entry of entries) {
    if (former && bySerial(former, entry) > 0) return [...entries].sort(bySerial);
    former = entry;
  }
  return entries;
}

/** The first that has a form in X.509 as we write it; lists of others, whose entries we take over, may say earlier ones. */
const firstDate = new Date('1950-01-01T00:00:00Z');

/** The most an entry takes, bytes: header 2, serial 23, time 17, reason 14. */
const entryLimitBytes = 56;

/** The entries one behind the other, written in place: a node of a tree for each would cost ten times the time. */
function entriesDer(entries: readonly RevocationEntry[]): Buffer {
  const bytes = Buffer.allocUnsafe(entries.length * entryLimitBytes);
  let end = 0;
  for (const { serial, at, reason } of entries) {
    const start = end;
    end = writtenSerial(bytes, start + 2, serial);
    end = writtenTime(bytes, end, at < firstDate ? firstDate : at);
    end += reasonDer.get(reason)?.copy(bytes, end) ?? 0;
    bytes[start] = der.tags.sequence;
    bytes[start + 1] = end - start - 2;
  }
  return bytes.subarray(0, end);
}

/** Writes a serial as INTEGER and gives the position behind it. */
function writtenSerial(bytes: Buffer, at: number, serial: string): number {
  const hex = integerHex(serial);
  const length = hex.length / 2;
  bytes[at] = der.tags.integer;
  bytes[at + 1] = length;
  const isWritten = length <= 21 && bytes.write(hex, at + 2, 'hex') === length;
  if (!isWritten) throw new Error(`sign CRL: serial ${serial} is not hex of at most 20 bytes`);
  return at + 2 + length;
}

/** The extensions of an entry; unspecified is said by leaving the reason out (RFC 5280 section 5.3.1). */
const reasonDer: ReadonlyMap<CrlReason, Buffer> = new Map(
  [...reasonNames].flatMap(([code, name]) => (code === 0 ? [] : [[name, derOf(reasonExtensions(code))]])),
);

function reasonExtensions(code: number): Node {
  return sequence(extension(oids.reasonCode, tagged(der.tags.enumerated, Buffer.of(code))));
}

function wholeSecond(value: Date): Date {
  return new Date(Math.floor(value.getTime() / 1000) * 1000);
}

/** A CRL as read; nothing is said yet about who signed it (`crlSignedBy`). */
export interface ReadCrl {
  /** Issuer name in DER, byte for byte. */
  readonly issuer: Buffer;
  readonly authorityKeyId: Buffer;
  /** The certificate of the CA, where the list names it beside its key; each is undefined where it does not. */
  readonly authorityCertificate: { readonly issuer: Buffer | undefined; readonly serial: string | undefined };
  readonly number: bigint;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date;
  /** By serial: lower-case hex without leading zeros. */
  readonly entries: ReadonlyMap<string, CrlEntry>;
  /** The bytes that are signed. */
  readonly tbs: Buffer;
  /** AlgorithmIdentifier in DER. */
  readonly algorithm: Buffer;
  readonly signature: Buffer;
}

/**
 * The one CRL in this PEM text. Strict: what RFC 5280 section 5 demands of an issuer must be there (version 2,
 * nextUpdate, number, authority key identifier), and what would make the broker see less or more than we do is refused:
 * delta, partial and indirect CRLs (OpenSSL heeds their extensions also where they are not critical), other critical
 * extensions, removeFromCRL, a serial twice. Time and memory grow with the length.
 */
export function parsedCrl(pem: string): Parsed<ReadCrl> {
  const crls = parsedCrls(pem);
  if (!crls.ok) return crls;
  const [only, ...others] = crls.value;
  return only && others.length === 0 ? parsed(only) : unreadable(`the text holds ${crls.value.length} CRLs, not one`);
}

/** All CRLs of a PEM text, as the broker's `crlfile` holds one per issuing CA (facts 2.4); at least one. */
export function parsedCrls(pem: string): Parsed<readonly ReadCrl[]> {
  const blocks = pemBlocks(pem, { labels: [label], comments: false });
  if (!blocks.ok) return unreadable(blocks.problem);
  const crls: ReadCrl[] = [];
  for (const [index, block] of blocks.value.entries()) {
    const crl = readCrl(block);
    if (!crl.ok) return unreadable(`CRL ${index + 1}: ${crl.problem}`);
    crls.push(crl.value);
  }
  return parsed(crls);
}

/**
 * True if a CA of this PEM bundle signed the CRL: its name, key identifier and key all fit, and its certificate may sign
 * CRLs. Otherwise the broker would refuse every client of that CA (facts 2.3).
 */
export function crlSignedBy(crl: ReadCrl, caPem: string): boolean {
  return crlSignerIn(crl, caPem) !== undefined;
}

/** Key id of the CA in this PEM bundle that signed the CRL. */
export function crlSignerIn(crl: ReadCrl, caPem: string): CaKeyId | undefined {
  const cas = caCertificatesIn(caPem);
  if (!cas.ok) return undefined;
  return cas.value.find(
    (ca) =>
      ca.signsCrls &&
      ca.subject.equals(crl.issuer) &&
      ca.subjectKeyId.equals(crl.authorityKeyId) &&
      isCertificateOf(crl, ca) &&
      isSignedBy(crl.tbs, crl.signature, crl.algorithm, ca.publicKey),
  )?.keyId;
}

/** OpenSSL takes no list that names another certificate of the CA, such as one from before its renewal, for that of the CA. */
function isCertificateOf({ authorityCertificate: { issuer, serial } }: ReadCrl, ca: CaCertificate): boolean {
  return (issuer?.equals(ca.issuer) ?? true) && (serial ?? ca.serial) === ca.serial;
}

function readCrl(bytes: Buffer): Decoded<ReadCrl> {
  const { signed, content: tbs, algorithm, signature } = der.signedFields(bytes, 'the list');
  if (signatureName(algorithm) === undefined) der.fault(tbs, 'the signature algorithm is not one that is accepted');
  const content = readContent(tbs, algorithm);
  const [problem] = tbs.faults;
  if (problem !== undefined) return undecodable(problem);
  return decoded({ ...content, tbs: signed, algorithm, signature });
}

/** TBSCertList, RFC 5280 section 5.1.2. */
function readContent(tbs: der.DerCursor, algorithm: Buffer): Omit<ReadCrl, 'tbs' | 'algorithm' | 'signature'> {
  if (der.takenNumber(tbs, 'the version') !== '1') der.fault(tbs, 'the version is not 2');
  const inner = der.encodingOf(tbs, der.taken(tbs, der.tags.sequence, 'the inner signature algorithm'));
  if (!inner.equals(algorithm)) der.fault(tbs, 'the two signature algorithms differ');
  const issuer = der.encodingOf(tbs, der.taken(tbs, der.tags.sequence, 'the issuer'));
  if (nameAttributes(issuer).some(({ text }) => text === undefined))
    der.fault(tbs, 'the issuer is not a readable name');
  const thisUpdate = der.takenTime(tbs, 'thisUpdate');
  const nextUpdate = der.takenTime(tbs, 'nextUpdate');
  if (nextUpdate <= thisUpdate) der.fault(tbs, 'nextUpdate is not after thisUpdate');
  const revoked = der.takenIf(tbs, der.tags.sequence, 'the entries');
  const entries = revoked ? readEntries(der.inside(tbs, revoked)) : new Map<string, CrlEntry>();
  const wrapped = der.inside(tbs, der.taken(tbs, der.contextTag(0), 'the extensions'));
  const extensions = readExtensions(wrapped);
  der.expectEnd(tbs, 'the signed part');
  return { issuer, ...extensions, thisUpdate, nextUpdate, entries };
}

function readEntries(list: der.DerCursor): ReadonlyMap<string, CrlEntry> {
  const entries = new Map<string, CrlEntry>();
  while (!der.isAtEnd(list)) {
    const fields = der.inside(list, der.taken(list, der.tags.sequence, 'an entry'));
    const serial = der.takenNumber(fields, 'the serial of an entry');
    const date = der.takenTime(fields, 'the date of an entry');
    const reason = der.isAtEnd(fields) ? 'Unspecified' : readReason(fields, serial);
    der.expectEnd(fields, 'an entry');
    if (entries.has(serial)) der.fault(list, `serial ${serial} is in it twice`);
    entries.set(serial, { reason, date });
  }
  return entries;
}

/** The reason of an entry; other extensions of an entry are ignored unless critical (RFC 5280 section 5.3). */
function readReason(fields: der.DerCursor, serial: string): CrlReason {
  let reason: CrlReason = 'Unspecified';
  for (const { oid, critical, value } of der.takenExtensions(fields, 'extensions of an entry')) {
    if (oid === oids.reasonCode) {
      const named =
        value.length === 3 && value[0] === der.tags.enumerated ? reasonNames.get(value[2] ?? -1) : undefined;
      if (!named)
        der.fault(fields, `serial ${serial} has reason ${value.toString('hex')}, which is none of a full CRL`);
      else reason = named;
    } else if (oid === oids.certificateIssuer) {
      der.fault(fields, `serial ${serial} is of another CA: an indirect list`);
    } else if (critical) der.fault(fields, `serial ${serial} has the unknown critical extension ${oid}`);
  }
  return reason;
}

/** A list with one of them does not say of all certificates of its CA whether they are revoked. */
const partial: ReadonlySet<string> = new Set([oids.deltaCrlIndicator, oids.issuingDistributionPoint]);

function readExtensions(wrapped: der.DerCursor): Pick<ReadCrl, 'authorityKeyId' | 'authorityCertificate' | 'number'> {
  const extensions = der.takenExtensions(wrapped, 'the extensions');
  der.expectEnd(wrapped, 'the extensions');
  for (const { oid, critical } of extensions) {
    if (partial.has(oid)) der.fault(wrapped, `extension ${oid}: a delta or partial list`);
    if (critical) der.fault(wrapped, `critical extension ${oid}: one that we do not know`);
  }
  const valueOf = (oid: string, what: string) => {
    const value = extensions.find((one) => one.oid === oid)?.value;
    if (!value) der.fault(wrapped, `${what} is missing (RFC 5280 section 5.2)`);
    return { ...der.cursorOn(value ?? Buffer.alloc(0)), faults: wrapped.faults };
  };
  const numbers = valueOf(oids.cRLNumber, 'the CRL number');
  const number = BigInt(`0x${der.takenNumber(numbers, 'the CRL number')}`);
  der.expectEnd(numbers, 'the CRL number');
  const names = valueOf(oids.authorityKeyIdentifier, 'the authority key identifier');
  const identifiers = der.inside(names, der.taken(names, der.tags.sequence, 'the authority key identifier'));
  const identifier = der.taken(identifiers, der.contextTag(0, 'primitive'), 'the key identifier');
  const authorityCertificate = readAuthorityCertificate(identifiers);
  der.expectEnd(names, 'the authority key identifier');
  return { number, authorityKeyId: der.contentOf(identifiers, identifier), authorityCertificate };
}

/** What may follow the key in an AuthorityKeyIdentifier, RFC 5280 section 4.2.1.1: the issuer of the CA's certificate and its serial. */
function readAuthorityCertificate(identifiers: der.DerCursor): ReadCrl['authorityCertificate'] {
  const what = "the certificate of the list's authority";
  const names = der.takenIf(identifiers, der.contextTag(1), what);
  const named = names && der.inside(identifiers, names);
  const directoryName = named && der.inside(named, der.taken(named, der.contextTag(4), what));
  const issuer = directoryName && der.encodingOf(directoryName, der.taken(directoryName, der.tags.sequence, what));
  if (named) der.expectEnd(named, what);
  const serialTag = der.contextTag(2, 'primitive');
  const serial = der.isAtEnd(identifiers) ? undefined : der.takenNumber(identifiers, what, serialTag);
  der.expectEnd(identifiers, 'the authority key identifier');
  return { issuer, serial };
}

function unreadable(message: string): { readonly ok: false; readonly findings: readonly Finding[] } {
  return refused({ code: 'MQS081', severity: 'Error', path: 'crl', message });
}
