import { type KeyObject, sign, verify } from 'node:crypto';
import { derOf, oid, sequence, tagged } from './encode.ts';
import { tags } from './der.ts';

/** A way to sign that we accept: the AlgorithmIdentifier in DER, the digest, and the key it goes with. */
interface SignatureAlgorithm {
  readonly name: string;
  readonly identifier: Buffer;
  /** Null where the algorithm has its own (Ed25519). */
  readonly digest: string | null;
  readonly keyType: string;
}

const rsa = (hash: number, digest: string): SignatureAlgorithm => ({
  name: `RSA with ${digest}`,
  identifier: derOf(sequence(oid(`1.2.840.113549.1.1.${hash}`), tagged(tags.null, Buffer.alloc(0)))),
  digest,
  keyType: 'rsa',
});
const ecdsa = (hash: number, digest: string): SignatureAlgorithm => ({
  name: `ECDSA with ${digest}`,
  identifier: derOf(sequence(oid(`1.2.840.10045.4.3.${hash}`))),
  digest,
  keyType: 'ec',
});

/** RFC 4055 section 5, RFC 5758 section 3.2, RFC 8410 section 3. Nothing with SHA-1, and no RSA-PSS. */
const algorithms: readonly SignatureAlgorithm[] = [
  rsa(11, 'sha256'),
  rsa(12, 'sha384'),
  rsa(13, 'sha512'),
  ecdsa(2, 'sha256'),
  ecdsa(3, 'sha384'),
  ecdsa(4, 'sha512'),
  { name: 'Ed25519', identifier: derOf(sequence(oid('1.3.101.112'))), digest: null, keyType: 'ed25519' },
];

const curveDigests: ReadonlyMap<string | undefined, string> = new Map([
  ['prime256v1', 'sha256'],
  ['secp384r1', 'sha384'],
  ['secp521r1', 'sha512'],
]);

/** How this key signs: RSA with SHA-256, EC with the digest of its curve's size, Ed25519; undefined for other keys. */
function algorithmOf(key: KeyObject): SignatureAlgorithm | undefined {
  const digest = key.asymmetricKeyType === 'ec' ? curveDigests.get(key.asymmetricKeyDetails?.namedCurve) : undefined;
  return algorithms.find(
    ({ keyType, digest: own }) => keyType === key.asymmetricKeyType && (keyType !== 'ec' || own === digest),
  );
}

/** True if certificates and CRLs can be signed with this key here. */
export function canSign(key: KeyObject): boolean {
  return key.type === 'private' && algorithmOf(key) !== undefined;
}

/** AlgorithmIdentifier in DER of the signatures that this key makes. Throws for a key that `canSign` refuses. */
export function signatureIdentifier(key: KeyObject): Buffer {
  return requiredAlgorithm(key).identifier;
}

/** Signature over `bytes`, in the form that X.509 wants. */
export function signatureOver(bytes: Buffer, key: KeyObject): Buffer {
  return sign(requiredAlgorithm(key).digest, bytes, key);
}

/** True if `signature` over `bytes` was made by this key with the algorithm that the identifier (DER) names; false for one that is not in our table. */
export function isSignedBy(bytes: Buffer, signature: Buffer, identifier: Buffer, key: KeyObject): boolean {
  const algorithm = algorithms.find((known) => known.identifier.equals(identifier));
  if (!algorithm || key.asymmetricKeyType !== algorithm.keyType) return false;
  return verify(algorithm.digest, bytes, key, signature);
}

/** Name of the algorithm that an AlgorithmIdentifier (DER) names; undefined for one that is not accepted. */
export function signatureName(identifier: Buffer): string | undefined {
  return algorithms.find((known) => known.identifier.equals(identifier))?.name;
}

function requiredAlgorithm(key: KeyObject): SignatureAlgorithm {
  const algorithm = algorithmOf(key);
  if (!algorithm)
    throw new Error(
      `sign with ${key.asymmetricKeyType ?? 'secret'} key: only RSA, EC P-256 to P-521 and Ed25519 are known`,
    );
  return algorithm;
}
