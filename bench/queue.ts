/** The key queue beside a bare Set that is filled and emptied, and how it treats who shares it with a flood. */
import { performance } from 'node:perf_hooks';
import type { Clock } from '../src/kube/ports.ts';
import { WorkQueue } from '../src/kube/queue.ts';
import { type BenchRow, median } from './row.ts';

export const name = 'Key queue';

const rounds = 7;
const keyCount = 200_000;
const namespaces = 100;
const flood = 1000;
const clock: Clock = { now: () => new Date(), sleep: () => new Promise(() => undefined) };

function newQueue(): WorkQueue {
  return new WorkQueue({ clock, random: { next: () => 0.5 } });
}

const keys = Array.from({ length: keyCount }, (_, index) => `namespace-${index % namespaces}/device-${index}`);

/** Median time of some runs, milliseconds. */
async function millisecondsOf(run: () => Promise<void>): Promise<number> {
  const figures: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const start = performance.now();
    await run();
    figures.push(performance.now() - start);
  }
  return median(figures);
}

/** Adds every key twice, then takes and ends each, as one worker does. */
async function drained(): Promise<void> {
  const queue = newQueue();
  for (const key of keys) queue.add(key);
  for (const key of keys) queue.add(key);
  for (let left = keyCount; left > 0; left -= 1) {
    const key = await queue.take();
    if (key === undefined) throw new Error('measure queue: it is empty too early');
    queue.done(key);
  }
  if (queue.depth !== 0) throw new Error('measure queue: a key was held twice');
}

/** The least that can be done: each key into a set, once more, and out in order, one promise each. */
async function drainedSet(): Promise<void> {
  const waiting = new Set<string>();
  for (const key of keys) waiting.add(key);
  for (const key of keys) waiting.add(key);
  for (const key of waiting) await Promise.resolve(key);
}

/** How many keys of a namespace that adds 1,000 go before the one key of another. */
async function keysBefore(): Promise<number> {
  const queue = newQueue();
  for (let index = 0; index < flood; index += 1) queue.add(`flood/${index}`);
  queue.add('calm/one');
  for (let before = 0; before <= flood; before += 1) if ((await queue.take()) === 'calm/one') return before;
  throw new Error('measure queue: a key was lost');
}

export async function run(): Promise<readonly BenchRow[]> {
  const [value, floor] = [await millisecondsOf(drained), await millisecondsOf(drainedSet)];
  return [
    {
      measure: 'add twice, take and end 200,000 keys',
      value,
      unit: 'ms',
      floor,
      ratio: value / floor,
      target: '≤ 1,000 ms',
    },
    {
      measure: 'keys of a flood of 1,000 before one of another',
      value: await keysBefore(),
      unit: 'keys',
      floor: flood,
      target: '1, not all',
    },
  ];
}
