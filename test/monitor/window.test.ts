import assert from 'node:assert/strict';
import fc from 'fast-check';
import { expiries } from '../../src/monitor/expiries.ts';
import { recent } from '../../src/monitor/recent.ts';
import { countAt, countWith, emptyWindow } from '../../src/monitor/window.ts';

const minute = 60_000;

describe('monitor/window', () => {
  it('counts an act for the window less up to a sixtieth', () => {
    const window = emptyWindow();
    assert.equal(countWith(window, 999, minute), 1);
    assert.deepEqual([countAt(window, 59_999, minute), countAt(window, 60_000, minute)], [1, 0]);
  });

  it('keeps as little of very many acts as of few', () => {
    const window = emptyWindow();
    for (let at = 0; at < 10 * minute; at += 5) countWith(window, at, minute);
    assert.deepEqual([window.parts.length, window.total], [2 * 60, minute / 5]);
  });
});

describe('monitor/recent', () => {
  it('forgets the half that was used longest ago', () => {
    const gone: string[] = [];
    const names = recent<string>(4, (key) => gone.push(key));
    for (const key of ['a', 'b', 'c', 'a', 'd']) names.used(key, () => key);
    assert.deepEqual([gone, [...names.entries()].map(([key]) => key), names.size], [['b'], ['c', 'a', 'd'], 3]);
    assert.deepEqual([names.forgotten, names.get('b'), names.get('c')], [1, undefined, 'c']);
  });

  it('never holds more than it may', () => {
    const names = recent<number>(9);
    for (let i = 0; i < 1000; i += 1) {
      names.used(`${i % 37}`, () => i);
      assert.ok(names.size <= 9);
    }
  });
});

describe('monitor/expiries', () => {
  it('gives each key once, when the time that it had last has come', () => {
    const times = expiries();
    times.set('a', 1);
    times.set('b', 2);
    times.set('c', 2);
    times.set('a', 3);
    times.delete('b');
    assert.deepEqual(
      [times.due(0), times.due(2), times.has('a'), times.due(3), times.due(9)],
      [[], ['c'], true, ['a'], []],
    );
  });

  it('does as a list that is sorted each time', () => {
    const step = fc.record({
      key: fc.constantFrom('a', 'b', 'c'),
      act: fc.constantFrom('set', 'delete', 'due'),
      by: fc.nat(3),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 3000, size: 'max' }), (steps) => {
        const times = expiries();
        const model = new Map<string, number>();
        let at = 0;
        for (const { key, act, by } of steps) {
          at += by;
          if (act === 'set') {
            times.set(key, at + 10);
            model.set(key, at + 10);
          } else if (act === 'delete') {
            times.delete(key);
            model.delete(key);
          } else {
            const due = [...model].filter(([, end]) => end <= at).map(([name]) => name);
            for (const name of due) model.delete(name);
            assert.deepEqual([...times.due(at)].sort(), due.sort());
          }
          assert.equal(times.has(key), model.has(key));
        }
      }),
      { numRuns: 50 },
    );
  });
});
