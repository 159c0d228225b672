/** What is known of the objects of a set: read once, then kept up by our own writes and by what the mirror sees. */
import { type ConfigMapObject, configMaps, type SecretObject, secrets } from '../../api/kinds.ts';
import type { HeldTexts } from '../../domain/bundle/objects.ts';
import { sha256 } from '../../domain/hash.ts';
import type { KubeClient } from '../../kube/client.ts';
import { isNotFound } from '../../kube/errors.ts';
import { keyOf, type KubeObject } from '../../kube/object.ts';
import type { Reflector } from '../../kube/reflector.ts';
import { isAfter } from '../../kube/version.ts';
import { covers, isOwnedBy } from '../apply.ts';
import type { KnownConfigMap } from '../world.ts';
import type { SetSite } from './site.ts';

export type ObjectKind = 'ConfigMap' | 'Secret';

/** An object of ours. */
export interface KnownObject extends HeldTexts {
  readonly uid: string;
  readonly resourceVersion: string;
  readonly labels: Readonly<Record<string, string>>;
  /** SHA-256 of the texts whose key is another, by key. */
  readonly otherHashes: ReadonlyMap<string, string>;
}

/** `Foreign`: there is an object of this name that is not ours. */
export type Knowledge = KnownObject | 'Foreign' | undefined;

/** An object as it was just read, with its texts. */
interface ReadObject {
  readonly known: Knowledge;
  readonly texts: ReadonlyMap<string, string>;
}

export interface KnownObjects {
  /** What is known, or what the server says: it is asked about what was never read. */
  known(site: SetSite<string>, kind: ObjectKind, name: string, signal?: AbortSignal): Promise<Knowledge>;
  /** What the server says now. */
  read(site: SetSite<string>, kind: ObjectKind, name: string, signal?: AbortSignal): Promise<ReadObject>;
  /** What a ConfigMap holds by all that was seen, ours or not; undefined where none was seen. */
  held(site: SetSite<string>, name: string): Pick<KnownObject, 'intact' | 'otherHashes'> | undefined;
  /** What is kept of an object. */
  kept(site: SetSite<string>, kind: ObjectKind, name: string): KnownObject | undefined;
  /** An object as the server answered to our write. */
  wrote(site: SetSite<string>, kind: ObjectKind, object: KubeObject): void;
  /** Nothing is known of it any more: a write failed, or it was deleted. */
  lose(site: SetSite<string>, kind: ObjectKind, name: string): void;
}

export type ConfigMapMirror = Pick<Reflector<KnownConfigMap>, 'store' | 'onChange'>;

export function createKnownObjects(client: KubeClient, { store, onChange }: ConfigMapMirror): KnownObjects {
  const objects = new Map<string, KnownObject>();
  // So what is kept and not in the mirror is not there yet, and never gone.
  onChange((old, next) => {
    if (old && !next) objects.delete(idOf(old.meta, 'ConfigMap', old.meta.name));
  });

  /** The later one of what is kept and what the mirror has; undefined when they are of two objects, or nothing is kept. */
  function latest(site: SetSite<string>, kind: ObjectKind, name: string): KnownObject | undefined {
    const kept = objects.get(idOf(site, kind, name));
    const seen = kind === 'ConfigMap' ? store.get(keyOf(site.namespace, name)) : undefined;
    if (!kept || !seen) return kept;
    if (seen.meta.uid !== kept.uid) return undefined;
    return isAfter(seen.meta.resourceVersion, kept.resourceVersion) ? seenLater(kept, seen) : kept;
  }

  async function read(
    site: SetSite<string>,
    kind: ObjectKind,
    name: string,
    signal?: AbortSignal,
  ): Promise<ReadObject> {
    const id = idOf(site, kind, name);
    const object = await found(client, site.namespace, kind, name, signal);
    objects.delete(id);
    if (!object) return { known: undefined, texts: new Map() };
    const texts = textsOf(kind, object);
    if (!isOurs(site, object)) return { known: 'Foreign', texts };
    const known = knownOf(object, texts);
    objects.set(id, known);
    return { known, texts };
  }

  return {
    read,
    known: async (site, kind, name, signal) => latest(site, kind, name) ?? (await read(site, kind, name, signal)).known,
    held(site, name) {
      const seen = store.get(keyOf(site.namespace, name));
      return latest(site, 'ConfigMap', name) ?? (seen && { intact: seen.intact, otherHashes: seen.others });
    },
    kept: latest,
    wrote(site, kind, object) {
      objects.set(idOf(site, kind, object.metadata.name), knownOf(object, textsOf(kind, object)));
    },
    lose: (site, kind, name) => void objects.delete(idOf(site, kind, name)),
  };
}

function idOf({ namespace }: { readonly namespace: string }, kind: ObjectKind, name: string): string {
  return `${kind}/${namespace}/${name}`;
}

async function found(
  client: KubeClient,
  namespace: string,
  kind: ObjectKind,
  name: string,
  signal: AbortSignal | undefined,
): Promise<ConfigMapObject | SecretObject | undefined> {
  const call = signal ? { signal } : {};
  try {
    if (kind === 'ConfigMap') return await client.get(configMaps, namespace, name, call);
    return await client.get(secrets, namespace, name, call);
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

function isOurs({ owner, labels }: SetSite<string>, object: KubeObject): boolean {
  return owner ? isOwnedBy(object, owner.uid) : covers(object.metadata.labels ?? {}, labels);
}

function textsOf(kind: ObjectKind, { data = {} }: ConfigMapObject | SecretObject): ReadonlyMap<string, string> {
  const entries = Object.entries(data);
  if (kind === 'ConfigMap') return new Map(entries);
  return new Map(entries.map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]));
}

function knownOf({ metadata }: KubeObject, texts: ReadonlyMap<string, string>): KnownObject {
  const intact = new Set<string>();
  const otherHashes = new Map<string, string>();
  for (const [key, text] of texts) {
    const hash = sha256(text);
    if (hash === key) intact.add(key);
    else otherHashes.set(key, hash);
  }
  const { uid = '', resourceVersion = '', labels = {} } = metadata;
  return { uid, resourceVersion, labels, intact, others: new Set(otherHashes.keys()), otherHashes };
}

function seenLater(kept: KnownObject, { meta, labels, intact, others }: KnownConfigMap): KnownObject {
  const { resourceVersion } = meta;
  return { ...kept, resourceVersion, labels, intact, others: new Set(others.keys()), otherHashes: others };
}
