/** What becomes of a ledger that somebody took away, damaged, or replaced by an older copy: nothing of it is un-revoked. */
import type { CaKeyId, RevocationEntry } from '../../domain/pki/certificate.ts';
import { crlEntries, type Held } from '../../domain/pki/crl-schedule.ts';
import { emptyLedger, withRevoked } from '../../domain/pki/ledger.ts';
import type { SignedList } from '../../domain/pki/signed-list.ts';
import { isHold, type Stored } from './plan.ts';
import type { PublishedRevocations } from './published.ts';

/** What is left of a stored set of which something is missing. */
export interface Remains {
  readonly entries: readonly RevocationEntry[];
  /** `entries` are all of the ledger. */
  readonly isLedgerWhole: boolean;
  /** Undefined where they are lost. */
  readonly holds: readonly RevocationEntry[] | undefined;
  readonly crl: SignedList | undefined;
}

/** Something was wrong with the ledger, and is mended. */
export interface Repair {
  readonly reason: 'LedgerRebuilt' | 'LedgerOutdated';
  readonly message: string;
}

export function emptyStored(keyId: CaKeyId): Stored {
  return { ledger: emptyLedger(keyId), holds: [], crl: undefined };
}

/**
 * The set made whole from what is left of it, all that was published and who is suspended, if that is known; undefined where nobody can say that this is
 * everything: the last list, which is stored beside the ledger, names what has to be there.
 */
export function recovered(
  keyId: CaKeyId,
  { entries, isLedgerWhole, holds, crl }: Remains,
  published: readonly PublishedRevocations[],
  suspended: readonly Held[] | undefined,
): Stored | undefined {
  const told = published.flatMap((one) => (one.kind === 'Published' ? one.revocations : []));
  const ledger = withRevoked(emptyLedger(keyId), [...entries, ...told]);
  const listed = [...(crl?.read.entries ?? [])];
  const isAll = listed.every(([serial, { reason }]) => reason === 'CertificateHold' || ledger.entries.has(serial));
  if (!isLedgerWhole && !(crl && isAll)) return undefined;
  const isListed = ({ caKeyId, serial, reason }: RevocationEntry) =>
    caKeyId === keyId && crl?.read.entries.get(serial)?.reason === reason;
  // Two brokers were told the same, and what is left of the ledger may be of two moments: what is on the list counts.
  const derived = crlEntries(emptyLedger(keyId), suspended ?? []);
  const held = [...(holds ?? []), ...told, ...derived].filter((entry) => isHold(entry) && isListed(entry));
  const bySerial = new Map(held.map((entry) => [entry.serial, entry]));
  const isOpen = listed.some(([serial, { reason }]) => reason === 'CertificateHold' && !bySerial.has(serial));
  // A hold that nobody can name yet would be lifted by the next list.
  return isOpen && !suspended ? undefined : { ledger, holds: [...bySerial.values()], crl };
}

/** What was read, with what is known beyond it: the very object that was read where that is nothing. */
export function joined(found: Stored, known: Stored | undefined): Stored {
  if (!known) return found;
  const ledger = withRevoked(found.ledger, known.ledger.entries.values());
  const isNewer = numberOf(found) >= numberOf(known);
  if (ledger === found.ledger && isNewer) return found;
  const { holds, crl } = isNewer ? found : known;
  return { ledger, holds, crl };
}

/** It has a former list, or lacks what is not expired: that was pruned by nobody. */
export function lacks(found: Stored, known: Stored, now: Date): boolean {
  const entries = [...known.ledger.entries.values()];
  const isMissing = entries.some(({ serial, notAfter }) => notAfter > now && !found.ledger.entries.has(serial));
  return isMissing || numberOf(found) < numberOf(known);
}

/** Brokers were told more than the ledger knows; undefined where they were not. */
export function shortfall(
  stored: Stored,
  told: readonly RevocationEntry[],
  numbers: readonly bigint[],
  now: Date,
): Repair | undefined {
  const { keyId, entries } = { keyId: stored.ledger.caKeyId, entries: stored.ledger.entries };
  const ours = told.filter(({ caKeyId }) => caKeyId === keyId);
  const missing = ours.filter(({ serial, notAfter }) => notAfter > now && !entries.has(serial)).length;
  const highest = numbers.reduce((most, one) => (one > most ? one : most), -1n);
  // Of a list without an entry nothing can be lost; it may be that of somebody else, too.
  if (missing === 0 && (ours.length === 0 || highest <= numberOf(stored))) return undefined;
  const back = `${missing} revocations were taken from what is published or handed in`;
  if (!stored.crl) return rebuilt(keyId, `there was none; ${back}`);
  const [here, there] = [numberOf(stored), highest].map(String);
  return outdated(keyId, `its list has number ${here}, brokers were told number ${there}; ${back}`);
}

export function rebuilt(keyId: CaKeyId, what: string): Repair {
  return { reason: 'LedgerRebuilt', message: `the ledger of CA ${keyId} was made anew: ${what}` };
}

export function outdated(keyId: CaKeyId, what: string): Repair {
  return {
    reason: 'LedgerOutdated',
    message: `the ledger of CA ${keyId} was an older copy, which is not used: ${what}`,
  };
}

function numberOf({ crl }: Stored): bigint {
  return crl?.read.number ?? -1n;
}
