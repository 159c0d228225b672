/** The sets that were published for a broker, as far as this process knows them. */
import type { Compiled } from '../../domain/bundle/compile.ts';
import type { BundleIndex } from '../../domain/bundle/content.ts';
import type { RevocationEntry } from '../../domain/pki/certificate.ts';
import { timeOf } from '../../parse/time.ts';
import type { BrokerState, Trust } from '../context.ts';
import type { Instance } from '../declared.ts';
import type { ExpectedInstance } from '../workload/expected.ts';

/** A published set with what it was compiled from: whoever proves its hash has proved these statuses. */
export interface PublishedSet {
  readonly index: BundleIndex;
  readonly statuses: Compiled['statuses'];
  readonly trust: Trust;
  readonly publishedAt: Date;
  /** Entries that it has and the set before it had not, and those that are lifted. */
  readonly relisted: readonly RevocationEntry[];
}

/** How many sets are remembered: an instance may be proving an older one than the last. */
const rememberedSets = 16;

/** With this set as the newest; one of the same content gives way to it, for both say the same to a broker. */
export function withSet(sets: readonly PublishedSet[], set: PublishedSet): readonly PublishedSet[] {
  return [...sets.filter(({ index }) => index.hash !== set.index.hash), set].slice(-rememberedSets);
}

/** What each expected instance has proved, in their order. A set that is not remembered proves nothing. */
export function provedSets(
  expected: readonly ExpectedInstance[],
  sets: readonly PublishedSet[],
): BrokerState['proved'] {
  return expected.map(({ instance }) => {
    const { loadedRevision = 0, loadedHash, provedAt = '', sessionsEndedAt = '' } = instance?.was ?? {};
    const set = sets.findLast(({ index }) => index.hash === loadedHash);
    return {
      ...{ revision: loadedRevision, statuses: set?.statuses, trust: set?.trust },
      ...{ provedAt: timeOf(provedAt), sessionsEndedAt: timeOf(sessionsEndedAt) },
    };
  });
}

/** How many of the expected instances have proved what is published, and not the same content before another one. */
export function programmedCount(expected: readonly ExpectedInstance[], published: BundleIndex | undefined): number {
  if (!published) return 0;
  const { revision, hash } = published;
  const isIt = (was: Instance['was']) => was?.loadedHash === hash && (was.loadedRevision ?? 0) >= revision;
  return expected.filter(({ instance }) => isIt(instance?.was)).length;
}

/** What the first instance that refuses the published set says of it. */
export function refusalOf(
  expected: readonly ExpectedInstance[],
  published: BundleIndex | undefined,
): string | undefined {
  for (const { name, instance } of expected) {
    const { refused, loadedHash } = instance?.was ?? {};
    if (!refused || !published || loadedHash === published.hash) continue;
    // One of an older set says nothing of this one, which the instance has not tried yet.
    if ((refused.revision ?? published.revision) < published.revision) continue;
    const checks = (refused.refusals ?? []).map(({ check, reason }) => `${check}: ${reason}`);
    return `${name}: ${checks.join('; ') || 'no check is named'}`;
  }
  return undefined;
}

/** Since when the slowest instance lacks something newer than what it has proved; undefined when none is known. */
export function laggingSince(expected: readonly ExpectedInstance[], sets: readonly PublishedSet[]): Date | undefined {
  const slowest = leastProved(expected);
  return sets.find(({ index }) => index.revision > slowest)?.publishedAt;
}

/** The lowest revision that all of them have proved; 0 without any. */
export function leastProved(expected: readonly ExpectedInstance[]): number {
  if (expected.length === 0) return 0;
  return Math.min(...expected.map(({ instance }) => instance?.was?.loadedRevision ?? 0));
}
