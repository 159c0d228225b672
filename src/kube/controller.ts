/** The loop around reconciling: keys from a queue, some at a time, each failure one of three kinds. */
import { type ControllerObserver, type FailureKind, type ReconcileResult } from './observer.ts';
import { type Key } from './object.ts';
import { type Outcome, PermanentError, type Reconcile, RetryAfter } from './outcome.ts';
import { type Clock } from './ports.ts';
import { type WorkQueue } from './queue.ts';

export interface Controller {
  readonly queue: WorkQueue;
  readonly reconcile: Reconcile;
  /** How many keys are reconciled at a time; one key never twice. */
  readonly concurrency: number;
  /** Every store that `reconcile` reads. No key is taken before all have been filled, for an empty store looks like deletion. */
  readonly stores: readonly { readonly ready: Promise<void> }[];
  readonly clock: Clock;
  /** Monotonic time in milliseconds, for durations. */
  readonly monotonic: () => number;
  readonly newReconcileId: () => string;
  readonly observer: ControllerObserver;
}

/** When a controller ends. */
export interface Lifetime {
  /** No further key is taken; what runs may finish. */
  readonly stop: AbortSignal;
  /** What runs must end too. */
  readonly abort: AbortSignal;
}

/** Reconciles until it is stopped and what ran has ended. Nothing that a reconcile throws ends it. */
export async function runController(controller: Controller, { stop, abort }: Lifetime): Promise<void> {
  const shutDown = () => void controller.queue.shutDown('Drop');
  if (stop.aborted) return controller.queue.shutDown('Drop');
  stop.addEventListener('abort', shutDown, { once: true });
  try {
    if (!(await storesReady(controller, stop))) return;
    await Promise.all(Array.from({ length: controller.concurrency }, () => work(controller, abort)));
  } finally {
    stop.removeEventListener('abort', shutDown);
  }
}

/** False if it was stopped before; a reflector that is stopped rejects, which is then no failure. */
async function storesReady({ stores }: Controller, stop: AbortSignal): Promise<boolean> {
  const { promise: stopped, resolve } = Promise.withResolvers<boolean>();
  const onStop = () => resolve(false);
  stop.addEventListener('abort', onStop, { once: true });
  try {
    return await Promise.race([Promise.all(stores.map(({ ready }) => ready)).then(() => true), stopped]);
  } catch (error) {
    if (isAborted(stop)) return false;
    throw new Error('wait for the stores of a controller: one gave up', { cause: error });
  } finally {
    stop.removeEventListener('abort', onStop);
  }
}

/** A call, for the compiler takes a property that was false once to stay so. */
function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}

async function work(controller: Controller, abort: AbortSignal): Promise<void> {
  const { queue } = controller;
  for (let key = await queue.take(); key !== undefined; key = await queue.take()) {
    try {
      await reconciled(controller, key, abort);
    } catch {
      queue.retry(key); // the observer failed, as on an error that cannot be printed
    } finally {
      queue.done(key);
    }
  }
}

async function reconciled(controller: Controller, key: Key, abort: AbortSignal): Promise<void> {
  const { observer, monotonic, newReconcileId, reconcile } = controller;
  const reconcileId = newReconcileId();
  const begun = monotonic();
  observer.started();
  let result: ReconcileResult;
  try {
    result = succeeded(controller, key, await reconcile(key, { reconcileId, signal: abort }));
  } catch (error) {
    result = failed(controller, { key, reconcileId, error });
  }
  observer.finished(result, (monotonic() - begun) / 1000);
}

/** A time that is over already has a backoff, for a reconcile that always gives one would spin. */
function succeeded({ queue, clock }: Controller, key: Key, outcome: Outcome): ReconcileResult {
  const milliseconds = outcome.kind === 'Done' ? undefined : outcome.at.getTime() - clock.now().getTime();
  if (milliseconds !== undefined && milliseconds <= 0) {
    queue.retry(key);
    return 'requeue';
  }
  if (milliseconds !== undefined) queue.addAfter(key, milliseconds);
  queue.forget(key);
  return milliseconds === undefined ? 'success' : 'requeue_after';
}

interface Failed {
  readonly key: Key;
  readonly reconcileId: string;
  readonly error: unknown;
}

function failed({ queue, observer }: Controller, { key, reconcileId, error }: Failed): ReconcileResult {
  const kind = failureKind(error);
  if (kind !== 'Backoff') queue.forget(key);
  if (error instanceof RetryAfter) queue.addAfter(key, error.milliseconds);
  const delay = error instanceof RetryAfter ? error.milliseconds : undefined;
  const retryMilliseconds = kind === 'Backoff' ? queue.retry(key) : delay;
  observer.failed({ key, reconcileId, kind, error, ...(retryMilliseconds !== undefined && { retryMilliseconds }) });
  return kind === 'RetryAfter' ? 'requeue_after' : 'error';
}

function failureKind(error: unknown): FailureKind {
  if (error instanceof PermanentError) return 'Permanent';
  return error instanceof RetryAfter ? 'RetryAfter' : 'Backoff';
}
