/** How calls to the API server fail. */

/** What a failed call knows. Never bodies or headers. */
export interface ApiFailure {
  /** HTTP status; 0 if there was no whole answer. */
  readonly status: number;
  /** The server's reason (`NotFound`, `Conflict`, `Expired` …), or `ConnectionFailed`, `Timeout`, `BadAnswer`. */
  readonly reason: string;
  readonly retryAfterSeconds?: number;
}

/** Its message begins with the verb and the object: `get configmaps plant/main: NotFound: …`. */
export class ApiError extends Error implements ApiFailure {
  override readonly name = 'ApiError';
  readonly status: number;
  readonly reason: string;
  readonly retryAfterSeconds?: number;

  constructor(message: string, failure: ApiFailure, options?: ErrorOptions) {
    super(message, options);
    this.status = failure.status;
    this.reason = failure.reason;
    if (failure.retryAfterSeconds !== undefined) this.retryAfterSeconds = failure.retryAfterSeconds;
  }
}

export function isNotFound(error: unknown): error is ApiError {
  return error instanceof ApiError && error.status === 404;
}

/** A precondition, a `test`, or a field that another manager owns. */
export function isConflict(error: unknown): error is ApiError {
  return error instanceof ApiError && error.status === 409 && error.reason !== 'AlreadyExists';
}

export function isAlreadyExists(error: unknown): error is ApiError {
  return error instanceof ApiError && error.reason === 'AlreadyExists';
}

/** The version asked for, or continued from, is one that the server no longer has (410). */
export function isExpired(error: unknown): error is ApiError {
  return error instanceof ApiError && (error.status === 410 || error.reason === 'Expired' || error.reason === 'Gone');
}

export function isThrottled(error: unknown): error is ApiError {
  return error instanceof ApiError && error.status === 429;
}

/** To making an object: its kind is not there (any more), or going. The answer to one that is missing is the same. */
export function isKindGone(error: unknown): error is ApiError {
  if (!(error instanceof ApiError)) return false;
  return error.status === 404 || error.status === 405 || isKindGoing(error);
}

/** Its definition is being deleted. */
function isKindGoing({ status, message }: ApiError): boolean {
  return status === 403 && message.endsWith('create not allowed while custom resource definition is terminating');
}

/** Nothing can be made any more in the namespace, which is being deleted. */
export function isNamespaceGoing(error: unknown): error is ApiError {
  return error instanceof ApiError && error.status === 403 && error.message.endsWith('because it is being terminated');
}

/** The same call may succeed later without anybody changing anything: no answer, 429, or a failure of the server. */
export function isTransient(error: unknown): error is ApiError {
  return error instanceof ApiError && (error.status === 0 || error.status === 429 || error.status >= 500);
}
