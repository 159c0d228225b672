/** Whoever does what he should not, on a thread of its own, until it is told to stop; then says how often it was done. */
import { setTimeout as delay } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { connected as connection } from '../../src/agent/client.ts';
import { connected, mayPublish } from '../../test/broker/local/dev-process.ts';

export type Abuse =
  /** So many connections at a time, each with another password, as fast as the broker refuses them. */
  | { readonly kind: 'Guess'; readonly port: number; readonly identity: string; readonly atOnce: number }
  /** Each publishes to a topic of another, as fast as that is refused, from a second after the one before on. */
  | { readonly kind: 'Meddle'; readonly kits: readonly string[] };

export interface Done {
  readonly acts: number;
}

let isOver = false;
let acts = 0;

async function guessed({ port, identity }: Abuse & { kind: 'Guess' }): Promise<void> {
  const endpoint = { kind: 'Network', host: '127.0.0.1', port, webSockets: false, tls: {} } as const;
  while (!isOver) {
    const login = { clientId: identity, username: identity, password: `guess ${acts}` };
    const outcome = await connection(endpoint, login, 20_000);
    if (outcome.kind !== 'Refused') throw new Error(`guess a password: ${JSON.stringify(outcome)}`);
    acts += 1;
  }
}

async function meddled(kit: string, index: number): Promise<void> {
  await delay(1_000 * index);
  const client = await connected(kit);
  while (!isOver) {
    if (await mayPublish(client, 'sensors/victim/t')) throw new Error('publish for another: it was taken');
    acts += 1;
  }
  client.end(true);
}

function abuses(abuse: Abuse): readonly Promise<void>[] {
  if (abuse.kind === 'Meddle') return abuse.kits.map(meddled);
  return Array.from({ length: abuse.atOnce }, () => guessed(abuse));
}

parentPort?.once('message', () => (isOver = true));
await Promise.all(abuses(workerData as Abuse));
parentPort?.postMessage({ acts } satisfies Done);
