/** Numbers of a broker's status. What did not change since the last time is not counted again. */
import type { IdentityStatus } from '../../domain/bundle/compiled-identity.ts';
import type { Compiled } from '../../domain/bundle/compile.ts';
import { type BundleContent, partNames } from '../../domain/bundle/content.ts';
import type { CaKeyId, RevocationEntry } from '../../domain/pki/certificate.ts';
import type { HeldCertificate } from '../../domain/pki/lineage.ts';
import { type Shard, shardCount, type ShardedMap } from '../../domain/sharded.ts';
import type { Trust } from '../context.ts';

type Statuses = Compiled['statuses'];
type Certificates = ShardedMap<readonly HeldCertificate[]>;

const identityCounts = new WeakMap<Statuses, number>();
const connectable = new WeakMap<Shard<IdentityStatus>, number>();
const certificateCounts = new WeakMap<Shard<IdentityStatus>, ShardCounts>();
const entryCounts = new WeakMap<readonly RevocationEntry[], ReadonlyMap<CaKeyId, number>>();

interface ShardCounts {
  readonly certificates: Shard<readonly HeldCertificate[]>;
  readonly counts: ReadonlyMap<CaKeyId, number>;
}

/** Size of all parts in bytes of UTF-8. */
export function bytesOf({ parts }: BundleContent): number {
  return partNames.reduce((sum, name) => sum + parts[name].reduce((all, { bytes }) => all + bytes, 0), 0);
}

/** How many identities may be connected. */
export function identityCount(statuses: Statuses): number {
  const known = identityCounts.get(statuses);
  if (known !== undefined) return known;
  let count = 0;
  for (let index = 0; index < shardCount; index += 1) count += connectableIn(statuses.shard(index));
  identityCounts.set(statuses, count);
  return count;
}

function connectableIn(shard: Shard<IdentityStatus>): number {
  const known = connectable.get(shard);
  if (known !== undefined) return known;
  const states = [...shard.values()].map(({ state }) => state);
  const count = states.filter((state) => state === 'Active' || state === 'Suspended' || state === 'Locked').length;
  connectable.set(shard, count);
  return count;
}

/** Unexpired certificates of the broker's devices, by the key of the CA that issued them. */
export function certificatesPerCa(statuses: Statuses, certificates: Certificates): ReadonlyMap<CaKeyId, number> {
  const sum = new Map<CaKeyId, number>();
  for (let index = 0; index < shardCount; index += 1) {
    const held = certificates.shard(index);
    if (held.size === 0) continue;
    for (const [keyId, count] of countsIn(statuses.shard(index), held)) sum.set(keyId, (sum.get(keyId) ?? 0) + count);
  }
  return sum;
}

function countsIn(
  statuses: Shard<IdentityStatus>,
  certificates: Shard<readonly HeldCertificate[]>,
): ReadonlyMap<CaKeyId, number> {
  const known = certificateCounts.get(statuses);
  if (known?.certificates === certificates) return known.counts;
  const counts = new Map<CaKeyId, number>();
  for (const [identity, held] of certificates) {
    const device = statuses.get(identity)?.device;
    for (const one of held) if (one.device === device) counts.set(one.caKeyId, (counts.get(one.caKeyId) ?? 0) + 1);
  }
  certificateCounts.set(statuses, { certificates, counts });
  return counts;
}

/** How many entries of each CA there are. */
export function entriesPerCa(revocations: readonly RevocationEntry[]): ReadonlyMap<CaKeyId, number> {
  const known = entryCounts.get(revocations);
  if (known) return known;
  const counts = new Map<CaKeyId, number>();
  for (const { caKeyId } of revocations) counts.set(caKeyId, (counts.get(caKeyId) ?? 0) + 1);
  entryCounts.set(revocations, counts);
  return counts;
}

/** `status.crls`: the lists that were published, by the names of their CAs. */
export function crlFigures({ cas, crls, revocations }: Trust): readonly object[] {
  const entries = entriesPerCa(revocations);
  return cas.flatMap(({ name, keyId, revocation }) => {
    const crl = crls.find(({ caKeyId }) => caKeyId === keyId);
    if (!crl || revocation === 'None') return [];
    const nextUpdate = `${crl.nextUpdate.toISOString().slice(0, 19)}Z`;
    const count = revocation === 'SignedCrl' && { entries: entries.get(keyId) ?? 0 };
    return [{ ca: name, number: Number(crl.number), nextUpdate, ...count }];
  });
}

/** `status.certificatesPerCa`: by the name of the CA; by its key where it is not trusted any more. */
export function certificateFigures({ cas }: Trust, counts: ReadonlyMap<CaKeyId, number>): readonly object[] {
  const trusted = new Map(cas.map(({ keyId, name }) => [keyId, name]));
  const own = [...trusted].map(([keyId, ca]) => ({ ca, certificates: counts.get(keyId) ?? 0 }));
  const others = [...counts].filter(([keyId]) => !trusted.has(keyId)).sort(([a], [b]) => (a < b ? -1 : 1));
  return [...own, ...others.map(([ca, certificates]) => ({ ca, certificates }))];
}
