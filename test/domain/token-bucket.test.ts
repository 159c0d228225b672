import assert from 'node:assert/strict';
import { tokenBucket } from '../../src/domain/token-bucket.ts';

describe('a token bucket', () => {
  const taken = (seconds: readonly number[], rate = { burst: 3, perSecond: 2 }): readonly boolean[] => {
    const bucket = tokenBucket(rate);
    return seconds.map((second) => bucket.take(5_000_000 + second * 1000));
  };

  it('lets so many through at once, and then as time goes by', () => {
    assert.deepEqual(taken([0, 0, 0, 0, 0.4, 0.5, 0.6, 1]), [true, true, true, false, false, true, false, true]);
  });

  it('holds no more than its burst after a while of silence', () => {
    assert.deepEqual(taken([0, 100, 100, 100, 100]), [true, true, true, true, false]);
  });

  it('gains nothing from a clock that is set back', () => {
    assert.deepEqual(taken([10, 10, 10, 0, 0.5, 10]), [true, true, true, false, true, true]);
  });

  it('says what it holds, and keeps it', () => {
    const bucket = tokenBucket({ burst: 1, perSecond: 0 });
    assert.deepEqual([bucket.holds(0), bucket.holds(0), bucket.take(0), bucket.holds(0)], [true, true, true, false]);
  });
});
