import type { KeyObject } from 'node:crypto';
import * as der from './der.ts';
import { commonNameOnly } from './distinguished-name.ts';
import {
  bitString,
  boolean,
  derOf,
  encoded,
  explicit,
  extension,
  integer,
  type Node,
  octetString,
  oid,
  sequence,
  tagged,
  time,
} from './encode.ts';
import { oids } from './oids.ts';
import { pemText } from './pem.ts';
import { signatureIdentifier, signatureOver } from './signature.ts';
import { type CaCertificate, keyIdentifier } from './x509.ts';

/** What a certificate is for: nothing else is allowed with it. */
export type CertificateUse =
  | { readonly kind: 'Ca' }
  | { readonly kind: 'Client' }
  | { readonly kind: 'Server'; readonly dnsNames: readonly string[]; readonly ipAddresses: readonly Uint8Array[] };

export interface CertificateContent {
  /** The one common name; for a client the effective identity. */
  readonly commonName: string;
  readonly publicKey: KeyObject;
  readonly use: CertificateUse;
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** 16 unpredictable bytes (CA/Browser Forum asks for 8 or more); made positive and full-length. */
  readonly serialBytes: Uint8Array;
}

/** Who signs: a CA with its key, or the key alone for a certificate that signs itself. */
export interface CertificateSigner {
  readonly issuer?: CaCertificate;
  readonly key: KeyObject;
}

/** A signed certificate as PEM, RFC 5280 section 4. Pure but for the signature: time, serial and keys are passed in. */
export function signedCertificate(request: CertificateContent, { issuer, key }: CertificateSigner): string {
  const { commonName, publicKey, use, notBefore, notAfter, serialBytes } = request;
  const subject = commonNameOnly(commonName);
  const algorithm = signatureIdentifier(key);
  const tbs = sequence(
    explicit(0, integer('2')),
    integer(positiveSerial(serialBytes)),
    encoded(algorithm),
    encoded(issuer?.subject ?? subject),
    sequence(time(notBefore), time(notAfter)),
    encoded(subject),
    encoded(publicKey.export({ type: 'spki', format: 'der' })),
    explicit(3, sequence(...extensionsOf(use, publicKey, issuer))),
  );
  const signed = derOf(tbs);
  return pemText(
    'CERTIFICATE',
    derOf(sequence(encoded(signed), encoded(algorithm), bitString(signatureOver(signed, key)))),
  );
}

function extensionsOf(use: CertificateUse, publicKey: KeyObject, issuer: CaCertificate | undefined): readonly Node[] {
  const subjectKeyId = keyIdentifier(publicKey);
  const issuerKeyId = issuer?.subjectKeyId ?? subjectKeyId;
  return [
    ...usageExtensions(use, publicKey),
    extension(oids.subjectKeyIdentifier, octetString(subjectKeyId)),
    extension(oids.authorityKeyIdentifier, sequence(tagged(der.contextTag(0, 'primitive'), issuerKeyId))),
  ];
}

function usageExtensions(use: CertificateUse, publicKey: KeyObject): readonly Node[] {
  const noCa = extension(oids.basicConstraints, sequence(), true);
  switch (use.kind) {
    case 'Ca':
      return [
        extension(oids.basicConstraints, sequence(boolean(true), integer('0')), true),
        extension(oids.keyUsage, tagged(der.tags.bitString, Buffer.of(1, 0x06)), true), // keyCertSign, cRLSign
      ];
    case 'Client':
      return [noCa, digitalSignature(), extension(oids.extKeyUsage, sequence(oid(oids.clientAuth)))];
    case 'Server':
      return [
        noCa,
        publicKey.asymmetricKeyType === 'rsa' ? signatureAndEncipherment() : digitalSignature(),
        extension(oids.extKeyUsage, sequence(oid(oids.serverAuth))),
        extension(oids.subjectAltName, sequence(...alternativeNames(use))),
      ];
  }
}

const digitalSignature = () => extension(oids.keyUsage, tagged(der.tags.bitString, Buffer.of(7, 0x80)), true);

/** TLS 1.2 without ECDHE needs keyEncipherment of an RSA server (RFC 5246 section 7.4.2). */
const signatureAndEncipherment = () => extension(oids.keyUsage, tagged(der.tags.bitString, Buffer.of(5, 0xa0)), true);

/** GeneralNames, RFC 5280 section 4.2.1.6: dNSName is [2], iPAddress is [7]. */
function alternativeNames({ dnsNames, ipAddresses }: CertificateUse & { kind: 'Server' }): readonly Node[] {
  return [
    ...dnsNames.map((name) => tagged(der.contextTag(2, 'primitive'), Buffer.from(name, 'latin1'))),
    ...ipAddresses.map((address) => tagged(der.contextTag(7, 'primitive'), Buffer.from(address))),
  ];
}

/** First bit 0 makes it positive, second bit 1 makes it keep its length. */
function positiveSerial(bytes: Uint8Array): string {
  const serial = Buffer.from(bytes);
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40;
  return serial.toString('hex');
}
