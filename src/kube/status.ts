/** Objects of the kind Status (meta/v1), with which the server says why it refused. */
import { ApiError } from './errors.ts';
import type { Answer } from './exchange.ts';

/** Of a message; what the server says about an object may quote much of it. */
const longestMessage = 1000;

interface Status {
  readonly code?: unknown;
  readonly reason?: unknown;
  readonly message?: unknown;
  readonly details?: { readonly retryAfterSeconds?: unknown };
}

/** The error of an answer that is none of 2xx. A body that is no Status, such as a proxy's page, is not told. */
export function refusal(what: string, { status, retryAfter, body }: Answer): ApiError {
  return statusError(what, parsedStatus(body), status, retryAfter);
}

/** The error of an ERROR event of a watch. */
export function eventError(what: string, object: unknown): ApiError {
  const status = isStatus(object) ? object : {};
  return statusError(what, status, typeof status.code === 'number' ? status.code : 500, undefined);
}

function statusError(what: string, status: Status, code: number, retryAfter: string | undefined): ApiError {
  const reason =
    typeof status.reason === 'string' && status.reason !== '' ? status.reason : (reasons[code] ?? `HTTP${code}`);
  const message = typeof status.message === 'string' ? status.message.slice(0, longestMessage) : `status ${code}`;
  const seconds = retryAfterSeconds(retryAfter ?? status.details?.retryAfterSeconds);
  const failure = { status: code, reason, ...(seconds !== undefined && { retryAfterSeconds: seconds }) };
  return new ApiError(`${what}: ${reason}: ${message}`, failure);
}

/** For answers that do not come from the API server itself. */
const reasons: Readonly<Record<number, string>> = {
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  409: 'Conflict',
  410: 'Expired',
  429: 'TooManyRequests',
  500: 'InternalError',
  503: 'ServiceUnavailable',
  504: 'Timeout',
};

/** Whole seconds; the other form of the header, a date, is not used by the API server. */
function retryAfterSeconds(given: unknown): number | undefined {
  const seconds = typeof given === 'string' && /^\d{1,9}$/.test(given) ? Number(given) : given;
  return typeof seconds === 'number' && seconds >= 0 ? seconds : undefined;
}

function parsedStatus(body: Buffer): Status {
  try {
    const parsed: unknown = JSON.parse(body.toString());
    return isStatus(parsed) ? parsed : {};
  } catch {
    return {};
  }
}

function isStatus(value: unknown): value is Status {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'Status';
}
