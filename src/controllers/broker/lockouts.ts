/** Who is locked out of a broker: what its instances report, within what its manifest and people allow. */
import { unlockAtAnnotation } from '../../api/labels.ts';
import { type LockoutsInForce, lockoutsInForce, type ReportedLockout } from '../../domain/lockout.ts';
import type { ObjectKey } from '../../domain/names.ts';
import { lockoutsOf } from '../../parse/lockout.ts';
import { timeOf } from '../../parse/time.ts';
import type { ControllerContext } from '../context.ts';
import type { DeclaredDevice, Instance } from '../declared.ts';
import type { BrokerFacts } from './gather.ts';
import type { BrokerMemory } from './states.ts';

const read = new WeakMap<object, readonly ReportedLockout[]>();

/** Each report is read once. */
export function reportedLockouts(instances: readonly Instance[]): readonly ReportedLockout[] {
  return instances.flatMap(({ was: { lockouts } = {} }) => {
    if (!lockouts) return [];
    const known = read.get(lockouts) ?? lockoutsOf(lockouts);
    read.set(lockouts, known);
    return known;
  });
}

/**
 * Those in force now. After a start of the operator those count too that the statuses of devices tell of: the pod that
 * reported one may be gone.
 */
export function presentLockouts(
  { world, state }: Pick<ControllerContext, 'world' | 'state'>,
  { declared: { key: broker }, lockouts: reported }: BrokerFacts,
  { lockouts: former }: BrokerMemory,
  now: Date,
): LockoutsInForce {
  const { fleet } = state.fleet;
  const devices = world.devices.store;
  const carried = former
    ? [...former.byIdentity.values()]
    : devices.byIndex('broker', broker).flatMap(({ lockout }) => lockout ?? []);
  const unlocks = (device: ObjectKey) => unlocksOf(devices.get(device));
  return lockoutsInForce({ fleet, broker, reported: [...reported, ...carried], unlocks }, now, former);
}

/** When people released the device: what they ask for now, and what was done last, for the annotation may be taken off. */
function unlocksOf(declared: DeclaredDevice | undefined): readonly Date[] {
  return [declared && unlockAskedAt(declared), declared?.unlockedAt].flatMap((time) => time ?? []);
}

/** Undefined where the annotation is absent or no time. */
export function unlockAskedAt({ meta }: Pick<DeclaredDevice, 'meta'>): Date | undefined {
  return timeOf(meta.annotations[unlockAtAnnotation] ?? '');
}
