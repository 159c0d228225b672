import { indexName, parseSetIndex, setIndexText } from '../../domain/bundle/index-text.ts';
import {
  chunkChange,
  type ChunkPlace,
  chunkPlace,
  chunkPlaces,
  nextRevision,
  type WantedChunk,
  wantedChunks,
} from '../../domain/bundle/objects.ts';
import { ofParts, type SetContent, setHash, type SetIndex, verifiedChunks } from '../../domain/bundle/set.ts';
import type { Finding } from '../../domain/finding.ts';
import { sha256 } from '../../domain/hash.ts';
import type { KubeClient } from '../../kube/client.ts';
import { isNotFound } from '../../kube/errors.ts';
import { keyOf } from '../../kube/object.ts';
import { covers } from '../apply.ts';
import {
  type ConfigMapMirror,
  createKnownObjects,
  type Knowledge,
  type KnownObject,
  type KnownObjects,
} from './known.ts';
import type { NotOurs, PublishedIndex, PublishedTexts, Publisher, PublishOptions, PublishResult } from './published.ts';
import type { SetSite } from './site.ts';
import { createTurns, parallelWrites, type Turns } from './turns.ts';
import { chunkWrite, indexMarkWrite, indexWrite, type ObjectWrite, typeOf, written } from './write.ts';

export interface PublisherOptions {
  readonly client: KubeClient;
  /** The mirror of our ConfigMaps. */
  readonly configMaps: ConfigMapMirror;
}

interface Publishing {
  readonly client: KubeClient;
  readonly objects: KnownObjects;
  /** Indexes as they were last read or written, by the hash of their text. */
  readonly indexes: Map<string, KeptIndex>;
  /** The highest revision that this process has seen of a set. */
  readonly revisions: Map<string, number>;
  readonly turns: Turns;
}

interface KeptIndex {
  readonly textHash: string;
  readonly index: SetIndex<string>;
  readonly annex: string | undefined;
}

export function createPublisher({ client, configMaps }: PublisherOptions): Publisher {
  const objects = createKnownObjects(client, configMaps);
  const state: Publishing = { client, objects, indexes: new Map(), revisions: new Map(), turns: createTurns() };
  return {
    index: async (site, signal) => (await presentIndex(state, site, signal)).published,
    texts: (site, parts, signal) => publishedTexts(state, site, parts, signal),
    publish: (site, content, options = {}) => publish(state, site, content, options),
    damaged: (site, index) => damaged(state, site, index),
    forget(site) {
      state.indexes.delete(keyOfSite(site));
      state.revisions.delete(keyOfSite(site));
    },
  };
}

function keyOfSite({ namespace, layout }: SetSite<string>): string {
  return keyOf(namespace, layout.index);
}

interface PresentIndex<P extends string> {
  readonly published: PublishedIndex<P>;
  /** The object, where there is one of ours. */
  readonly known: KnownObject | undefined;
}

/** The index as the mirror has it while that is the one that was last read or written, else as the server says. */
async function presentIndex<P extends string>(
  state: Publishing,
  site: SetSite<P>,
  signal: AbortSignal | undefined,
): Promise<PresentIndex<P>> {
  const { objects, indexes } = state;
  const { index: name } = site.layout;
  const kept = indexes.get(keyOfSite(site));
  const known = kept && (await objects.known(site, 'ConfigMap', name, signal));
  if (isObject(known) && known.otherHashes.get(indexName) === kept?.textHash) {
    return { published: publishedIndex(kept?.index as SetIndex<P>, kept?.annex), known };
  }
  const read = await objects.read(site, 'ConfigMap', name, signal);
  if (read.known === 'Foreign') return { published: notOurs(site, 'ConfigMap', name), known: undefined };
  if (!read.known) return { published: { kind: 'None' }, known: undefined };
  const { intact } = read.known;
  const [, annex] = [...read.texts].find(([key]) => intact.has(key)) ?? [];
  return { published: readIndex(state, site, read.texts.get(indexName), annex), known: read.known };
}

function publishedIndex<P extends string>(index: SetIndex<P>, annex: string | undefined): PublishedIndex<P> {
  return { kind: 'Published', index, ...(annex !== undefined && { annex }) };
}

