import { chunkTextsOf, verifiedParts } from '../domain/bundle/chunks.ts';
import { partNames, type Bundle, type BundleIndex, type PartTexts } from '../domain/bundle/content.ts';
import { isChunkName, parseIndex } from '../domain/bundle/index-text.ts';
import { type Parsed } from '../domain/finding.ts';
import { type BundleReading, type BundleSource, type Clock } from '../ports.ts';
import { isPartial, makeDirectory, textOf } from './files.ts';
import { chunkPath, indexPath } from './index-file.ts';
import { readAtChanges } from './watch.ts';

type ServerKeyPair = NonNullable<Bundle['server']>;

interface DirectorySource {
  readonly directory: string;
  /** Where the server's key pair is renewed; watched as well. */
  readonly serverDirectory: string;
  readonly serverKeyPair: () => Promise<ServerKeyPair | undefined>;
  readonly clock: Clock;
}

/**
 * Bundles that a `directorySink` published. Each reading is a complete set whose chunks have the hashes that the index
 * names, or says why there is none; equal readings are given once. Nothing is given while there is no index.
 */
export function directorySource(source: DirectorySource): BundleSource {
  return { bundles: (signal) => bundles(source, signal) };
}

async function* bundles(source: DirectorySource, signal: AbortSignal): AsyncGenerator<BundleReading> {
  let last: string | undefined;
  const watched = [source.directory, source.serverDirectory];
  await Promise.all(watched.map(makeDirectory));
  let former: Bundle | undefined;
  const read = () => readingOf(source, former);
  for await (const reading of readAtChanges(read, watched, source.clock, signal, { matters })) {
    if (reading === undefined || fingerprintOf(reading) === last) continue;
    last = fingerprintOf(reading);
    if (reading.kind === 'Bundle') former = reading.bundle;
    yield reading;
  }
}

/** A set is there when its index is, which comes last. */
function matters(name: string): boolean {
  return !isChunkName(name) && !isPartial(name);
}

function fingerprintOf(reading: BundleReading): string {
  if (reading.kind === 'Unreadable') return `! ${reading.reason}`;
  const { index, server } = reading.bundle;
  return `${String(index.revision)} ${index.hash} ${server?.certificate ?? ''}`;
}

/** A set that was replaced while it was read is read again. */
async function readingOf(source: DirectorySource, former: Bundle | undefined): Promise<BundleReading | undefined> {
  for (;;) {
    const text = await textOf(indexPath(source.directory));
    if (text === undefined) return undefined;
    const reading = await readingWith(source, text, former);
    if (reading.kind === 'Bundle' || (await textOf(indexPath(source.directory))) === text) return reading;
  }
}

async function readingWith(source: DirectorySource, text: string, former: Bundle | undefined): Promise<BundleReading> {
  try {
    const index = parseIndex(text);
    return typeof index === 'string' ? { kind: 'Unreadable', reason: index } : await setOf(source, index, former);
  } catch (error) {
    return { kind: 'Unreadable', reason: error instanceof Error ? error.message : String(error) };
  }
}

async function setOf(source: DirectorySource, index: BundleIndex, former: Bundle | undefined): Promise<BundleReading> {
  const texts = await publishedTexts(source.directory, index, former);
  if (!texts.ok) return { kind: 'Unreadable', reason: texts.findings.map(({ message }) => message).join('; ') };
  const server = await source.serverKeyPair();
  return { kind: 'Bundle', bundle: { index, parts: texts.value, ...(server && { server }) } };
}

/**
 * The texts that an index in this directory names; refused when a chunk is missing or does not have its hash. Those that
 * the former set had are not read again.
 */
export async function publishedTexts(
  directory: string,
  index: BundleIndex,
  former?: Bundle,
): Promise<Parsed<PartTexts>> {
  const hashes = new Set(partNames.flatMap((name) => index.parts[name]));
  const known: ReadonlyMap<string, string> = former ? chunkTextsOf(former) : new Map<string, string>();
  const textFor = async (hash: string) => known.get(hash) ?? textOf(chunkPath(directory, hash));
  const texts = await Promise.all([...hashes].map(async (hash) => [hash, await textFor(hash)] as const));
  const found = new Map(texts.flatMap(([hash, text]) => (text === undefined ? [] : [[hash, text]])));
  return verifiedParts(index, found);
}
