import assert from 'node:assert/strict';
import { keptQuantities, keptQuantity } from '../../../src/controllers/workload/quantity.ts';

describe('a quantity', () => {
  const same: readonly (readonly [given: string, present: unknown])[] = [
    ['1000m', '1'],
    ['1', 1],
    ['0.5Gi', '512Mi'],
    ['1024Mi', '1Gi'],
    ['1e3', '1k'],
    ['1E3', '1000'],
    ['1.5', '1500m'],
    ['0.1', '100m'],
    ['2E', '2000P'],
    ['100000000n', '100m'],
    ['5.', '5'],
    ['0', '0Mi'],
  ];
  for (const [given, present] of same) {
    it(`${given} stays ${String(present)}, which is the same`, () =>
      assert.equal(keptQuantity(given, present), String(present)));
  }
  const other: readonly (readonly [given: string, present: unknown])[] = [
    ['1', '1k'],
    ['1G', '1Gi'],
    ['1m', '1M'],
    ['1', undefined],
    ['1', {}],
    ['nonsense', 'nonsense2'],
    ['1constructor', '1'],
    ['1e99', '1'],
  ];
  for (const [given, present] of other) {
    it(`${given} is not ${String(present)}`, () => assert.equal(keptQuantity(given, present), given));
  }
  it('is found by its name', () => {
    const given = new Map([
      ['cpu', '1000m'],
      ['memory', '1Gi'],
    ]);
    assert.deepEqual(keptQuantities(given, { cpu: '1', memory: '1G' }), { cpu: '1', memory: '1Gi' });
  });
});
