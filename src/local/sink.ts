import { rm } from 'node:fs/promises';
import path from 'node:path';
import { partNames, type BundleContent, type BundleIndex, type PartName } from '../domain/bundle/content.ts';
import { indexName, indexText, isChunkName, parseIndex } from '../domain/bundle/index-text.ts';
import { type BundleSink, type PublishedBundle } from '../ports.ts';
import { isPartial, makeDirectory, namesIn, replaceFile, textOf } from './files.ts';
import { chunkPath, indexPath } from './index-file.ts';

/**
 * Publishes into a directory: chunks as files named by their hash, the index last and in one step. A reader therefore
 * always finds a complete set; chunks of the previous set stay until the next publish. Content that is already
 * published is not written again. `loadedRevision` tells the highest revision that the agent ever reported, so that
 * numbers grow even when the index was lost.
 */
export function directorySink(directory: string, loadedRevision: () => number): BundleSink {
  return { publish: (broker, content) => publish(directory, broker, content, loadedRevision()) };
}

async function publish(
  directory: string,
  broker: string,
  content: BundleContent,
  loadedRevision: number,
): Promise<PublishedBundle> {
  await makeDirectory(directory);
  const names = await namesIn(directory);
  const present = await publishedIndex(directory);
  if (present?.broker === broker && present.hash === content.hash && isWhole(present, names)) {
    return { revision: present.revision, hash: present.hash, changed: false };
  }
  const index = indexOf(broker, content, Math.max(present?.revision ?? 0, loadedRevision) + 1);
  await writeChunks(directory, content, new Set(present && isWhole(present, names) ? names : []));
  await replaceFile(indexPath(directory), indexText(index));
  await removeOthers(directory, names, present ? [index, present] : [index]);
  return { revision: index.revision, hash: index.hash, changed: true };
}

/** The index that lies there; undefined when there is none or it cannot be used, for then it is written anew. */
export async function publishedIndex(directory: string): Promise<BundleIndex | undefined> {
  const text = await textOf(indexPath(directory));
  if (text === undefined) return undefined;
  const index = parseIndex(text);
  return typeof index === 'string' ? undefined : index;
}

function indexOf(broker: string, { hash, parts }: BundleContent, revision: number): BundleIndex {
  const named = partNames.map((name): [PartName, string[]] => [name, parts[name].map((chunk) => chunk.hash)]);
  return { broker, revision, hash, parts: Object.fromEntries(named) as Record<PartName, string[]> };
}

function isWhole(index: BundleIndex, names: readonly string[]): boolean {
  const found = new Set(names);
  return chunkNames(index).every((name) => found.has(name));
}

function chunkNames({ parts }: BundleIndex): string[] {
  return partNames.flatMap((name) => parts[name]);
}

async function writeChunks(directory: string, { parts }: BundleContent, present: ReadonlySet<string>): Promise<void> {
  const chunks = partNames.flatMap((name) => parts[name]).filter(({ hash }) => !present.has(hash));
  await Promise.all(chunks.map(({ hash, text }) => replaceFile(chunkPath(directory, hash), text)));
}

/** Removes chunks that no index names any more, and what an interrupted write left. */
async function removeOthers(
  directory: string,
  names: readonly string[],
  indexes: readonly BundleIndex[],
): Promise<void> {
  const needed = new Set(indexes.flatMap(chunkNames));
  const stale = names.filter((name) => name !== indexName && !needed.has(name));
  const ours = stale.filter((name) => isChunkName(name) || isPartial(name));
  await Promise.all(ours.map((name) => rm(path.join(directory, name), { force: true })));
}
