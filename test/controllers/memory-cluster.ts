/** An API server in memory with all kinds, and a mirror of it that is always up to date. Writes can be made to be the last ones of a process. */
import type { JsonPatchOperation, KubeClient } from '../../src/kube/client.ts';
import {
  type Key,
  keyOf,
  keyParts,
  type KubeObject,
  type ObjectMeta,
  type ResourceType,
} from '../../src/kube/object.ts';
import type { World } from '../../src/controllers/world.ts';
import { refusal } from '../kube/memory-api.ts';
import { fakeWorld } from './fake-world.ts';

export interface MemoryWrite {
  readonly verb: 'create' | 'apply' | 'status' | 'patch' | 'delete';
  readonly kind: string;
  readonly key: Key;
  readonly body?: unknown;
}

/** What the process of a test gets instead of an answer when it is killed. */
export class Killed extends Error {
  override readonly name = 'Killed';
}

type Stored = KubeObject & { readonly spec?: unknown; readonly status?: unknown };

export class MemoryCluster {
  readonly writes: MemoryWrite[] = [];
  readonly reads: Key[] = [];
  /** Writes that are still done; the answer to the last of them is lost with the process. */
  writesLeft = Infinity;
  /** Without it the mirror stays as it is. */
  isMirrored = true;
  /** Refuses a write or a read, where it gives an error. */
  refuse: (call: { readonly verb: string; readonly kind: string; readonly key: Key }) => Error | undefined = () =>
    undefined;
  /** Is told of each object that is written, and of each that went. */
  onStored: (kind: string, key: Key) => void = () => undefined;
  onGone: (kind: string, key: Key, object: KubeObject) => void = () => undefined;
  /** Is told of each object that the mirror hears of late. */
  onTold: (kind: string, key: Key) => void = () => undefined;
  /** What the mirror has not heard of, by `KIND/KEY`, where it is not kept up to date. */
  readonly late = new Set<string>();
  /** When an object that comes now is said to have been made. */
  createdAt = (): string => '2026-01-01T00:00:00Z';
  readonly #objects = new Map<string, Stored>();
  #mirror = fakeWorld();
  /** UIDs of what the mirror has. */
  readonly #mirrored = new Map<string, string | undefined>();
  #version = 0;
  readonly #kinds: ReadonlySet<string>;

  constructor(kinds: Iterable<string>) {
    this.#kinds = new Set(kinds);
  }

