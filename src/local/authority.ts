import { generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { type Parsed, parsed } from '../domain/finding.ts';
import type { PrivateKeySpec } from '../domain/fleet.ts';
import { addressBytes } from '../domain/pki/address.ts';
import type { IssuedCertificate, PublishedCrl, RevocationEntry } from '../domain/pki/certificate.ts';
import { type CrlStamp } from '../domain/pki/crl-schedule.ts';
import { signedCrl } from '../domain/pki/crl.ts';
import { type ParsedCsr } from '../domain/pki/csr.ts';
import { type CertificateUse, signedCertificate } from '../domain/pki/issue.ts';
import { backdateMilliseconds } from '../domain/pki/time.ts';
import { type CaSigner, caSigner, issuedCertificate } from '../domain/pki/x509.ts';
import type { Random } from '../ports.ts';

/** The built-in CA of local mode: it stands for every issuer of the manifests. */
export interface Authority extends CaSigner {
  readonly certificatePem: string;
  /** PKCS #8, unencrypted: for a file of mode 0600. */
  readonly keyPem: string;
}

/** Ten years: no laptop's state directory outlives it. What it issues never does. */
const caLifeSeconds = 3650 * 86_400;
const serialLength = 16;

const keyPair = promisify(generateKeyPair);

/** A new CA: EC P-256, self-signed, for certificates and CRLs, with no CA below it. */
export async function createAuthority({
  commonName,
  now,
  random,
}: {
  readonly commonName: string;
  readonly now: Date;
  readonly random: Random;
}): Promise<Authority> {
  const { publicKey, privateKey } = await keyPair('ec', { namedCurve: 'P-256' });
  const notBefore = new Date(now.getTime() - backdateMilliseconds);
  const notAfter = new Date(now.getTime() + caLifeSeconds * 1000);
  const certificatePem = signedCertificate(
    { commonName, publicKey, use: { kind: 'Ca' }, notBefore, notAfter, serialBytes: random.bytes(serialLength) },
    { key: privateKey },
  );
  return trusted(loadAuthority(certificatePem, pkcs8(privateKey)), 'create CA');
}

/** The CA from its two files; refused if they do not fit together or may not sign CRLs. */
export function loadAuthority(certificatePem: string, keyPem: string): Parsed<Authority> {
  const signer = caSigner(certificatePem, keyPem);
  return signer.ok ? parsed({ ...signer.value, certificatePem, keyPem }) : signer;
}

export interface IssuanceOptions {
  /** Lifetime from `now`, seconds; cut at the end of the CA. */
  readonly durationSeconds: number;
  readonly now: Date;
  readonly random: Random;
}

export interface IssuedKeyPair {
  readonly certificatePem: string;
  readonly keyPem: string;
}

/** A server certificate (EC P-256) for these names and addresses. Throws for what is no IP address. */
export async function issueServerCertificate(
  authority: Authority,
  {
    dnsNames,
    ipAddresses,
    ...options
  }: IssuanceOptions & { readonly dnsNames: readonly string[]; readonly ipAddresses: readonly string[] },
): Promise<IssuedKeyPair> {
  const { publicKey, privateKey } = await keyPair('ec', { namedCurve: 'P-256' });
  const addresses = ipAddresses.map((text) => {
    const bytes = addressBytes(text);
    if (!bytes) throw new Error(`issue server certificate: ${text} is no IP address`);
    return bytes;
  });
  const use: CertificateUse = { kind: 'Server', dnsNames, ipAddresses: addresses };
  const commonName = (dnsNames[0] ?? ipAddresses[0] ?? 'broker').slice(0, 64);
  const certificatePem = issuedPem(authority, { commonName, publicKey, use }, options);
  return { certificatePem, keyPem: pkcs8(privateKey) };
}

/** The device's key: made here to a specification, or its own by a CSR that was checked (`parsedCsr`). */
export type DeviceKey =
  | { readonly kind: 'Generated'; readonly privateKey: PrivateKeySpec }
  | { readonly kind: 'Csr'; readonly csr: ParsedCsr };

export interface DeviceIssuance {
  readonly certificatePem: string;
  /** PKCS #8; absent where the key never left the device. */
  readonly keyPem?: string;
  readonly issued: IssuedCertificate;
}

/** A client certificate whose one name is the effective identity. */
export async function issueDeviceCertificate(
  authority: Authority,
  { identity, key, ...options }: IssuanceOptions & { readonly identity: string; readonly key: DeviceKey },
): Promise<DeviceIssuance> {
  const generated = key.kind === 'Generated' ? await generatedKey(key.privateKey) : undefined;
  const publicKey = generated?.publicKey ?? (key.kind === 'Csr' ? key.csr.publicKey : undefined);
  if (!publicKey) throw new Error(`issue certificate for ${identity}: no key`);
  const certificatePem = issuedPem(authority, { commonName: identity, publicKey, use: { kind: 'Client' } }, options);
  const issued = trusted(
    issuedCertificate(certificatePem, authority.issuer.keyId),
    `issue certificate for ${identity}`,
  );
  return { certificatePem, issued, ...(generated && { keyPem: pkcs8(generated.privateKey) }) };
}

/** A CRL of this CA; number and times come from `crlStamp`. */
export function signCrl(
  { issuer, key }: Authority,
  { entries, ...stamp }: CrlStamp & { readonly entries: readonly RevocationEntry[] },
): PublishedCrl {
  return signedCrl({ issuer, key, entries, ...stamp });
}

interface Subject {
  readonly commonName: string;
  readonly publicKey: KeyObject;
  readonly use: CertificateUse;
}

function issuedPem(authority: Authority, subject: Subject, { durationSeconds, now, random }: IssuanceOptions): string {
  const { issuer, key } = authority;
  const from = Math.max(now.getTime() - backdateMilliseconds, issuer.notBefore.getTime());
  const to = Math.min(now.getTime() + durationSeconds * 1000, issuer.notAfter.getTime());
  return signedCertificate(
    { ...subject, notBefore: new Date(from), notAfter: new Date(to), serialBytes: random.bytes(serialLength) },
    { issuer, key },
  );
}

function generatedKey({ algorithm, size }: PrivateKeySpec): Promise<{ publicKey: KeyObject; privateKey: KeyObject }> {
  switch (algorithm) {
    case 'ECDSA':
      return keyPair('ec', { namedCurve: `P-${size}` });
    case 'RSA':
      return keyPair('rsa', { modulusLength: size, publicExponent: 65537 });
    case 'Ed25519':
      return keyPair('ed25519');
  }
}

function pkcs8(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}

/** Refusal of our own output is a defect, not an input error. */
function trusted<T>(result: Parsed<T>, deed: string): T {
  if (result.ok) return result.value;
  throw new Error(`${deed}: ${result.findings.map(({ message }) => message).join('; ')}`);
}
