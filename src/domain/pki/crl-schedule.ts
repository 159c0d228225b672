import type { IssuedCertificate, RevocationEntry } from './certificate.ts';
import type { ReadCrl } from './crl.ts';
import type { Ledger } from './ledger.ts';
import { bySerial } from './revocations.ts';
import { backdateMilliseconds } from './time.ts';

/** Validity of a CRL where the broker says nothing else: 7 days, the longest absence of the signer that clients survive. */
export const defaultCrlValiditySeconds = 7 * 86_400;

/** Of a certificate whose device is suspended. */
export type Held = Pick<IssuedCertificate, 'caKeyId' | 'serial' | 'identity' | 'notBefore' | 'notAfter'>;

/**
 * What the CRL of the ledger's CA must hold, ordered by serial: the ledger, and the certificates of suspended devices on
 * hold. A hold is dated by its certificate's notBefore: derived, so that the same fleet gives the same bytes.
 */
export function crlEntries(ledger: Ledger, held: Iterable<Held>): readonly RevocationEntry[] {
  const entries: RevocationEntry[] = [...ledger.entries.values()];
  const serials = new Set<string>();
  for (const { caKeyId, serial, identity, notBefore, notAfter } of held) {
    if (caKeyId !== ledger.caKeyId || ledger.entries.has(serial) || serials.has(serial)) continue;
    serials.add(serial);
    entries.push({ caKeyId, serial, identity, notAfter, reason: 'CertificateHold', at: notBefore });
  }
  return entries.sort(bySerial);
}

/** Why a CRL has to be signed. */
export type CrlDueReason = 'Missing' | 'EntriesChanged' | 'ValidityChanged' | 'ThirdIsOver' | 'NotYetValid';

export interface CrlDueInput {
  /** What is published now, as read back. */
  readonly published: ReadCrl | undefined;
  readonly entries: readonly RevocationEntry[];
  readonly now: Date;
  /** Undefined: that of the published one may stay. */
  readonly validitySeconds: number | undefined;
}

/**
 * Why the published CRL must be replaced now, or undefined. An entry that is published but no longer wanted counts only
 * if it is a hold: one that was for good has merely expired, and pruning waits for the next signature, so that expiries
 * cause no reload. Costs one pass over the entries: callers that know them unchanged look at `crlDueAt` alone.
 */
export function crlDueReason({ published, entries, now, validitySeconds }: CrlDueInput): CrlDueReason | undefined {
  if (!published) return 'Missing';
  if (published.thisUpdate > now) return 'NotYetValid';
  const seconds = (published.nextUpdate.getTime() - signedAt(published)) / 1000;
  if (validitySeconds !== undefined && seconds !== validitySeconds) return 'ValidityChanged';
  if (crlDueAt(published) <= now) return 'ThirdIsOver';
  return holdsAll(published, entries) ? undefined : 'EntriesChanged';
}

export function crlIsDue(input: CrlDueInput): boolean {
  return crlDueReason(input) !== undefined;
}

/** When the CRL is to be signed anew if nothing changes: after a third of its validity. */
export function crlDueAt(published: Pick<ReadCrl, 'thisUpdate' | 'nextUpdate'>): Date {
  const signed = signedAt(published);
  return new Date(signed + (published.nextUpdate.getTime() - signed) / 3);
}

export interface CrlStamp {
  readonly number: bigint;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date;
}

/**
 * Number and times of a CRL that is signed now. The number is greater than `previous` and at least the Unix time in
 * seconds, so that it grows even when the former CRL was lost.
 */
export function crlStamp(previous: bigint | undefined, now: Date, validitySeconds: number): CrlStamp {
  const second = Math.floor(now.getTime() / 1000);
  const floor = BigInt(Math.max(second, 0));
  return {
    number: previous !== undefined && previous >= floor ? previous + 1n : floor,
    thisUpdate: new Date(second * 1000 - backdateMilliseconds),
    nextUpdate: new Date((second + validitySeconds) * 1000),
  };
}

function signedAt({ thisUpdate }: Pick<ReadCrl, 'thisUpdate'>): number {
  return thisUpdate.getTime() + backdateMilliseconds;
}

function holdsAll({ entries: published }: ReadCrl, entries: readonly RevocationEntry[]): boolean {
  let holds = 0;
  for (const { serial, reason } of entries) {
    if (published.get(serial)?.reason !== reason) return false;
    if (reason === 'CertificateHold') holds += 1;
  }
  let publishedHolds = 0;
  for (const { reason } of published.values()) if (reason === 'CertificateHold') publishedHolds += 1;
  return holds === publishedHolds;
}
