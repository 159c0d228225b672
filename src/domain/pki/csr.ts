import { createPublicKey, type KeyObject } from 'node:crypto';
import { type Parsed, parsed, refused } from '../finding.ts';
import * as der from './der.ts';
import { type NameAttribute, nameAttributes } from './distinguished-name.ts';
import { oids } from './oids.ts';
import { decoded, type Decoded, pemBlocks, undecodable } from './pem.ts';
import { isSignedBy, signatureName } from './signature.ts';
import { keyIdOf, keyUsageBits } from './x509.ts';

/** The most a certificate signing request may hold, bytes; an RSA 4096 request has 1.7 KiB. */
export const csrLimitBytes = 16 * 1024;

/** A request that fits its device. */
export interface ParsedCsr {
  readonly publicKey: KeyObject;
  /** SHA-256 of the SubjectPublicKeyInfo, lower-case hex. */
  readonly keyId: string;
}

/** PKCS #10, RFC 2986 section 4, as far as it decides. */
interface CsrFields {
  readonly signed: Buffer;
  readonly subject: readonly NameAttribute[];
  readonly spki: Buffer;
  readonly requested: readonly der.Extension[];
  readonly algorithm: Buffer;
  readonly signature: Buffer;
}

/** The request, if nothing is wrong with it for a device of this effective identity. */
export function parsedCsr(pem: string, expectedIdentity: string): Parsed<ParsedCsr> {
  const problems = csrProblems(pem, expectedIdentity);
  const fields = csrFields(pem);
  const publicKey = fields.ok ? publicKeyIn(fields.value.spki) : undefined;
  if (problems.length === 0 && publicKey) return parsed({ publicKey, keyId: keyIdOf(publicKey) });
  return refused(
    ...problems.map((message) => ({
      code: 'MQS082' as const,
      severity: 'Error' as const,
      path: 'spec.csr',
      message,
      reason: 'CsrRefused' as const,
    })),
  );
}

/**
 * All that is wrong with a certificate signing request (PEM) for a device of this effective identity; empty = it may be
 * issued. Checked: size, proof of possession (its own signature), exactly one common name that is the identity, no
 * attribute that could name somebody else, no foreign alternative name, no CA, no usage but that of a client, key strength.
 */
export function csrProblems(pem: string, expectedIdentity: string): readonly string[] {
  const fields = csrFields(pem);
  if (!fields.ok) return [`the request cannot be read: ${fields.problem}`];
  const { subject, spki, requested } = fields.value;
  const publicKey = publicKeyIn(spki);
  return [
    ...(publicKey ? [keyProblem(publicKey), possessionProblem(fields.value, publicKey)] : ['its key cannot be read']),
    ...subjectProblems(subject, expectedIdentity),
    ...requested.map((extension) => extensionProblem(extension, expectedIdentity)),
  ].filter((problem) => problem !== undefined);
}

const keyTypes: ReadonlySet<string> = new Set(['ec', 'ed25519', 'rsa']);
const curves: ReadonlySet<string | undefined> = new Set(['prime256v1', 'secp384r1']);

function keyProblem(key: KeyObject): string | undefined {
  const { namedCurve, modulusLength = 0, publicExponent = 0n } = key.asymmetricKeyDetails ?? {};
  const type = key.asymmetricKeyType ?? 'unknown';
  if (type === 'ec' && !curves.has(namedCurve))
    return `its key is on curve ${namedCurve ?? 'unnamed'}, not P-256 or P-384`;
  if (type === 'rsa' && (modulusLength < 2048 || modulusLength > 4096)) {
    return `its RSA key has ${modulusLength} bits, not 2048 to 4096`;
  }
  if (type === 'rsa' && publicExponent < 65537n)
    return `its RSA key has the public exponent ${String(publicExponent)}, less than 65537`;
  return keyTypes.has(type) ? undefined : `its key is of type ${type}, not EC, Ed25519 or RSA`;
}

function possessionProblem({ signed, signature, algorithm }: CsrFields, key: KeyObject): string | undefined {
  if (signatureName(algorithm) === undefined)
    return 'its signature algorithm is not one that is accepted (SHA-256 or better, no PSS)';
  return isSignedBy(signed, signature, algorithm, key)
    ? undefined
    : 'its signature does not verify: no proof that the sender has the key';
}

/** Attributes that may stand beside the common name: they say nothing that a broker or a TLS library takes for a name. */
const harmlessAttributes: ReadonlyMap<string, string> = new Map([
  ['2.5.4.5', 'serialNumber'],
  ['2.5.4.6', 'C'],
  ['2.5.4.7', 'L'],
  ['2.5.4.8', 'ST'],
  ['2.5.4.10', 'O'],
  ['2.5.4.11', 'OU'],
]);

