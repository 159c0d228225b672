import type { Parsed } from '../finding.ts';
import { sha256 } from '../hash.ts';
import { shardCount } from '../sharded.ts';
import {
  type Bundle,
  type BundleContent,
  type BundleIndex,
  type Chunk,
  chunkLimitBytes,
  type PartName,
  partNames,
  type PartTexts,
} from './content.ts';
import { ofParts, setHash, setOf, verifiedChunks } from './set.ts';

/** Parts whose lines go to a chunk by the hash of their identity or serial; the others are cut by offset. */
export type HashedPart = Extract<PartName, 'acl' | 'passwords' | 'identities' | 'revocations' | 'notices'>;

/** How many chunks each part is split into by hash: a power of two that only grows, so that lines rarely move. */
export type ChunkCounts = Readonly<Record<HashedPart, number>>;

/** A chunk is split before it is full: at first, and after each doubling, the fullest has a quarter to spare. */
const headroom = 0.75;

/** As long as there are fewer than so many chunks, each is kept shorter than it may be: an edit writes a whole one. */
const fewChunks = 64;
const shortChunkBytes = 16 * 1024;

function limitOf(count: number): number {
  return count < fewChunks ? shortChunkBytes : chunkLimitBytes;
}

export function chunkOf(text: string): Chunk {
  return { text, bytes: Buffer.byteLength(text), hash: sha256(text) };
}

/**
 * The number of chunks for lines that take these many bytes in each shard: `former` as long as they fit, if it is a
 * number that came from here. Undefined when they do not fit even with one chunk for each shard.
 */
export function chunkCountFor(shardBytes: readonly number[], former?: number): number | undefined {
  const least = former !== undefined && isChunkCount(former) ? former : undefined;
  if (least !== undefined && largestChunk(shardBytes, least) <= limitOf(least)) return least;
  for (let count = least ?? 1; count < shardCount; count *= 2) {
    if (largestChunk(shardBytes, count) <= limitOf(count) * headroom) return count;
  }
  return largestChunk(shardBytes, shardCount) <= chunkLimitBytes ? shardCount : undefined;
}

function isChunkCount(count: number): boolean {
  return count >= 1 && count <= shardCount && Number.isInteger(Math.log2(count));
}

function largestChunk(shardBytes: readonly number[], count: number): number {
  let largest = 0;
  for (let chunk = 0; chunk < count; chunk += 1) {
    const [first, end] = shardsOfChunk(chunk, count);
    let bytes = 0;
    for (let shard = first; shard < end; shard += 1) bytes += shardBytes[shard] ?? 0;
    largest = Math.max(largest, bytes);
  }
  return largest;
}

/** First shard of a chunk, and the one after its last. */
export function shardsOfChunk(chunk: number, count: number): readonly [first: number, end: number] {
  const shards = shardCount / count;
  return [chunk * shards, (chunk + 1) * shards];
}

/** The text in chunks of at most 256 KiB, cut at the end of a line where there is one; an empty text is no chunk. */
export function chunksByOffset(text: string): readonly Chunk[] {
  const bytes = Buffer.from(text);
  const chunks: Chunk[] = [];
  for (let start = 0; start < bytes.length;) {
    const end = cutAfter(bytes, start);
    chunks.push(chunkOf(bytes.toString('utf8', start, end)));
    start = end;
  }
  return chunks;
}

function cutAfter(bytes: Buffer, start: number): number {
  const limit = start + chunkLimitBytes;
  if (limit >= bytes.length) return bytes.length;
  const lineEnd = bytes.lastIndexOf(0x0a, limit - 1);
  if (lineEnd >= start) return lineEnd + 1;
  let end = limit;
  while (((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return end;
}

export function contentOf(parts: BundleContent['parts']): BundleContent {
  return setOf(partNames, parts);
}

/** Names a content by the names of its parts and the hashes of their chunks, as an index lists them. */
export function contentHash(parts: BundleIndex['parts']): string {
  return setHash(partNames, parts);
}

/** Names all that a broker has to enforce: of two contents with this same hash, the broker is told of one alone. */
export function enforcedHash(parts: BundleIndex['parts']): string {
  return setHash(
    partNames.filter((name) => name !== 'notices'),
    parts,
  );
}

/** The hashes of all chunks, as an index lists them. */
export function chunkHashes(parts: BundleContent['parts']): BundleIndex['parts'] {
  return mapParts((name) => parts[name].map(({ hash }) => hash));
}

/** The chunk numbers of what is published: the next compile takes them, so that they only grow. */
export function chunkCountsOf({ parts }: Pick<BundleIndex, 'parts'>): ChunkCounts {
  const { acl, passwords, identities, revocations, notices } = parts;
  return {
    // The first one holds the lines that are for all.
    acl: acl.length - 1,
    passwords: passwords.length,
    identities: identities.length,
    revocations: revocations.length,
    notices: notices.length,
  };
}

/** The whole texts of the parts: what the files of the broker hold. */
export function joinParts({ parts }: Pick<BundleContent, 'parts'>): Readonly<Record<PartName, string>> {
  return mapParts((name) => parts[name].map(({ text }) => text).join(''));
}

/**
 * The texts of the parts that an index names, from chunks by their hash. Refused when the index does not have its own
 * hash, and for each chunk that is missing or does not have its.
 */
export function verifiedParts(index: BundleIndex, chunks: ReadonlyMap<string, string>): Parsed<PartTexts> {
  return verifiedChunks(index, partNames, chunks, partNames);
}

/** The chunks of a set by their hash: those of the next one that are the same are these very texts, in memory once. */
export function chunkTextsOf({ index, parts }: Pick<Bundle, 'index' | 'parts'>): ReadonlyMap<string, string> {
  return new Map(
    partNames.flatMap((name) =>
      index.parts[name].map((hash, number): [string, string] => [hash, parts[name][number] ?? '']),
    ),
  );
}

function mapParts<T>(value: (name: PartName) => T): Readonly<Record<PartName, T>> {
  return ofParts(partNames, value);
}
