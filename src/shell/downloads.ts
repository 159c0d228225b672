/** Revocation lists from web servers: fetched in the background, again before they end, and kept when that fails. */
import type { ListDownload } from '../domain/fleet.ts';
import type { ObjectKey } from '../domain/names.ts';
import { parsedCrl } from '../domain/pki/crl.ts';
import { listText } from '../domain/pki/external-list.ts';
import type { Clock, Downloader } from '../ports.ts';

/** A list as it was fetched last, or why there is none. */
type DownloadedList =
  /** `problem`: why it could not be fetched anew since. */
  | { readonly kind: 'Found'; readonly text: string; readonly problem?: string }
  | { readonly kind: 'Pending' }
  | { readonly kind: 'Missing'; readonly message: string };

interface DownloadAsk extends Pick<ListDownload, 'url' | 'refreshSeconds'> {
  /** Is told when there is news. */
  readonly broker: ObjectKey;
  /** CA of the server, PEM. */
  readonly ca: string | undefined;
}

export interface Downloads {
  /** What was fetched last; begins to fetch where that is due, and waits for nothing. */
  read(ask: DownloadAsk): DownloadedList;
  /** When something that this broker reads is due. */
  dueAt(broker: ObjectKey): Date | undefined;
}

interface Kept {
  value: DownloadedList;
  entityTag: string | undefined;
  /** Milliseconds since the epoch. */
  dueAt: number;
  failures: number;
  isUnderWay: boolean;
  readonly readers: Map<ObjectKey, number>;
}

export interface DownloadsOptions {
  readonly clock: Pick<Clock, 'now'>;
  readonly download: Downloader;
  /** From 0 to below 1; spreads what many ask for at a time. */
  readonly jitter: () => number;
  readonly onNews: (broker: ObjectKey) => void;
}

/** After a failure, doubled with each more, milliseconds. */
const firstRetry = 10_000;
/** No list is fetched more often, milliseconds. */
const shortestInterval = 60_000;

export function createDownloads({ clock, download, jitter, onNews }: DownloadsOptions): Downloads {
  const kept = new Map<string, Kept>();
  const now = () => clock.now().getTime();

  async function fetched(ask: DownloadAsk, one: Kept): Promise<void> {
    const { url, ca } = ask;
    const tag = one.entityTag;
    const former = one.value;
    try {
      const answer = await download({
        url,
        ...(ca !== undefined && { ca }),
        ...(tag !== undefined && { entityTag: tag }),
      });
      if (answer.kind === 'Content') {
        one.value = { kind: 'Found', text: listText(answer.bytes) };
        one.entityTag = answer.entityTag;
      } else if (one.value.kind === 'Found') one.value = { kind: 'Found', text: one.value.text };
      one.failures = 0;
      one.dueAt = now() + intervalOf(one.value, ask, now()) * (1 - 0.1 * jitter());
    } catch (error) {
      one.failures += 1;
      const pause = Math.min(firstRetry * 2 ** (one.failures - 1), ask.refreshSeconds * 1000);
      one.dueAt = now() + pause * (0.75 + 0.5 * jitter());
      const message = failureText(url, error);
      one.value = one.value.kind === 'Found' ? { ...one.value, problem: message } : { kind: 'Missing', message };
    }
    const isNews = JSON.stringify(former) !== JSON.stringify(one.value);
    if (isNews || one.failures > 0) for (const broker of one.readers.keys()) onNews(broker);
  }

  return {
    read(ask) {
      const key = JSON.stringify([ask.url, ask.ca, ask.refreshSeconds]);
      const one = kept.get(key) ?? newKept();
      kept.set(key, one);
      one.readers.set(ask.broker, now());
      if (isDue(one, ask, now()) && !one.isUnderWay) {
        one.isUnderWay = true;
        void fetched(ask, one).finally(() => (one.isUnderWay = false));
      }
      forget(kept, now());
      return one.value;
    },
    dueAt(broker) {
      const own = [...kept.values()].filter(({ readers, isUnderWay }) => readers.has(broker) && !isUnderWay);
      // What is due already is begun when it is read; nobody reads it any more.
      const times = own.map(({ dueAt }) => dueAt).filter((at) => at > now());
      return times.length === 0 ? undefined : new Date(Math.min(...times));
    },
  };
}

function newKept(): Kept {
  return {
    value: { kind: 'Pending' },
    ...{ entityTag: undefined, dueAt: 0, failures: 0, isUnderWay: false },
    readers: new Map(),
  };
}

/** Also where that is further ahead than it ever was set: then the clock was ahead, and was put right. */
function isDue({ dueAt }: Kept, { refreshSeconds }: DownloadAsk, now: number): boolean {
  const longest = 1.25 * Math.max(shortestInterval, refreshSeconds * 1000);
  return dueAt <= now || dueAt > now + longest;
}

/** What nobody read for so long is given up, milliseconds. */
const longestUnread = 600_000;

function forget(kept: Map<string, Kept>, now: number): void {
  for (const [key, { readers }] of kept) {
    for (const [broker, at] of readers) if (at + longestUnread < now) readers.delete(broker);
    if (readers.size === 0) kept.delete(key);
  }
}

/** Of a list that ends sooner than it would be fetched again, half of what is left. */
function intervalOf(value: DownloadedList, { refreshSeconds }: DownloadAsk, now: number): number {
  const read = value.kind === 'Found' ? parsedCrl(value.text) : undefined;
  const left = read?.ok ? (read.value.nextUpdate.getTime() - now) / 2 : Infinity;
  return Math.max(shortestInterval, Math.min(refreshSeconds * 1000, left));
}

/** What may be secret of an address: everybody reads the message. */
function withoutQuery(url: string): string {
  return url.replace(/[?#].*$/s, '?…');
}

function failureText(url: string, error: unknown): string {
  return `${withoutQuery(url)} cannot be downloaded: ${error instanceof Error ? error.message : String(error)}`;
}
