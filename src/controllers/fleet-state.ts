/** The fleet as it is declared now, from the stores of the world. */
import {
  type Broker,
  type Device,
  type DeviceCertificate,
  type Fleet,
  fleetOf,
  type Origin,
  type Template,
  withDevice,
  withoutDevice,
} from '../domain/fleet.ts';
import { preparedTemplate } from '../domain/acl/prepared.ts';
import type { Finding } from '../domain/finding.ts';
import type { ObjectKey } from '../domain/names.ts';
import type { CaKeyId } from '../domain/pki/certificate.ts';
import type { Reflector } from '../kube/reflector.ts';
import type { FleetState } from './context.ts';
import type { Declared, DeclaredDevice } from './declared.ts';
import { withWithdrawal } from './remnant.ts';
import { changedSharers, sharedCaKeys } from './shared-cas.ts';
import type { World } from './world.ts';

/** From so many changed devices on it is cheaper to put the fleet together anew than to change it one by one. */
const manyDevices = 2_000;

/** What is left out is not looked at: no rights depend on certificates, nor on namespaces where there is only one. */
type Watched = Pick<World, 'brokers' | 'templates' | 'devices'> &
  Partial<Pick<World, 'deviceCertificates' | 'namespaces'>>;

/**
 * Follows the stores. An object that is invalid stays as it last was when it was good, and so does a template whose rules
 * reach too far; what is wrong with them is in `refusals`. Of a device that nobody remembers as it was, there is what its
 * status tells (`remnantOf`). One of which only the status changed stays the same value: the compiler compares with
 * `===`. A device that is being deleted is in the fleet as revoked, so that it loses its rights at once and its identity
 * is nobody else's before it is gone.
 */
export function createFleetState(world: Watched): FleetState {
  const devices = new Map<ObjectKey, Device>();
  const byKeyOf = (key: ObjectKey) => devices.get(key);
  const certificates = new Map<ObjectKey, DeviceCertificate>();
  const changed = new Map<ObjectKey, Device | undefined>();
  const labels = new Map<string, ReadonlyMap<string, string>>();
  const caKeys = new Map<ObjectKey, ReadonlySet<CaKeyId>>();
  let fleet: Fleet = { ...fleetOf({}), certificates };

  followed<Broker, Declared<Broker>>(world.brokers, invalid, (brokers, refused) => {
    fleet = { ...fleet, brokers, refusals: { templates: noRefusals, ...fleet.refusals, brokers: refused } };
  });
  followed<Template, Declared<Template>>(world.templates, unusable, (templates, refused) => {
    fleet = { ...fleet, templates, refusals: { brokers: noRefusals, ...fleet.refusals, templates: refused } };
  });
  world.deviceCertificates?.onChange((_, next) => {
    // Nothing compares this map: it changes in place, for copying it with each certificate would be quadratic.
    if (next?.value.ok) certificates.set(next.key, next.value.value);
  });
  world.deviceCertificates?.onChange((old, next) => {
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
  world.namespaces?.onChange((old, next) => {
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
    deviceOf: byKeyOf,
    keepCaKeys(broker, keys) {
      if (keys.size > 0) caKeys.set(broker, keys);
      else caKeys.delete(broker);
      const [former, present] = [fleet.caKeys ?? new Map<ObjectKey, never>(), sharedCaKeys(caKeys)];
      const sharers = changedSharers(former, present);
      if (sharers.length > 0) fleet = { ...fleet, caKeys: present };
      return sharers;
    },
  };
}

function changedFleet(fleet: Fleet, former: Device | undefined, present: Device | undefined): Fleet {
  if (present) return withDevice(fleet, present, former);
  return former ? withoutDevice(fleet, former) : fleet;
}

function presentDevice(former: Device | undefined, next: DeclaredDevice | undefined): Device | undefined {
  if (!next) return undefined;
  const good = next.value.ok ? keptOr(former, next.value.value, next.meta.isDeleting) : badDevice(former, next);
  if (!good || !next.meta.isDeleting || good.revoked) return good;
  return { ...good, revoked: { reason: 'CessationOfOperation' } };
}

/** It can be taken back still, by those of its fields that make sense. */
function badDevice(former: Device | undefined, { meta, withdrawal, remnant }: DeclaredDevice): Device | undefined {
  const good = former?.origin.uid === meta.uid ? former : remnant;
  return good && withdrawal ? withWithdrawal(good, withdrawal) : good;
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

type Findings = readonly Finding[];

const noRefusals: ReadonlyMap<ObjectKey, Findings> = new Map();

function invalid<T>({ value }: Declared<T>): Findings {
  return value.ok ? [] : value.findings;
}

function unusable({ value }: Declared<Template>): Findings {
  return value.ok ? preparedTemplate(value.value).findings : value.findings;
}

/** Calls back with new maps whenever a value is another one, or is refused for another reason. */
function followed<T extends { readonly origin: Origin }, D extends Declared<T>>(
  reflector: Pick<Reflector<D>, 'onChange'>,
  faultsOf: (declared: D) => Findings,
  onChange: (values: ReadonlyMap<ObjectKey, T>, refused: ReadonlyMap<ObjectKey, Findings>) => void,
): void {
  const values = new Map<ObjectKey, T>();
  const good = new Map<ObjectKey, T>();
  const refused = new Map<ObjectKey, Findings>();
  reflector.onChange((old, next) => {
    const key = (next ?? old)?.key;
    if (key === undefined) return;
    const former = values.get(key);
    const faults = next ? faultsOf(next) : [];
    const present = next && (faults.length === 0 ? presentValue(former, next) : lastGood(good.get(key), next));
    if (faults.length === 0) replace(good, key, present);
    if (present === former && isSameList(refused.get(key) ?? [], faults)) return;
    replace(values, key, present);
    replace(refused, key, faults.length > 0 ? faults : undefined);
    onChange(new Map(values), new Map(refused));
  });
}

function replace<V>(map: Map<ObjectKey, V>, key: ObjectKey, value: V | undefined): void {
  if (value === undefined) map.delete(key);
  else map.set(key, value);
}

function presentValue<T extends { readonly origin: Origin }>(former: T | undefined, next: Declared<T>): T | undefined {
  if (!next.value.ok) return undefined;
  const { value } = next.value;
  return former && isSameVersion(former.origin, value.origin) ? former : value;
}

/** Of one that was never good, as it is: it says itself what is wrong with it. */
function lastGood<T extends { readonly origin: Origin }>(good: T | undefined, next: Declared<T>): T | undefined {
  return sameObject(good, next) ?? (next.value.ok ? next.value.value : undefined);
}

function isSameList(a: Findings, b: Findings): boolean {
  return a.length === b.length && a.every(({ message }, index) => message === b[index]?.message);
}

function isSameMap(a: ReadonlyMap<string, string> | undefined, b: ReadonlyMap<string, string>): boolean {
  return a?.size === b.size && [...b].every(([key, value]) => a.get(key) === value);
}
