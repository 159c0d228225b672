import assert from 'node:assert/strict';
import { runController } from '../../src/kube/controller.ts';
import type { ReconcileFailure } from '../../src/kube/observer.ts';
import { done, PermanentError, type Reconcile, RetryAfter } from '../../src/kube/outcome.ts';
import { WorkQueue } from '../../src/kube/queue.ts';
import { settled, VirtualClock } from './virtual-clock.ts';

interface Setup {
  readonly reconcile: Reconcile;
  readonly concurrency?: number;
  readonly stores?: readonly { readonly ready: Promise<void> }[];
}

/** A controller that runs, with all that it told. */
function running({ reconcile, concurrency = 1, stores = [] }: Setup) {
  const clock = new VirtualClock();
  const queue = new WorkQueue({ clock, random: { next: () => 0 } });
  const results: string[] = [];
  const failures: ReconcileFailure[] = [];
  let ids = 0;
  const observer = {
    started: () => undefined,
    finished: (result: string, seconds: number) => results.push(`${result} ${seconds}`),
    failed: (failure: ReconcileFailure) => failures.push(failure),
  };
  const [stop, abort] = [new AbortController(), new AbortController()];
  const newReconcileId = () => `run-${(ids += 1)}`;
  const { monotonic } = clock;
  const ended = runController(
    { queue, reconcile, concurrency, stores, clock, monotonic, newReconcileId, observer },
    { stop: stop.signal, abort: abort.signal },
  );
  return { clock, queue, results, failures, stop, abort, ended };
}

/** One thing that a reconcile does, and what follows from it. */
interface Case {
  readonly title: string;
  readonly reconcile: (now: Date) => Promise<unknown>;
  readonly result: string;
  readonly failure?: ReconcileFailure['kind'];
  /** When the key comes again, milliseconds; never without it. */
  readonly again?: number;
}

const cases: readonly Case[] = [
  { title: 'done', reconcile: () => Promise.resolve(done), result: 'success' },
  {
    title: 'wants to come again at a time',
    reconcile: (now) => Promise.resolve({ kind: 'RequeueAt', at: new Date(now.getTime() + 90_000) }),
    result: 'requeue_after',
    again: 90_000,
  },
  {
    title: 'wants a time that is over: a backoff, for it would spin',
    reconcile: (now) => Promise.resolve({ kind: 'RequeueAt', at: now }),
    result: 'requeue',
    again: 5,
  },
  {
    title: 'gives a time that is none',
    reconcile: () => Promise.resolve({ kind: 'RequeueAt', at: new Date(NaN) }),
    result: 'error',
    failure: 'Backoff',
    again: 5,
  },
  {
    title: 'fails for good',
    reconcile: () => Promise.reject(new PermanentError('read spec: no')),
    result: 'error',
    failure: 'Permanent',
  },
  {
    title: 'knows when to try again',
    reconcile: () => Promise.reject(new RetryAfter('issue: not ready', 7000)),
    result: 'requeue_after',
    failure: 'RetryAfter',
    again: 7000,
  },
  {
    title: 'fails',
    reconcile: () => Promise.reject(new Error('apply: no')),
    result: 'error',
    failure: 'Backoff',
    again: 5,
  },
  {
    title: 'throws before it gives a promise',
    reconcile: () => {
      throw new TypeError('x is undefined');
    },
    result: 'error',
    failure: 'Backoff',
    again: 5,
  },
  {
    title: 'rejects with nothing',
    reconcile: () => Promise.reject(JSON.parse('null') as Error),
    result: 'error',
    failure: 'Backoff',
    again: 5,
  },
  {
    title: 'gives nothing',
    reconcile: () => Promise.resolve(undefined),
    result: 'error',
    failure: 'Backoff',
    again: 5,
  },
];

describe('controller, a reconcile that', () => {
  for (const { title, reconcile, result, failure, again } of cases) {
    it(title, async () => {
      const runs: number[] = [];
      const controller = running({
        reconcile: () => {
          runs.push(controller.clock.monotonic());
          return (runs.length === 1 ? reconcile(controller.clock.now()) : Promise.resolve(done)) as Promise<
            typeof done
          >;
        },
      });
      controller.queue.add('a/1');
      await controller.clock.advance(100_000);
      assert.deepEqual(runs, again === undefined ? [0] : [0, again]);
      assert.equal(controller.results[0], `${result} 0`);
      assert.equal(controller.failures[0]?.kind, failure);
      if (failure) assert.equal(controller.failures[0]?.retryMilliseconds, again);
      controller.stop.abort();
      await controller.ended;
    });
  }
});