  /** A new process: a mirror without handlers, filled with what is there. */
  restarted(): World {
    this.#mirror = fakeWorld();
    this.late.clear();
    this.#mirrored.clear();
    for (const [id, object] of this.#objects) {
      if (!this.#kinds.has(object.kind)) continue;
      this.#mirror.put(structuredClone(object));
      this.#mirrored.set(id, object.metadata.uid);
    }
    return this.#mirror.world;
  }

  readonly client: KubeClient = {
    get: async <T>(type: ResourceType, namespace: string | undefined, name: string) => {
      await Promise.resolve();
      const key = keyOf(namespace, name);
      this.reads.push(`${type.kind}/${key}`);
      this.#check('get', type.kind, key);
      return structuredClone(this.#found(type.kind, key)) as T;
    },
    create: (type, object) =>
      this.#write('create', type, object.metadata, object, () => {
        if (this.object(type.kind, keyOf(object.metadata.namespace, object.metadata.name))) {
          throw refusal(409, 'AlreadyExists');
        }
        return this.#put(object);
      }),
    apply: (type, object, { uid, resourceVersion }) =>
      this.#write('apply', type, object.metadata, object, () => {
        const present = this.object(type.kind, keyOf(object.metadata.namespace, object.metadata.name));
        if (uid !== undefined && present?.metadata.uid !== uid) throw refusal(409, 'Conflict');
        if (resourceVersion !== undefined && present?.metadata.resourceVersion !== resourceVersion) {
          throw refusal(409, 'Conflict');
        }
        return this.#put({ ...present, ...object, metadata: { ...present?.metadata, ...object.metadata } });
      }),
    applyStatus: (type, object, { uid }) =>
      this.#write('status', type, object.metadata, object, () => {
        const present = this.#found(type.kind, keyOf(object.metadata.namespace, object.metadata.name));
        if (uid !== undefined && present.metadata.uid !== uid) throw refusal(409, 'Conflict');
        return this.#put({ ...present, status: (object as Stored).status } as Stored);
      }),
    patchJson: (type, namespace, name, operations) =>
      this.#write('patch', type, { ...(namespace !== undefined && { namespace }), name }, operations, () => {
        const present = this.#found(type.kind, keyOf(namespace, name));
        return this.#settled(patched(present, operations));
      }),
    delete: async (type, namespace, name, options) => {
      await this.#write('delete', type, { ...(namespace !== undefined && { namespace }), name }, undefined, () => {
        const { uid, resourceVersion } = this.#found(type.kind, keyOf(namespace, name)).metadata;
        const isOther =
          (options?.uid ?? uid) !== uid || (options?.resourceVersion ?? resourceVersion) !== resourceVersion;
        if (isOther) throw refusal(409, 'Conflict');
        return this.#erased(type.kind, keyOf(namespace, name));
      });
    },
    list: () => {
      throw new Error('list: not in memory');
    },
    watch: () => {
      throw new Error('watch: not in memory');
    },
  };

  object(kind: string, key: Key): Stored | undefined {
    return this.#objects.get(`${kind}/${key}`);
  }

  objectsOf(kind: string): readonly Stored[] {
    return [...this.#objects.values()].filter((object) => object.kind === kind);
  }

  /** All objects without what differs from one run to the next. */
  contents(): Readonly<Record<string, unknown>> {
    const entries = [...this.#objects].map(([id, { metadata, ...rest }]) => {
      const { labels, annotations, finalizers } = metadata;
      return [id, { ...rest, metadata: { labels, annotations, finalizers } }] as const;
    });
    return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  /** As a person would with kubectl: status and finalizers stay as they are, unless they are given. */
  put(object: KubeObject): KubeObject {
    const former = this.object(object.kind, keyOf(object.metadata.namespace, object.metadata.name));
    const { finalizers } = former?.metadata ?? {};
    const status = former && 'status' in former ? { status: former.status } : {};
    return this.#put({ ...status, ...object, metadata: { ...(finalizers && { finalizers }), ...object.metadata } });
  }

  /** The version grows, and with the spec the generation. */
  #put(object: KubeObject): Stored {
    const { namespace, name } = object.metadata;
    const former = this.object(object.kind, keyOf(namespace, name));
    this.#version += 1;
    const isNewSpec = JSON.stringify(former?.spec) !== JSON.stringify((object as Stored).spec);
    const metadata = {
      creationTimestamp: former?.metadata.creationTimestamp ?? this.createdAt(),
      generation: (former?.metadata.generation ?? 0) + (isNewSpec ? 1 : 0),
      ...object.metadata,
      uid: former?.metadata.uid ?? `uid-${object.kind}-${name}-${this.#version}`,
      resourceVersion: String(this.#version),
      ...(former && isNewSpec && { generation: (former.metadata.generation ?? 0) + 1 }),
    };
    return this.#stored({ ...object, metadata });
  }

  remove(kind: string, key: Key): void {
    const object = this.#found(kind, key);
    this.#objects.delete(`${kind}/${key}`);
    this.#noticed(kind, key);
    this.onGone(kind, key, object);
  }

  /** As a person or the garbage collector would delete it: it goes with its last finalizer. */
  erase(kind: string, key: Key): void {
    this.#erased(kind, key);
  }

  #erased(kind: string, key: Key): Stored {
    const present = this.#found(kind, key);
    return this.#settled({
      ...present,
      metadata: { ...present.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' },
    });
  }

  #noticed(kind: string, key: Key): void {
    if (!this.#kinds.has(kind)) return;
    const id = `${kind}/${key}`;
    this.late.add(id);
    if (this.isMirrored) this.tell(id);
  }

  /** The mirror hears of everything once more, as from time to time it does. */
  resync(): void {
    for (const [id, { kind }] of this.#objects) if (this.#kinds.has(kind)) this.late.add(id);
  }

  /** Lets the mirror hear of something as it is now; of what it was meanwhile it never does. */
  tell(id: string): void {
    if (!this.late.delete(id)) return;
    const slash = id.indexOf('/');
    const [kind, key] = [id.slice(0, slash), id.slice(slash + 1)];
    const { namespace, name } = keyParts(key);
    const object = this.object(kind, key);
    const former = this.#mirrored.get(id);
    this.#mirrored.delete(id);
    if (!object || (former !== undefined && former !== object.metadata.uid)) this.#mirror.remove(kind, namespace, name);
    if (!object) return;
    this.#mirrored.set(id, object.metadata.uid);
    // The mirror may put defaults into what it is given, as the real server does before.
    this.#mirror.put(structuredClone(object));
    this.onTold(kind, key);
  }

  #stored(object: Stored): Stored {
    const { kind, metadata } = object;
    const key = keyOf(metadata.namespace, metadata.name);
    this.#objects.set(`${kind}/${key}`, object);
    this.#noticed(kind, key);
    this.onStored(kind, key);
    return structuredClone(object);
  }

  /** One that is being deleted goes with its last finalizer. */
  #settled(object: Stored): Stored {
    const { kind, metadata } = object;
    const isGone = metadata.deletionTimestamp !== undefined && !metadata.finalizers?.length;
    if (!isGone) return this.#put(object);
    this.remove(kind, keyOf(metadata.namespace, metadata.name));
    return object;
  }

  #found(kind: string, key: Key): Stored {
    const object = this.object(kind, key);
    if (!object) throw refusal(404, 'NotFound');
    return object;
  }

  #check(verb: string, kind: string, key: Key): void {
    const error = this.refuse({ verb, kind, key });
    if (error) throw error;
  }

  async #write<T>(
    verb: MemoryWrite['verb'],
    { kind }: ResourceType,
    { namespace, name }: ObjectMeta,
    body: unknown,
    effect: () => KubeObject,
  ): Promise<T> {
    await Promise.resolve();
    if (this.writesLeft <= 0) throw new Killed('it is dead');
    const key = keyOf(namespace, name);
    this.#check(verb, kind, key);
    const result = effect();
    this.writes.push({ verb, kind, key, ...(body !== undefined && { body: structuredClone(body) }) });
    this.writesLeft -= 1;
    if (this.writesLeft <= 0) throw new Killed('it died after this write');
    return result as T;
  }
}

