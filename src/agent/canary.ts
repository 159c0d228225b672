import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import type { Parsed } from '../domain/finding.ts';
import type { RevocationEntry } from '../domain/pki/certificate.ts';
import { signedCrl } from '../domain/pki/crl.ts';
import { signedCertificate } from '../domain/pki/issue.ts';
import { type CaSigner, caSigner, issuedCertificate } from '../domain/pki/x509.ts';
import type { Random } from '../ports.ts';

/** A client certificate with its key, in PEM, that the agent shows to a listener. Its common name is `name`. */
export interface Canary {
  readonly name: string;
  readonly certificate: string;
  readonly key: string;
}

/**
 * The agent's throw-away CA with two canaries, and for each a CRL that revokes the other one. Both CRLs are signed at once
 * and the CA's key is dropped, so nobody can issue from it. `foreign` is of another CA, which no broker is told of.
 */
export interface Canaries {
  readonly ca: string;
  readonly pair: readonly [CanaryTurn, CanaryTurn];
  readonly foreign: Canary;
}

/** One of the two turns: who is let in, who is not, and the CRL that makes it so. */
export interface CanaryTurn {
  readonly admitted: Canary;
  readonly refused: Canary;
  readonly crl: string;
}

/** Dates that no wrong clock leaves: the certificates end with the agent's process, which alone has their keys. */
const always = { notBefore: new Date('2000-01-01T00:00:00Z'), notAfter: new Date('9999-12-31T23:59:59Z') };

export function canaries(random: Random): Canaries {
  const signer = throwAwayCa(random);
  const [first, second] = [canaryOf(signer, random), canaryOf(signer, random)];
  return {
    ca: signer.issuer.pem,
    pair: [
      { admitted: first, refused: second, crl: crlRevoking(second, signer) },
      { admitted: second, refused: first, crl: crlRevoking(first, signer) },
    ],
    foreign: canaryOf(throwAwayCa(random), random),
  };
}

function throwAwayCa(random: Random): CaSigner {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const commonName = randomName('mqttsec-canary-ca', random);
  const use = { kind: 'Ca' } as const;
  const content = { commonName, publicKey, use, ...always, serialBytes: random.bytes(16) };
  const certificate = signedCertificate(content, { key: privateKey });
  return valueOf(caSigner(certificate, pemOf(privateKey)));
}

function canaryOf({ issuer, key }: CaSigner, random: Random): Canary {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const name = randomName('mqttsec-canary', random);
  const use = { kind: 'Client' } as const;
  const content = { commonName: name, publicKey, use, ...always, serialBytes: random.bytes(16) };
  return { name, certificate: signedCertificate(content, { issuer, key }), key: pemOf(privateKey) };
}

function crlRevoking({ name, certificate }: Canary, { issuer, key }: CaSigner): string {
  const { serial, notAfter, caKeyId } = valueOf(issuedCertificate(certificate, issuer.keyId));
  const at = always.notBefore;
  const entry: RevocationEntry = { caKeyId, serial, identity: name, notAfter, reason: 'CessationOfOperation', at };
  const dates = { thisUpdate: always.notBefore, nextUpdate: always.notAfter };
  return signedCrl({ issuer, key, number: 1n, ...dates, entries: [entry] }).pem;
}

function randomName(prefix: string, random: Random): string {
  return `${prefix}-${Buffer.from(random.bytes(8)).toString('hex')}`;
}

function pemOf(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }) as string;
}

/** What we made ourselves reads back; if not, that is a defect and not bad input. */
function valueOf<T>(read: Parsed<T>): T {
  if (read.ok) return read.value;
  throw new Error(`make canary: ${read.findings.map(({ message }) => message).join('; ')}`);
}
