import { type Key } from './object.ts';

/** What a reconcile that succeeded wants next. There is no "again at once": a change of the world brings the key back. */
export type Outcome = { readonly kind: 'Done' } | { readonly kind: 'RequeueAt'; readonly at: Date };

export const done: Outcome = { kind: 'Done' };

/** Trying again is of no use until the object changes: its condition says why. */
export class PermanentError extends Error {
  override readonly name = 'PermanentError';
}

/** Something that takes a known time is not ready: come back after so long, and count no failure. */
export class RetryAfter extends Error {
  override readonly name = 'RetryAfter';
  readonly milliseconds: number;

  constructor(message: string, milliseconds: number, options?: ErrorOptions) {
    super(message, options);
    this.milliseconds = milliseconds;
  }
}

export interface ReconcileContext {
  /** Names this one run in logs and in the requests that it makes. */
  readonly reconcileId: string;
  /** Aborted when the run must end at once: leadership was lost, or the time to drain is over. */
  readonly signal: AbortSignal;
}

/** Reads all that it needs from the stores; a key says no more than "look at this object again". */
export type Reconcile = (key: Key, context: ReconcileContext) => Promise<Outcome>;
