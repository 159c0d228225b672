import assert from 'node:assert/strict';
import { createAllowance } from '../../../src/controllers/device/allowance.ts';

describe('an allowance', () => {
  const taken = (allowance: ReturnType<typeof createAllowance>, owner: string, now: number, tries = 10): number =>
    Array.from({ length: tries }, () => allowance.take(owner, now)).filter(Boolean).length;

  it('is used up at once and comes back with time, never more than all of it', () => {
    const allowance = createAllowance({ most: 3, perSecond: 2 });
    assert.equal(taken(allowance, 'a', 0), 3);
    assert.equal(taken(allowance, 'a', 400), 0);
    assert.equal(taken(allowance, 'a', 500), 1);
    assert.equal(taken(allowance, 'a', 1_000), 1);
    assert.equal(taken(allowance, 'a', 1_000_000), 3);
  });

  it('of one owner is not used by another', () => {
    const allowance = createAllowance({ most: 2, perSecond: 1 });
    assert.equal(taken(allowance, 'a', 0), 2);
    assert.equal(taken(allowance, 'b', 0), 2);
  });

  it('does not grow while the clock goes back, and comes back after it', () => {
    const allowance = createAllowance({ most: 2, perSecond: 1 });
    assert.equal(taken(allowance, 'a', 100_000), 2);
    assert.equal(taken(allowance, 'a', 0), 0);
    assert.equal(taken(allowance, 'a', 2_000), 2);
  });
});