function readIndex<P extends string>(
  state: Publishing,
  site: SetSite<P>,
  text: string | undefined,
  annex: string | undefined,
): PublishedIndex<P> {
  const { parts, header } = site.layout;
  const index = text === undefined ? 'the index has no text' : parseSetIndex(text, parts, header);
  if (typeof index === 'string') return damagedIndex(index);
  if (setHash(parts, index.parts) !== index.hash) return damagedIndex(`the index does not have its hash ${index.hash}`);
  keepIndex(state, site, { index, annex }, text ?? '');
  return publishedIndex(index, annex);
}

function damagedIndex(message: string) {
  const finding: Finding = { code: 'MQS104', severity: 'Error', message, path: 'index' };
  return { kind: 'Damaged', findings: [finding] } as const;
}

function keepIndex<P extends string>(
  state: Publishing,
  site: SetSite<P>,
  { index, annex }: { readonly index: SetIndex<P>; readonly annex: string | undefined },
  text: string,
): void {
  const key = keyOfSite(site);
  state.indexes.set(key, { textHash: sha256(text), index, annex });
  state.revisions.set(key, Math.max(index.revision, state.revisions.get(key) ?? 0));
}

function isObject(known: Knowledge): known is KnownObject {
  return known !== undefined && known !== 'Foreign';
}

function notOurs({ namespace }: SetSite<string>, kind: string, name: string): NotOurs {
  return { kind: 'NotOurs', object: `${kind} ${namespace}/${name}` };
}

async function publishedTexts<P extends string, Q extends P>(
  state: Publishing,
  site: SetSite<P>,
  parts: readonly Q[],
  signal: AbortSignal | undefined,
): Promise<PublishedTexts<P, Q>> {
  const { published } = await presentIndex(state, site, signal);
  if (published.kind !== 'Published') return published;
  const { index } = published;
  const places = parts.flatMap((part) => index.parts[part].map((_, number) => chunkPlace(site.layout, part, number)));
  const reads = await inGroups(places, ({ kind, name }) => state.objects.read(site, kind, name, signal));
  const texts = new Map(reads.flatMap((read) => [...read.texts]));
  const verified = verifiedChunks(index, site.layout.parts, texts, parts);
  if (!verified.ok) return { kind: 'Damaged', findings: verified.findings, found: { index, chunks: intact(texts) } };
  return { kind: 'Published', index, texts: ofParts(parts, (part) => verified.value[part].join('')) };
}

function intact(texts: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  return new Map([...texts].filter(([hash, text]) => sha256(text) === hash));
}

async function publish<P extends string>(
  state: Publishing,
  site: SetSite<P>,
  content: SetContent<P>,
  options: PublishOptions,
): Promise<PublishResult<P>> {
  const { signal, leastRevision = 0 } = options;
  const { published, known } = await presentIndex(state, site, signal);
  if (published.kind === 'NotOurs') return published;
  const present = published.kind === 'Published' ? published.index : undefined;
  const planned = await plannedChunks(state, site, wantedChunks(site.layout, present, content), options);
  if (!Array.isArray(planned)) return planned;
  const least = Math.max(leastRevision, state.revisions.get(keyOfSite(site)) ?? 0);
  const isCurrent = present?.hash === content.hash && present.revision >= least;
  const { namespace } = site;
  const turn = state.turns.begin({ namespace, objects: planned.length, givesWay: options.givesWay === true });
  let index = present;
  try {
    await inGroups(planned, (write) => writeObject(state, site, write, signal), turn.width);
    index = isCurrent ? present : await writtenIndex(state, site, content, known, options);
  } finally {
    turn.end();
  }
  const isMarked = !isCurrent || !known || covers(known.labels, site.labels);
  if (!isMarked) await writeObject(state, site, indexMarkWrite(site, known), signal);
  const leftovers = await deleteLeftovers(state, site, index, signal);
  return { kind: 'Published', index, writes: planned.length + (isCurrent && isMarked ? 0 : 1) + leftovers };
}

/** The writes of all chunks that are not in their object; nothing is written when one of the objects is not ours. */
async function plannedChunks<P extends string>(
  { objects }: Publishing,
  site: SetSite<P>,
  wanted: readonly WantedChunk<P>[],
  { checkSecrets, signal }: PublishOptions,
): Promise<ObjectWrite[] | NotOurs> {
  const isThere = ({ kind, name, chunk, present }: WantedChunk<P>): boolean =>
    kind === 'Secret'
      ? chunk.hash === present && checkSecrets !== true
      : chunk.hash === present && objects.held(site, name)?.intact.has(chunk.hash) === true;
  const open = wanted.filter((chunk) => !isThere(chunk));
  if (checkSecrets) for (const { kind, name } of open) if (kind === 'Secret') objects.lose(site, kind, name);
  const known = await inGroups(open, ({ kind, name }) => objects.known(site, kind, name, signal));
  const foreign = open.find((_, at) => known[at] === 'Foreign');
  if (foreign) return notOurs(site, foreign.kind, foreign.name);
  return open.flatMap((chunk, at) => {
    const object = known[at];
    const held = isObject(object) ? object : undefined;
    return chunkWrite(site, chunk, held, chunkChange(chunk, held ?? nothing)) ?? [];
  });
}

