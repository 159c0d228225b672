import type { ReportedLockout } from '../domain/lockout.ts';
import { timeOf } from './time.ts';

/** A lockout as agents write it down, and as it is in the status of a device but for the identity. */
interface WrittenLockout {
  readonly identity: string;
  readonly reason?: string;
  readonly since?: string;
  readonly until: string;
}

/** No instance reports more, whatever wrote the list. */
const mostLockouts = 256;

/** Lockouts of a report. One that has no end that can be read is left out. */
export function lockoutsOf(written: readonly WrittenLockout[] | undefined): readonly ReportedLockout[] {
  return (written ?? []).slice(0, mostLockouts).flatMap((one) => lockoutOf(one) ?? []);
}

/** Undefined where its end cannot be read. */
export function lockoutOf({ identity, reason, since = '', until }: WrittenLockout): ReportedLockout | undefined {
  const [begin, end] = [timeOf(since), timeOf(until)];
  if (!end) return undefined;
  return { identity, ...(reason !== undefined && { reason }), ...(begin && { since: begin }), until: end };
}
