import { type Chunk } from './content.ts';
import { chunkCountFor, chunkOf, shardsOfChunk } from './chunks.ts';

/** A part split into chunks by hash, with the shards that its text came from. */
export interface SplitPart<S> {
  readonly shards: readonly S[];
  readonly chunks: readonly Chunk[];
}

/** How a part is made of shards. */
export interface Split<S> {
  readonly bytesOf: (shard: S) => number;
  readonly textOf: (shard: S) => string;
}

/**
 * The chunks of a part: as many as `formerCount` while they fit. A chunk whose shards are those of `previous` is taken
 * over. Undefined when the text is too long for any number of chunks.
 */
export function splitPart<S>(
  shards: readonly S[],
  { bytesOf, textOf }: Split<S>,
  formerCount: number | undefined,
  previous: SplitPart<S> | undefined,
): SplitPart<S> | undefined {
  const count = chunkCountFor(shards.map(bytesOf), formerCount);
  if (count === undefined) return undefined;
  const former = previous?.chunks.length === count ? previous : undefined;
  const chunks = Array.from({ length: count }, (_, number): Chunk => {
    const [first, end] = shardsOfChunk(number, count);
    const known = former?.chunks[number];
    if (known && areSame(shards, former.shards, first, end)) return known;
    const text = shards.slice(first, end).map(textOf).join('');
    return known?.text === text ? known : chunkOf(text);
  });
  return { shards, chunks };
}

function areSame<S>(a: readonly S[], b: readonly S[], first: number, end: number): boolean {
  for (let i = first; i < end; i += 1) if (a[i] !== b[i]) return false;
  return true;
}
