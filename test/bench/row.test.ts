import assert from 'node:assert/strict';
import { isMet, median, percentile } from '../../bench/row.ts';

describe('bench/row', () => {
  const targets: readonly (readonly [value: number, unit: string, target: string, met: boolean | undefined])[] = [
    [0.15, 's', '≤ 0.15 s', true],
    [0.151, 's', '≤ 0.15 s', false],
    [0.1, 's', '≤ 0.15 s for 100,000', true],
    [1000, 'ms', '≤ 1,000 ms', true],
    [1001, 'ms', '≤ 1,000 ms', false],
    [300, 'ms', '≤ 1 s', undefined],
    [1_000_000, 'decisions/s', '≥ 1,000,000/s', true],
    [999_999, 'decisions/s', '≥ 1,000,000/s', false],
    [7, 's', 'none', undefined],
    [7, 's', 'for comparison', undefined],
  ];
  for (const [value, unit, target, met] of targets) {
    it(`${value} ${unit} against "${target}" is ${String(met)}`, () => {
      assert.equal(isMet({ value, unit, target }), met);
    });
  }

  it('gives the figure that a share of all does not exceed', () => {
    const figures = Array.from({ length: 50 }, (_, index) => 50 - index);
    assert.deepEqual([percentile(figures, 0.99), median(figures), percentile([3], 0.99)], [50, 26, 3]);
    assert.equal(figures[0], 50, 'and leaves them in their order');
  });
});
