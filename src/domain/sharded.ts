/**
 * An immutable map from strings that shares structure between versions: a change copies one shard of `shardCount` and
 * the list of shards. Two versions are compared shard by shard with `===`, which is what makes compiling incremental.
 * All maps of this type put a key into the same shard.
 */
export const shardCount = 1024;

export type Shard<V> = ReadonlyMap<string, V>;

const emptyShard: Shard<never> = new Map<string, never>();

/** FNV-1a over UTF-16 code units, folded to a shard number. Not for security: an unlucky spread costs time only. */
export function shardOf(key: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < key.length; i += 1) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
  return (hash ^ (hash >>> 16)) & (shardCount - 1);
}

export class ShardedMap<V> {
  readonly #shards: readonly Shard<V>[];
  readonly size: number;

  private constructor(shards: readonly Shard<V>[], size: number) {
    this.#shards = shards;
    this.size = size;
  }

  static empty<V>(): ShardedMap<V> {
    return new ShardedMap<V>(new Array<Shard<V>>(shardCount).fill(emptyShard), 0);
  }

  static from<V>(entries: Iterable<readonly [string, V]>): ShardedMap<V> {
    const shards: (Map<string, V> | undefined)[] = new Array<Map<string, V> | undefined>(shardCount).fill(undefined);
    let size = 0;
    for (const [key, value] of entries) {
      const index = shardOf(key);
      const shard = (shards[index] ??= new Map<string, V>());
      if (!shard.has(key)) size += 1;
      shard.set(key, value);
    }
    return new ShardedMap<V>(
      shards.map((shard) => shard ?? emptyShard),
      size,
    );
  }

  /** The map with these shards, of which there are `shardCount`; each key must be in the shard that `shardOf` names. */
  static ofShards<V>(shards: readonly Shard<V>[]): ShardedMap<V> {
    return new ShardedMap<V>(
      shards,
      shards.reduce((size, shard) => size + shard.size, 0),
    );
  }

  /** The shard with this number, `0` to `shardCount - 1`; the same object as long as nothing in it changed. */
  shard(index: number): Shard<V> {
    return this.#shards[index] ?? emptyShard;
  }

  get(key: string): V | undefined {
    return this.shard(shardOf(key)).get(key);
  }

  has(key: string): boolean {
    return this.shard(shardOf(key)).has(key);
  }

  /** A map with `key` set; this same map when it already holds this very value. */
  set(key: string, value: V): ShardedMap<V> {
    const shard = this.shard(shardOf(key));
    if (shard.has(key) && shard.get(key) === value) return this;
    const next = new Map(shard);
    next.set(key, value);
    return this.#withShard(shardOf(key), next, this.size + (shard.has(key) ? 0 : 1));
  }

  /** A map with all of these set, or deleted where the value is undefined; copies each shard no more than once. */
  with(changes: Iterable<readonly [string, V | undefined]>): ShardedMap<V> {
    const copies = new Map<number, Map<string, V>>();
    for (const [key, value] of changes) {
      const index = shardOf(key);
      const shard = copies.get(index) ?? this.shard(index);
      if (value === undefined ? !shard.has(key) : shard.get(key) === value) continue;
      const copy = copies.get(index) ?? new Map(shard);
      copies.set(index, copy);
      if (value === undefined) copy.delete(key);
      else copy.set(key, value);
    }
    if (copies.size === 0) return this;
    return ShardedMap.ofShards(this.#shards.map((shard, index) => copies.get(index) ?? shard));
  }

  delete(key: string): ShardedMap<V> {
    const shard = this.shard(shardOf(key));
    if (!shard.has(key)) return this;
    const next = new Map(shard);
    next.delete(key);
    return this.#withShard(shardOf(key), next, this.size - 1);
  }

  *entries(): IterableIterator<[string, V]> {
    for (const shard of this.#shards) yield* shard.entries();
  }

  *values(): IterableIterator<V> {
    for (const shard of this.#shards) yield* shard.values();
  }

  *keys(): IterableIterator<string> {
    for (const shard of this.#shards) yield* shard.keys();
  }

  #withShard(index: number, shard: Shard<V>, size: number): ShardedMap<V> {
    const shards = this.#shards.slice();
    shards[index] = shard;
    return new ShardedMap<V>(shards, size);
  }
}
