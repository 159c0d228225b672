import assert from 'node:assert/strict';
import { createFreshness } from '../../../src/controllers/authorization/freshness.ts';

describe('the age of what several streams tell', () => {
  it('is that of the one that was silent for longest, and not known before all of them told something', () => {
    const freshness = createFreshness();
    const [first, second] = [freshness.stream(), freshness.stream()];
    const rows = [
      [() => undefined, undefined],
      [() => first(10), undefined],
      [() => second(12), 10],
      [() => first(20), 12],
      [() => first(30), 12],
      [() => second(25), 25],
    ] as const;
    for (const [sign, until] of rows) {
      sign();
      assert.equal(freshness.until(), until);
    }
    const third = freshness.stream();
    assert.equal(freshness.until(), undefined);
    third(Infinity);
    assert.equal(freshness.until(), 25);
  });
});
