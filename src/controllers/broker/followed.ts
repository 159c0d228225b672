/** Sets that this process did not publish itself: those from before a start, and those of somebody else. */
import { type Changes, changedIdentities, withOpen, withSettled, withUnknown } from '../../domain/bundle/changes.ts';
import { parseChanges } from '../../domain/bundle/changes-text.ts';
import type { Compiled } from '../../domain/bundle/compile.ts';
import type { BundleIndex } from '../../domain/bundle/content.ts';
import { parseIdentities } from '../../domain/bundle/identities.ts';
import { type Listed, relistedIdentities } from '../../domain/bundle/listed.ts';
import type { Publisher } from '../bundle/published.ts';
import { bundleSite } from '../bundle/site.ts';
import type { BrokerFacts } from './gather.ts';
import type { BrokerMemory } from './states.ts';

/** A set of somebody else that is published. */
export interface FollowedSet extends Pick<BundleIndex, 'revision' | 'hash'> {
  /** Undefined: it was not read, for what is compiled is the same mostly. */
  readonly listed?: Listed | 'Unreadable';
}

/** The last set that is known, whoever published it. */
function lastKnown({ followed, sets }: Pick<BrokerMemory, 'followed' | 'sets'>) {
  return followed ?? sets.at(-1)?.index;
}

/** With what its publisher knew of the sets before the one that is published, where that was somebody else. */
export function withFollowed(
  memory: BrokerMemory,
  { declared, published, loadedRevision }: Pick<BrokerFacts, 'declared' | 'published' | 'loadedRevision'>,
): BrokerMemory {
  if (published.kind !== 'Published') return memory;
  const { index, annex } = published;
  const { revision, hash } = index;
  const last = lastKnown(memory);
  // There were sets after it, of which nothing is known.
  const isGoneBack = loadedRevision > revision;
  if (last?.revision === revision && last.hash === hash) {
    return isGoneBack ? { ...memory, changes: withUnknown(memory.changes) } : memory;
  }
  const told = withSettled(parseChanges(annex, revision), provedByStatus(declared, index));
  const changes = withOpen(isGoneBack ? withUnknown(told) : told, memory.changes.open);
  return { ...memory, followed: { revision, hash }, changes };
}

/** The revision of the index, where the status says that all instances had proved it; else 0. */
function provedByStatus({ was }: BrokerFacts['declared'], { revision, hash }: FollowedSet): number {
  const { expected = 0, programmed = 0 } = was?.instances ?? {};
  const isIt = was?.bundle?.revision === revision && was.bundle.hash === hash;
  return isIt && expected > 0 && programmed === expected ? revision : 0;
}

/** True if it has to be known what the set of somebody else gives, for this content is another one. */
export function isToBeRead({ followed }: BrokerMemory, hash: string | undefined): boolean {
  return followed !== undefined && followed.listed === undefined && followed.hash !== hash;
}

/** With what the set of somebody else gives; where it cannot be read, nothing is known. Fails as reading does. */
export async function withListed(
  publisher: Pick<Publisher, 'texts'>,
  memory: BrokerMemory,
  signal: AbortSignal,
): Promise<BrokerMemory> {
  const { followed, meta } = memory;
  if (!followed) return memory;
  const read = await publisher.texts(bundleSite(meta), ['identities'], signal);
  const isIt = read.kind === 'Published' && read.index.hash === followed.hash;
  const listed = isIt ? parseIdentities(read.texts.identities) : undefined;
  if (listed?.ok) return { ...memory, followed: { ...followed, listed: listed.value } };
  return { ...memory, followed: { ...followed, listed: 'Unreadable' }, changes: withUnknown(memory.changes) };
}

/** Undefined where that is not known or not needed. */
export function listedBy({ followed }: BrokerMemory): Listed | undefined {
  return typeof followed?.listed === 'object' ? followed.listed : undefined;
}

/** From now on a set with these statuses and this hash may be published. */
export function changesBegun(memory: BrokerMemory, statuses: Compiled['statuses'], hash: string): Changes {
  const { changes, followed, sets } = memory;
  if (lastKnown(memory)?.hash === hash) return withOpen(changes, []);
  const listed = listedBy(memory);
  if (listed) return withOpen(changes, relistedIdentities(listed, statuses));
  const last = followed ? undefined : sets.at(-1);
  return last ? withOpen(changes, changedIdentities(last.statuses, statuses)) : withUnknown(changes);
}

/** True if nobody else published between the last set that is known and the one of this revision. */
export function isNextRevision(memory: BrokerMemory, revision: number): boolean {
  const last = lastKnown(memory);
  return last !== undefined && revision - last.revision <= 1;
}
