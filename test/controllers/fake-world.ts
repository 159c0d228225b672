/** Stores of a world that a test fills by hand: what reflectors give, without a server. */
import type { KubeObject, ResourceType } from '../../src/kube/object.ts';
import type { Project } from '../../src/kube/mirror.ts';
import type { Reflector } from '../../src/kube/reflector.ts';
import { createStore, type Handler, type Indexes } from '../../src/kube/store.ts';
import { createWorld, type World } from '../../src/controllers/world.ts';
import type { KubeClient } from '../../src/kube/client.ts';

export interface FakeStore<T> {
  /** Adds or replaces an object as the server would give it; `undefined` as `next` deletes. */
  put(object: T): void;
  remove(namespace: string | undefined, name: string): void;
}

interface FakeReflector<T, V> extends Reflector<V>, FakeStore<T> {}

/** A reflector that has synced and changes only by hand. */
export function fakeReflector<T extends KubeObject, V>(
  project: Project<T, V>,
  indexes: Indexes<V> = {},
): FakeReflector<T, V> {
  const writable = createStore(indexes);
  const handlers: Handler<V>[] = [];
  let version = 0;
  const keyOf = (namespace: string | undefined, name: string) =>
    namespace === undefined ? name : `${namespace}/${name}`;
  return {
    store: writable.store,
    hasSynced: true,
    isServed: () => true,
    ready: Promise.resolve(),
    onChange(handler) {
      handlers.push(handler);
      for (const value of writable.store.list()) handler(undefined, value, { lowPriority: true });
    },
    onServed: () => undefined,
    start: () => undefined,
    stop: () => undefined,
    put(object) {
      version += 1;
      const resourceVersion = object.metadata.resourceVersion ?? String(version);
      const { namespace, name, uid = '' } = object.metadata;
      const key = keyOf(namespace, name);
      const old = writable.contents.entries.get(key);
      const former = old?.uid === uid ? old.value : undefined;
      const value = project({ ...object, metadata: { ...object.metadata, resourceVersion } }, key, former);
      writable.contents.set(key, { value, uid, resourceVersion });
      for (const handler of handlers) handler(old?.value, value, { lowPriority: false });
    },
    remove(namespace, name) {
      const key = keyOf(namespace, name);
      const old = writable.contents.entries.get(key);
      writable.contents.remove(key);
      if (old) for (const handler of handlers) handler(old.value, undefined, { lowPriority: false });
    },
  };
}

/** A whole world of such stores, with the projections and indexes of the real one, by the plural of each resource. */
export function fakeWorld(): {
  readonly world: World;
  readonly put: (object: KubeObject) => void;
  readonly remove: (kind: string, namespace: string | undefined, name: string) => void;
} {
  const stores = new Map<string, FakeStore<KubeObject>>();
  const world = createWorld({
    client: {} as KubeClient,
    clock: { now: () => new Date(0), sleep: () => Promise.resolve() },
    random: { next: () => 0 },
    reflectorOf: <T extends KubeObject, V>(
      { kind }: ResourceType<T>,
      project: Project<T, V>,
      indexes: Indexes<V>,
    ): Reflector<V> => {
      const reflector = fakeReflector(project, indexes);
      stores.set(kind, reflector);
      return reflector;
    },
  });
  const storeOf = (kind: string) => {
    const store = stores.get(kind);
    if (!store) throw new Error(`there is no store of ${kind}`);
    return store;
  };
  return {
    world,
    put: (object) => storeOf(object.kind).put(object),
    remove: (kind, namespace, name) => storeOf(kind).remove(namespace, name),
  };
}
