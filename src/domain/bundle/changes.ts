/**
 * Who was given something else since a revision. An instance enforces what it has proved or anything published since, so
 * its proof counts for whom all of that is the same: rights that are given and taken again are compiled to the former
 * ones while the broker enforces what was between.
 */
import { shardCount, ShardedMap } from '../sharded.ts';
import type { Compiled } from './compile.ts';
import type { IdentityStatus } from './compiled-identity.ts';

type Statuses = Compiled['statuses'];

export interface Changes {
  /** Of the sets after this revision all changes are known. */
  readonly knownFrom: number;
  /** All expected instances have got past this revision; nothing is kept of what was changed up to it. */
  readonly settledTo: number;
  /** By identity: the revision in which it was given something else last. */
  readonly changedIn: ShardedMap<number>;
  /** Identities that a set changes which may be published or not: it is being written, or that failed. */
  readonly open: readonly string[];
}

export const nothingKnown: Changes = { knownFrom: Infinity, settledTo: 0, changedIn: ShardedMap.empty(), open: [] };

/** True if something else may have been published for the identity since this revision, as far as that is known. */
export function isChangedSince({ changedIn }: Changes, revision: number, identity: string): boolean {
  return (changedIn.get(identity) ?? 0) > revision;
}

/** True if everything is known that was published since this revision. */
export function isKnownSince({ knownFrom }: Changes, revision: number): boolean {
  return revision >= knownFrom;
}

/**
 * What an instance enforces is of this revision or a later one. One that has proved nothing (0) began with what was in
 * force then: that is no older than what all instances had proved once.
 */
export function leastEnforced({ settledTo }: Changes, provedRevision: number): number {
  return provedRevision === 0 ? settledTo : provedRevision;
}

/** From here on a set may be published that gives these identities something else than the one before. */
export function withOpen(changes: Changes, identities: Iterable<string>): Changes {
  const open = [...new Set([...changes.open, ...identities])];
  return { ...changes, open, changedIn: changes.changedIn.with(open.map((identity) => [identity, Infinity])) };
}

/** From here on a set may be published of which nobody knows whom it gives something else. */
export function withUnknown(changes: Changes): Changes {
  return { ...changes, knownFrom: Infinity };
}

/** The set was published in this revision; `isNext`: after the last one that is known. */
export function withClosed({ open, ...changes }: Changes, revision: number, isNext: boolean): Changes {
  const changedIn = changes.changedIn.with(open.map((identity) => [identity, revision]));
  const isUnbroken = isNext && changes.knownFrom < Infinity;
  return { ...changes, changedIn, open: [], knownFrom: isUnbroken ? changes.knownFrom : revision };
}

/** All instances had proved this revision once; they may have begun anew since. */
export function withSettled(changes: Changes, revision: number): Changes {
  return { ...changes, settledTo: Math.max(changes.settledTo, revision) };
}

/** Without what all expected instances have got past. */
export function withoutSettled(changes: Changes, leastProved: number): Changes {
  if (leastProved <= changes.settledTo || leastProved < changes.knownFrom) return changes;
  const settled = [...changes.changedIn.entries()].filter(([, revision]) => revision <= leastProved);
  const changedIn = changes.changedIn.with(settled.map(([identity]) => [identity, undefined]));
  return { ...changes, changedIn, knownFrom: leastProved, settledTo: leastProved };
}

/** Whom the second gives something else than the first. */
export function* changedIdentities(before: Statuses, after: Statuses): Iterable<string> {
  for (let index = 0; index < shardCount; index += 1) {
    const [former, present] = [before.shard(index), after.shard(index)];
    if (former === present) continue;
    for (const [identity, status] of former) if (!isSameRights(status, present.get(identity))) yield identity;
    for (const identity of present.keys()) if (!former.has(identity)) yield identity;
  }
}

/** True if a broker does the same with both. */
export function isSameRights(a: IdentityStatus | undefined, b: IdentityStatus | undefined): boolean {
  if (a === b) return true;
  return (
    a !== undefined &&
    b !== undefined &&
    a.state === b.state &&
    a.device === b.device &&
    a.rulesHash === b.rulesHash &&
    a.credentialHash === b.credentialHash
  );
}
