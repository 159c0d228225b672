/** What devices keep that have made a mistake: looked up in the published set when it is first needed. */
import type { Compiled } from '../../domain/bundle/compile.ts';
import type { IdentityStatus } from '../../domain/bundle/compiled-identity.ts';
import type { BundleIndex } from '../../domain/bundle/content.ts';
import { type Holder, keptIdentities, type KeptIdentity } from '../../domain/bundle/kept.ts';
import { type Device, keyOf } from '../../domain/fleet.ts';
import type { ObjectKey } from '../../domain/names.ts';
import { type Shard, shardCount, ShardedMap } from '../../domain/sharded.ts';
import type { Publisher } from '../bundle/published.ts';
import { bundleSite } from '../bundle/site.ts';
import type { DeclaredDevice } from '../declared.ts';
import type { BrokerMemory } from './states.ts';

/** Identities as far as they were looked up. */
export interface Keeping {
  readonly kept: ShardedMap<KeptIdentity>;
  /** Those that have nothing to keep. */
  readonly bare: ReadonlySet<string>;
}

export const nothingKept: Keeping = { kept: ShardedMap.empty(), bare: new Set() };

type Statuses = Compiled['statuses'];

const mistaken = new WeakMap<Statuses, readonly IdentityStatus[]>();
const mistakenOfShards = new WeakMap<Shard<IdentityStatus>, readonly IdentityStatus[]>();

function mistakenIn(statuses: Statuses): readonly IdentityStatus[] {
  const known = mistaken.get(statuses) ?? gatheredMistaken(statuses);
  mistaken.set(statuses, known);
  return known;
}

/** Cheap while little changes: each shard is gone through once. */
function gatheredMistaken(statuses: Statuses): readonly IdentityStatus[] {
  const found: IdentityStatus[] = [];
  for (let index = 0; index < shardCount; index += 1) {
    const shard = statuses.shard(index);
    const known = mistakenOfShards.get(shard) ?? [...shard.values()].filter((status) => status.mistaken !== undefined);
    mistakenOfShards.set(shard, known);
    if (known.length > 0) found.push(...known);
  }
  return found;
}

/** Without those whose devices are right again. */
export function stillKept({ kept, bare }: Keeping, statuses: Statuses): Keeping {
  if (kept.size === 0 && bare.size === 0) return nothingKept;
  const present = new Map(mistakenIn(statuses).map((status) => [status.identity, status]));
  let left = kept;
  for (const identity of kept.keys()) if (!present.has(identity)) left = left.delete(identity);
  return { kept: left, bare: new Set([...bare].filter((identity) => present.has(identity))) };
}

export interface KeepingFacts {
  readonly memory: BrokerMemory;
  readonly statuses: Statuses;
  readonly published: BundleIndex | undefined;
  readonly declaredOf: (device: ObjectKey) => DeclaredDevice | undefined;
  readonly deviceOf: (device: ObjectKey) => Device | undefined;
}

/** Identities that are to be looked up, each with the device that had it when the set was published; undefined: none had it. */
export function wanted({
  memory,
  statuses,
  published,
  ...known
}: KeepingFacts): ReadonlyMap<string, Holder | undefined> {
  const { kept, bare } = memory.keeping;
  const open = mistakenIn(statuses).filter((status) => {
    return status.mistaken === 'Wanting' && !kept.has(status.identity) && !bare.has(status.identity);
  });
  return new Map(
    open.map((status) => [status.identity, published && holderIn({ memory, published, ...known }, status)]),
  );
}

type HolderFacts = Omit<KeepingFacts, 'statuses' | 'published'> & { readonly published: BundleIndex };

/** By the set that this process published, else by what the status of the device says of the time before. */
function holderIn(facts: HolderFacts, { identity, device: key }: IdentityStatus): Holder | undefined {
  const { memory, published, declaredOf, deviceOf } = facts;
  const declared = key === undefined ? undefined : declaredOf(key);
  const present = key === undefined ? undefined : deviceOf(key);
  if (key === undefined || !declared || !present) return undefined;
  const set = memory.sets.at(-1);
  const base = { identity, ref: present.origin, device: key, uid: declared.meta.uid };
  if (set?.index.hash !== published.hash) {
    const isSame = declared.status.observedGeneration === declared.meta.generation;
    return declared.rulesHash !== undefined ? { ...base, basis: isSame ? present : undefined } : undefined;
  }
  const former = memory.publishedFleet?.devices.get(identity)?.find((one) => keyOf(one) === key);
  const hadIt = set.statuses.get(identity)?.device === key && former?.origin.uid === declared.meta.uid;
  return hadIt ? { ...base, basis: former } : undefined;
}

/** A set that cannot be read is about to be written anew: nothing of it is kept. */
export async function lookedUp(
  publisher: Pick<Publisher, 'texts'>,
  memory: BrokerMemory,
  open: ReadonlyMap<string, Holder | undefined>,
  signal: AbortSignal,
): Promise<Keeping> {
  const { kept, bare } = memory.keeping;
  const holders = [...open.values()].filter((holder) => holder !== undefined);
  const found = holders.length === 0 ? none : await publishedFor(publisher, memory, holders, signal);
  let next = kept;
  for (const [identity, one] of found) next = next.set(identity, one);
  return { kept: next, bare: new Set([...bare, ...[...open.keys()].filter((identity) => !found.has(identity))]) };
}

const none: ReadonlyMap<string, KeptIdentity> = new Map();

async function publishedFor(
  publisher: Pick<Publisher, 'texts'>,
  { meta }: BrokerMemory,
  holders: readonly Holder[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, KeptIdentity>> {
  const read = await publisher.texts(bundleSite(meta), ['acl', 'identities', 'passwords'], signal);
  const kept = read.kind === 'Published' ? keptIdentities(read.texts, holders) : undefined;
  return kept?.ok ? kept.value : none;
}
