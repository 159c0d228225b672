import assert from 'node:assert/strict';
import { covers } from '../../src/controllers/apply.ts';

describe('what is there covers what is desired', () => {
  const cases: readonly [name: string, present: unknown, desired: unknown, covered: boolean][] = [
    ['the same', { a: 1 }, { a: 1 }, true],
    ['more than asked, as the API server adds defaults', { a: 1, b: 2 }, { a: 1 }, true],
    ['a field less', { b: 2 }, { a: 1 }, false],
    ['another value', { a: 2 }, { a: 1 }, false],
    ['defaults within a list item', { ports: [{ port: 1, protocol: 'TCP' }] }, { ports: [{ port: 1 }] }, true],
    ['a list item more', { ports: [{ port: 1 }, { port: 2 }] }, { ports: [{ port: 1 }] }, false],
    ['a list item less', { ports: [] }, { ports: [{ port: 1 }] }, false],
    ['an empty object that the server drops', {}, { emptyDir: {} }, true],
    ['an absent field that is not asked for', {}, { a: undefined }, true],
    ['a key more in a map that is one value', { selector: { a: '1', b: '2' } }, { selector: { a: '1' } }, false],
    ['such a map as it is asked for', { selector: { a: '1' } }, { selector: { a: '1' } }, true],
    ['null for an object', { a: null }, { a: { b: 1 } }, false],
  ];
  for (const [name, present, desired, covered] of cases) {
    it(`${name}: ${covered ? 'yes' : 'no'}`, () => assert.equal(covers(present, desired), covered));
  }
});
