import { readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import {
  type Day,
  dayOf,
  daysBefore,
  parseSightings,
  type Published,
  type Sightings,
  sightingsText,
} from '../domain/audit/sightings.ts';
import type { BrokerEvent } from '../monitor/event.ts';
import { sightingLog } from '../monitor/sightings.ts';
import type { Clock } from '../ports.ts';
import type { Monitoring } from './monitoring.ts';
import type { Observing } from './observing.ts';

/** Where an agent keeps, in its own directory, who came to its broker. */
export function sightingsFile(directory: string): string {
  return path.join(directory, 'sightings.json');
}

/**
 * A monitor that also keeps who came and what was published, in a file beside the agent: for whoever asks, and reported to
 * nobody.
 */
export function withSightings(monitoring: Monitoring, observing: Observing, options: SightingOptions): Monitoring {
  const keeper = sightingKeeper(observing, options);
  return {
    ...monitoring,
    note(event) {
      keeper.note(event);
      monitoring.note(event);
    },
    follow(set) {
      keeper.follow(set.identities);
      observing.follow(set);
      monitoring.follow(set);
    },
    async run(signal) {
      await Promise.all([keeper.run(signal), observing.run(signal), monitoring.run(signal)]);
    },
  };
}

interface SightingKeeper {
  readonly note: (event: BrokerEvent) => void;
  /** From now on these are the identities of the broker. */
  readonly follow: (identities: { readonly has: (identity: string) => boolean }) => void;
  /** Writes until the signal is aborted, each minute at most and only when something is new, and once at the end. */
  readonly run: (signal: AbortSignal) => Promise<void>;
}

interface SightingOptions {
  readonly broker: string;
  readonly instance: string;
  readonly directory: string;
  /** Where there is a place for sessions, a copy lies there: in a volume it is there for the next pod of the name. */
  readonly placement?: { readonly persistenceDirectory?: string };
  readonly clock: Clock;
}

const pauseMilliseconds = 60_000;
/** What an agent remembers takes less, bytes: a larger file is none of an agent. */
const largestFile = 134_217_728;

function sightingKeeper(observing: Observing, options: SightingOptions): SightingKeeper {
  const { broker, instance, directory, clock } = options;
  const { persistenceDirectory } = options.placement ?? {};
  let identities: { readonly has: (identity: string) => boolean } = new Set();
  const log = sightingLog((identity) => identities.has(identity), clock.now());
  const topics = topicKeeper(observing);
  const files = [directory, ...(persistenceDirectory === undefined ? [] : [persistenceDirectory])].map(sightingsFile);
  let isBehind = false;
  const write = async (): Promise<void> => {
    const read = topics.published(clock.now());
    if (!isBehind && !log.isNew(clock.now()) && !topics.isNew()) return;
    const seen = log.sightings(clock.now());
    const published = read && { ...read, since: read.since < seen.since ? seen.since : read.since };
    const text = sightingsText({ broker, instance, ...seen, ...(published && { published }) });
    topics.written();
    isBehind = false;
    // A full disk costs what was seen since, and nothing else.
    for (const file of files) await replaced(file, text).catch(() => (isBehind = true));
  };
  return {
    note: (event) => log.note(event, clock.now()),
    follow: (listed) => (identities = listed),
    async run(signal) {
      const former = await formerSightings(files, { broker, instance });
      if (former) {
        log.restore(former, clock.now());
        topics.restore(former, clock.now());
      }
      do {
        await clock.sleep(pauseMilliseconds, signal).catch(() => undefined);
        await write();
      } while (!signal.aborted);
    },
  };
}

interface TopicKeeper {
  /** Undefined where nothing is read. */
  readonly published: (now: Date) => Published | undefined;
  /** Whether it is another than what was written. */
  readonly isNew: () => boolean;
  readonly written: () => void;
  readonly restore: (former: Sightings, now: Date) => void;
}

/** Since when all that is published has been read without a gap. */
function topicKeeper(observing: Observing): TopicKeeper {
  let since: Day | undefined;
  let formerSince: Day | undefined;
  let kept = 0;
  return {
    published(now) {
      const habits = observing.habits();
      if (!habits) {
        since = undefined;
        return undefined;
      }
      since ??= formerSince ?? dayOf(now);
      formerSince = undefined;
      return { since, ...habits };
    },
    isNew: () => observing.learned() !== kept,
    written: () => (kept = observing.learned()),
    restore({ published, until }, now) {
      if (!published || until < daysBefore(dayOf(now), 1)) return;
      formerSince = published.since;
      observing.restore(published);
    },
  };
}

/** Of the first file that can be read and is of this instance; without one an agent begins anew. */
async function formerSightings(
  files: readonly string[],
  { broker, instance }: Pick<SightingOptions, 'broker' | 'instance'>,
): Promise<Sightings | undefined> {
  for (const file of files) {
    const read = await stat(file)
      .then((found) => (found.isFile() && found.size <= largestFile ? readFile(file, 'utf8') : undefined))
      .then((text) => text && parseSightings(text))
      .catch(() => undefined);
    if (read && read.ok && read.value.broker === broker && read.value.instance === instance) return read.value;
  }
  return undefined;
}

/** Not made durable: after a crash of the machine it may be the former one. */
async function replaced(file: string, text: string): Promise<void> {
  const partial = `${file}.partial`;
  try {
    await writeFile(partial, text, { mode: 0o600 });
    await rename(partial, file);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}
