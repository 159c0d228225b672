import type { ObjectKey } from '../../domain/names.ts';
import type { HeldCertificate } from '../../domain/pki/lineage.ts';
import { type Shard, ShardedMap, shardCount, shardOf } from '../../domain/sharded.ts';
import { newestFirst } from './account.ts';

type ByIdentity = ShardedMap<readonly HeldCertificate[]>;

/** Certificates by effective identity, brought up to date when they are asked for. */
export interface IdentityIndex {
  /** Something about a lineage changed, whose identity was `former` and is `next`. */
  readonly changed: (lineage: ObjectKey, former: string | undefined, next: string | undefined) => void;
  readonly current: () => ByIdentity;
}

const none: readonly never[] = [];

export function createIdentityIndex(heldBy: (lineage: ObjectKey) => readonly HeldCertificate[]): IdentityIndex {
  const lineages = new Map<string, Set<ObjectKey>>();
  const dirty = new Set<string>();
  let map: ByIdentity = ShardedMap.empty();

  function certificatesFor(identity: string): readonly HeldCertificate[] {
    const [only = none, ...others] = [...(lineages.get(identity) ?? none)].map(heldBy);
    return others.length === 0 ? only : [only, ...others].flat().sort(newestFirst);
  }

  return {
    changed(lineage, former, next) {
      moveLink(lineages, former, next, lineage);
      if (former !== undefined) dirty.add(former);
      if (next !== undefined) dirty.add(next);
    },
    current() {
      if (dirty.size > 0) map = withChanges(map, dirty, certificatesFor);
      dirty.clear();
      return map;
    },
  };
}

/** Moves `key` from the set of `former` to that of `next`. */
export function moveLink<K extends string>(
  table: Map<K, Set<ObjectKey>>,
  former: K | undefined,
  next: K | undefined,
  key: ObjectKey,
): void {
  if (former !== undefined && former !== next) {
    const known = table.get(former);
    known?.delete(key);
    if (known?.size === 0) table.delete(former);
  }
  if (next === undefined) return;
  const known = table.get(next);
  if (known) known.add(key);
  else table.set(next, new Set([key]));
}

/** Copies each shard in which something changed once, however much it was. */
function withChanges(
  map: ByIdentity,
  identities: Iterable<string>,
  valueOf: (identity: string) => readonly HeldCertificate[],
): ByIdentity {
  const changed = new Map<number, Map<string, readonly HeldCertificate[]>>();
  for (const identity of identities) {
    const value = valueOf(identity);
    const former = map.get(identity);
    if (value === former || (value.length === 0 && !former)) continue;
    const index = shardOf(identity);
    const shard = changed.get(index) ?? new Map(map.shard(index));
    changed.set(index, shard);
    if (value.length === 0) shard.delete(identity);
    else shard.set(identity, value);
  }
  if (changed.size === 0) return map;
  const shards: Shard<readonly HeldCertificate[]>[] = [];
  for (let index = 0; index < shardCount; index += 1) shards.push(changed.get(index) ?? map.shard(index));
  return ShardedMap.ofShards(shards);
}
