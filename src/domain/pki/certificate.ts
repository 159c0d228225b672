import type { RevocationReason } from '../fleet.ts';

/**
 * Names a CA by its key: lower-case hex of the SHA-256 of its SubjectPublicKeyInfo. Two CA certificates over one key are
 * one CA here, as they are to a CRL.
 */
export type CaKeyId = string;

/** A client certificate that was issued to an identity and is not known to be gone. */
export interface IssuedCertificate {
  readonly identity: string;
  readonly caKeyId: CaKeyId;
  /** Lower-case hex without leading zeros. */
  readonly serial: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** Lower-case hex of the SHA-256 of the DER. */
  readonly fingerprint: string;
  /** Lower-case hex of the SHA-256 of its SubjectPublicKeyInfo; absent where only the record, not the PEM, is known. */
  readonly keyId?: string;
}

/** A CA whose client certificates a broker accepts. */
export interface TrustedCa {
  readonly name: string;
  readonly keyId: CaKeyId;
  /** One or more PEM certificates that reach a self-signed root (facts 2.6). */
  readonly certificates: string;
  readonly revocation: 'SignedCrl' | 'ExternalCrl' | 'None';
}

export interface PublishedCrl {
  readonly caKeyId: CaKeyId;
  readonly pem: string;
  readonly number: bigint;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date;
}

/** Identity of an entry of which it is not known whose certificate it is; no device has it: they begin with a letter or a digit. */
export const nobody = '-';

/** A certificate taken back, for good or (`CertificateHold`) for as long as its device is suspended. */
export interface RevocationEntry {
  readonly caKeyId: CaKeyId;
  readonly serial: string;
  readonly identity: string;
  readonly notAfter: Date;
  readonly reason: RevocationReason | 'CertificateHold';
  readonly at: Date;
}