type Container = Record<string, unknown> | unknown[];

/** RFC 6902. A version that is to be replaced is what the writer has read: another one is a conflict. */
function patched(object: Stored, operations: readonly JsonPatchOperation[]): Stored {
  const next = structuredClone(object) as Stored & Record<string, unknown>;
  for (const operation of operations) {
    const tokens = operation.path.split('/').slice(1);
    const [last = '', ...path] = tokens.map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~')).reverse();
    let place: Container = next;
    for (const token of path.reverse()) {
      const inner = (place as Record<string, unknown>)[token];
      if (typeof inner !== 'object' || inner === null) throw refusal(422, 'Invalid');
      place = inner as Container;
    }
    patchOne(place, last, operation);
  }
  const { finalizers, ...metadata } = next.metadata;
  return { ...next, metadata: finalizers?.length === 0 ? metadata : next.metadata };
}

function patchOne(place: Container, token: string, operation: JsonPatchOperation): void {
  const { op, path } = operation;
  const present = (place as Record<string, unknown>)[token];
  if (op === 'remove') {
    if (present === undefined) throw refusal(422, 'Invalid');
    if (Array.isArray(place)) place.splice(Number(token), 1);
    else Reflect.deleteProperty(place, token);
    return;
  }
  const { value } = operation;
  if (path === '/metadata/resourceVersion' && present !== value) throw refusal(409, 'Conflict');
  if (op === 'test') {
    if (JSON.stringify(present ?? null) !== JSON.stringify(value)) throw refusal(422, 'Invalid');
  } else if (op === 'add' && Array.isArray(place)) {
    place.splice(token === '-' ? place.length : Number(token), 0, structuredClone(value));
  } else {
    (place as Record<string, unknown>)[token] = structuredClone(value);
  }
}
