/** Which certificates are of suspended devices, shard by shard: only shards that changed are looked at again. */
import { type Device, keyOf } from '../../domain/fleet.ts';
import type { HeldCertificate } from '../../domain/pki/lineage.ts';
import { type Shard, shardCount, type ShardedMap } from '../../domain/sharded.ts';

type Devices = ShardedMap<readonly Device[]>;
type Certificates = ShardedMap<readonly HeldCertificate[]>;

interface ShardSurvey {
  readonly devices: Shard<readonly Device[]>;
  readonly certificates: Shard<readonly HeldCertificate[]>;
  readonly suspended: readonly HeldCertificate[];
}

/**
 * Gives the certificates of suspended devices: the same list as long as nothing in it changed, and at next to no cost as
 * long as nothing changed at all.
 */
export function suspensions(): (devices: Devices, certificates: Certificates) => readonly HeldCertificate[] {
  let shards: readonly ShardSurvey[] = [];
  let suspended: readonly HeldCertificate[] = [];
  return (devices, certificates) => {
    const former = shards;
    shards = Array.from({ length: shardCount }, (_, index) =>
      shardSurvey(devices.shard(index), certificates.shard(index), former[index]),
    );
    if (shards.every((shard, index) => shard === former[index])) return suspended;
    const all = shards.flatMap((shard) => shard.suspended);
    const isSame = all.length === suspended.length && all.every((one, index) => one === suspended[index]);
    suspended = isSame ? suspended : all;
    return suspended;
  };
}

function shardSurvey(
  devices: ShardSurvey['devices'],
  certificates: ShardSurvey['certificates'],
  former: ShardSurvey | undefined,
): ShardSurvey {
  if (former?.devices === devices && former.certificates === certificates) return former;
  const isSuspended = ({ identity, device }: HeldCertificate) =>
    devices.get(identity)?.some((one) => one.suspended && keyOf(one) === device) === true;
  return { devices, certificates, suspended: [...certificates.values()].flat().filter(isSuspended) };
}

/** Gives the identities of devices that cannot be read: the same set as long as nothing in it changed. */
export function unreadableIdentities(): (devices: Devices) => ReadonlySet<string> {
  const shards = new WeakMap<Shard<readonly Device[]>, readonly string[]>();
  let last: ReadonlySet<string> = new Set();
  return (devices) => {
    const found: string[] = [];
    for (let index = 0; index < shardCount; index += 1) {
      const shard = devices.shard(index);
      const known =
        shards.get(shard) ?? [...shard].flatMap(([identity, some]) => (some.some(isUnreadable) ? [identity] : []));
      shards.set(shard, known);
      if (known.length > 0) found.push(...known);
    }
    if (found.length !== last.size || found.some((identity) => !last.has(identity))) last = new Set(found);
    return last;
  };
}

function isUnreadable(device: Device): boolean {
  return device.isUnreadable === true;
}
