import { type Parsed, parsed, refused } from '../finding.ts';
import type { RevocationReason } from '../fleet.ts';
import { ShardedMap } from '../sharded.ts';
import type { CaKeyId, RevocationEntry } from './certificate.ts';
import { parseRevocations, revocationsText } from './revocations.ts';

/** A certificate taken back for good. */
type LedgerEntry = RevocationEntry & { readonly reason: RevocationReason };

/**
 * All that was ever taken back under one CA key and is not long expired, by serial. Immutable: each operation gives a
 * ledger, the same object where nothing changed. Entries come only by `withRevoked` and leave only by `prunedLedger`.
 */
export interface Ledger {
  readonly caKeyId: CaKeyId;
  readonly entries: ShardedMap<LedgerEntry>;
}

/**
 * How long an entry stays after its certificate has expired, milliseconds: 3 days. So it is on at least one CRL that was
 * signed later than notAfter, as RFC 5280 section 3.3 demands (CRLs are signed every 2.3 days by default), and a broker
 * whose clock is behind does not meet the certificate again.
 */
const pruneGraceMilliseconds = 3 * 86_400_000;

export function emptyLedger(caKeyId: CaKeyId): Ledger {
  return { caKeyId, entries: ShardedMap.empty() };
}

/** The ledger with these taken back too. For a serial that is in it already, the first reason and time stay. Holds and entries of other CAs are no business of it. */
export function withRevoked(ledger: Ledger, entries: Iterable<RevocationEntry>): Ledger {
  const added = new Map<string, LedgerEntry>();
  for (const entry of entries) {
    const { caKeyId, serial } = entry;
    if (!isForGood(entry) || caKeyId !== ledger.caKeyId || ledger.entries.has(serial) || added.has(serial)) continue;
    added.set(serial, inWholeSeconds(entry));
  }
  return added.size === 0 ? ledger : { ...ledger, entries: joined(ledger.entries, added) };
}

/** Setting one by one copies a shard each time; from a few hundred on it is cheaper to build all shards anew. */
function joined(held: Ledger['entries'], added: ReadonlyMap<string, LedgerEntry>): Ledger['entries'] {
  if (added.size > 500) return ShardedMap.from([...held.entries(), ...added]);
  let all = held;
  for (const [serial, entry] of added) all = all.set(serial, entry);
  return all;
}

/** The ledger without the entries whose certificates expired more than the grace ago. Meant for the moment at which a CRL is signed anyway. */
export function prunedLedger(ledger: Ledger, now: Date): Ledger {
  let held = ledger.entries;
  for (const entry of ledger.entries.values()) if (isLongOver(entry, now)) held = held.delete(entry.serial);
  return held === ledger.entries ? ledger : { ...ledger, entries: held };
}

/** True if its certificate expired more than the grace ago: no ledger and no list of ours keeps it. */
export function isLongOver({ notAfter }: Pick<RevocationEntry, 'notAfter'>, now: Date): boolean {
  return notAfter.getTime() + pruneGraceMilliseconds < now.getTime();
}

/** One line per entry in the form of the `revocations` part, ordered by serial; may be split between any two lines. */
export function ledgerText(ledger: Ledger): string {
  return revocationsText([...ledger.entries.values()]);
}

/** The ledger of this CA from its text; refused as a whole at a line that is no entry, is a hold or names another CA. */
export function parsedLedger(text: string, caKeyId: CaKeyId): Parsed<Ledger> {
  const entries = parseRevocations(text);
  if (!entries.ok) return entries;
  const foreign = entries.value.findIndex((entry) => !isForGood(entry) || entry.caKeyId !== caKeyId);
  if (foreign >= 0) {
    const message = `line ${foreign + 1} of the ledger of CA ${caKeyId} is a hold or names another CA`;
    return refused({ code: 'MQS080', severity: 'Error', path: 'ledger', message });
  }
  return parsed(withRevoked(emptyLedger(caKeyId), entries.value));
}

function isForGood(entry: RevocationEntry): entry is LedgerEntry {
  return entry.reason !== 'CertificateHold';
}

/** What the text can hold, so that a ledger read back is the ledger that was written. */
function inWholeSeconds(entry: LedgerEntry): LedgerEntry {
  return { ...entry, at: new Date(Math.floor(entry.at.getTime() / 1000) * 1000) };
}
