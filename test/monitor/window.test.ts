import assert from 'node:assert/strict';
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
  it('forgets whoever was used longest ago', () => {
    const gone: string[] = [];
    const names = recent<string>(2, (key) => gone.push(key));
    for (const key of ['a', 'b', 'a', 'c', 'd']) names.used(key, () => key);
    assert.deepEqual([gone, [...names.entries()].map(([key]) => key), names.forgotten], [['b', 'a'], ['c', 'd'], 2]);
  });
});
