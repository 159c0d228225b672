/**
 * Keeps a store equal to what the server has, by list and watch.
 *
 * Guarantees: readers see whole lists only. Every change is told once, in the order in which the server made it; changes
 * that were missed are told when they are found, deletions with the last known object. Nothing that the server, the
 * network or a handler does ends it, only `stop`.
 * Assumes: resource versions are numbers that grow within one stream of events, which Kubernetes promises since 1.35 and
 * etcd always did. A stream that goes back is not believed: the resource is listed again.
 */
import { exponentialBackoff } from './backoff.ts';
import type { KubeClient, Selection } from './client.ts';
import { ApiError, isNotFound, isTransient } from './errors.ts';
import { completeList } from './list.ts';
import { createMirror, type Project } from './mirror.ts';
import type { KubeObject, ResourceType } from './object.ts';
import type { Clock, Random } from './ports.ts';
import type { ReflectorReport } from './report.ts';
import type { Handler, Indexes, Store } from './store.ts';
import { slept } from './transport.ts';

export interface Reflector<T> {
  readonly store: Store<T>;
  readonly hasSynced: boolean;
  /** False while the server says that there is no such kind (404): what is in the store is what it had before. */
  readonly isServed: () => boolean;
  /** Resolves when the first list is in the store and was told; rejects if it is stopped before. */
  readonly ready: Promise<void>;
  /** Handlers run in the order of registration; one that comes late is told at once of all that is there. */
  onChange(handler: Handler<T>): void;
  /** Told whenever `isServed` is another one. */
  onServed(handler: () => void): void;
  start(): void;
  /** At any time, from within a handler too; nothing is told afterwards. */
  stop(): void;
}

export interface ReflectorOptions<T extends KubeObject, V> {
  readonly client: KubeClient;
  readonly type: ResourceType<T>;
  readonly selection?: Selection;
  /** Of an object that comes without managed fields and last-applied annotation. */
  readonly project: Project<T, V>;
  /** Of what is kept. They must not throw. */
  readonly indexes?: Indexes<V>;
  readonly clock: Clock;
  readonly random: Random;
  readonly report?: (report: ReflectorReport) => void;
  /** Lists again about so often and tells what did not change with low priority, in case that a watch lost something. */
  readonly relistSeconds?: number;
  readonly pageSize?: number;
  readonly idleMilliseconds?: number;
  /**
   * Longest watch; 300 to 600 s without it. Each one that ended well (`WatchEnded`) shows that nothing was missed until then,
   * so a short one is for who has to know.
   */
  readonly watchSeconds?: number;
}

/** As client-go does: a watch lasts 5 to 10 minutes, so that not all end together. */
const shortestWatchSeconds = 300;
/** A watch that ended earlier and gave nothing counts as failed. */
const shortestGoodWatchMilliseconds = 1000;
const backoffLimits = { firstMilliseconds: 200, longestMilliseconds: 30_000 };

