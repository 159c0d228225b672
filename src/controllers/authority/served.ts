/** For which brokers we sign the lists of a CA, and what is known of those that cannot be read. */
import type { ObjectKey } from '../../domain/names.ts';
import type { CaKeyId, RevocationEntry } from '../../domain/pki/certificate.ts';
import { namedBeyond } from '../../domain/pki/takeover.ts';
import type { Member } from './members.ts';
import { isHold } from './plan.ts';
import type { PublishedRevocations } from './published.ts';
import type { Site } from './site.ts';

type Members = Pick<Site, 'members'>;

/**
 * True of a broker whose Secret holds the key of the CA, or did, and of those beside it. Everybody can name the public
 * certificate of a CA; who has no more than that has no say in its lists, and nobody waits for him. Where nobody has the
 * key it cannot be told.
 */
export function isServed({ members }: Members, member: Member, keyId: CaKeyId): boolean {
  if (member.signed.has(keyId) || hadLists(member.published, keyId)) return true;
  return isHome(members, member.broker.origin.namespace, keyId);
}

/** Somebody in this namespace holds the key, or nobody at all does. */
function isHome(members: Site['members'], namespace: string, keyId: CaKeyId): boolean {
  const holders = [...members.values()].filter(({ signed }) => signed.has(keyId));
  return holders.length === 0 || holders.some(({ broker }) => broker.origin.namespace === namespace);
}

const withLists = new WeakMap<PublishedRevocations, Map<CaKeyId, boolean>>();

/** Entries of this CA from us, and no list that names more than those: one of somebody else. */
function hadLists(published: PublishedRevocations, keyId: CaKeyId): boolean {
  if (published.kind !== 'Published') return false;
  const answers = withLists.get(published) ?? new Map<CaKeyId, boolean>();
  withLists.set(published, answers);
  const { crls, revocations } = published;
  const told = { lists: crls, others: new Set([keyId]), revocations };
  const answer = answers.get(keyId) ?? (hadEntries(published, keyId) && namedBeyond(told, keyId).length === 0);
  answers.set(keyId, answer);
  return answer;
}

/** With lists that we sign all their entries are published, too; of those of others what we took back. */
function hadEntries(published: PublishedRevocations, keyId: CaKeyId): boolean {
  return published.kind === 'Published' && published.revocations.some(({ caKeyId }) => caKeyId === keyId);
}

/**
 * Whether a broker with lists of somebody else is told who it was that we took back: of a CA of which it has no more than the
 * certificate only where that is a device of its own.
 */
export function toldWho(site: Pick<Site, 'members' | 'context'>, member: Member): (entry: RevocationEntry) => boolean {
  const { devices } = site.context.state.fleet.fleet;
  const served = new Map<CaKeyId, boolean>();
  return ({ caKeyId, identity }) => {
    const isServing = served.get(caKeyId) ?? isServed(site, member, caKeyId);
    served.set(caKeyId, isServing);
    return isServing || devices.get(identity)?.some(({ broker }) => broker === member.key) === true;
  };
}

/** CAs that the broker names, and of whose lists it has nothing, or would have nothing. */
export function unservedCas(site: Members, member: Member): ReadonlySet<CaKeyId> {
  const others = member.gathered.cas.filter(({ ca }) => ca.revocation !== 'ExternalCrl');
  return new Set(others.flatMap(({ ca: { keyId } }) => (isServed(site, member, keyId) ? [] : [keyId])));
}

/**
 * Whether a broker that cannot be read, and so is told nothing new, was told of this serial. True also of one that has no
 * list of this CA from us.
 */
export function wasToldOf(
  { members, unread }: Pick<Site, 'members' | 'unread'>,
  key: ObjectKey,
  { caKeyId, serial }: Pick<RevocationEntry, 'caKeyId' | 'serial'>,
): boolean {
  const published = unread.get(key);
  if (!published || published.kind === 'Unreadable') return false;
  if (published.kind === 'None') return true;
  const { revocations, crls } = published;
  if (revocations.some((entry) => entry.serial === serial && entry.caKeyId === caKeyId && !isHold(entry))) return true;
  const [namespace = ''] = key.split('/', 1);
  const isConcerned = hadLists(published, caKeyId) || (crls.has(caKeyId) && isHome(members, namespace, caKeyId));
  return !isConcerned;
}

/** What such brokers, and those whose CAs could not be had, were told of a CA. */
export function unreadAbout(
  { unread, ungathered }: Pick<Site, 'unread' | 'ungathered'>,
  keyId: CaKeyId,
): readonly PublishedRevocations[] {
  return [...unread.values(), ...ungathered.values()].filter(
    (published) => published.kind === 'Unreadable' || hadEntries(published, keyId),
  );
}
