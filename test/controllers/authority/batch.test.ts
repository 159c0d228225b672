import assert from 'node:assert/strict';
import { batched } from '../../../src/controllers/authority/batch.ts';
import { settled } from '../../kube/virtual-clock.ts';

describe('a run for many', () => {
  function bench() {
    const ends: PromiseWithResolvers<number>[] = [];
    const run = batched(() => {
      const end = Promise.withResolvers<number>();
      ends.push(end);
      return end.promise;
    });
    return { ends, run };
  }

  it('is one for all who ask before it begins, and a later one for those who ask while it runs', async () => {
    const { ends, run } = bench();
    const first = [run(), run()];
    await settled();
    const second = [run(), run(), run()];
    await settled();
    assert.equal(ends.length, 1, 'never two at a time');
    ends[0]?.resolve(1);
    assert.deepEqual(await Promise.all(first), [1, 1]);
    await settled();
    ends[1]?.resolve(2);
    assert.deepEqual([await Promise.all(second), ends.length], [[2, 2, 2], 2]);
  });

  it('fails for those who waited for it alone', async () => {
    const { ends, run } = bench();
    const first = run();
    await settled();
    const second = run();
    ends[0]?.reject(new Error('no'));
    await assert.rejects(first, /no/);
    await settled();
    ends[1]?.resolve(2);
    assert.equal(await second, 2);
  });
});
