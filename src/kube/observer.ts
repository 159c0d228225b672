/** What the loop tells about itself; the shell turns it into metrics and log lines. */
import { type Key } from './object.ts';

/** The values of the label `result` of `controller_runtime_reconcile_total`. */
export type ReconcileResult = 'success' | 'requeue_after' | 'requeue' | 'error';

export type FailureKind = 'Permanent' | 'RetryAfter' | 'Backoff';

export interface ReconcileFailure {
  readonly key: Key;
  readonly reconcileId: string;
  readonly kind: FailureKind;
  readonly error: unknown;
  /** When it comes again; never without a change if absent. */
  readonly retryMilliseconds?: number;
}

export interface ControllerObserver {
  started(): void;
  finished(result: ReconcileResult, seconds: number): void;
  failed(failure: ReconcileFailure): void;
}
