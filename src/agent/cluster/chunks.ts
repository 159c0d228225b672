import { configMaps, secrets } from '../../api/kinds.ts';
import { chunkTextsOf, verifiedParts } from '../../domain/bundle/chunks.ts';
import type { Bundle, BundleIndex, PartTexts } from '../../domain/bundle/content.ts';
import { bundleLayout, type ChunkPlace, chunkPlaces } from '../../domain/bundle/objects.ts';
import type { Parsed } from '../../domain/finding.ts';
import type { ObjectKey } from '../../domain/names.ts';
import type { KubeClient } from '../../kube/client.ts';
import { isNotFound } from '../../kube/errors.ts';
import { keyParts } from '../../kube/object.ts';

/** So many objects are asked for at once. */
const parallelReads = 8;

/** The texts that an index names: those that the former set had, and for each other one the object that holds it. */
export async function readTexts(
  client: KubeClient,
  broker: ObjectKey,
  index: BundleIndex,
  former: Bundle | undefined,
  signal: AbortSignal,
): Promise<Parsed<PartTexts>> {
  const known: ReadonlyMap<string, string> = former ? chunkTextsOf(former) : new Map<string, string>();
  const places = chunkPlaces(bundleLayout(broker), index.parts).map((place) => ({
    ...place,
    hash: index.parts[place.part][place.number] ?? '',
  }));
  const texts = new Map<string, string>();
  for (const { hash } of places) {
    const text = known.get(hash);
    if (text !== undefined) texts.set(hash, text);
  }
  const missing = places.filter(({ hash }) => !texts.has(hash));
  for (let at = 0; at < missing.length; at += parallelReads) {
    const group = missing.slice(at, at + parallelReads);
    const found = await Promise.all(group.map((place) => chunkText(client, broker, place, place.hash, signal)));
    for (const [number, text] of found.entries()) if (text !== undefined) texts.set(group[number]?.hash ?? '', text);
  }
  return verifiedParts(index, texts);
}

/** The text under its hash in the object; undefined when one of them is not there. Whether it has its hash is not looked at. */
async function chunkText(
  client: KubeClient,
  broker: ObjectKey,
  { kind, name }: ChunkPlace<string>,
  hash: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { namespace } = keyParts(broker);
  try {
    if (kind === 'ConfigMap') return (await client.get(configMaps, namespace, name, { signal })).data?.[hash];
    const encoded = (await client.get(secrets, namespace, name, { signal })).data?.[hash];
    return encoded === undefined ? undefined : Buffer.from(encoded, 'base64').toString();
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}
