import type { EventEmitter } from 'node:events';

const stopSignals = ['SIGTERM', 'SIGINT'] as const;

/**
 * Calls `stop` at each SIGTERM and SIGINT: the first asks to finish, the second ends at once. Returns how to listen no
 * more, which gives the signals their default back.
 */
export function onStopSignal(
  stop: (signal: string) => void,
  source: Pick<EventEmitter, 'on' | 'off'> = process,
): () => void {
  for (const signal of stopSignals) source.on(signal, stop);
  return () => {
    for (const signal of stopSignals) source.off(signal, stop);
  };
}
