import { createHash } from 'node:crypto';
import { type Chunk } from './content.ts';
import { chunkCountFor, shardsOfChunk } from './chunks.ts';

/** The lines of one shard in a part, with their size in UTF-8. The same object for the same text: compared by `===`. */
export interface ShardText {
  readonly text: string;
  readonly bytes: number;
}

/** The object of before, if its text is this one. */
export function shardText(text: string, previous: ShardText | undefined): ShardText {
  return previous?.text === text ? previous : { text, bytes: Buffer.byteLength(text) };
}

/** The password lines of one shard. */
export interface PasswordTexts extends ShardText {
  /** An identity and its hash, and so on. */
  readonly entries: readonly string[];
}

/** The object of before, if it has the same entries. They lie in memory anyway, so the text is made when it is asked for. */
export function passwordTexts(entries: readonly string[], previous: PasswordTexts | undefined): PasswordTexts {
  const former = previous?.entries;
  if (previous && former?.length === entries.length && entries.every((entry, i) => entry === former[i]))
    return previous;
  const textOf = () => entries.map((entry, i) => (i % 2 === 0 ? `${entry}:` : `${entry}\n`)).join('');
  return {
    entries,
    bytes: Buffer.byteLength(textOf()),
    get text() {
      return textOf();
    },
  };
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
    return chunkOfTexts(texts.slice(first, end));
  });
  return { texts, chunks };
}

/** Its text is put together when it is asked for: kept, it would lie in memory twice. */
function chunkOfTexts(texts: readonly ShardText[]): Chunk {
  const hash = createHash('sha256');
  for (const { text } of texts) hash.update(text);
  return {
    get text() {
      return texts.map(({ text }) => text).join('');
    },
    bytes: texts.reduce((sum, { bytes }) => sum + bytes, 0),
    hash: hash.digest('hex'),
  };
}

function areSame(a: readonly ShardText[], b: readonly ShardText[], first: number, end: number): boolean {
  for (let i = first; i < end; i += 1) if (a[i] !== b[i]) return false;
  return true;
}
