/** The fleet as it is declared now, from the stores of the world. */
import {
  type Broker,
  type Device,
  type DeviceCertificate,
  type Fleet,
  fleetOf,
  keyOf,
  type Origin,
  type Template,
  withDevice,
  withoutDevice,
} from '../domain/fleet.ts';
import type { ObjectKey } from '../domain/names.ts';
import type { Reflector } from '../kube/reflector.ts';
import type { FleetState } from './context.ts';
import type { Declared } from './declared.ts';
import type { World } from './world.ts';

/** From so many changed devices on it is cheaper to put the fleet together anew than to change it one by one. */
const manyDevices = 2_000;

type Watched = Pick<World, 'brokers' | 'templates' | 'devices' | 'deviceCertificates' | 'namespaces'>;

/**
 * Follows the stores. An object that is invalid stays as it last was when it was good, one of which only the status
 * changed stays the same value: the compiler compares with `===`. A device that is being deleted is in the fleet as
 * revoked, so that it loses its rights at once and its identity is nobody else's before it is gone.
 */
export function createFleetState(world: Watched): FleetState {
  const devices = new Map<ObjectKey, Device>();
  const certificates = new Map<ObjectKey, DeviceCertificate>();
  const changed = new Map<ObjectKey, Device | undefined>();
  const labels = new Map<string, ReadonlyMap<string, string>>();
  let fleet: Fleet = { ...fleetOf({}), certificates };

  followed(world.brokers, byKey<Broker>(), (brokers) => (fleet = { ...fleet, brokers }));
  followed(world.templates, byKey<Template>(), (templates) => (fleet = { ...fleet, templates }));
  world.deviceCertificates.onChange((_, next) => {
    // Nothing compares this map: it changes in place, for copying it with each certificate would be quadratic.
    if (next?.value.ok) certificates.set(next.key, next.value.value);
  });
  world.deviceCertificates.onChange((old, next) => {
    if (old && !next) certificates.delete(old.key);
  });
  world.devices.onChange((old, next) => {
    const key = (next ?? old)?.key;
    if (key === undefined) return;
    const former = devices.get(key);
    const present = presentDevice(former, next);
    if (present === former) return;
    if (!changed.has(key)) changed.set(key, former);
    if (present) devices.set(key, present);
    else devices.delete(key);
  });
  world.namespaces.onChange((old, next) => {
    const name = (next ?? old)?.name ?? '';
    if (next && isSameMap(labels.get(name), next.labels)) return;
    if (next) labels.set(name, next.labels);
    else labels.delete(name);
    fleet = { ...fleet, namespaces: new Map(labels) };
  });

  function upToDate(): Fleet {
    if (changed.size > manyDevices) fleet = { ...fleet, devices: fleetOf({ devices: [...devices.values()] }).devices };
    else for (const [key, former] of changed) fleet = changedFleet(fleet, former, devices.get(key));
    changed.clear();
    return fleet;
  }
  return {
    get fleet() {
      return upToDate();
    },
  };
}

function changedFleet(fleet: Fleet, former: Device | undefined, present: Device | undefined): Fleet {
  if (present) return withDevice(fleet, present, former);
  return former ? withoutDevice(fleet, former) : fleet;
}

function presentDevice(former: Device | undefined, next: Declared<Device> | undefined): Device | undefined {
  if (!next) return undefined;
  const good = next.value.ok ? keptOr(former, next.value.value, next.meta.isDeleting) : sameObject(former, next);
  if (!good || !next.meta.isDeleting || good.revoked) return good;
  return { ...good, revoked: { reason: 'CessationOfOperation' } };
}

/** One that was marked as going is another value than what it was before. */
function keptOr(former: Device | undefined, next: Device, isDeleting: boolean): Device {
  const isKept = former && isSameVersion(former.origin, next.origin) && (former.revoked !== undefined || !isDeleting);
  return isKept ? former : next;
}

/** What was good of this very object; of another one under its name nothing is known. */
function sameObject<T extends { readonly origin: Origin }>(
  former: T | undefined,
  { meta }: Declared<unknown>,
): T | undefined {
  return former?.origin.uid === meta.uid ? former : undefined;
}

function isSameVersion(a: Origin, b: Origin): boolean {
  return a.uid === b.uid && a.generation === b.generation;
}

/** Calls back with a new map whenever a value of it is another one. */
function followed<T extends { readonly origin: Origin }, D extends Declared<T>>(
  reflector: Pick<Reflector<D>, 'onChange'>,
  values: Map<ObjectKey, T>,
  onChange: (values: ReadonlyMap<ObjectKey, T>) => void,
): void {
  reflector.onChange((old, next) => {
    const key = (next ?? old)?.key;
    if (key === undefined) return;
    const former = values.get(key);
    const present = next && presentValue(former, next);
    if (present === former) return;
    if (present) values.set(keyOf(present), present);
    else values.delete(key);
    onChange(new Map(values));
  });
}

function presentValue<T extends { readonly origin: Origin }>(former: T | undefined, next: Declared<T>): T | undefined {
  if (!next.value.ok) return sameObject(former, next);
  const { value } = next.value;
  return former && isSameVersion(former.origin, value.origin) ? former : value;
}

function byKey<T>(): Map<ObjectKey, T> {
  return new Map<ObjectKey, T>();
}

function isSameMap(a: ReadonlyMap<string, string> | undefined, b: ReadonlyMap<string, string>): boolean {
  return a?.size === b.size && [...b].every(([key, value]) => a.get(key) === value);
}
