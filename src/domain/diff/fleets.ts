/** What changes for whom when one fleet takes the place of another. */
import type { EffectiveRule } from '../acl/rule.ts';
import { type Device, type DeviceAuthentication, type Fleet, keyOf } from '../fleet.ts';
import type { ObjectKey } from '../names.ts';
import { resolveDevice, type ResolvedDevice } from '../resolve.ts';
import { type Right, rightsGained } from './rights.ts';

/** One identity at one broker. */
export interface IdentityDifference {
  readonly broker: ObjectKey;
  readonly identity: string;
  readonly change: 'Added' | 'Removed' | 'Changed';
  readonly gained: readonly Right[];
  readonly lost: readonly Right[];
  /** Why an open session ends; absent: it stays open, and has the new rights at once. */
  readonly sessionEnds?: string;
}

/** Sorted by broker and identity; who keeps what it has is not among them. */
export function fleetDifferences(before: Fleet, after: Fleet, now: Date): readonly IdentityDifference[] {
  const [former, present] = [holdersOf(before), holdersOf(after)];
  const keys = [...new Set([...former.keys(), ...present.keys()])].sort();
  const revoked = newlyRevoked(before, after);
  return keys.flatMap((key) => {
    const [was, is] = [former.get(key), present.get(key)];
    const found = difference(was, is, now, revoked);
    return found ? [found] : [];
  });
}

/** Who has an identity at a broker; devices that are refused have none. */
function holdersOf(fleet: Fleet): ReadonlyMap<string, ResolvedDevice> {
  const holders = new Map<string, ResolvedDevice>();
  for (const device of [...fleet.devices.values()].flat()) {
    const resolved = resolveDevice(fleet, device);
    if (resolved.ok) holders.set(`${device.broker} ${device.identity}`, resolved.value);
  }
  return holders;
}

/** Devices of which a certificate was revoked that was not before. */
function newlyRevoked(before: Fleet, after: Fleet): ReadonlySet<ObjectKey> {
  const devices = [...after.certificates].flatMap(([key, { device, spec }]) => {
    return spec.revoked && !before.certificates.get(key)?.spec.revoked ? [device] : [];
  });
  return new Set(devices);
}

function difference(
  was: ResolvedDevice | undefined,
  is: ResolvedDevice | undefined,
  now: Date,
  revoked: ReadonlySet<ObjectKey>,
): IdentityDifference | undefined {
  const device = (is ?? was)?.device;
  if (!device) return undefined;
  const [former, present] = [rulesOf(was, now), rulesOf(is, now)];
  const sessionEnds = was && mayComeIn(was.device, now) ? endOf(was.device, is?.device, now, revoked) : undefined;
  const found = {
    ...{ broker: device.broker, identity: device.identity, change: changeOf(was, is) },
    ...{ gained: rightsGained(former, present), lost: rightsGained(present, former) },
    ...(sessionEnds !== undefined && { sessionEnds }),
  };
  const isSame = found.change === 'Changed' && found.gained.length + found.lost.length === 0;
  return isSame && sessionEnds === undefined ? undefined : found;
}

function changeOf(was: ResolvedDevice | undefined, is: ResolvedDevice | undefined): IdentityDifference['change'] {
  if (!was) return 'Added';
  return is ? 'Changed' : 'Removed';
}

function rulesOf(resolved: ResolvedDevice | undefined, now: Date): readonly EffectiveRule[] {
  if (!resolved || resolved.device.suspended || !mayComeIn(resolved.device, now)) return [];
  return resolved.rules.filter(({ expiresAt }) => !expiresAt || expiresAt > now);
}

function mayComeIn({ revoked, expiresAt }: Device, now: Date): boolean {
  return !revoked && !(expiresAt && expiresAt <= now);
}

/** The agent ends sessions of who lost access or came in with what is of no use any more (DESIGN section 5, Kick). */
function endOf(was: Device, is: Device | undefined, now: Date, revoked: ReadonlySet<ObjectKey>): string | undefined {
  if (!is) return 'the device is gone';
  if (is.revoked) return 'the device is revoked';
  if (!mayComeIn(is, now)) return 'the device has expired';
  if (revoked.has(keyOf(is))) return 'a certificate is revoked';
  if (keyOf(was) !== keyOf(is)) return 'the identity belongs to another device';
  return isSameCredential(was.authentication, is.authentication) ? undefined : 'it proves who it is in another way';
}

function isSameCredential(a: DeviceAuthentication, b: DeviceAuthentication): boolean {
  if (a.type !== 'Password' || b.type !== 'Password') return a.type === b.type;
  return JSON.stringify(a.password) === JSON.stringify(b.password);
}