function subjectProblems(subject: readonly NameAttribute[], expectedIdentity: string): readonly string[] {
  const names = subject.filter(({ oid }) => oid === oids.commonName);
  const others = subject.filter(({ oid }) => oid !== oids.commonName && !harmlessAttributes.has(oid));
  const foreign = others.map(({ oid }) => `its subject holds the attribute ${oid === '' ? 'of unreadable form' : oid}`);
  if (names.length !== 1) return [`its subject has ${names.length} common names, not exactly one`, ...foreign];
  const [name] = names;
  if (name?.text === expectedIdentity) return foreign;
  const shown =
    name?.text === undefined ? 'of a form that the broker does not read' : JSON.stringify(name.text.slice(0, 80));
  return [`its common name is ${shown}, not ${JSON.stringify(expectedIdentity)}`, ...foreign];
}

/** Bits of KeyUsage that make a signer of certificates or CRLs (RFC 5280 section 4.2.1.3). */
const signerBits: readonly number[] = [5, 6];

function extensionProblem({ oid, critical, value }: der.Extension, expectedIdentity: string): string | undefined {
  switch (oid) {
    case oids.basicConstraints:
      return value.equals(emptySequence) || value.equals(explicitlyNoCa) ? undefined : 'it asks to be a CA';
    case oids.keyUsage:
      return (keyUsageBits(value)?.some((bit) => signerBits.includes(bit)) ?? true)
        ? 'it asks to sign certificates or CRLs'
        : undefined;
    case oids.extKeyUsage:
      return isClientUseOnly(value) ? undefined : 'it asks for another use than client authentication';
    case oids.subjectAltName:
      return hasOnlyName(value, expectedIdentity)
        ? undefined
        : 'it asks for an alternative name that is not its identity';
    default:
      return critical ? `it asks for the critical extension ${oid}` : undefined;
  }
}

const emptySequence = Buffer.of(der.tags.sequence, 0);
const explicitlyNoCa = Buffer.of(der.tags.sequence, 3, der.tags.boolean, 1, 0);

function isClientUseOnly(value: Buffer): boolean {
  const cursor = der.cursorOn(value);
  const uses = der.inside(cursor, der.taken(cursor, der.tags.sequence, 'uses'));
  const found: string[] = [];
  while (!der.isAtEnd(uses)) found.push(der.takenOid(uses, 'use'));
  return cursor.faults.length === 0 && found.length === 1 && found[0] === oids.clientAuth;
}

/** GeneralNames, RFC 5280 section 4.2.1.6: only a dNSName that is the identity. */
function hasOnlyName(value: Buffer, expectedIdentity: string): boolean {
  const cursor = der.cursorOn(value);
  const names = der.inside(cursor, der.taken(cursor, der.tags.sequence, 'names'));
  while (!der.isAtEnd(names)) {
    const name = der.takenAny(names, 'name');
    const isDnsName = name.tag === der.contextTag(2, 'primitive');
    if (!isDnsName || der.contentOf(names, name).toString('latin1') !== expectedIdentity) return false;
  }
  return cursor.faults.length === 0;
}

function csrFields(pem: string): Decoded<CsrFields> {
  if (pem.length > csrLimitBytes) return undecodable(`it has more than ${csrLimitBytes} bytes`);
  const blocks = pemBlocks(pem, { labels: ['CERTIFICATE REQUEST', 'NEW CERTIFICATE REQUEST'], comments: true });
  if (!blocks.ok) return blocks;
  const [block, ...others] = blocks.value;
  return block && others.length === 0 ? fieldsIn(block) : undecodable('it holds more than one request');
}

function fieldsIn(bytes: Buffer): Decoded<CsrFields> {
  const { signed, content: info, algorithm, signature } = der.signedFields(bytes, 'request');
  if (der.takenNumber(info, 'version') !== '0') der.fault(info, 'its version is not 1');
  const subject = der.encodingOf(info, der.taken(info, der.tags.sequence, 'subject'));
  const spki = der.encodingOf(info, der.taken(info, der.tags.sequence, 'public key'));
  const attributes = der.takenIf(info, der.contextTag(0), 'attributes');
  const requested = attributes ? requestedExtensions(der.inside(info, attributes)) : [];
  der.expectEnd(info, 'signed part');
  const [problem] = info.faults;
  if (problem !== undefined) return undecodable(problem);
  return decoded({ signed, subject: nameAttributes(subject), spki, requested, algorithm, signature });
}

/** Extensions of all extensionRequest attributes (RFC 2985 section 5.4.2); other attributes are of no effect. */
function requestedExtensions(attributes: der.DerCursor): readonly der.Extension[] {
  const requested: der.Extension[] = [];
  while (!der.isAtEnd(attributes)) {
    const fields = der.inside(attributes, der.taken(attributes, der.tags.sequence, 'attribute'));
    const oid = der.takenOid(fields, 'attribute type');
    const values = der.inside(fields, der.taken(fields, der.tags.set, 'attribute values'));
    const isRequest = oid === oids.extensionRequest || oid === oids.microsoftExtensionRequest;
    while (isRequest && !der.isAtEnd(values)) requested.push(...der.takenExtensions(values, 'requested extensions'));
  }
  return requested;
}

function publicKeyIn(spki: Buffer): KeyObject | undefined {
  try {
    return createPublicKey({ key: spki, format: 'der', type: 'spki' });
  } catch {
    return undefined;
  }
}
