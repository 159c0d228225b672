/** One watch: from the bytes of an answer to its events. */
import type { WatchEvent } from './client.ts';
import { ApiError } from './errors.ts';
import type { OpenAnswer } from './exchange.ts';
import { lineReader } from './lines.ts';
import { withoutManagedFields } from './managed-fields.ts';
import type { KubeObject } from './object.ts';
import type { Clock } from './ports.ts';
import { eventError } from './status.ts';

export interface WatchReading {
  /** The beginning of every error message. */
  readonly what: string;
  readonly clock: Clock;
  /** Without a byte for so long, bookmarks included, it fails with `Timeout`. */
  readonly idleMilliseconds: number;
}

/**
 * The events up to the end of the answer. Fails with the error that an ERROR event carries, with `BadAnswer` for what is
 * no event, with `ConnectionFailed` where the stream is cut, be it within a line: what came before was given.
 */
export async function* watchEvents<T extends KubeObject>(
  open: () => Promise<OpenAnswer>,
  { what, clock, idleMilliseconds }: WatchReading,
): AsyncGenerator<WatchEvent<T>> {
  const answer = await open();
  const reader = lineReader(withoutManagedFields);
  const idle = idleCut(clock, idleMilliseconds, () => {
    const message = `${what}: Timeout: nothing came for ${idleMilliseconds / 1000} s`;
    answer.cancel(new ApiError(message, { status: 0, reason: 'Timeout' }));
  });
  try {
    for await (const chunk of answer.chunks) {
      idle.pause();
      for (const line of linesOf(reader, chunk, what)) yield eventOf<T>(line, what);
      idle.resume();
    }
    if (!reader.isTorn) return;
    throw new ApiError(`${what}: ConnectionFailed: it ended within a line`, { status: 0, reason: 'ConnectionFailed' });
  } finally {
    idle.end();
    answer.cancel(new Error(`${what}: ended`));
  }
}

function linesOf(reader: ReturnType<typeof lineReader>, chunk: Buffer, what: string): string[] {
  try {
    return reader.lines(chunk);
  } catch (cause) {
    throw badEvent(what, cause);
  }
}

const eventTypes: ReadonlySet<unknown> = new Set(['ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK']);

function eventOf<T extends KubeObject>(line: string, what: string): WatchEvent<T> {
  const { type, object } = parsedLine(line, what);
  if (type === 'ERROR') throw eventError(what, object);
  const metadata = isRecord(object) ? object['metadata'] : undefined;
  if (!eventTypes.has(type) || !isRecord(metadata) || typeof metadata['resourceVersion'] !== 'string') {
    throw badEvent(what, undefined);
  }
  return { type, object } as WatchEvent<T>;
}

function parsedLine(line: string, what: string): Record<string, unknown> {
  try {
    const event: unknown = JSON.parse(line);
    if (isRecord(event)) return event;
  } catch (cause) {
    throw badEvent(what, cause);
  }
  throw badEvent(what, undefined);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** Without the cause's message, which quotes what was read. */
function badEvent(what: string, cause: unknown): ApiError {
  const kind = cause instanceof Error ? cause.name : 'not an event';
  return new ApiError(`${what}: BadAnswer: a line is no event (${kind})`, { status: 0, reason: 'BadAnswer' });
}

interface IdleCut {
  /** What the reader of the events takes its time for does not count. */
  pause(): void;
  resume(): void;
  end(): void;
}

function idleCut(clock: Clock, milliseconds: number, cut: () => void): IdleCut {
  const ended = new AbortController();
  let since: number | undefined = clock.now().getTime();
  async function guard(): Promise<void> {
    for (let wait = milliseconds; wait > 0;) {
      await clock.sleep(wait, ended.signal);
      const now = clock.now().getTime();
      // A clock that is set back does not make the silence begin later than now.
      if (since !== undefined) since = Math.min(since, now);
      wait = since === undefined ? milliseconds : since + milliseconds - now;
    }
    cut();
  }
  guard().catch(() => undefined); // ended
  return {
    pause: () => (since = undefined),
    resume: () => (since = clock.now().getTime()),
    end: () => ended.abort(),
  };
}
