import type { BundleReading, BundleSource } from '../ports.ts';

/** Where events arrive while the agent works. Of several readings only the newest is kept. */
export interface Inbox {
  /** The newest reading since the last call; what rang before it is looked at. */
  take(): BundleReading | undefined;
  /** Wakes who waits. */
  ring(): void;
  /** Resolves at the next ring, at once when it rang since the last `take`. For one waiter. */
  heard(): Promise<void>;
  /** How the source ended, if it did by an error. */
  failure(): string | undefined;
}

/** Reads the source until the signal is aborted. */
export function inboxOf(source: BundleSource, signal: AbortSignal): Inbox {
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
      ring();
    }
  };
  void pump().catch((error: unknown) => {
    if (!signal.aborted) failure = error instanceof Error ? error.message : String(error);
    ring();
  });
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
