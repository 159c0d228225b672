import { type CaKeyId, nobody, type RevocationEntry } from '../pki/certificate.ts';
import { type Shard, shardCount, shardOf } from '../sharded.ts';

/** Revocations and holds by identity, in the shards that identities are in. */
export interface Withdrawn {
  readonly entries: readonly RevocationEntry[];
  readonly shards: readonly Shard<readonly RevocationEntry[]>[];
}

const none: Shard<readonly RevocationEntry[]> = new Map<string, readonly RevocationEntry[]>();

/**
 * Revocations of these CAs, which are those of `previous`, by identity. Shards that hold what they held in `previous` are the same objects again, so
 * that one revocation costs one shard.
 */
export function withdrawnOf(
  entries: readonly RevocationEntry[],
  trusted: ReadonlySet<CaKeyId>,
  previous?: Withdrawn,
): Withdrawn {
  if (previous?.entries === entries) return previous;
  const shards = new Array<Map<string, RevocationEntry[]> | undefined>(shardCount).fill(undefined);
  for (const entry of entries) {
    if (!trusted.has(entry.caKeyId) || entry.identity === nobody) continue;
    const shard = (shards[shardOf(entry.identity)] ??= new Map<string, RevocationEntry[]>());
    const others = shard.get(entry.identity);
    if (others) others.push(entry);
    else shard.set(entry.identity, [entry]);
  }
  return { entries, shards: shards.map((shard, index) => unlessSame(shard ?? none, previous?.shards[index])) };
}

function unlessSame(
  shard: Shard<readonly RevocationEntry[]>,
  former: Shard<readonly RevocationEntry[]> | undefined,
): Shard<readonly RevocationEntry[]> {
  if (!former) return shard;
  let same = former.size === shard.size;
  const kept = new Map<string, readonly RevocationEntry[]>();
  for (const [identity, entries] of shard) {
    const before = former.get(identity);
    const unchanged = before?.length === entries.length && before.every((entry, i) => isSame(entry, entries[i]));
    kept.set(identity, unchanged ? before : entries);
    same &&= unchanged;
  }
  return same ? former : kept;
}

function isSame(a: RevocationEntry, b: RevocationEntry | undefined): boolean {
  if (a === b) return true;
  const isSameSerial = a.serial === b?.serial && a.caKeyId === b.caKeyId;
  return isSameSerial && a.notAfter.getTime() === b.notAfter.getTime() && a.reason === b.reason;
}
