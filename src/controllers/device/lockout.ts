/** What is told of a device that is locked out. */
import { type ReportedLockout, lockoutSkewMilliseconds } from '../../domain/lockout.ts';
import { unlockAskedAt } from '../broker/lockouts.ts';
import type { DeviceFacts, News } from './plan.ts';

/** The lockout in force; before its broker was looked at after a start, the one that its status tells of. */
export function lockoutOf(facts: DeviceFacts): ReportedLockout | undefined {
  const { declared, verdict, fleet, broker, now } = facts;
  const { device } = verdict;
  if (!device || !isHolder(facts) || !fleet.brokers.get(device.broker)?.lockout) return undefined;
  const lockout = broker ? broker.lockouts.get(device.identity) : declared.lockout;
  return lockout && lockout.until > now ? lockout : undefined;
}

/** Whether it has its identity: as one that resolves, or that keeps its rights because of a mistake. */
function isHolder({ declared, verdict: { resolved, device }, broker }: DeviceFacts): boolean {
  if (device?.revoked) return false;
  if (resolved) return true;
  return device !== undefined && broker?.compiled.statuses.get(device.identity)?.device === declared.key;
}

/** Fields of the status. */
export function lockoutFields(facts: DeviceFacts): Readonly<Record<string, unknown>> {
  const lockout = lockoutOf(facts);
  const handled = handledUnlock(facts, lockout);
  return {
    ...(lockout && { lockout: writtenLockout(lockout) }),
    ...(handled && { lastHandledUnlockAt: timeText(handled) }),
  };
}

function writtenLockout({ reason, since, until }: ReportedLockout) {
  return {
    ...(reason !== undefined && { reason }),
    ...(since && { since: timeText(since) }),
    until: timeText(until),
  };
}

/** RFC 3339 in UTC, with a fraction of the second only where there is one. */
function timeText(time: Date): string {
  return time.toISOString().replace('.000Z', 'Z');
}

/** The newest release that was acted on: nothing is in force any more that began before it. */
function handledUnlock(facts: DeviceFacts, lockout: ReportedLockout | undefined): Date | undefined {
  const { declared, broker, now } = facts;
  const former = declared.unlockedAt;
  const asked = unlockAskedAt(declared);
  if (!asked || (former && former >= asked) || dueAt(asked) > now) return former;
  const isActedOn = broker !== undefined && !(lockout?.since && lockout.since <= asked);
  return isActedOn ? asked : former;
}

/** From then on a release counts, whatever clock it was said by. */
function dueAt(asked: Date): Date {
  return new Date(asked.getTime() - lockoutSkewMilliseconds);
}

/** When a release from the future counts. */
export function unlockDueAt({ declared, now }: DeviceFacts): Date | undefined {
  const asked = unlockAskedAt(declared);
  return asked && dueAt(asked) > now ? dueAt(asked) : undefined;
}

/** That it was locked out, or released: each once, by what its status told before. */
export function lockoutNews(facts: DeviceFacts): readonly News[] {
  const { declared } = facts;
  const lockout = lockoutOf(facts);
  if (lockout && !declared.lockout) {
    const because = lockout.reason === undefined ? '' : ` (${lockout.reason})`;
    const note = `the device is denied everything until ${timeText(lockout.until)} because of its own acts${because}`;
    return [{ type: 'Warning', reason: 'LockedOut', action: 'Lock', note }];
  }
  if (lockout || !declared.lockout || !isHolder(facts)) return [];
  const isEarly = declared.lockout.until > facts.now;
  const note = isEarly ? 'the device was released before its time' : 'the lockout of the device is over';
  return [{ type: 'Normal', reason: 'Released', action: 'Release', note }];
}