const nothing = { intact: new Set<string>(), others: new Set<string>() };

async function writeObject(
  { client, objects }: Publishing,
  site: SetSite<string>,
  write: ObjectWrite,
  signal: AbortSignal | undefined,
): Promise<void> {
  try {
    objects.wrote(site, write.kind, await written(client, site, write, signal ? { signal } : {}));
  } catch (error) {
    objects.lose(site, write.kind, write.name);
    throw error;
  }
}

async function writtenIndex<P extends string>(
  state: Publishing,
  site: SetSite<P>,
  { parts, hash }: SetContent<P>,
  known: KnownObject | undefined,
  { leastRevision, annex: annexOf, signal }: PublishOptions,
): Promise<SetIndex<P>> {
  const { layout } = site;
  const revision = nextRevision(state.revisions.get(keyOfSite(site)), leastRevision);
  const hashes = ofParts(layout.parts, (part) => parts[part].map((chunk) => chunk.hash));
  const index: SetIndex<P> = { revision, hash, parts: hashes };
  const text = setIndexText(layout.header, index);
  const annex = annexOf?.(revision);
  await writeObject(state, site, indexWrite(site, known, text, annex), signal);
  keepIndex(state, site, { index, annex }, text);
  return index;
}

/** Objects of numbers that the index does not name any more, up to the first that is not there. Gives how many. */
async function deleteLeftovers<P extends string>(
  state: Publishing,
  site: SetSite<P>,
  { parts }: SetIndex<P>,
  signal: AbortSignal | undefined,
): Promise<number> {
  let deleted = 0;
  for (const part of site.layout.parts) {
    let number = parts[part].length;
    while (await deletedLeftover(state, site, chunkPlace(site.layout, part, number), signal)) number += 1;
    deleted += number - parts[part].length;
  }
  return deleted;
}

async function deletedLeftover<P extends string>(
  { client, objects }: Publishing,
  site: SetSite<P>,
  { kind, name }: ChunkPlace<P>,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  if (kind === 'ConfigMap' && !objects.held(site, name)) return false;
  const known = kind === 'ConfigMap' ? await objects.known(site, kind, name, signal) : objects.kept(site, kind, name);
  if (!isObject(known)) return false;
  const { uid, resourceVersion } = known;
  objects.lose(site, kind, name);
  await client
    .delete(typeOf(kind), site.namespace, name, { uid, resourceVersion, ...(signal && { signal }) })
    .catch((error: unknown) => {
      if (!isNotFound(error)) throw error;
    });
  return true;
}

function damaged<P extends string>(
  { objects, indexes }: Publishing,
  site: SetSite<P>,
  { parts }: SetIndex<P>,
): readonly string[] {
  const { layout } = site;
  const chunks = chunkPlaces(layout, parts).filter(
    ({ kind, part, number, name }) =>
      kind === 'ConfigMap' && objects.held(site, name)?.intact.has(parts[part][number] ?? '') !== true,
  );
  const textHash = objects.held(site, layout.index)?.otherHashes.get(indexName);
  const isIndexWhole = textHash !== undefined && textHash === (indexes.get(keyOfSite(site))?.textHash ?? textHash);
  return [...chunks.map(({ name }) => name), ...(isIndexWhole ? [] : [layout.index])];
}

/** Runs over all, some at a time; all that were begun have ended when it fails. */
async function inGroups<T, R>(
  items: readonly T[],
  run: (item: T) => Promise<R>,
  width = () => parallelWrites,
): Promise<R[]> {
  const results: R[] = [];
  while (results.length < items.length) {
    const group = await Promise.allSettled(items.slice(results.length, results.length + width()).map(run));
    for (const outcome of group) {
      if (outcome.status === 'rejected') throw outcome.reason;
      results.push(outcome.value);
    }
  }
  return results;
}
