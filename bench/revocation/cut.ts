import { setTimeout as delay } from 'node:timers/promises';
import type { MqttClient } from 'mqtt';

/** One revocation as its device meets it; milliseconds from before the first file is touched. */
export interface Cut {
  /** The live session is closed. */
  readonly closed: number;
  /** The attempt to come back, begun at once, is refused. */
  readonly refused: number;
  /** Attempts before it that were let in. */
  readonly returns: number;
  /** When it began, on the clock of the day in milliseconds, which the times of files are on too. */
  readonly begun: number;
}

const patienceMilliseconds = 20_000;

/**
 * Connects a device, has it taken back, and measures how it loses its session and does not get another. `mostReturns`: so
 * often it may be let in before that, without any rights.
 */
export async function cutBy(
  connect: () => Promise<MqttClient>,
  revoke: () => Promise<void> | void,
  mostReturns = 0,
): Promise<Cut> {
  const client = await connect();
  await pause();
  const closing = new Promise<number>((resolve) => client.once('close', () => resolve(performance.now())));
  const late = delay(patienceMilliseconds, undefined, { ref: false });
  const begun = performance.now();
  const [closedAt] = await Promise.all([Promise.race([closing, late]), revoke()]);
  if (closedAt === undefined) throw new Error(`measure revocation: no session was cut in ${patienceMilliseconds} ms`);
  let returns = 0;
  for (; await returned(connect); returns += 1) {
    if (returns >= mostReturns) throw new Error('measure revocation: the device came back');
  }
  const refused = performance.now() - begun;
  return { closed: closedAt - begun, refused, returns, begun: performance.timeOrigin + begun };
}

async function returned(connect: () => Promise<MqttClient>): Promise<boolean> {
  const client = await connect().catch(() => undefined);
  client?.end(true);
  return client !== undefined;
}

/** A broker at rest: what the last revocation left to do is done, and its loop sleeps at no certain point. */
function pause(): Promise<void> {
  return delay(100 + 100 * Math.random());
}
