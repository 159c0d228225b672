import assert from 'node:assert/strict';
import { exponentialBackoff } from '../../src/kube/backoff.ts';

const limits = { firstMilliseconds: 100, longestMilliseconds: 500 };

describe('exponential backoff', () => {
  it('doubles up to the longest wait and begins anew', () => {
    const backoff = exponentialBackoff(limits, { next: () => 0 });
    assert.deepEqual(
      [1, 2, 3, 4, 5].map(() => backoff.next()),
      [100, 200, 400, 500, 500],
    );
    backoff.reset();
    assert.equal(backoff.next(), 100);
  });

  it('is cut by up to a half, by chance', () => {
    const chances = [0.5, 1];
    const backoff = exponentialBackoff(limits, { next: () => chances.shift() ?? 0 });
    assert.deepEqual(
      [1, 2, 3].map(() => backoff.next()),
      [75, 100, 400],
    );
  });
});