export function createReflector<T extends KubeObject, V>(options: ReflectorOptions<T, V>): Reflector<V> {
  const { client, type, selection, project, indexes, clock, random } = options;
  const { report, ...served } = createServed(options.report);
  const stopping = new AbortController();
  const { signal } = stopping;
  const mirror = createMirror({ project, indexes, report, signal });
  const ready = Promise.withResolvers<undefined>();
  ready.promise.catch(() => undefined); // who does not wait for it need not know that it was stopped
  const backoff = exponentialBackoff(backoffLimitsOf(options), random);
  const now = () => clock.now().getTime();
  let isStarted = false;
  let hasSynced = false;
  let relistAt = Infinity;

  async function list(): Promise<void> {
    const isResync = now() >= relistAt;
    const asked = { ...selection, signal, ...(options.pageSize !== undefined && { limit: options.pageSize }) };
    const { gathered, resourceVersion } = await completeList(client, type, asked, () => mirror.snapshot(isResync));
    relistAt = now() + (options.relistSeconds ?? Infinity) * 1000 * (1 + random.next() / 10);
    const changes = await mirror.swap(gathered, resourceVersion);
    report({ event: 'Listed', objects: mirror.store.size, changes });
    hasSynced = true;
    ready.resolve(undefined);
  }

  async function watch(resourceVersion: string): Promise<void> {
    const begun = now();
    const longest = Math.max(1, Math.ceil((relistAt - begun) / 1000));
    const timeoutSeconds = Math.min(watchSecondsOf(options), longest);
    const idle = options.idleMilliseconds !== undefined && { idleMilliseconds: options.idleMilliseconds };
    let events = 0;
    for await (const event of client.watch(type, { ...selection, ...idle, resourceVersion, timeoutSeconds, signal })) {
      signal.throwIfAborted();
      mirror.apply(event);
      events += 1;
      backoff.reset();
    }
    if (events === 0 && now() - begun < shortestGoodWatchMilliseconds) throw shortWatch(type);
    report({ event: 'WatchEnded', events });
    backoff.reset();
    if (now() >= relistAt) mirror.distrust();
  }

  async function recover(error: unknown): Promise<void> {
    // What the server does not serve from this version, it may serve from another.
    if (!isTransient(error)) mirror.distrust();
    const asked = error instanceof ApiError ? (error.retryAfterSeconds ?? 0) * 1000 : 0;
    const retryMilliseconds = Math.max(backoff.next(), asked);
    report({ event: 'Failed', error, retryMilliseconds });
    await slept(clock, retryMilliseconds, signal);
  }

  async function run(): Promise<void> {
    for (;;) {
      signal.throwIfAborted();
      report({ event: 'Asked' });
      const step = mirror.version === undefined ? list() : watch(mirror.version);
      await step.catch((error: unknown) => {
        signal.throwIfAborted();
        return recover(error);
      });
    }
  }

  return {
    store: mirror.store,
    get hasSynced() {
      return hasSynced;
    },
    isServed: served.present,
    ready: ready.promise,
    onChange: (handler) => mirror.onChange(handler),
    onServed: served.onChange,
    start() {
      if (isStarted || signal.aborted) return;
      isStarted = true;
      run().catch((error: unknown) => {
        if (!signal.aborted) throw error; // `report` threw
      });
    },
    stop() {
      stopping.abort(new Error(`reflect ${type.plural}: stopped`));
      ready.reject(signal.reason);
    },
  };
}

/** Who has to know soon asks soon again. */
function backoffLimitsOf({ watchSeconds = Infinity }: Pick<ReflectorOptions<KubeObject, unknown>, 'watchSeconds'>) {
  const { longestMilliseconds, ...rest } = backoffLimits;
  return { ...rest, longestMilliseconds: Math.min(longestMilliseconds, watchSeconds * 1000) };
}

function watchSecondsOf({
  watchSeconds,
  random,
}: Pick<ReflectorOptions<KubeObject, unknown>, 'watchSeconds' | 'random'>) {
  return watchSeconds ?? Math.floor(shortestWatchSeconds * (1 + random.next()));
}

/** Whether the server has the kind, by the reports that pass: true until it says that it has not. */
function createServed(told: ReflectorOptions<KubeObject, unknown>['report']) {
  const handlers: (() => void)[] = [];
  let isServed = true;
  return {
    present: () => isServed,
    onChange: (handler: () => void) => void handlers.push(handler),
    report: (report: ReflectorReport): void => {
      told?.(report);
      const value =
        report.event === 'Failed' ? isServed && !isNotFound(report.error) : isServed || report.event === 'Listed';
      if (isServed === value) return;
      isServed = value;
      for (const handler of handlers) handler();
    },
  };
}

function shortWatch({ plural }: ResourceType): ApiError {
  return new ApiError(`watch ${plural}: it ended at once`, { status: 0, reason: 'ShortWatch' });
}
