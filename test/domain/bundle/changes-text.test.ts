import assert from 'node:assert/strict';
import { type Changes, isKnownSince, leastEnforced, nothingKnown } from '../../../src/domain/bundle/changes.ts';
import { changesText, parseChanges } from '../../../src/domain/bundle/changes-text.ts';
import { ShardedMap } from '../../../src/domain/sharded.ts';

function changesOf(changedIn: Readonly<Record<string, number>>, knownFrom = 3, settledTo = 3): Changes {
  return { knownFrom, settledTo, changedIn: ShardedMap.from(Object.entries(changedIn)), open: [] };
}

const many = (count: number, revision: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`${revision}-${i}`, revision]));

describe('changes as text', () => {
  it('read as they were written', () => {
    const changes = changesOf({ d1: 5, d2: 4, __proto__x: 5 });
    const read = parseChanges(changesText(changes, 6), 6);
    assert.deepEqual([...read.changedIn.entries()].sort(), [...changes.changedIn.entries()].sort());
    assert.deepEqual([read.knownFrom, read.settledTo], [3, 3]);
  });

  it('are one line that a person can read', () => {
    const text = changesText(changesOf({ d2: 5, d1: 5, d3: 4 }), 6);
    assert.equal(text, '{"revision":6,"knownFrom":3,"settledTo":3,"changedIn":{"4":["d3"],"5":["d1","d2"]}}\n');
  });

  it('tell of the last thousand, and that nothing is known of those before', () => {
    const changes = changesOf({ ...many(600, 4), ...many(600, 5), ...many(400, 6) });
    const read = parseChanges(changesText(changes, 7), 7);
    assert.deepEqual([read.changedIn.size, read.knownFrom, read.settledTo], [1000, 4, 3]);
    assert.equal(isKnownSince(read, 4), true);
    assert.equal(isKnownSince(read, 3), false);
    assert.equal(isKnownSince(read, leastEnforced(read, 0)), false, 'an instance that began before');
  });

  const good = changesText(changesOf({ d1: 5 }), 6);
  const bad: readonly (readonly [what: string, text: string | undefined])[] = [
    ['none', undefined],
    ['of another revision', changesText(changesOf({ d1: 5 }), 5)],
    ['cut off', good.slice(0, 30)],
    ['no object', 'null'],
    ['without a number', good.replace('"knownFrom":3', '"knownFrom":"3"')],
    ['with a revision that is none', good.replace('"5":', '"five":')],
    ['with identities that are none', good.replace('["d1"]', '[1]')],
    ['without identities', good.replace('{"5":["d1"]}', 'null')],
  ];
  for (const [what, text] of bad) {
    it(`know nothing but the set itself by a text: ${what}`, () => {
      assert.deepEqual(parseChanges(text, 6), { ...nothingKnown, knownFrom: 6 });
    });
  }
});
