/** The store of a reflector, what is told of its changes, and up to where it is true. */
import type { WatchEvent } from './client.ts';
import { ApiError } from './errors.ts';
import { type Key, keyOfObject, type KubeObject } from './object.ts';
import type { ReflectorReport } from './report.ts';
import { inSlices } from './slices.ts';
import { type Change, changesOf, expected, type Snapshot, snapshotSince, unexpected } from './snapshot.ts';
import { createStore, type Entry, type Handler, type Indexes, type Store } from './store.ts';
import { stripped } from './strip.ts';
import { isAfter } from './version.ts';

/** What is kept of an object, under which key; `former` is what is kept of an earlier version of this very object. */
export type Project<T, V> = (object: T, key: Key, former: V | undefined) => V;

export interface MirrorOptions<T, V> {
  readonly project: Project<T, V>;
  readonly indexes: Indexes<V> | undefined;
  readonly report: (report: ReflectorReport) => void;
  /** After it nothing is told. */
  readonly signal: AbortSignal;
}

export interface Mirror<T, V> {
  readonly store: Store<V>;
  onChange(handler: Handler<V>): void;
  /** Where a list is gathered; with `isResync` objects that did not change are told too. */
  snapshot(isResync: boolean): Snapshot<T, V>;
  /** Makes a gathered list what readers see, then tells what changed; gives how much. */
  swap(snapshot: Snapshot<T, V>, resourceVersion: string): Promise<number>;
  /** Version of the last list, event or bookmark; undefined before the first list and after `distrust`. */
  readonly version: string | undefined;
  /** The version is of no use any more: a list is due. */
  distrust(): void;
  /** One event of a watch from `version`. What is known already is passed over; what is older is an error. */
  apply(event: WatchEvent<T>): void;
}

export function createMirror<T extends KubeObject, V>(options: MirrorOptions<T, V>): Mirror<T, V> {
  const { project, indexes, report, signal } = options;
  const writable = createStore(indexes);
  const handlers: Handler<V>[] = [];
  let version: string | undefined;
  let isFirst = true;

  function tell({ key, old, next, delivery }: Change<V>, told: readonly Handler<V>[] = handlers): void {
    for (const handler of told) {
      if (signal.aborted) return;
      try {
        handler(old, next, delivery);
      } catch (error) {
        report({ event: 'HandlerFailed', key, error });
      }
    }
  }

  function entryOf(key: Key, object: T, old: Entry<V> | undefined): Entry<V> | undefined {
    const { uid = '', resourceVersion = '' } = object.metadata;
    const former = old?.uid === uid ? old : undefined;
    try {
      return { value: project(stripped(object), key, former?.value), uid, resourceVersion };
    } catch (error) {
      report({ event: 'ProjectionFailed', key, error });
      return former;
    }
  }

  function change(key: Key, old: Entry<V> | undefined, next: Entry<V> | undefined): void {
    if (next === old) return;
    if (next) writable.contents.set(key, next);
    else writable.contents.remove(key);
    for (const one of changesOf(key, old, next, unexpected)) tell(one);
  }

  return {
    store: writable.store,
    onChange(handler) {
      handlers.push(handler);
      for (const [key, { value }] of writable.contents.entries) {
        tell({ key, old: undefined, next: value, delivery: expected }, [handler]);
      }
    },
    snapshot: (isResync) =>
      snapshotSince({ before: writable.contents, contents: writable.empty(), entryOf, isResync, isFirst, signal }),
    async swap(snapshot, resourceVersion) {
      signal.throwIfAborted();
      const told = [...handlers]; // who comes from now on is told of all that is there
      writable.swap(snapshot.contents);
      version = resourceVersion;
      isFirst = false;
      let changes = 0;
      const tellOne = (one: Change<V>) => {
        changes += 1;
        tell(one, told);
      };
      await inSlices(snapshot.changes(), tellOne, signal);
      signal.throwIfAborted();
      return changes;
    },
    get version() {
      return version;
    },
    distrust: () => (version = undefined),
    apply({ type, object }) {
      const { uid, resourceVersion = '' } = object.metadata;
      const key = keyOfObject(object);
      const old = writable.contents.entries.get(key);
      if (type === 'BOOKMARK' ? resourceVersion === version : isKnown(type, old, uid, resourceVersion)) return;
      if (version !== undefined && !isAfter(resourceVersion, version)) throw outOfOrder(resourceVersion, version);
      version = resourceVersion;
      if (type !== 'BOOKMARK') change(key, old, type === 'DELETED' ? undefined : entryOf(key, object, old));
    },
  };
}

function isKnown<V>(
  type: WatchEvent<unknown>['type'],
  old: Entry<V> | undefined,
  uid: string | undefined,
  resourceVersion: string,
): boolean {
  return type === 'DELETED' ? !old : old?.uid === uid && old?.resourceVersion === resourceVersion;
}

/** What a restored backup looks like, or a stream that somebody repeats. Only a list can tell what is true. */
function outOfOrder(next: string, version: string): ApiError {
  return new ApiError(`watch: version ${next} came after version ${version}`, { status: 410, reason: 'OutOfOrder' });
}
