import assert from 'node:assert/strict';
import { createClockSkew } from '../../src/kube/skew.ts';

const at = Date.parse('2026-03-01T12:00:00Z');
const date = 'Sun, 01 Mar 2026 12:00:00 GMT';

describe('clock skew', () => {
  const cases: readonly (readonly [string, sentAt: number, receivedAt: number, number])[] = [
    ['clocks that agree', at + 100, at + 200, 0],
    ['a second that has just begun, or is nearly over', at, at + 1_000, 0],
    ['an hour ahead', at + 3_600_000, at + 3_600_010, 3_599_000],
    ['an hour behind', at - 3_600_010, at - 3_600_000, -3_600_000],
    ['an answer that took two minutes and tells nothing', at - 60_000, at + 60_000, 0],
    ['one that took its time, of a clock that is ahead', at + 3_600_000, at + 3_700_000, 3_599_000],
  ];
  for (const [name, sentAt, receivedAt, expected] of cases) {
    it(`of ${name}`, () => {
      const skew = createClockSkew();
      skew.note({ date, sentAt, receivedAt });
      assert.equal(skew.milliseconds(), expected);
    });
  }

  it('is what the last answer shows that has a time', () => {
    const skew = createClockSkew();
    assert.equal(skew.milliseconds(), 0);
    skew.note({ date, sentAt: at + 100_000, receivedAt: at + 100_000 });
    skew.note({ date: undefined, sentAt: at, receivedAt: at });
    skew.note({ date: 'yesterday', sentAt: at, receivedAt: at });
    skew.note({ date, sentAt: at + 200_000, receivedAt: at });
    assert.equal(skew.milliseconds(), 99_000);
    skew.note({ date, sentAt: at + 500, receivedAt: at + 600 });
    assert.equal(skew.milliseconds(), 0);
  });
});
