/** What the rest of the API machinery asks of an API server. `rest.ts` gives it over HTTP. */
import type { KubeObject, ResourceType } from './object.ts';

export interface CallOptions {
  readonly signal?: AbortSignal;
  /** From sending to the end of the answer; of a watch, to the first byte of the answer. */
  readonly timeoutMilliseconds?: number;
  /** Called right before each sending, further tries included; what it throws refuses the call. Not for reads. */
  readonly beforeSend?: () => void;
}

export interface ApplyOptions extends CallOptions {
  readonly fieldManager: string;
  /** Takes over fields of other managers. Without it such a field is a conflict (409). */
  readonly force: boolean;
  /** Refused with 409 if the object has another version. One that is not there is made anew: only `uid` prevents that. */
  readonly resourceVersion?: string;
  /** Refused with 409 unless the object is there with this UID. */
  readonly uid?: string;
}

/** What is deleted: an object of another UID or version under the same name is refused with 409. */
export interface DeleteOptions extends CallOptions {
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly propagation?: 'Background' | 'Foreground' | 'Orphan';
}

export interface Selection {
  /** All namespaces without it. */
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
}

export interface ListOptions extends Selection, CallOptions {
  /** Objects per page; 500 without it, 0 for one page of everything. */
  readonly limit?: number;
  /**
   * Without it the list is consistent. `0` takes any version the server has; another version takes what is not older.
   */
  readonly resourceVersion?: string;
}

export interface ListPage<T> {
  readonly items: readonly T[];
  /** Version of the whole list; the same on each of its pages. */
  readonly resourceVersion: string;
}

export interface WatchOptions extends Selection, CallOptions {
  /** Version after which to begin. */
  readonly resourceVersion: string;
  /** After so long the server ends the watch. */
  readonly timeoutSeconds?: number;
  /** After so long without an event or a bookmark the watch fails with `Timeout`. */
  readonly idleMilliseconds?: number;
}

/** A bookmark's object has a `resourceVersion` and nothing else that means anything. */
export interface WatchEvent<T> {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK';
  readonly object: T;
}

/** RFC 6902. `test` refuses the whole patch unless the value is there. */
export type JsonPatchOperation =
  | { readonly op: 'test' | 'add' | 'replace'; readonly path: string; readonly value: unknown }
  | { readonly op: 'remove'; readonly path: string };

export interface PatchOptions extends CallOptions {
  readonly fieldManager?: string;
  readonly subresource?: string;
}

interface CreateOptions extends CallOptions {
  readonly fieldManager?: string;
}

/**
 * Every call fails with an `ApiError`, or with the reason of its signal. What can be tried again without harm (reads,
 * and answers 429 and 503 that say when) was tried again before that.
 */
export interface KubeClient {
  get<T extends KubeObject>(
    type: ResourceType<T>,
    namespace: string | undefined,
    name: string,
    options?: CallOptions,
  ): Promise<T>;
  /**
   * Pages as they come, items without managed fields. Fails with 410 when the server forgot the version of the list in
   * between (see `list.ts`).
   */
  list<T extends KubeObject>(type: ResourceType<T>, options?: ListOptions): AsyncIterable<ListPage<T>>;
  /** Server-side apply: `object` states all that `fieldManager` wants, what it does not state any more is taken away. */
  apply<T extends KubeObject>(type: ResourceType<T>, object: KubeObject, options: ApplyOptions): Promise<T>;
  /** The same for the subresource `status`. */
  applyStatus<T extends KubeObject>(type: ResourceType<T>, object: KubeObject, options: ApplyOptions): Promise<T>;
  patchJson<T extends KubeObject>(
    type: ResourceType<T>,
    namespace: string | undefined,
    name: string,
    operations: readonly JsonPatchOperation[],
    options?: PatchOptions,
  ): Promise<T>;
  create<T extends KubeObject>(type: ResourceType<T>, object: KubeObject, options?: CreateOptions): Promise<T>;
  delete(type: ResourceType, namespace: string | undefined, name: string, options?: DeleteOptions): Promise<void>;
  /**
   * One watch, to its end, objects without managed fields. It ends when the server ends it; an ERROR event is thrown as
   * the error that it carries.
   */
  watch<T extends KubeObject>(type: ResourceType<T>, options: WatchOptions): AsyncIterable<WatchEvent<T>>;
}
