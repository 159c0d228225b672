import { isConflict, isNamespaceGoing } from '../kube/errors.ts';
import type { ControllerObserver, ReconcileFailure } from '../kube/observer.ts';
import type { Log } from '../shell/log.ts';

/** Somebody was faster, time and again: from so long a wait on it is worth a line, milliseconds. */
const longConflictMilliseconds = 1_000;

/**
 * An observer that also logs what failed, with `object` as `namespace/name`. A failure that is only "not yet" is none to
 * the log, nor is it that somebody was faster, for what is new is looked at, or that a namespace goes before we heard of it.
 */
export function loggingObserver(observer: ControllerObserver, controller: string, log: Log): ControllerObserver {
  return {
    started: () => observer.started(),
    finished: (result, seconds) => observer.finished(result, seconds),
    failed(failure: ReconcileFailure) {
      observer.failed(failure);
      const { key, reconcileId, kind, error, retryMilliseconds } = failure;
      const fields = { controller, object: key, reconcileId, error, retryMilliseconds };
      const isShort = retryMilliseconds !== undefined && retryMilliseconds < longConflictMilliseconds;
      if (kind === 'RetryAfter') log.debug(fields, 'reconcile waits');
      else if (isShort && isOvertaken(error)) log.debug(fields, 'reconcile was overtaken');
      else log.warn(fields, 'reconcile failed');
    },
  };
}

function isOvertaken(error: unknown): boolean {
  if (isConflict(error) || isNamespaceGoing(error)) return true;
  return error instanceof Error && error.cause !== undefined && isOvertaken(error.cause);
}