describe('controller', () => {
  it('takes no key before all stores are filled', async () => {
    const [first, second] = [Promise.withResolvers<undefined>(), Promise.withResolvers<undefined>()];
    const seen: string[] = [];
    const controller = running({
      reconcile: (key) => Promise.resolve(seen.push(key)).then(() => done),
      stores: [{ ready: first.promise }, { ready: second.promise }],
    });
    controller.queue.add('a/1');
    first.resolve(undefined);
    await settled();
    assert.deepEqual(seen, []);
    second.resolve(undefined);
    await settled();
    assert.deepEqual(seen, ['a/1']);
    controller.stop.abort();
    await controller.ended;
  });

  it('ends when it is stopped while it waits for stores', async () => {
    const { promise, reject } = Promise.withResolvers<undefined>();
    const controller = running({ reconcile: () => Promise.resolve(done), stores: [{ ready: promise }] });
    controller.stop.abort();
    reject(new Error('stopped'));
    await controller.ended;
  });

  it('fails when a store gives up by itself', async () => {
    const stores = [{ ready: Promise.reject(new Error('list: Forbidden')) }];
    await assert.rejects(running({ reconcile: () => Promise.resolve(done), stores }).ended, /wait for the stores/);
  });

  it('runs some keys at a time, one key never twice', async () => {
    const gates = new Map<string, () => void>();
    const now = new Set<string>();
    let most = 0;
    const controller = running({
      concurrency: 3,
      reconcile: async (key) => {
        assert.ok(!now.has(key), `${key} runs twice`);
        most = Math.max(most, now.add(key).size);
        await new Promise((resolve) => gates.set(key, () => resolve(undefined)));
        now.delete(key);
        return done;
      },
    });
    for (let index = 0; index < 5; index += 1) controller.queue.add(`a/${index}`);
    await settled();
    controller.queue.add('a/0');
    await settled();
    assert.equal(most, 3);
    for (let round = 0; round < 6; round += 1) {
      for (const open of gates.values()) open();
      await settled();
    }
    assert.equal(controller.results.length, 6, 'the key that was added while it ran came again');
    controller.stop.abort();
    await controller.ended;
  });

  it('lets what runs finish when it is stopped, starts nothing more, and hands on the signal that ends it', async () => {
    const order: string[] = [];
    const controller = running({
      reconcile: async (key, { signal }) => {
        order.push(`${key} begins`);
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        order.push(`${key} ends`);
        return done;
      },
    });
    controller.queue.add('a/1');
    controller.queue.add('a/2');
    await settled();
    controller.stop.abort();
    let isEnded = false;
    const ended = controller.ended.then(() => (isEnded = true));
    await settled();
    assert.equal(isEnded, false);
    controller.abort.abort();
    await ended;
    assert.deepEqual(order, ['a/1 begins', 'a/1 ends']);
  });

  it('names each run, measures it, and lets no key that always fails disturb the others', async () => {
    const ids: string[] = [];
    const controller = running({
      reconcile: async (key, { reconcileId }) => {
        ids.push(reconcileId);
        if (key === 'a/bad') throw new Error('no');
        await controller.clock.sleep(1500);
        return done;
      },
    });
    controller.queue.add('a/bad');
    controller.queue.add('b/good');
    await controller.clock.advance(1500);
    assert.deepEqual(controller.results.slice(0, 2), ['error 0', 'success 1.5']);
    await controller.clock.advance(1000);
    const delays = controller.failures.map(({ retryMilliseconds }) => retryMilliseconds);
    assert.deepEqual(delays.slice(0, 4), [5, 10, 20, 40]);
    assert.equal(new Set(ids).size, ids.length);
    controller.stop.abort();
    await controller.ended;
  });

  it('goes on when the observer fails', async () => {
    const clock = new VirtualClock();
    const queue = new WorkQueue({ clock, random: { next: () => 0 } });
    const seen: string[] = [];
    const fail = () => {
      throw new Error('cannot print that');
    };
    const stop = new AbortController();
    const ended = runController(
      {
        ...{ queue, concurrency: 1, stores: [], clock, monotonic: clock.monotonic, newReconcileId: () => 'id' },
        reconcile: (key) => (seen.push(key) < 3 ? Promise.reject(new Error('no')) : Promise.resolve(done)),
        observer: { started: () => undefined, finished: () => undefined, failed: fail },
      },
      { stop: stop.signal, abort: stop.signal },
    );
    queue.add('a/1');
    await clock.advance(1000);
    assert.equal(seen.length, 3);
    stop.abort();
    await ended;
  });
});
