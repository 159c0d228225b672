/** Waiting for conditions, by watching: nothing is asked for again and again. */
import type { Kind } from '../domain/names.ts';
import { ApiError } from '../kube/errors.ts';
import { type Key, keyOfObject } from '../kube/object.ts';
import { createReflector, type Reflector } from '../kube/reflector.ts';
import type { ReflectorReport } from '../kube/report.ts';
import type { Cluster } from './connection.ts';
import { conditionState, type State } from './conditions.ts';
import { type FoundObject, kindTypes, type OurObject } from './targets.ts';

export interface Wanted {
  /** Type of a condition. */
  readonly type: string;
  readonly status: State['status'];
}

/** How far an object has come. */
export interface Progress {
  readonly kind: Kind;
  readonly key: Key;
  readonly state: State;
  readonly isMet: boolean;
}

export interface WaitOptions {
  readonly wanted: Wanted;
  readonly timeoutMilliseconds: number;
  /** Told of every change. */
  readonly onProgress: (all: readonly Progress[]) => void;
}

/** Ends when all objects are as wanted, when one of them is deleted, or at the timeout; gives how far each has come. */
export async function awaitedObjects(
  cluster: Pick<Cluster, 'client' | 'clock' | 'random'>,
  objects: readonly FoundObject[],
  { wanted, timeoutMilliseconds, onProgress }: WaitOptions,
): Promise<readonly Progress[]> {
  const all = new Map<string, Progress>();
  const ended = Promise.withResolvers<undefined>();
  const tell = (progress: Progress, isGone = false) => {
    const id = `${progress.kind} ${progress.key}`;
    if (all.has(id)) all.set(id, progress);
    onProgress([...all.values()]);
    if (isGone || [...all.values()].every(({ isMet }) => isMet)) ended.resolve(undefined);
  };
  for (const { kind, object } of objects) {
    const progress = progressOf(kind, object, wanted);
    all.set(`${kind} ${progress.key}`, progress);
  }
  const report = (one: ReflectorReport) => {
    if (one.event === 'Failed' && isFinal(one.error)) ended.reject(one.error);
  };
  const reflectors = groupsOf(objects).map((group) => watched(cluster, group, { wanted, tell, report }));
  const stopping = new AbortController();
  try {
    const timeout = cluster.clock.sleep(timeoutMilliseconds, stopping.signal);
    timeout.catch(() => undefined); // stopped
    await Promise.race([ended.promise, timeout]);
    return [...all.values()];
  } finally {
    stopping.abort();
    for (const reflector of reflectors) reflector.stop();
  }
}

function progressOf(kind: Kind, object: OurObject, { type, status }: Wanted): Progress {
  const state = conditionState(object, type);
  return { kind, key: keyOfObject(object), state, isMet: state.status === status };
}

/** What no further try changes. */
function isFinal(error: unknown): boolean {
  return error instanceof ApiError && [401, 403, 404].includes(error.status);
}

interface Group {
  readonly kind: Kind;
  readonly namespace: string;
  readonly names: readonly string[];
}

/** One watch for each kind and namespace. */
function groupsOf(objects: readonly FoundObject[]): readonly Group[] {
  const groups = Map.groupBy(objects, ({ kind, object }) => `${kind} ${object.metadata.namespace ?? ''}`);
  return [...groups.values()].flatMap((members): Group[] => {
    const [first] = members;
    if (!first) return [];
    const names = members.map(({ object }) => object.metadata.name);
    return [{ kind: first.kind, namespace: first.object.metadata.namespace ?? '', names }];
  });
}

interface Watching {
  readonly wanted: Wanted;
  readonly tell: (progress: Progress, isGone?: boolean) => void;
  readonly report: (report: ReflectorReport) => void;
}

function watched(
  { client, clock, random }: Pick<Cluster, 'client' | 'clock' | 'random'>,
  { kind, namespace, names }: Group,
  { wanted, tell, report }: Watching,
): Reflector<Progress> {
  const fieldSelector = names.length === 1 ? `metadata.name=${names[0] ?? ''}` : '';
  const reflector = createReflector<OurObject, Progress>({
    ...{ client, type: kindTypes[kind], clock, random, report },
    selection: { namespace, fieldSelector },
    project: (object) => progressOf(kind, object, wanted),
  });
  reflector.onChange((old, next) => {
    if (next) tell(next);
    else if (old) tell({ ...old, isMet: false, state: deleted }, true);
  });
  reflector.start();
  return reflector;
}

const deleted: State = { status: 'Unknown', reason: 'Deleted', message: 'it was deleted' };
