import type { ReportedLockout } from '../domain/lockout.ts';
import { timeOf } from './time.ts';

/** No instance reports more, whatever wrote the list. */
const mostLockouts = 256;

/** Lockouts of a report. What is none, or has no end that can be read, is left out. */
export function lockoutsOf(written: unknown): readonly ReportedLockout[] {
  return Array.isArray(written) ? written.slice(0, mostLockouts).flatMap((one) => lockoutOf(one) ?? []) : [];
}

/** As agents write it down, and as it is in the status of a device beside the identity. Undefined for what is none. */
export function lockoutOf(written: unknown): ReportedLockout | undefined {
  if (typeof written !== 'object' || written === null) return undefined;
  const { identity, reason, since, until } = written as Readonly<Record<string, unknown>>;
  const [begin, end] = [since, until].map((time) => (typeof time === 'string' ? timeOf(time) : undefined));
  if (typeof identity !== 'string' || !end) return undefined;
  return { identity, ...(typeof reason === 'string' && { reason }), ...(begin && { since: begin }), until: end };
}
