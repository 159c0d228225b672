import type { RevocationEntry } from '../pki/certificate.ts';
import { revocationsText } from '../pki/revocations.ts';
import { shardCount, shardOf } from '../sharded.ts';
import { type ShardText, shardText } from './split.ts';

/** The `revocations` part by the hash of the serial: entries and their text in each shard. */
export interface RevocationShards {
  readonly entries: readonly RevocationEntry[];
  readonly shards: readonly RevocationShard[];
}

interface RevocationShard extends ShardText {
  readonly entries: readonly RevocationEntry[];
}

/** Shards that hold the very entries that they held in `previous` are the same objects again. */
export function revocationShards(entries: readonly RevocationEntry[], previous?: RevocationShards): RevocationShards {
  if (previous?.entries === entries) return previous;
  const shards = Array.from({ length: shardCount }, (): RevocationEntry[] => []);
  for (const entry of entries) shards[shardOf(entry.serial)]?.push(entry);
  return { entries, shards: shards.map((shard, index) => shardWith(shard, previous?.shards[index])) };
}

function shardWith(entries: readonly RevocationEntry[], previous: RevocationShard | undefined): RevocationShard {
  const isSame =
    previous?.entries.length === entries.length && entries.every((entry, i) => entry === previous.entries[i]);
  return isSame ? previous : { entries, ...shardText(revocationsText(entries), undefined) };
}
