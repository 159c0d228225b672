import type { BundleReading, BundleSource, Clock } from '../ports.ts';

/** Where events arrive while the agent works. Of several readings only the newest is kept. */
export interface Inbox {
  /** The newest reading since the last call; what rang before it is looked at. */
  take(): BundleReading | undefined;
  /** Wakes who waits. */
  ring(): void;
  /** Resolves at the next ring, at once when it rang since the last `take`. For one waiter. */
  heard(): Promise<void>;
  /** Why the source cannot be read at present. */
  failure(): string | undefined;
}

/** Pause before a source that failed is read again, milliseconds. */
const sourceRetry = 1_000;

/** Reads the source until the signal is aborted; one that fails or ends is read again. */
export function inboxOf(source: BundleSource, clock: Clock, signal: AbortSignal): Inbox {
  let newest: BundleReading | undefined;
  let failure: string | undefined;
  let rang = false;
  let wake: (() => void) | undefined;
  const ring = (): void => {
    rang = true;
    wake?.();
  };
  const pump = async (): Promise<void> => {
    for await (const reading of source.bundles(signal)) {
      newest = reading;
      failure = undefined;
      ring();
    }
  };
  const isOver = (): boolean => signal.aborted;
  const keepPumping = async (): Promise<void> => {
    while (!isOver()) {
      const ended = await pump().then(() => 'it ended', reasonOf);
      if (isOver()) return;
      failure = ended;
      ring();
      await clock.sleep(sourceRetry, signal).catch(() => undefined);
    }
  };
  void keepPumping();
  signal.addEventListener('abort', ring, { once: true });
  return {
    take() {
      rang = false;
      const taken = newest;
      newest = undefined;
      return taken;
    },
    ring,
    heard: () =>
      new Promise((resolve) => {
        wake = resolve;
        if (rang) resolve();
      }),
    failure: () => failure,
  };
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
