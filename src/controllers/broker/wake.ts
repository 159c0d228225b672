/** Wakes those who wait for a broker. */
import { isKnownSince, leastEnforced } from '../../domain/bundle/changes.ts';
import { partNames } from '../../domain/bundle/content.ts';
import { keyOf } from '../../domain/fleet.ts';
import type { ObjectKey } from '../../domain/names.ts';
import type { RevocationEntry } from '../../domain/pki/certificate.ts';
import type { BrokerState, ControllerContext } from '../context.ts';
import { deviceIn } from '../declared.ts';
import { changedDevices } from './outcome.ts';
import type { BrokerMemory } from './states.ts';

/** From so many devices on they give way to what else happens. */
const manyDevices = 1_000;

type Waking = Pick<ControllerContext, 'world' | 'state' | 'wake'>;

/** What a pass changed for devices and certificates. */
export function wakeChanged(context: Waking, before: BrokerMemory, after: BrokerMemory): void {
  if (!after.state) return;
  const isWaiting = (key: ObjectKey) => context.world.devices.store.get(key)?.programmedIn === undefined;
  const devices = changedDevices(before.state, after.state, isWaiting);
  const priority = devices.size < manyDevices ? 'High' : 'Low';
  for (const device of devices) context.wake.device(device, priority);
  if (isDoubted(before.state, after.state)) wakeProgrammed(context, keyOf(after.state.broker));
  wakeLockedOut(context, before.state?.lockouts ?? nobody, after.state);
  // Who asked an authority whether a serial is published is told by it.
  if (before.state?.trust !== after.state.trust) context.wake.authority(keyOf(after.state.broker));
  if (isWorkloadConcerned(before.state, after.state)) context.wake.workload(keyOf(after.state.broker));
  const known = new Set(before.sets.map(({ index }) => index.hash));
  for (const { index, relisted } of after.sets) {
    const isProvedNow = index.revision > before.leastProved && index.revision <= after.leastProved;
    if (!known.has(index.hash) || isProvedNow) wakeHolders(context, relisted);
  }
  if (before.sets.length === 0 && after.sets.length > 0) wakeWithdrawn(context);
}

/** Somebody else published, and it is not known for whom, or it is now: what was proved may be so no more. */
function isDoubted(before: BrokerState | undefined, after: BrokerState): boolean {
  if (after.listed && after.listed !== before?.listed) return true;
  return (before === undefined || isHistoryKnown(before)) && !isHistoryKnown(after);
}

function isHistoryKnown({ proved, changes }: BrokerState): boolean {
  return proved.every(({ revision }) => isKnownSince(changes, leastEnforced(changes, revision)));
}

function wakeProgrammed({ world, wake }: Waking, broker: ObjectKey): void {
  for (const { key, programmedIn } of world.devices.store.byIndex('broker', broker)) {
    if (programmedIn !== undefined) wake.device(key, 'Low');
  }
}

/** The agent's role names every chunk object, and pods are rolled to each new set where that is asked for. */
function isWorkloadConcerned(before: BrokerState | undefined, { published, broker }: BrokerState): boolean {
  const former = before?.published;
  if (former?.hash === published?.hash) return false;
  if (!former || !published || broker.update.strategy === 'Roll') return true;
  return partNames.some((name) => former.parts[name].length !== published.parts[name].length);
}

const nobody: BrokerState['lockouts'] = new Map();

/** Whose lockout began, ended or became another one. */
function wakeLockedOut(
  { world, wake }: Waking,
  former: BrokerState['lockouts'],
  { lockouts, broker }: BrokerState,
): void {
  if (former === lockouts) return;
  for (const identity of new Set([...former.keys(), ...lockouts.keys()])) {
    if (former.get(identity) === lockouts.get(identity)) continue;
    for (const declared of world.devices.store.byIndex('identity', identity)) {
      if (deviceIn(declared)?.broker === keyOf(broker)) wake.device(declared.key);
    }
  }
}

/** Finalizers wait until a serial is published, devices until it is proved that it is on the list, or on it no more. */
function wakeHolders({ world, state, wake }: Waking, entries: readonly RevocationEntry[]): void {
  for (const { identity, serial } of entries) {
    for (const { key } of world.devices.store.byIndex('identity', identity)) wake.device(key);
    for (const held of state.issued.byIdentity.get(identity) ?? []) {
      if (held.serial !== serial) continue;
      wake.certificate(held.lineage);
      wake.device(held.device);
    }
  }
}

/** After a start what was published before is known only now. */
function wakeWithdrawn({ world, wake }: Waking): void {
  for (const { key, meta, value } of world.deviceCertificates.store.list()) {
    if (meta.isDeleting || (value.ok && value.value.spec.revoked)) wake.certificate(key, 'Low');
  }
}
