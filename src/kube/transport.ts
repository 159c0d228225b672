/** Requests to one API server: who we are, what is tried again and when. */
import type { Access, AccessSource } from './access.ts';
import type { CallOptions } from './client.ts';
import { ApiError } from './errors.ts';
import { type Answer, type ApiRequest, openAnswer, type OpenAnswer, wholeAnswer } from './exchange.ts';
import type { Clock, Random } from './ports.ts';
import type { DatedAnswer } from './skew.ts';
import { refusal } from './status.ts';

/** Fails with an `ApiError`, or with the reason of the signal. */
export interface Transport {
  /** The body of an answer that is a success. */
  send(request: ApiRequest, options?: CallOptions): Promise<Buffer>;
  /** The same, to be read as it comes. */
  open(request: ApiRequest, options?: CallOptions): Promise<OpenAnswer>;
  /** Ends when the last answer has come. */
  close(): Promise<void>;
}

export interface TransportOptions {
  readonly access: AccessSource;
  readonly clock: Clock;
  readonly random: Random;
  /** Told of each answer, whatever it says. */
  readonly onAnswer?: (answer: DatedAnswer) => void;
}

const mostRetries = 5;
/** A server that wants us to wait longer is not waited for: the caller has other things to do. */
const longestRetryAfterSeconds = 30;
const shortestWaitMilliseconds = 100;

export function transportTo({ access, clock, random, onAnswer }: TransportOptions): Transport {
  /** Milliseconds to wait before `request` may be sent again without harm; undefined if it may not. */
  function retryWait({ method }: ApiRequest, error: ApiError, retries: number): number | undefined {
    const { status, reason, retryAfterSeconds } = error;
    // A kept connection that the server closed just then. A write may have been done.
    const wasCut = reason === 'ConnectionFailed' && method === 'GET' && retries === 0;
    if (wasCut) return shortestWaitMilliseconds * (1 + random.next());
    if ((status !== 429 && status !== 503) || retryAfterSeconds === undefined) return undefined;
    if (retries >= mostRetries || retryAfterSeconds > longestRetryAfterSeconds) return undefined;
    return Math.max(retryAfterSeconds * 1000, shortestWaitMilliseconds) * (1 + random.next() / 4);
  }

  async function tried<T>(request: ApiRequest, options: CallOptions, once: (access: Access) => Promise<T>): Promise<T> {
    let way = await access.current();
    let renewed = false;
    for (let retries = 0; ;) {
      try {
        return await once(way);
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        if (error.status === 401 && !renewed) {
          renewed = true;
          way = await access.renewed(way);
          continue;
        }
        const wait = retryWait(request, error, retries);
        if (wait === undefined) throw error;
        await slept(clock, wait, options.signal);
      }
      retries += 1;
      way = await access.current();
    }
  }

  async function dated<T extends Pick<Answer, 'date'>>(answering: Promise<T>): Promise<T> {
    const sentAt = clock.now().getTime();
    const answer = await answering;
    onAnswer?.({ date: answer.date, sentAt, receivedAt: clock.now().getTime() });
    return answer;
  }

  return {
    send: (request, options = {}) =>
      tried(request, options, async (way) => {
        const answer = await dated(wholeAnswer(way, request, options));
        if (answer.status >= 300) throw refusal(request.what, answer);
        return answer.body;
      }),
    open: (request, options = {}) =>
      tried(request, options, async (way) => {
        const answer = await dated(openAnswer(way, request, options));
        if (answer.status >= 300) throw refusal(request.what, await closedAnswer(answer));
        return answer;
      }),
    close: () => access.close(),
  };
}

async function closedAnswer({ status, retryAfter, date, chunks }: OpenAnswer): Promise<Answer> {
  const parts: Buffer[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return { status, retryAfter, date, body: Buffer.concat(parts) };
}

/** Fails with the signal's own reason, which timers wrap. */
export async function slept(clock: Clock, milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await clock.sleep(milliseconds, signal);
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  }
}
