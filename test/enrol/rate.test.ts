import assert from 'node:assert/strict';
import { rateLimit } from '../../src/enrol/rate.ts';

const at = (seconds: number) => new Date(1_000_000 + seconds * 1000);
const bounds = { address: { burst: 3, perSecond: 1 }, all: { burst: 5, perSecond: 2 } };

/** How many of so many requests are let in. */
function admitted({ admits }: ReturnType<typeof rateLimit>, address: string, seconds: number, count = 10): number {
  return Array.from({ length: count }, () => admits(address, at(seconds))).filter((is) => is).length;
}

describe('enrol/rate', () => {
  it('lets an address in so often at once, and then as time goes by', () => {
    const limit = rateLimit(bounds);
    assert.deepEqual(
      [0, 0.5, 2.5, 100].map((seconds) => admitted(limit, 'a', seconds)),
      [3, 0, 2, 3],
    );
  });

  it('lets all together in so often, whoever they are', () => {
    const limit = rateLimit(bounds);
    assert.deepEqual(
      ['a', 'b', 'c'].map((address) => admitted(limit, address, 0)),
      [3, 2, 0],
    );
    assert.equal(admitted(limit, 'c', 1), 2);
  });

  it('gains nothing from a clock that is set back', () => {
    const limit = rateLimit(bounds);
    assert.equal(admitted(limit, 'a', 10), 3);
    assert.equal(admitted(limit, 'a', 0), 0);
    assert.equal(admitted(limit, 'a', 1), 1);
  });

  it('remembers an address among thousands that come once', () => {
    const limit = rateLimit({ address: { burst: 1, perSecond: 0 }, all: { burst: 1e6, perSecond: 0 } });
    assert.equal(admitted(limit, 'a', 0), 1);
    for (let index = 0; index < 4000; index += 1) limit.admits(`b${index}`, at(0));
    assert.equal(admitted(limit, 'a', 0), 0);
  });

  it('tells of one refusal in a second', () => {
    const limit = rateLimit(bounds);
    assert.deepEqual(
      [0, 0.1, 0.99, 1, 1.5, 2].map((seconds) => limit.isNews(at(seconds))),
      [true, false, false, true, false, true],
    );
  });
});
