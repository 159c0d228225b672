/** What the fleet and the issued certificates say together, shard by shard: only shards that changed are looked at again. */
import { type Device, keyOf } from '../../domain/fleet.ts';
import type { ObjectKey } from '../../domain/names.ts';
import type { CaKeyId } from '../../domain/pki/certificate.ts';
import type { HeldCertificate } from '../../domain/pki/lineage.ts';
import { type Shard, shardCount, type ShardedMap } from '../../domain/sharded.ts';

type Devices = ShardedMap<readonly Device[]>;
type Certificates = ShardedMap<readonly HeldCertificate[]>;

export interface Survey {
  /** Of suspended devices; the same list as long as nothing in it changed. */
  readonly suspended: readonly HeldCertificate[];
  /** Unexpired certificates of the devices of a broker, by the CA that issued them. */
  readonly counts: ReadonlyMap<ObjectKey, ReadonlyMap<CaKeyId, number>>;
}

type Counts = Map<ObjectKey, Map<CaKeyId, number>>;

interface ShardSurvey {
  readonly devices: Shard<readonly Device[]>;
  readonly certificates: Shard<readonly HeldCertificate[]>;
  readonly suspended: readonly HeldCertificate[];
  readonly counts: Counts;
}

/** Gives the survey of what is declared and issued now; costs next to nothing when nothing changed. */
export function surveyor(): (devices: Devices, certificates: Certificates) => Survey {
  let shards: readonly ShardSurvey[] = [];
  let survey: Survey = { suspended: [], counts: new Map() };
  return (devices, certificates) => {
    const former = shards;
    shards = Array.from({ length: shardCount }, (_, index) =>
      shardSurvey(devices.shard(index), certificates.shard(index), former[index]),
    );
    if (shards.some((shard, index) => shard !== former[index])) survey = joined(shards, survey);
    return survey;
  };
}

function shardSurvey(
  devices: ShardSurvey['devices'],
  certificates: ShardSurvey['certificates'],
  former: ShardSurvey | undefined,
): ShardSurvey {
  if (former?.devices === devices && former.certificates === certificates) return former;
  const suspended: HeldCertificate[] = [];
  const counts: Counts = new Map();
  for (const certificate of [...certificates.values()].flat()) {
    const device = devices.get(certificate.identity)?.find((one) => keyOf(one) === certificate.device);
    if (!device) continue;
    if (device.suspended) suspended.push(certificate);
    count(counts, device.broker, certificate.caKeyId, 1);
  }
  return { devices, certificates, suspended, counts };
}

function count(counts: Counts, broker: ObjectKey, keyId: CaKeyId, more: number): void {
  const perCa = counts.get(broker) ?? new Map<CaKeyId, number>();
  counts.set(broker, perCa.set(keyId, (perCa.get(keyId) ?? 0) + more));
}

function joined(shards: readonly ShardSurvey[], former: Survey): Survey {
  const suspended = shards.flatMap((shard) => shard.suspended);
  const counts: Counts = new Map();
  for (const shard of shards) {
    for (const [broker, perCa] of shard.counts) {
      for (const [keyId, one] of perCa) count(counts, broker, keyId, one);
    }
  }
  const isSame =
    suspended.length === former.suspended.length && suspended.every((one, i) => one === former.suspended[i]);
  return { suspended: isSame ? former.suspended : suspended, counts };
}
