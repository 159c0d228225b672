/** What becomes of the ledger and the revocation list of one CA: decided here, done by `authority.ts`. */
import type { RevocationEntry } from '../../domain/pki/certificate.ts';
import { crlDueReason, type CrlDueReason, crlEntries, type Held } from '../../domain/pki/crl-schedule.ts';
import { emptyLedger, type Ledger, prunedLedger, withRevoked } from '../../domain/pki/ledger.ts';
import { bySerial } from '../../domain/pki/revocations.ts';
import type { SignedList } from '../../domain/pki/signed-list.ts';

/** What is stored of a CA: the ledger, and the last list with the holds that are on it. All of one moment. */
export interface Stored {
  readonly ledger: Ledger;
  readonly holds: readonly RevocationEntry[];
  /** Absent as long as nobody could sign. */
  readonly crl: SignedList | undefined;
}

export interface AuthorityFacts {
  readonly stored: Stored;
  /** To be taken back for good; those that expired so long ago that a list would not keep them are passed over. */
  readonly added: readonly RevocationEntry[];
  /** Unexpired certificates of suspended devices; undefined while it is not known which there are: then holds stay. */
  readonly suspended: readonly Held[] | undefined;
  /** Identities of which it is not known: their holds stay. */
  readonly unreadable?: ReadonlySet<string> | undefined;
  /** Seconds; undefined when nobody can sign now. */
  readonly validitySeconds: number | undefined;
  /** False when the list does not fit the CA certificate that signs now, which has another name for the same key. */
  readonly fitsSigner: boolean;
  /** The highest number of a list of this CA, whoever signed it; brokers take none that is lower. */
  readonly formerNumber?: bigint | undefined;
}

export interface AuthorityPlan {
  readonly ledger: Ledger;
  /** Those on the list that lies beside the ledger afterwards. */
  readonly holds: readonly RevocationEntry[];
  /** All that a list is to hold, ordered by serial; where none is signed, the stored one may hold others. */
  readonly entries: readonly RevocationEntry[];
  /** Why a list is to be signed, and is not when nobody can; undefined when the stored one says it all. */
  readonly due: CrlDueReason | 'SignerChanged' | 'NumberIsLower' | undefined;
  readonly signs: boolean;
}

/**
 * Expired entries leave the ledger only where a list is signed anyway. A ledger entry is never dropped while its
 * certificate is good; a hold goes when its device is known to be no longer suspended, or the certificate has expired.
 */
export function authorityPlan(facts: AuthorityFacts, now: Date): AuthorityPlan {
  const { stored, added, validitySeconds, fitsSigner } = facts;
  // What a list would not keep is not taken in, or each run would sign anew.
  const lasting = prunedLedger(withRevoked(emptyLedger(stored.ledger.caKeyId), added), now);
  const grown = withRevoked(stored.ledger, lasting.entries.values());
  const held = heldIn(facts);
  const wanted = crlEntries(grown, held);
  const reason = crlDueReason({ published: stored.crl?.read, entries: wanted, now, validitySeconds });
  const due = reason ?? (fitsSigner ? undefined : 'SignerChanged') ?? (isLower(facts) ? 'NumberIsLower' : undefined);
  const signs = due !== undefined && validitySeconds !== undefined;
  const ledger = signs ? prunedLedger(grown, now) : grown;
  const entries = ledger === grown ? wanted : crlEntries(ledger, held);
  return { ledger, entries, holds: signs ? entries.filter(isHold) : stored.holds, due, signs };
}

function isLower({ stored: { crl }, formerNumber }: AuthorityFacts): boolean {
  return crl !== undefined && formerNumber !== undefined && crl.read.number < formerNumber;
}

function heldIn({ stored, suspended, unreadable }: AuthorityFacts): readonly Held[] {
  const former = stored.holds.map(certificateOf);
  if (!suspended) return former;
  if (!unreadable || unreadable.size === 0 || former.length === 0) return suspended;
  const serials = new Set(suspended.map(({ serial }) => serial));
  return [...suspended, ...former.filter(({ identity, serial }) => unreadable.has(identity) && !serials.has(serial))];
}

/** What the stored list holds, exactly: of the ledger what is on it already, and its holds. Ordered by serial. */
export function listedEntries({ ledger, holds, crl }: Stored): readonly RevocationEntry[] {
  if (!crl) return [];
  const { entries } = crl.read;
  return [...ledger.entries.values(), ...holds]
    .filter(({ serial, reason }) => entries.get(serial)?.reason === reason)
    .sort(bySerial);
}

export function isHold({ reason }: RevocationEntry): boolean {
  return reason === 'CertificateHold';
}

/** A hold is dated by the beginning of its certificate (`crlEntries`). */
function certificateOf(hold: RevocationEntry): Held {
  return { ...hold, notBefore: hold.at };
}
