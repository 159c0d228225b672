/** Keeps what a process is made of running together: one that ends ends all. */
import type { Lifetime } from '../kube/controller.ts';
import type { Clock } from '../kube/ports.ts';
import type { Log } from './log.ts';

export interface RunnerOptions {
  readonly clock: Clock;
  readonly log: Log;
  /** How long those that were stopped may take, before they are aborted. */
  readonly drainSeconds: number;
}

export interface Ending {
  /** 0 when it was stopped and everything ended in time. */
  readonly exitCode: 0 | 1;
  /** What failed first. */
  readonly error?: unknown;
}

/** What was aborted should end at once; what does not is left behind. */
const abortSeconds = 5;

export class Runner implements Lifetime {
  readonly #options: RunnerOptions;
  readonly #stop = new AbortController();
  readonly #abort = new AbortController();
  readonly #running = new Map<string, Promise<void>>();
  readonly #ended = Promise.withResolvers<Ending>();
  #failure: { readonly error: unknown } | undefined;

  constructor(options: RunnerOptions) {
    this.#options = options;
  }

  get stop(): AbortSignal {
    return this.#stop.signal;
  }

  get abort(): AbortSignal {
    return this.#abort.signal;
  }

  /** Never rejects. */
  get ended(): Promise<Ending> {
    return this.#ended.promise;
  }

  /** Starts it at once, unless everything ends already. Resolves when it has ended, however it did. */
  start(name: string, run: () => Promise<void>): Promise<void> {
    if (this.stop.aborted) return Promise.resolve();
    if (this.#running.has(name)) throw new Error(`start ${name}: there is one of this name`);
    const running = this.#watched(name, run);
    this.#running.set(name, running);
    return running;
  }

  /** Asks all to finish what they do; the second time all are aborted. */
  requestStop(): void {
    if (this.stop.aborted) return this.#abort.abort(new Error('asked twice to stop'));
    this.#stop.abort(new Error('asked to stop'));
    void this.#drain();
  }

  /** Ends everything at once, for the given reason. */
  fail(error: unknown): void {
    this.#failure ??= { error };
    if (!this.stop.aborted) this.requestStop();
    this.#abort.abort(error);
  }

  async #watched(name: string, run: () => Promise<void>): Promise<void> {
    const { log } = this.#options;
    log.info({ runnable: name }, 'started');
    try {
      await run();
      if (!this.stop.aborted) throw new Error(`run ${name}: it ended by itself`);
      log.info({ runnable: name }, 'ended');
    } catch (error) {
      if (this.#isAskedFor(error)) log.info({ runnable: name }, 'ended');
      else this.#failed(name, error);
    } finally {
      this.#running.delete(name);
    }
  }

  /** To reject with the reason of a signal is a way to end when asked. */
  #isAskedFor(error: unknown): boolean {
    return [this.stop, this.abort].some(({ aborted, reason }) => aborted && reason === error);
  }

  #failed(name: string, error: unknown): void {
    this.#options.log.error({ runnable: name, error }, 'failed');
    this.fail(error);
  }

  async #drain(): Promise<void> {
    const { clock, log, drainSeconds } = this.#options;
    const done = new AbortController();
    const all = Promise.all(this.#running.values()).then(() => done.abort());
    await Promise.race([
      all,
      clock.sleep(drainSeconds * 1000, AbortSignal.any([done.signal, this.abort])).catch(ignored),
    ]);
    if (this.#running.size > 0) {
      this.#abort.abort(new Error('the time to finish is over'));
      await Promise.race([all, clock.sleep(abortSeconds * 1000, done.signal).catch(ignored)]);
    }
    if (this.#running.size > 0) {
      const left = [...this.#running.keys()];
      log.error({ runnables: left }, 'still running');
      this.#failure ??= { error: new Error(`stop ${left.join(', ')}: still running`) };
    }
    this.#ended.resolve(this.#failure ? { exitCode: 1, ...this.#failure } : { exitCode: 0 });
  }
}

function ignored(): void {
  // the sleep was ended early
}
