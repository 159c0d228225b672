import { ApiError, isConflict, isExpired, isNamespaceGoing } from '../kube/errors.ts';
import type { ControllerObserver, ReconcileFailure } from '../kube/observer.ts';
import type { ReflectorReport } from '../kube/report.ts';
import type { Log } from '../shell/log.ts';
import type { Metrics } from '../shell/metrics.ts';

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

/** Counts what a reflector reports, and logs what of it is worth a line. */
export function loggedReports(
  { metrics, log }: { readonly metrics: Pick<Metrics, 'reflector'>; readonly log: Log },
  resource: string,
): (report: ReflectorReport) => void {
  const counted = metrics.reflector(resource);
  return (report) => {
    counted(report);
    if (report.event === 'Failed' && isRoutine(report.error)) log.debug({ resource, ...report }, 'watch begins anew');
    else if (report.event === 'Failed') log.warn({ resource, ...report }, 'watch failed');
    if (report.event === 'HandlerFailed' || report.event === 'ProjectionFailed') {
      log.error({ resource, ...report }, 'object not taken in');
    }
  };
}

/**
 * A resource that does not change: the watch is begun again, for nobody could tell it from one that is cut. Or one whose
 * versions the server forgot, as when the definition of a kind is changed: it is listed again.
 */
function isRoutine(error: unknown): boolean {
  return isExpired(error) || (error instanceof ApiError && error.status === 0 && error.reason === 'Timeout');
}
