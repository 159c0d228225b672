/** Revocation lists of a CA that change hands between us and somebody else: what the one named, the other has to name. */
import {
  type CaKeyId,
  type IssuedCertificate,
  nobody,
  type PublishedCrl,
  type RevocationEntry,
} from './certificate.ts';
import { parsedCrl, type ReadCrl } from './crl.ts';

/** What a broker was told of revocation last. */
export interface Told {
  readonly lists: ReadonlyMap<CaKeyId, PublishedCrl>;
  /** CAs whose list somebody else signed, as far as is known. */
  readonly others: ReadonlySet<CaKeyId>;
  /** What was told beside the lists: all that ours name, and of those of others what we took back ourselves. */
  readonly revocations: readonly RevocationEntry[];
}

export const nothingTold: Told = { lists: new Map(), others: new Set(), revocations: [] };

/** Of a CA whose lists we sign from now on: what the list of somebody else named, and its number. */
export interface TakenOver {
  readonly entries: readonly RevocationEntry[];
  readonly number: bigint;
}

type Entries = ReadCrl['entries'];

/** Reading a list costs as much as its length: what it says is kept with it, of the few that are asked about. */
const entriesRead = new WeakMap<PublishedCrl, Entries>();

/** What a published list names, by serial. Of one that does not read, which was never published, it is nothing. */
export function listedIn(list: PublishedCrl): Entries {
  const known = entriesRead.get(list);
  if (known) return known;
  const read = parsedCrl(list.pem);
  const entries: Entries = read.ok ? read.value.entries : new Map();
  entriesRead.set(list, entries);
  return entries;
}

/** What a broker was told of this CA. */
export function toldOf({ revocations }: Told, keyId: CaKeyId): readonly RevocationEntry[] {
  return revocations.filter(({ caKeyId }) => caKeyId === keyId);
}

/** What has to be on any list of this CA that comes next: taken back for good, and not over yet. */
export function keptBack(told: Told, keyId: CaKeyId, now: Date): readonly RevocationEntry[] {
  return toldOf(told, keyId).filter(({ reason, notAfter }) => reason !== 'CertificateHold' && notAfter > now);
}

/** Serials that the list of a CA names beyond what was told beside it: those of a list of somebody else. */
export function namedBeyond(told: Told, keyId: CaKeyId): readonly string[] {
  const list = told.lists.get(keyId);
  if (!list || !told.others.has(keyId)) return [];
  const ours = new Set(toldOf(told, keyId).map(({ serial }) => serial));
  return [...listedIn(list).keys()].filter((serial) => !ours.has(serial));
}

/** RFC 5280 section 4.1.2.5: of no well-defined end. A certificate may outlive that of its CA, which can be renewed. */
const endNotKnown = new Date('9999-12-31T23:59:59Z');
/** RFC 5280 section 4.1.2.2. A longer one can be on no list of ours: see `authorityPlan`. */
const mostSerialDigits = 40;

/**
 * These serials of the list of a CA as a ledger has them. `certificates`: those that are known. An entry on hold is taken
 * back for good, for nobody is left who would release it.
 */
export function takenOverEntries(
  list: PublishedCrl,
  serials: readonly string[],
  certificates: Pick<ReadonlyMap<string, Pick<IssuedCertificate, 'identity' | 'notAfter'>>, 'get'>,
): readonly RevocationEntry[] {
  const named = listedIn(list);
  return serials.flatMap((serial): readonly RevocationEntry[] => {
    const entry = named.get(serial);
    if (!entry || serial.length > mostSerialDigits) return [];
    const { identity, notAfter } = certificates.get(serial) ?? { identity: nobody, notAfter: endNotKnown };
    const { reason, date: at } = entry;
    const isOurs = reason !== 'CertificateHold' && reason !== 'AaCompromise';
    return [{ caKeyId: list.caKeyId, serial, identity, notAfter, reason: isOurs ? reason : 'Unspecified', at }];
  });
}
