import { createHash } from 'node:crypto';
import type { CaKeyId, IssuedCertificate } from './certificate.ts';

/** What renewal depends on; `renewBeforeSeconds` is the value that was in force at issuance. */
export interface RenewalSpec {
  readonly renewBeforeSeconds: number;
  /** UID of the object that owns the certificate: the same object always has the same jitter. */
  readonly uid: string;
}

/**
 * When the certificate is to be renewed: `renewBeforeSeconds` ahead of its end, and up to a tenth of that earlier, spread
 * by the UID, so that a fleet issued in one hour does not come back in one hour. Never later than asked. At least a third
 * of the life has then passed, whatever is asked: else a certificate that its CA cut short would be renewed for ever.
 */
export function renewalTime(
  { notBefore, notAfter }: Pick<IssuedCertificate, 'notBefore' | 'notAfter'>,
  { renewBeforeSeconds, uid }: RenewalSpec,
): Date {
  const life = notAfter.getTime() - notBefore.getTime();
  const ahead = renewBeforeSeconds * 1000 * spread(uid);
  const longest = (life * 2) / 3;
  return new Date(notAfter.getTime() - Math.floor(Math.min(ahead, longest)));
}

/** A `renewBeforeSeconds` for which `renewalTime` gives `renewalAt`, to the second. */
export function renewBeforeSecondsFor({ notAfter }: { readonly notAfter: Date }, renewalAt: Date, uid: string): number {
  return Math.max(0, (notAfter.getTime() - renewalAt.getTime()) / 1000 / spread(uid));
}

function spread(uid: string): number {
  return 1 + 0.1 * jitter(uid);
}

/** What a certificate shall be, as far as it decides about issuing. */
export interface IssuanceSpec extends RenewalSpec {
  readonly identity: string;
  /** Key id of the CA that issues now. */
  readonly caKeyId: CaKeyId;
  /** Key id of the CSR's key, where the device keeps its key. */
  readonly keyId?: string;
  /** Somebody asked for a new certificate at this time; an older one is replaced. */
  readonly renewAt?: Date;
}

export type IssuanceReason =
  'Missing' | 'IdentityChanged' | 'IssuerChanged' | 'KeyChanged' | 'Expired' | 'RenewalDue' | 'Requested';

/**
 * Why a certificate must be issued now, or undefined. `issuedAt` is when the present one was made, which its backdated
 * notBefore does not tell.
 */
export function needsIssuance(
  spec: IssuanceSpec,
  issued: IssuedCertificate | undefined,
  { now, issuedAt }: { readonly now: Date; readonly issuedAt?: Date },
): IssuanceReason | undefined {
  if (!issued) return 'Missing';
  if (issued.identity !== spec.identity) return 'IdentityChanged';
  if (issued.caKeyId !== spec.caKeyId) return 'IssuerChanged';
  if (spec.keyId !== undefined && issued.keyId !== spec.keyId) return 'KeyChanged';
  if (issued.notAfter <= now) return 'Expired';
  if (renewalTime(issued, spec) <= now) return 'RenewalDue';
  const made = issuedAt ?? issued.notBefore;
  return spec.renewAt && spec.renewAt <= now && made < spec.renewAt ? 'Requested' : undefined;
}

/** A fraction from 0 to below 1 that depends on the UID alone. */
export function jitter(uid: string): number {
  return createHash('sha256').update(uid).digest().readUInt32BE(0) / 2 ** 32;
}
