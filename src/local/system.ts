import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { type Clock, type Random } from '../ports.ts';

/** The clock of this machine; `now` may be shifted, as `--now` does. */
export function systemClock(now: () => Date = () => new Date()): Clock {
  return { now, sleep: (milliseconds, signal) => delay(milliseconds, undefined, signal ? { signal } : {}) };
}

/** The random numbers of this machine, fit for keys. */
export const systemRandom: Random = { bytes: (length) => randomBytes(length) };
