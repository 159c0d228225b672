import { watch, type FSWatcher } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { type Clock } from '../ports.ts';

/** A notification that was lost (a full queue, a network file system) costs at most this long. */
const pollMilliseconds = 5_000;

interface WatchOptions {
  /** Watch the directories below as well, but for those that do not matter. */
  readonly recursive?: boolean;
  /** After a change, wait this long for more of the same before giving. */
  readonly settleMilliseconds?: number;
  /** Whether a change of this file, named relative to the directory, is one; by default all are. */
  readonly matters?: (name: string) => boolean;
}

/**
 * Gives what `read` reads once at the beginning, and again after each time that something in the directories may have changed, a lost
 * notification made good by a slow poll. Changes that come while the last one is worked on are given as one. Ends when
 * the signal is aborted.
 */
export async function* readAtChanges<T>(
  read: () => Promise<T>,
  directories: readonly string[],
  clock: Clock,
  signal: AbortSignal,
  { recursive = false, settleMilliseconds = 0, matters = () => true }: WatchOptions = {},
): AsyncGenerator<T> {
  const flag = changeFlag();
  const watched: Watched = new Map();
  const follow = { recursive, matters, onChange: flag.raise };
  signal.addEventListener('abort', flag.raise, { once: true });
  try {
    while (!signal.aborted) {
      // A directory that was made before its parent was watched shows only in another look.
      while (await hasWatchedMore(watched, directories, follow));
      yield await read();
      await flag.raised(pollMilliseconds, clock, signal);
      if (settleMilliseconds > 0) await quiet(clock, settleMilliseconds, signal);
      flag.lower();
    }
  } finally {
    signal.removeEventListener('abort', flag.raise);
    for (const { watcher } of watched.values()) watcher?.close();
  }
}

/** The watched directories by path. Another directory under the same path is another `id`. */
type Watched = Map<string, { readonly id: string; readonly watcher: FSWatcher | undefined }>;

interface Follow {
  readonly recursive: boolean;
  readonly matters: (name: string) => boolean;
  readonly onChange: () => void;
}

/**
 * Watches each directory of these trees on its own, and no longer those that have gone; tells whether any was new.
 * Node's own recursive watch sees nothing more of a file that was once replaced by a rename, as most editors do.
 */
async function hasWatchedMore(watched: Watched, roots: readonly string[], follow: Follow): Promise<boolean> {
  const trees = await Promise.all(roots.map(async (root) => ({ root, ids: await directoryIds(root, follow) })));
  const present = new Map(trees.flatMap(({ root, ids }) => [...ids].map(([at, id]) => [at, { root, id }] as const)));
  for (const [directory, { id, watcher }] of watched) {
    if (present.get(directory)?.id === id) continue;
    watcher?.close();
    watched.delete(directory);
  }
  const more = [...present].filter(([directory]) => !watched.has(directory));
  for (const [directory, { root, id }] of more)
    watched.set(directory, { id, watcher: watcherOf(directory, root, follow) });
  return more.length > 0;
}

/** The root and the directories below it that matter, with their ids; those that cannot be read are left out. */
async function directoryIds(root: string, { recursive, matters }: Follow): Promise<ReadonlyMap<string, string>> {
  const ids = new Map<string, string>();
  const entered = new Set<string>();
  const enter = async (directory: string): Promise<void> => {
    const id = await directoryId(directory);
    if (id === undefined || entered.has(id)) return;
    entered.add(id);
    ids.set(directory, id);
    if (!recursive) return;
    for (const entry of await readdir(directory, { withFileTypes: true }).catch(() => [])) {
      const below = path.join(directory, entry.name);
      const isCandidate = entry.isDirectory() || entry.isSymbolicLink();
      if (isCandidate && matters(path.relative(root, below))) await enter(below);
    }
  };
  await enter(root);
  return ids;
}

async function directoryId(directory: string): Promise<string | undefined> {
  const found = await stat(directory).catch(() => undefined);
  return found?.isDirectory() ? `${String(found.dev)} ${String(found.ino)} ${String(found.birthtimeMs)}` : undefined;
}

/** The poll stands in where a directory cannot be watched. */
function watcherOf(directory: string, root: string, { matters, onChange }: Follow): FSWatcher | undefined {
  try {
    const watcher = watch(directory, { persistent: false }, (_, name) => {
      if (name === null || matters(path.relative(root, path.join(directory, name)))) onChange();
    });
    watcher.on('error', onChange);
    return watcher;
  } catch {
    return undefined;
  }
}

/** Goes up when something happened, and stays up until somebody looked. */
export interface ChangeFlag {
  readonly raise: () => void;
  readonly lower: () => void;
  /** Resolves when the flag is up, or after this long. */
  readonly raised: (milliseconds: number, clock: Clock, signal: AbortSignal) => Promise<void>;
}

export function changeFlag(): ChangeFlag {
  let isUp = false;
  let wake: () => void = () => undefined;
  return {
    raise: () => {
      isUp = true;
      wake();
    },
    lower: () => {
      isUp = false;
    },
    raised: async (milliseconds, clock, signal) => {
      if (isUp) return;
      const timer = new AbortController();
      const woken = new Promise<void>((resolve) => {
        wake = resolve;
      });
      await Promise.race([woken, quiet(clock, milliseconds, AbortSignal.any([timer.signal, signal]))]);
      timer.abort();
    },
  };
}

/** Sleeps; an abort only ends the sleep. */
async function quiet(clock: Clock, milliseconds: number, signal: AbortSignal): Promise<void> {
  await clock.sleep(milliseconds, signal).catch(() => undefined);
}
