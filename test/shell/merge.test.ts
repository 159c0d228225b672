import assert from 'node:assert/strict';
import { merged } from '../../src/shell/merge.ts';

/** The cases of RFC 7386, appendix A: original, patch, result. */
const cases: readonly (readonly [unknown, unknown, unknown])[] = [
  [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
  [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
  [{ a: 'b' }, { a: null }, {}],
  [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
  [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
  [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
  [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
  [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
  [
    ['a', 'b'],
    ['c', 'd'],
    ['c', 'd'],
  ],
  [{ a: 'b' }, ['c'], ['c']],
  [{ a: 'foo' }, null, null],
  [{ a: 'foo' }, 'bar', 'bar'],
  [{ e: null }, { a: 1 }, { e: null, a: 1 }],
  [[1, 2], { a: 'b', c: null }, { a: 'b' }],
  [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
];

describe('JSON merge patch', () => {
  for (const [original, patch, result] of cases) {
    it(`${JSON.stringify(original)} with ${JSON.stringify(patch)}`, () =>
      assert.deepEqual(merged(original, patch), result));
  }

  it('is not fooled by names that objects have by themselves', () => {
    const patch: unknown = JSON.parse('{"__proto__": {"polluted": true}, "constructor": {"a": 1}}');
    assert.equal(JSON.stringify(merged({}, patch)), JSON.stringify(patch));
    assert.equal(({} as { polluted?: boolean }).polluted, undefined);
  });
});
