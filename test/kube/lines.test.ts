import assert from 'node:assert/strict';
import fc from 'fast-check';
import { lineReader } from '../../src/kube/lines.ts';

describe('lines of a stream', () => {
  it('are the same wherever it is cut, within a character too', () => {
    const line = fc
      .string({ unit: 'grapheme', minLength: 1 })
      .filter((text) => !text.includes('\n') && text.trim() !== '');
    const property = fc.property(fc.array(line), fc.array(fc.nat(40)), (lines, cuts) => {
      const bytes = Buffer.from(lines.map((text) => `${text}\n`).join(''));
      const reader = lineReader((lines) => lines);
      const found: string[] = [];
      let from = 0;
      for (const length of [...cuts, bytes.length]) {
        found.push(...reader.lines(bytes.subarray(from, from + length)));
        from += length;
      }
      assert.deepEqual(found, lines);
      assert.equal(reader.isTorn, false);
    });
    fc.assert(property, { numRuns: 300 });
  });

  it('are torn until their end has come', () => {
    const reader = lineReader((lines) => lines);
    assert.deepEqual(reader.lines(Buffer.from('a\nb')), ['a']);
    assert.ok(reader.isTorn);
    assert.deepEqual(reader.lines(Buffer.from('c\n\n\r\n')), ['bc']);
    assert.ok(!reader.isTorn);
  });

  it('have an end', () => {
    const reader = lineReader((lines) => lines);
    const chunk = Buffer.alloc(1_000_000, 'x');
    assert.throws(() => {
      for (let count = 0; count < 17; count += 1) reader.lines(chunk);
    }, RangeError);
  });
});
