/** Who is locked out in local mode: what its own agent reports, within what the manifests and the records say. */
import type { Fleet } from '../domain/fleet.ts';
import { type LockoutsInForce, lockoutsInForce, type ReportedLockout } from '../domain/lockout.ts';
import type { ObjectKey } from '../domain/names.ts';
import { lockoutOf, lockoutsOf } from '../parse/lockout.ts';
import type { InstanceReport } from '../ports.ts';
import type { Records } from './records.ts';
import { devicesIn } from './written-status.ts';

export interface LocalLockouts {
  readonly fleet: Fleet;
  readonly broker: ObjectKey;
  readonly reported: readonly ReportedLockout[];
  readonly records: Records['records'];
  /** Of the last look. */
  readonly former: LockoutsInForce | undefined;
}

/** Those in force now. One lasts until its end, also where the agent that reported it was started anew. */
export function localLockouts({ reported, records, former, ...facts }: LocalLockouts, now: Date): LockoutsInForce {
  const unlocks = (device: ObjectKey) => [records.get(device)?.unlockAt].flatMap((time) => time ?? []);
  return lockoutsInForce(
    { ...facts, reported: [...reported, ...(former?.byIdentity.values() ?? [])], unlocks },
    now,
    former,
  );
}

/** As the agent reports them; before it says anything, what is left of a former run: its last report, and its status. */
export function reportedIn(
  report: Partial<InstanceReport> | undefined,
  left: LeftLockouts,
): readonly ReportedLockout[] {
  return report?.lockouts ? lockoutsOf(report.lockouts) : [...lockoutsOf(left.report.lockouts), ...left.told];
}

/** What a former run left. */
export interface LeftLockouts {
  readonly report: Partial<InstanceReport>;
  readonly told: readonly ReportedLockout[];
}

/** As a status that was written tells of them. */
export function lockoutsIn(status: unknown): readonly ReportedLockout[] {
  return devicesIn(status).flatMap(({ identity, lockout }) => {
    return (typeof lockout === 'object' && lockoutOf({ identity, ...lockout })) || [];
  });
}
