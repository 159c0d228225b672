import { type Chunk } from './content.ts';
import { chunkCountFor, chunkOf, shardsOfChunk } from './chunks.ts';

/** The lines of one shard in a part, with their size in UTF-8. The same object for the same text: compared by `===`. */
export interface ShardText {
  readonly text: string;
  readonly bytes: number;
}

/** The object of before, if its text is this one. */
export function shardText(text: string, previous: ShardText | undefined): ShardText {
  return previous?.text === text ? previous : { text, bytes: Buffer.byteLength(text) };
}

/** A part split into chunks by hash, with the texts of the shards that it is made of. */
export interface SplitPart {
  readonly texts: readonly ShardText[];
  readonly chunks: readonly Chunk[];
}

/**
 * The chunks of a part: as many as `formerCount` while they fit. A chunk whose shards are those of `previous` is taken
 * over. Undefined when the text is too long for any number of chunks.
 */
export function splitPart(
  texts: readonly ShardText[],
  formerCount: number | undefined,
  previous: SplitPart | undefined,
): SplitPart | undefined {
  const count = chunkCountFor(
    texts.map(({ bytes }) => bytes),
    formerCount,
  );
  if (count === undefined) return undefined;
  const former = previous?.chunks.length === count ? previous : undefined;
  const chunks = Array.from({ length: count }, (_, number): Chunk => {
    const [first, end] = shardsOfChunk(number, count);
    const known = former?.chunks[number];
    if (known && areSame(texts, former.texts, first, end)) return known;
    return chunkOf(
      texts
        .slice(first, end)
        .map(({ text }) => text)
        .join(''),
    );
  });
  return { texts, chunks };
}

function areSame(a: readonly ShardText[], b: readonly ShardText[], first: number, end: number): boolean {
  for (let i = first; i < end; i += 1) if (a[i] !== b[i]) return false;
  return true;
}
