import assert from 'node:assert/strict';
import fc from 'fast-check';
import { WorkQueue } from '../../src/kube/queue.ts';
import { settled, VirtualClock } from './virtual-clock.ts';

function queueWith({ random = 0 }: { random?: number } = {}) {
  const clock = new VirtualClock();
  const observed: string[] = [];
  const observer = {
    added: () => observed.push('added'),
    taken: (seconds: number) => observed.push(`taken after ${seconds}`),
    done: (seconds: number) => observed.push(`done after ${seconds}`),
    retried: () => observed.push('retried'),
  };
  return { clock, observed, queue: new WorkQueue({ clock, random: { next: () => random }, observer }) };
}

/** Takes and finishes what waits, in order. */
async function drained(queue: WorkQueue): Promise<string[]> {
  const keys: string[] = [];
  while (queue.depth > 0) {
    const key = await queue.take();
    assert.ok(key !== undefined);
    keys.push(key);
    queue.done(key);
  }
  return keys;
}

describe('work queue', () => {
  it('holds a key once, however often it is added', async () => {
    const { queue } = queueWith();
    for (const key of ['a/1', 'a/2', 'a/1', 'a/1']) queue.add(key);
    assert.equal(queue.depth, 2);
    assert.deepEqual(await drained(queue), ['a/1', 'a/2']);
  });

  it('gives a key again after its run when it was added in between, and once', async () => {
    const { queue } = queueWith();
    queue.add('a/1');
    assert.equal(await queue.take(), 'a/1');
    queue.add('a/1');
    queue.add('a/1');
    assert.equal(queue.depth, 0, 'it is not given out while it runs');
    queue.done('a/1');
    assert.deepEqual(await drained(queue), ['a/1']);
  });

  it('gives a key that comes later to who waited first', async () => {
    const { queue } = queueWith();
    const [first, second] = [queue.take(), queue.take()];
    queue.add('a/1');
    queue.add('a/2');
    assert.deepEqual(await Promise.all([first, second]), ['a/1', 'a/2']);
  });

  it('refuses the end of what was not taken', () => {
    const { queue } = queueWith();
    assert.throws(() => queue.done('a/1'), /finish a\/1: it was not taken/);
  });

  it('lets namespaces take turns', async () => {
    const { queue } = queueWith();
    for (let index = 0; index < 1000; index += 1) queue.add(`flood/${index}`);
    queue.add('calm/one');
    queue.add('cluster-wide');
    const order = await drained(queue);
    assert.deepEqual(order.slice(0, 4), ['flood/0', 'calm/one', 'cluster-wide', 'flood/1']);
    assert.equal(order.length, 1002);
  });

  it('gives live edits before resyncs, and resyncs a turn in sixteen', async () => {
    const { queue } = queueWith();
    for (let index = 0; index < 3; index += 1) queue.add(`a/resync-${index}`, 'Low');
    for (let index = 0; index < 40; index += 1) queue.add(`a/edit-${index}`);
    const order = await drained(queue);
    const resyncs = order.flatMap((key, index) => (key.includes('resync') ? [index] : []));
    assert.deepEqual(resyncs, [15, 31, 42]);
  });

  it('raises a key that waits for a resync when it is edited, and never lowers one', async () => {
    const { queue } = queueWith();
    for (const key of ['a/1', 'a/2', 'a/3']) queue.add(key, 'Low');
    queue.add('a/3');
    queue.add('a/3', 'Low');
    assert.deepEqual(await drained(queue), ['a/3', 'a/1', 'a/2']);
  });

  it('keeps the higher priority of what was added during a run', async () => {
    const { queue } = queueWith();
    queue.add('a/1', 'Low');
    await queue.take();
    queue.add('a/1', 'Low');
    queue.add('a/1');
    queue.add('a/1', 'Low');
    queue.add('a/0', 'Low');
    queue.done('a/1');
    assert.deepEqual(await drained(queue), ['a/1', 'a/0']);
  });

  it('waits 5 ms after the first failure, doubles up to 1,000 s, and begins anew after a success', () => {
    const { queue } = queueWith();
    const delays = Array.from({ length: 20 }, () => queue.retry('a/1'));
    assert.deepEqual(delays.slice(0, 4), [5, 10, 20, 40]);
    assert.deepEqual(delays.slice(-2), [1_000_000, 1_000_000]);
    queue.forget('a/1');
    assert.equal(queue.retry('a/1'), 5);
  });

  it('takes up to a half off each delay at random', () => {
    assert.equal(queueWith({ random: 0.999 }).queue.retry('a/1'), 5 * (1 - 0.4995));
  });

  it('keeps the priority of a key that is tried again', async () => {
    const { queue, clock } = queueWith();
    queue.add('a/resync', 'Low');
    await queue.take();
    queue.retry('a/resync');
    queue.done('a/resync');
    await clock.advance(5);
    queue.add('a/edit');
    assert.deepEqual(await drained(queue), ['a/edit', 'a/resync']);
  });

  it('adds later what is delayed, the earliest of several times counts', async () => {
    const { queue, clock } = queueWith();
    queue.addAfter('a/1', 100);
    queue.addAfter('a/1', 50);
    queue.addAfter('a/1', 200);
    await clock.advance(49);
    assert.equal(queue.depth, 0);
    await clock.advance(1);
    assert.deepEqual(await drained(queue), ['a/1']);
    await clock.advance(1000);
    assert.equal(queue.depth, 0, 'the later times are gone');
    assert.equal(clock.sleeping, 0);
  });

  it('adds at once what is delayed by nothing, and refuses a time that is none', async () => {
    const { queue } = queueWith();
    queue.addAfter('a/1', 0);
    queue.addAfter('a/2', -5);
    assert.deepEqual(await drained(queue), ['a/1', 'a/2']);
    assert.throws(() => queue.addAfter('a/3', NaN), /delay a\/3: the time is not a number/);
  });

  it('delays by more than a timer can hold', async () => {
    const { queue, clock } = queueWith();
    const sixtyDays = 60 * 86_400_000;
    queue.addAfter('a/1', sixtyDays);
    await clock.advance(sixtyDays - 1);
    assert.equal(queue.depth, 0);
    await clock.advance(1);
    assert.equal(queue.depth, 1);
  });

  it('is not held up by a wall clock that is set back, and notices within a minute one that is set forward', async () => {
    const { queue, clock } = queueWith();
    queue.addAfter('a/short', 50);
    clock.wallOffset -= 3_600_000;
    await clock.advance(50);
    assert.deepEqual(await drained(queue), ['a/short']);
    queue.addAfter('a/long', 7_200_000);
    clock.wallOffset += 7_200_000;
    await clock.advance(60_000);
    assert.deepEqual(await drained(queue), ['a/long']);
  });

  it('lets nobody wait for the hours that come again when the wall clock is set back, once or time and again', async () => {
    const { queue, clock } = queueWith();
    queue.addAfter('a/soon', 100);
    queue.addAfter('a/later', 200);
    queue.addAfter('a/long', 7_200_000);
    clock.wallOffset -= 3_600_000;
    await clock.advance(100);
    assert.deepEqual(await drained(queue), ['a/soon']);
    queue.addAfter('a/new', 50);
    await clock.advance(50);
    assert.deepEqual(await drained(queue), ['a/new']);
    // What had passed of the sleep in which the clock was set back, a minute at most, is waited for again.
    await clock.advance(150);
    assert.deepEqual(await drained(queue), ['a/later']);
    clock.wallOffset -= 3_600_000;
    await clock.advance(7_199_000);
    assert.deepEqual(await drained(queue), []);
    await clock.advance(61_000);
    assert.deepEqual(await drained(queue), ['a/long']);
  });

  it('gives delayed keys in the order of their times', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(9), fc.integer({ min: 1, max: 500 })), { maxLength: 40 }),
        async (adds) => {
          const { queue, clock } = queueWith();
          const earliest = new Map<string, number>();
          for (const [id, milliseconds] of adds) {
            queue.addAfter(`a/${id}`, milliseconds);
            earliest.set(`a/${id}`, Math.min(milliseconds, earliest.get(`a/${id}`) ?? Infinity));
          }
          assert.equal(queue.delayed, earliest.size);
          for (let elapsed = 1; elapsed <= 500; elapsed += 1) {
            await clock.advance(1);
            const due = [...earliest].filter(([, at]) => at === elapsed).map(([key]) => key);
            assert.deepEqual((await drained(queue)).sort(), due.sort());
          }
        },
      ),
      { numRuns: 10 },
    );
  });

  it('finishes what waits before it shuts down', async () => {
    const { queue, clock } = queueWith();
    queue.add('a/1');
    queue.add('a/2');
    queue.addAfter('a/later', 10);
    assert.equal(await queue.take(), 'a/1');
    queue.add('a/1');
    let isDrained = false;
    const end = queue.shutDown('Finish').then(() => (isDrained = true));
    queue.add('a/3');
    assert.equal(clock.sleeping, 0, 'delayed keys are dropped');
    assert.equal(await queue.take(), 'a/2');
    queue.done('a/2');
    queue.done('a/1');
    assert.equal(await queue.take(), 'a/1', 'it was added before');
    await settled();
    assert.equal(isDrained, false);
    queue.done('a/1');
    await end;
    assert.equal(await queue.take(), undefined);
  });

  it('drops what waits when told so, and waits for what runs', async () => {
    const { queue } = queueWith();
    queue.add('a/1');
    queue.add('a/2');
    await queue.take();
    const waiter = queue.take().then(() => queue.take());
    let isDrained = false;
    const end = queue.shutDown('Drop').then(() => (isDrained = true));
    assert.equal(queue.depth, 0);
    await settled();
    assert.equal(isDrained, false);
    queue.done('a/1');
    queue.done('a/2');
    await end;
    assert.equal(await waiter, undefined);
  });

  it('tells how long keys waited and ran', async () => {
    const { queue, clock, observed } = queueWith();
    queue.add('a/1');
    await clock.advance(2000);
    await queue.take();
    await clock.advance(3000);
    assert.deepEqual(queue.runningSeconds(), [3]);
    queue.retry('a/1');
    queue.done('a/1');
    assert.deepEqual(observed, ['added', 'taken after 2', 'retried', 'done after 3']);
    await clock.advance(5);
    assert.equal(observed.at(-1), 'added');
  });
});

