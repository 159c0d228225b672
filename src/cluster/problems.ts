/** What a failed call means for the person at the command line, and what to do. */
import { apiGroup } from '../domain/names.ts';
import { ApiError, isNotFound } from '../kube/errors.ts';

interface Place {
  readonly server: string;
  readonly context: string;
}

/** The error that is shown instead of `error`; itself where nothing more is known. */
export function explainedError(error: unknown, { server, context }: Place): unknown {
  if (!(error instanceof ApiError)) return error;
  const { status, message } = error;
  const told = (text: string) => new Error(text, { cause: error });
  if (status === 0) {
    return told(`reach API server ${server}: ${message}; see whether it runs, or name another with --context`);
  }
  if (status === 401)
    return told(`log in to ${server}: it refuses the credentials of context '${context}': renew them`);
  if (isForbidden(error)) {
    return told(`${message}; ask for that right, or name another namespace with -n or another user with --context`);
  }
  if (isKindUnknown(error)) {
    return told(
      `${message}; the cluster does not know the kinds of ${apiGroup}: install them with 'kubectl apply -f crds'`,
    );
  }
  return error;
}

export function isForbidden(error: unknown): error is ApiError {
  return error instanceof ApiError && error.status === 403;
}

/** The whole resource is not there, which is more than one object of it: of that the server says its name. */
export function isKindUnknown(error: unknown): error is ApiError {
  return isNotFound(error) && !/"[^"]*" not found/.test(error.message);
}

/** What was asked for, or why it cannot be had: the reader may not, or it is not there. Other failures are thrown. */
export type Attempt<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: string };

export async function attempted<T>(call: Promise<T>): Promise<Attempt<T>> {
  try {
    return { ok: true, value: await call };
  } catch (error) {
    if (isForbidden(error)) return { ok: false, problem: 'you may not read it' };
    if (isKindUnknown(error)) return { ok: false, problem: 'the cluster does not know this kind' };
    if (isNotFound(error)) return { ok: false, problem: 'it does not exist' };
    throw error;
  }
}
