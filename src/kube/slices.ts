import { setImmediate as turn } from 'node:timers/promises';

const sliceMilliseconds = 10;

/** Runs `step` for each item and lets others have the event loop every 10 ms. Ends early when the signal is aborted. */
export async function inSlices<T>(items: Iterable<T>, step: (item: T) => unknown, signal?: AbortSignal): Promise<void> {
  let since = performance.now();
  for (const item of items) {
    if (signal?.aborted) return;
    step(item);
    if (performance.now() - since < sliceMilliseconds) continue;
    await turn();
    since = performance.now();
  }
}
