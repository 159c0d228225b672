import assert from 'node:assert/strict';
import { runController } from '../../src/kube/controller.ts';
import type { Key } from '../../src/kube/object.ts';
import { done, type Outcome } from '../../src/kube/outcome.ts';
import { WorkQueue } from '../../src/kube/queue.ts';
import { createMetrics } from '../../src/shell/metrics.ts';
import { createProgress, type Progress, type StalledRun, stallSeconds } from '../../src/shell/progress.ts';
import { settled, VirtualClock } from '../kube/virtual-clock.ts';

interface Loop {
  readonly clock: VirtualClock;
  readonly queue: WorkQueue;
  readonly progress: Progress;
  readonly told: readonly StalledRun[];
  /** Ends the run of this key. */
  readonly finish: (key: Key, error?: Error) => void;
  readonly stop: () => void;
}

/** The loop of a controller whose runs end when a test says so. */
function loopWith(concurrency: number, { isReady = true } = {}): Loop {
  const clock = new VirtualClock();
  const { monotonic } = clock;
  const told: StalledRun[] = [];
  const runs = new Map<Key, PromiseWithResolvers<Outcome>>();
  const queue = new WorkQueue({ clock, random: { next: () => 0 } });
  const progress = createProgress({ monotonic, depth: () => queue.depth, onStall: (run) => told.push(run) });
  const reconcile = progress.followed((key) => {
    const run = Promise.withResolvers<Outcome>();
    runs.set(key, run);
    return run.promise;
  });
  const ending = new AbortController();
  const stores = [{ ready: isReady ? Promise.resolve() : new Promise<void>(() => undefined) }];
  const observer = createMetrics().controller('test', concurrency);
  const loop = { queue, reconcile, concurrency, stores, clock, monotonic, newReconcileId: () => 'id', observer };
  void runController(loop, { stop: ending.signal, abort: ending.signal });
  return {
    ...{ clock, queue, progress, told },
    finish: (key, error) => (error ? runs.get(key)?.reject(error) : runs.get(key)?.resolve(done)),
    stop: () => ending.abort(),
  };
}

describe('progress of reconciling', () => {
  let loop: Loop;
  afterEach(() => loop.stop());

  const pass = (seconds: number) => loop.clock.advance(seconds * 1000);

  it('is well while runs end, however long nothing is to be done in between', async () => {
    loop = loopWith(1);
    for (const key of ['plant/a', 'plant/b']) {
      await pass(stallSeconds * 3);
      loop.queue.add(key);
      await pass(stallSeconds - 1);
      assert.equal(loop.progress.problem(), undefined);
      loop.finish(key);
      await settled();
    }
    assert.deepEqual(loop.told, []);
  });

  it('is stalled by one run that does not end, beside others that do, and tells of it once', async () => {
    loop = loopWith(2);
    loop.queue.add('plant/stuck');
    await pass(stallSeconds - 1);
    loop.queue.add('plant/other');
    await settled();
    loop.finish('plant/other');
    await pass(0);
    assert.equal(loop.progress.problem(), undefined);
    await pass(1);
    for (let asked = 0; asked < 3; asked += 1) {
      assert.equal(loop.progress.problem(), `a reconcile has run for ${stallSeconds} s`);
    }
    assert.deepEqual(loop.told, [{ key: 'plant/stuck', reconcileId: 'id', seconds: stallSeconds }]);
  });

  it('is well again when such a run ends after all, or fails', async () => {
    for (const error of [undefined, new Error('no')]) {
      loop = loopWith(1);
      loop.queue.add('plant/slow');
      await pass(stallSeconds);
      assert.notEqual(loop.progress.problem(), undefined);
      loop.finish('plant/slow', error);
      await settled();
      assert.equal(loop.progress.problem(), undefined);
      loop.stop();
    }
  });

  it('is by a clock that nobody sets', async () => {
    loop = loopWith(1);
    loop.queue.add('plant/a');
    await settled();
    loop.clock.wallOffset += stallSeconds * 2000;
    assert.equal(loop.progress.problem(), undefined);
  });

  it('waits for what is declared without end: an API server that is away is no reason to start anew', async () => {
    loop = loopWith(1, { isReady: false });
    loop.queue.add('plant/a');
    await pass(stallSeconds * 2);
    assert.equal(loop.queue.depth, 1);
    assert.equal(loop.progress.problem(), undefined);
  });

  it('is stalled by a queue from which nobody takes any more', async () => {
    loop = loopWith(1);
    const { monotonic } = loop.clock;
    const progress = createProgress({ monotonic, depth: () => 3, onStall: () => undefined });
    await progress.followed(() => Promise.resolve(done))('plant/last', {
      ...{ reconcileId: 'id', signal: new AbortController().signal },
    });
    await pass(stallSeconds - 1);
    assert.equal(progress.problem(), undefined);
    await pass(1);
    assert.equal(progress.problem(), `3 keys wait, and none was taken for ${stallSeconds} s`);
  });
});
