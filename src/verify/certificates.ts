import { generateKeyPairSync, type KeyObject, X509Certificate } from 'node:crypto';
import { type CertificateSigner, signedCertificate } from '../domain/pki/issue.ts';
import { caCertificate, type CaSigner } from '../domain/pki/x509.ts';
import type { Random } from '../ports.ts';
import type { KeyPair, RefusedCertificate } from './world.ts';

const day = 86_400_000;

/** A certificate in this name that signs itself. */
export function selfSigned(commonName: string, now: Date, random: Random): KeyPair {
  return clientPair(commonName, [now.getTime() - day, now.getTime() + day], random);
}

/** A certificate in this name of a CA that is made for it, and that calls itself as the CA `like` does. */
export function foreign(commonName: string, caName: string, now: Date, random: Random): KeyPair {
  const { publicKey, privateKey } = keyPair();
  const dates = { notBefore: new Date(now.getTime() - day), notAfter: new Date(now.getTime() + day) };
  const ca = signedCertificate(
    { commonName: caName, publicKey, use: { kind: 'Ca' }, ...dates, serialBytes: random.bytes(16) },
    { key: privateKey },
  );
  const issuer = caCertificate(ca);
  if (!issuer.ok) throw new Error(`make CA: ${issuer.findings.map(({ message }) => message).join('; ')}`);
  const validity: Validity = [now.getTime() - day, now.getTime() + day];
  return clientPair(commonName, validity, random, { issuer: issuer.value, key: privateKey });
}

/** A certificate of this CA that ended yesterday, so that issuing it grants nothing. */
export function expired(signer: CaSigner, commonName: string, now: Date, random: Random): KeyPair {
  const start = Math.max(now.getTime() - 2 * day, signer.issuer.notBefore.getTime());
  return clientPair(commonName, [start, Math.max(now.getTime() - day, start + 1000)], random, signer);
}

/** Why a certificate that must be refused is to be: by its dates, by whether an admitted one has its issuer. */
export function reasonToRefuse(pem: string, admitted: readonly string[], now: Date): RefusedCertificate['why'] {
  const certificate = new X509Certificate(pem);
  if (certificate.validToDate <= now) return 'Expired';
  const issuers = admitted.map((one) => new X509Certificate(one).issuer);
  return issuers.length > 0 && !issuers.includes(certificate.issuer) ? 'Foreign' : 'Revoked';
}

/** Common name of the issuer, as it stands there. */
export function issuerName(pem: string): string {
  return /^CN=(.*)$/m.exec(new X509Certificate(pem).issuer)?.[1] ?? 'devices';
}

type Validity = readonly [fromMilliseconds: number, toMilliseconds: number];

function clientPair(commonName: string, [from, to]: Validity, random: Random, signer?: CertificateSigner): KeyPair {
  const { publicKey, privateKey } = keyPair();
  const dates = { notBefore: new Date(from), notAfter: new Date(to) };
  const content = { commonName, publicKey, use: { kind: 'Client' }, ...dates, serialBytes: random.bytes(16) } as const;
  const certificate = signedCertificate(content, signer ?? { key: privateKey });
  return { certificate, key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() };
}

function keyPair(): { readonly publicKey: KeyObject; readonly privateKey: KeyObject } {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' });
}
