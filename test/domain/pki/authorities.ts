import { createHash, generateKeyPairSync, type KeyObject } from 'node:crypto';
import type { RevocationEntry } from '../../../src/domain/pki/certificate.ts';
import { type CertificateUse, signedCertificate } from '../../../src/domain/pki/issue.ts';
import { type CaSigner, caSigner } from '../../../src/domain/pki/x509.ts';

export const start = new Date('2026-01-01T00:00:00Z');
export const end = new Date('2036-01-01T00:00:00Z');

export const seconds = (from: Date, count: number) => new Date(from.getTime() + count * 1000);

/** 16 bytes that depend on the name alone. */
export const serialBytes = (name: string) => createHash('sha256').update(name).digest().subarray(0, 16);

export const pkcs8 = (key: KeyObject) => key.export({ type: 'pkcs8', format: 'pem' }).toString();

export type KeyKind = 'P-256' | 'P-384' | 'RSA' | 'Ed25519';

export function keys(kind: KeyKind): { publicKey: KeyObject; privateKey: KeyObject } {
  if (kind === 'RSA') return generateKeyPairSync('rsa', { modulusLength: 2048 });
  return kind === 'Ed25519' ? generateKeyPairSync('ed25519') : generateKeyPairSync('ec', { namedCurve: kind });
}

/** A self-signed CA over a key of this kind. */
export function authority(commonName: string, kind: KeyKind = 'P-256'): CaSigner & { readonly keyPem: string } {
  const { publicKey, privateKey } = keys(kind);
  const pem = signedCertificate(
    {
      commonName,
      publicKey,
      use: { kind: 'Ca' },
      notBefore: start,
      notAfter: end,
      serialBytes: serialBytes(commonName),
    },
    { key: privateKey },
  );
  const keyPem = pkcs8(privateKey);
  const signer = caSigner(pem, keyPem);
  if (!signer.ok) throw new Error(signer.findings[0]?.message);
  return { ...signer.value, keyPem };
}

/** A certificate of this CA, and its key. */
export function certificateOf(
  { issuer, key }: CaSigner,
  commonName: string,
  {
    use = { kind: 'Client' },
    notBefore = start,
    notAfter = end,
  }: { use?: CertificateUse; notBefore?: Date; notAfter?: Date } = {},
): { readonly pem: string; readonly keyPem: string } {
  const { publicKey, privateKey } = keys('P-256');
  const pem = signedCertificate(
    { commonName, publicKey, use, notBefore, notAfter, serialBytes: serialBytes(commonName) },
    { issuer, key },
  );
  return { pem, keyPem: pkcs8(privateKey) };
}

/** A CA that this one issued. */
export function authorityBelow(above: CaSigner, commonName: string): CaSigner & { readonly keyPem: string } {
  const { pem, keyPem } = certificateOf(above, commonName, { use: { kind: 'Ca' } });
  const signer = caSigner(pem, keyPem);
  if (!signer.ok) throw new Error(signer.findings[0]?.message);
  return { ...signer.value, keyPem };
}

export function revocation(caKeyId: string, serial: string, change: Partial<RevocationEntry> = {}): RevocationEntry {
  return {
    caKeyId,
    serial,
    identity: `device-${serial}`.slice(0, 64),
    notAfter: end,
    reason: 'KeyCompromise',
    at: seconds(start, 3600),
    ...change,
  };
}
