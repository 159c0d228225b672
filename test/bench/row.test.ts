import assert from 'node:assert/strict';
import { isMet, median, percentile } from '../../bench/row.ts';

describe('bench/row', () => {
  const targets: readonly (readonly [value: number, target: string, met: boolean | undefined])[] = [
    [0.15, '≤ 0.15 s', true],
    [0.151, '≤ 0.15 s', false],
    [1000, '≤ 1,000 ms', true],
    [1001, '≤ 1,000 ms', false],
    [1_000_000, '≥ 1,000,000/s', true],
    [999_999, '≥ 1,000,000/s', false],
    [7, 'none', undefined],
    [7, 'for comparison', undefined],
  ];
  for (const [value, target, met] of targets) {
    it(`${value} against "${target}" is ${String(met)}`, () => assert.equal(isMet({ value, target }), met));
  }

  it('gives the figure that a share of all does not exceed', () => {
    const figures = Array.from({ length: 50 }, (_, index) => 50 - index);
    assert.deepEqual([percentile(figures, 0.99), median(figures), percentile([3], 0.99)], [50, 26, 3]);
    assert.equal(figures[0], 50, 'and leaves them in their order');
  });
});
