import assert from 'node:assert/strict';
import fc from 'fast-check';
import { shardCount, ShardedMap } from '../../src/domain/sharded.ts';

describe('a sharded map with many changes', () => {
  const key = fc.constantFrom(...Array.from({ length: 40 }, (_, index) => `sensor-${index}`));
  const changes = fc.array(fc.tuple(key, fc.option(fc.nat({ max: 3 }), { nil: undefined })));

  it('is what they give one by one, and shares every shard in which nothing is another', () => {
    fc.assert(
      fc.property(changes, changes, (before, after) => {
        const base = ShardedMap.empty<number>().with(before);
        let expected = base;
        for (const [name, value] of after) {
          expected = value === undefined ? expected.delete(name) : expected.set(name, value);
        }
        const present = base.with(after);
        assert.deepEqual(new Map(present.entries()), new Map(expected.entries()));
        assert.equal(present.size, expected.size);
        const touched = new Set(after.map(([name]) => name));
        for (let index = 0; index < shardCount; index += 1) {
          const isTouched = [...touched].some((name) => base.with([[name, -1]]).shard(index) !== base.shard(index));
          if (!isTouched) assert.equal(present.shard(index), base.shard(index));
        }
      }),
      { numRuns: 30 },
    );
  });

  it('is the same map when they change nothing', () => {
    const map = ShardedMap.from([['a', 1]]);
    assert.equal(
      map.with([
        ['a', 1],
        ['b', undefined],
      ]),
      map,
    );
  });
});
