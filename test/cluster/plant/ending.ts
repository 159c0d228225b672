/** A session whose certificate ends, and what is said meanwhile. */
import { setTimeout as delay } from 'node:timers/promises';
import type { MqttClient } from 'mqtt';

export interface Ending {
  readonly credentials: Readonly<Record<string, string>>;
  /** End of the certificate, milliseconds of the clock. */
  readonly notAfter: number;
  /** When the session ended; undefined while it is open. */
  readonly closedAt: () => number | undefined;
  /** All that was ever said. */
  readonly said: ReadonlySet<string>;
  readonly stop: () => Promise<void>;
}

const lookMilliseconds = 500;

/** Looks again and again until it is stopped; a look that fails says nothing. */
export function watchedEnding(
  client: MqttClient,
  certificate: Pick<Ending, 'credentials' | 'notAfter'>,
  look: () => Promise<readonly string[]>,
): Ending {
  let closedAt: number | undefined;
  const over = new AbortController();
  const said = new Set<string>();
  client.once('close', () => (closedAt = Date.now()));
  const watching = (async () => {
    while (!over.signal.aborted) {
      for (const one of await look().catch(() => [])) said.add(one);
      await delay(lookMilliseconds);
    }
  })();
  return {
    ...certificate,
    closedAt: () => closedAt,
    said,
    stop: async () => {
      over.abort();
      client.end(true);
      await watching;
    },
  };
}
