import assert from 'node:assert/strict';
import { changedSharers, sharedCaKeys } from '../../src/controllers/shared-cas.ts';
import type { CaKeys } from '../../src/domain/fleet.ts';
import type { ObjectKey } from '../../src/domain/names.ts';

const keysOf = (brokers: Readonly<Record<ObjectKey, string>>): CaKeys =>
  new Map(Object.entries(brokers).map(([key, keys]) => [key as ObjectKey, new Set(keys)]));

describe('keys of CAs that brokers share', () => {
  const rows: [what: string, known: CaKeys, shared: CaKeys][] = [
    ['none of one broker', keysOf({ 'plant/a': 'kj' }), keysOf({})],
    ['none of brokers with other keys', keysOf({ 'plant/a': 'k', 'plant/b': 'j' }), keysOf({})],
    ['none across namespaces', keysOf({ 'plant/a': 'k', 'yard/a': 'k' }), keysOf({})],
    [
      'those that two have in one namespace',
      keysOf({ 'plant/a': 'kj', 'plant/b': 'lk', 'plant/c': 'm', 'yard/b': 'jm' }),
      keysOf({ 'plant/a': 'k', 'plant/b': 'k' }),
    ],
  ];
  for (const [what, known, shared] of rows) {
    it(`are ${what}`, () => assert.deepEqual(sharedCaKeys(known), shared));
  }

  it('change for who shares others than before', () => {
    const former = keysOf({ 'plant/a': 'k', 'plant/b': 'kj', 'plant/c': 'j' });
    const present = keysOf({ 'plant/a': 'k', 'plant/b': 'k', 'plant/d': 'k' });
    assert.deepEqual(changedSharers(former, present), ['plant/b', 'plant/c', 'plant/d']);
    assert.deepEqual(changedSharers(present, present), []);
  });
});
