/** Which CAs change hands: their lists were signed by somebody else, and are ours from now on. */
import type { CaKeyId, PublishedCrl } from '../../domain/pki/certificate.ts';
import type { HeldCertificate } from '../../domain/pki/lineage.ts';
import { isLongOver } from '../../domain/pki/ledger.ts';
import { keptBack, namedBeyond, type TakenOver, takenOverEntries } from '../../domain/pki/takeover.ts';
import { casOf, type Member } from './members.ts';
import type { Stored } from './plan.ts';
import type { PublishedRevocations } from './published.ts';
import type { Site } from './site.ts';

/** The same object for the same list. */
const known = new WeakMap<PublishedCrl, TakenOver>();

/**
 * What the list of somebody else named that the broker was told last, where the broker names the CA and its lists are
 * nobody else's any more. Undefined where that is the stored one, which is ours, and while it is not known which certificates
 * there are, whose ends are looked up: of those that are over the ledger knows them.
 */
export function takenOver(
  { context }: Site,
  { gathered, told }: Member,
  keyId: CaKeyId,
  { crl, ledger }: Stored,
): TakenOver | undefined {
  const list = told.lists.get(keyId);
  const isOurs = gathered.cas.some(({ ca }) => ca.keyId === keyId && ca.revocation !== 'ExternalCrl');
  if (!list || !isOurs || !told.others.has(keyId) || list.pem === crl?.pem) return undefined;
  if (!context.state.issued.isKnown) return undefined;
  const made = known.get(list);
  if (made) return made;
  const serials = namedBeyond(told, keyId);
  const issued = serials.length > 0 ? certificatesOf(context.state.issued.byIdentity.values(), keyId) : none;
  const certificates = { get: (serial: string) => ledger.entries.get(serial) ?? issued.get(serial) };
  const taken = { entries: takenOverEntries(list, serials, certificates), number: list.number };
  known.set(list, taken);
  return taken;
}

const none: ReadonlyMap<string, HeldCertificate> = new Map();

function certificatesOf(
  held: Iterable<readonly HeldCertificate[]>,
  keyId: CaKeyId,
): ReadonlyMap<string, HeldCertificate> {
  const own = [...held].flatMap((some) => some.filter(({ caKeyId }) => caKeyId === keyId));
  return new Map(own.map((one) => [one.serial, one]));
}

/** CAs of which the list that the broker was told last cannot be replaced yet: ours would name less, or is the older one. */
export function untakenCas(
  { authorities, context }: Pick<Site, 'authorities' | 'context'>,
  member: Member,
): ReadonlySet<CaKeyId> {
  const now = context.clock.now();
  const cas = casOf(member).filter(({ ca }) => ca.revocation !== 'ExternalCrl');
  const untaken = cas.filter(({ ca: { keyId, revocation } }) => {
    const last = member.told.lists.get(keyId);
    const authority = authorities.get(keyId);
    const list = authority?.view.crl;
    if (!last || last.pem === list?.pem) return false;
    const named = revocation === 'SignedCrl' ? list?.read.entries : authority?.ledger.entries;
    if (revocation === 'SignedCrl' && (!list || list.read.number < last.number)) return true;
    const kept = member.told.others.has(keyId) ? keptBack(member.told, keyId, now) : [];
    if (kept.some(({ serial }) => named?.has(serial) !== true)) return true;
    const lacking = namedBeyond(member.told, keyId).filter((serial) => named?.has(serial) !== true);
    return lacking.length > longOver(last, lacking, now);
  });
  return new Set(untaken.map(({ ca }) => ca.keyId));
}

/** Of how many of these the certificates ended so long ago that no list of ours would name them. */
function longOver(list: PublishedCrl, serials: readonly string[], now: Date): number {
  const some = new Set(serials);
  const entries = known.get(list)?.entries ?? [];
  return entries.filter((entry) => some.has(entry.serial) && isLongOver(entry, now)).length;
}

const withoutLists = new WeakMap<PublishedRevocations, Map<CaKeyId, PublishedRevocations>>();

/**
 * What was published to a broker; without the list of this CA where that was somebody else's when it was asked about first,
 * for its number was none of ours.
 */
export function publishedAbout({ gathered, published }: Member, keyId: CaKeyId): PublishedRevocations {
  const known = withoutLists.get(published)?.get(keyId);
  if (known || published.kind !== 'Published') return known ?? published;
  const isOthers = gathered.cas.some(({ ca }) => ca.keyId === keyId && ca.revocation === 'ExternalCrl');
  if (!isOthers) return published;
  const made = { ...published, crls: new Map([...published.crls].filter(([signer]) => signer !== keyId)) };
  withoutLists.set(published, new Map([...(withoutLists.get(published) ?? []), [keyId, made]]));
  return made;
}
