/** One request and its answer over one connection, with a limit in time and an end at any time. */
import type { Dispatcher } from 'undici';
import type { Access } from './access.ts';
import type { CallOptions } from './client.ts';
import { ApiError } from './errors.ts';
import { inSlices } from './slices.ts';

export interface ApiRequest {
  /** Verb and object: the beginning of every error message. */
  readonly what: string;
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** With its query. */
  readonly path: string;
  readonly contentType?: string;
  readonly body?: string;
}

export interface Answer {
  readonly status: number;
  readonly retryAfter: string | undefined;
  /** The header of that name. */
  readonly date: string | undefined;
  readonly body: Buffer;
}

export interface OpenAnswer extends Omit<Answer, 'body'> {
  readonly chunks: AsyncIterable<Buffer>;
  /** Ends it; reading fails with `reason`. */
  cancel(reason: Error): void;
}

const defaultTimeoutMilliseconds = 30_000;

/** The whole answer. Fails with `Timeout`, `ConnectionFailed` or the signal's reason. */
export function wholeAnswer(access: Access, request: ApiRequest, options: CallOptions): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const limit = limited(request, options, (reason) => {
      controller?.abort(reason);
      failed(reason);
    });
    const chunks: Buffer[] = [];
    let controller: Dispatcher.DispatchController | undefined;
    let refused: Error | undefined;
    let status = 0;
    let retryAfter: string | undefined;
    let date: string | undefined;

    function failed(error: unknown): void {
      limit.lift();
      reject(limit.reason ?? refused ?? connectionFailure(request.what, error));
    }

    if (limit.reason) return failed(limit.reason);
    access.dispatcher.dispatch(wireOptions(access, request), {
      onRequestStart(started) {
        controller = started;
        refused = thrownBy(options.beforeSend);
        const reason = limit.reason ?? refused;
        if (reason) started.abort(reason);
      },
      onResponseStart(_, statusCode, headers) {
        status = statusCode;
        retryAfter = textOf(headers['retry-after']);
        date = textOf(headers['date']);
      },
      onResponseData(_, chunk) {
        chunks.push(chunk);
      },
      onResponseEnd() {
        limit.lift();
        resolve(joined(chunks).then((body) => ({ status, retryAfter, date, body })));
      },
      onResponseError: (_, error) => failed(error),
    });
  });
}

/** An answer whose body is read as it comes. The limit in time ends with the head of the answer, the signal counts on. */
export async function openAnswer(access: Access, request: ApiRequest, options: CallOptions): Promise<OpenAnswer> {
  const abort = new AbortController();
  const limit = limited(request, options, (reason) => abort.abort(reason));
  try {
    const wire = { ...wireOptions(access, request), signal: abort.signal };
    const { statusCode, headers, body } = await access.dispatcher.request(wire);
    limit.liftTimer();
    return {
      status: statusCode,
      retryAfter: textOf(headers['retry-after']),
      date: textOf(headers['date']),
      chunks: chunksOf(body, request.what, abort.signal, () => limit.lift()),
      cancel: (reason) => abort.abort(reason),
    };
  } catch (error) {
    limit.lift();
    throw limit.reason ?? connectionFailure(request.what, error);
  }
}

async function* chunksOf(
  body: AsyncIterable<Buffer>,
  what: string,
  signal: AbortSignal,
  ended: () => void,
): AsyncIterable<Buffer> {
  try {
    yield* body;
  } catch (error) {
    throw signal.aborted ? signal.reason : connectionFailure(what, error);
  } finally {
    ended();
  }
}

/** By now the request is the next that goes out on its connection: it may have waited for one, or for another try. */
function thrownBy(beforeSend: (() => void) | undefined): Error | undefined {
  try {
    beforeSend?.();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error : new Error('refused', { cause: error });
  }
}

interface Limit {
  /** Why the request was ended, if it was. */
  readonly reason: Error | undefined;
  lift(): void;
  /** Of time; the signal stays. */
  liftTimer(): void;
}

function limited(request: ApiRequest, options: CallOptions, end: (reason: Error) => void): Limit {
  const { signal, timeoutMilliseconds = defaultTimeoutMilliseconds } = options;
  let reason: Error | undefined;
  const stop = (why: Error) => {
    if (reason) return;
    reason = why;
    end(why);
  };
  const onAbort = () => stop(abortReason(signal));
  const timer = setTimeout(() => {
    const seconds = timeoutMilliseconds / 1000;
    stop(new ApiError(`${request.what}: Timeout: no answer in ${seconds} s`, { status: 0, reason: 'Timeout' }));
  }, timeoutMilliseconds);
  if (signal?.aborted) reason = abortReason(signal);
  else signal?.addEventListener('abort', onAbort, { once: true });
  return {
    get reason() {
      return reason;
    },
    lift() {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    },
    liftTimer: () => clearTimeout(timer),
  };
}

function wireOptions(access: Access, { method, path, contentType, body }: ApiRequest): Dispatcher.RequestOptions {
  return {
    origin: access.origin,
    path: access.basePath + path,
    method,
    headers: contentType === undefined ? access.headers : { ...access.headers, 'content-type': contentType },
    body: body ?? null,
  };
}

function abortReason(signal: AbortSignal | undefined): Error {
  const reason: unknown = signal?.reason;
  return reason instanceof Error ? reason : new Error('aborted', { cause: reason });
}

function connectionFailure(what: string, cause: unknown): ApiError {
  const { message = '', code = '' } = cause instanceof Error ? (cause as NodeJS.ErrnoException) : {};
  const detail = message || code || 'no answer';
  return new ApiError(`${what}: ConnectionFailed: ${detail}`, { status: 0, reason: 'ConnectionFailed' }, { cause });
}

function textOf(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}

/** What is copied at once without being felt; a list without pages may have more than 100 MB. */
const copiedAtOnceBytes = 4_000_000;

async function joined(chunks: readonly Buffer[]): Promise<Buffer> {
  const length = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  if (length <= copiedAtOnceBytes) return chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks);
  const whole = Buffer.allocUnsafe(length);
  let end = 0;
  await inSlices(chunks, (chunk) => (end += chunk.copy(whole, end)));
  return whole;
}
