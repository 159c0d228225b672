import { watch, type FSWatcher } from 'node:fs';
import { type Clock } from '../ports.ts';

/** A notification that was lost (a full queue, a network file system) costs at most this long. */
const pollMilliseconds = 5_000;

interface WatchOptions {
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
  const onChange = (name: string | null) => {
    if (name === null || matters(name)) flag.raise();
  };
  const watchers = directories.map((directory) => watcherOf(directory, recursive, onChange));
  signal.addEventListener('abort', flag.raise, { once: true });
  try {
    while (!signal.aborted) {
      yield await read();
      await flag.raised(pollMilliseconds, clock, signal);
      if (settleMilliseconds > 0) await quiet(clock, settleMilliseconds, signal);
      flag.lower();
    }
  } finally {
    signal.removeEventListener('abort', flag.raise);
    for (const watcher of watchers) watcher?.close();
  }
}

/** The poll stands in where a directory cannot be watched. */
function watcherOf(
  directory: string,
  recursive: boolean,
  onChange: (name: string | null) => void,
): FSWatcher | undefined {
  try {
    const watcher = watch(directory, { recursive, persistent: false }, (_, name) => onChange(name));
    watcher.on('error', () => onChange(null));
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