/** What the queue promises, said again as plainly as can be: who waits, who runs, who comes again. */
interface Model {
  readonly waiting: Set<string>;
  readonly running: Set<string>;
  readonly again: Set<string>;
}

const keys = ['a/1', 'a/2', 'b/1', 'b/2', 'c/1'];
const step = fc.oneof(
  fc.record({
    kind: fc.constant('add' as const),
    key: fc.constantFrom(...keys),
    priority: fc.constantFrom('High' as const, 'Low' as const),
  }),
  fc.record({ kind: fc.constant('take' as const) }),
  fc.record({ kind: fc.constant('done' as const), which: fc.nat(4) }),
);

describe('work queue, any order of calls', () => {
  it('loses no key, holds none twice and runs none twice at a time', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 120 }), async (steps) => {
        const { queue } = queueWith();
        const model: Model = { waiting: new Set(), running: new Set(), again: new Set() };
        for (const each of steps) {
          if (each.kind === 'add') {
            queue.add(each.key, each.priority);
            (model.running.has(each.key) ? model.again : model.waiting).add(each.key);
          } else if (each.kind === 'take' && model.waiting.size > 0) {
            const key = await queue.take();
            assert.ok(key !== undefined && model.waiting.delete(key), `${key} was not waiting`);
            model.running.add(key);
          } else if (each.kind === 'done') {
            const key = [...model.running][each.which];
            if (key === undefined) continue;
            queue.done(key);
            model.running.delete(key);
            if (model.again.delete(key)) model.waiting.add(key);
          }
          assert.equal(queue.depth, model.waiting.size);
        }
      }),
      { numRuns: 300 },
    );
  });
});
