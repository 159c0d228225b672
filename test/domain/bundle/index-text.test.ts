import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type BundleIndex, partNames } from '../../../src/domain/bundle/content.ts';
import { indexText, parseIndex, parseSetIndex, setIndexText } from '../../../src/domain/bundle/index-text.ts';
import { ofParts } from '../../../src/domain/bundle/set.ts';
import { sha256 } from '../../../src/domain/hash.ts';
import { mutatedText } from '../mutations.ts';

const fieldsOf = ({ broker, revision, hash, parts }: BundleIndex) => ({ broker, revision, hash, parts });
const index = { broker: 'plant/main', revision: 3, hash: sha256('x'), parts: ofParts(partNames, () => [sha256('y')]) };

describe('text of an index', () => {
  it('comes back as it was', () => {
    assert.deepEqual(parseIndex(indexText(index)), index);
    const { broker, ...rest } = index;
    assert.deepEqual(parseSetIndex(setIndexText({ broker }, rest), partNames, { broker }), rest);
  });

  const refused: readonly (readonly [what: string, text: string])[] = [
    ['no JSON', '{'],
    ['no object', '[]'],
    ['nothing', 'null'],
    ['no revision', JSON.stringify({ ...index, revision: undefined })],
    ['a revision of 0', JSON.stringify({ ...index, revision: 0 })],
    ['a revision with a fraction', JSON.stringify({ ...index, revision: 1.5 })],
    ['a revision that nobody counted to', JSON.stringify({ ...index, revision: 2 ** 48 })],
    ['a hash that is none', JSON.stringify({ ...index, hash: '../x' })],
    ['a part that is missing', JSON.stringify({ ...index, parts: { ...index.parts, crl: undefined } })],
    ['a chunk that is a path', JSON.stringify({ ...index, parts: { ...index.parts, crl: ['../../etc/passwd'] } })],
    ['no broker', JSON.stringify({ ...index, broker: 7 })],
    ['parts of the prototype', `{"broker":"b","revision":1,"hash":"${sha256('x')}","parts":{"__proto__":{}}}`],
  ];
  for (const [what, text] of refused)
    it(`is refused with ${what}`, () => assert.equal(typeof parseIndex(text), 'string'));

  it('is refused for another owner', () => {
    assert.equal(
      parseSetIndex(indexText(index), partNames, { broker: 'plant/other' }),
      'the index is not for broker plant/other',
    );
  });

  it('never throws', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => void parseIndex(text)));
    for (const piece of ['[', '{"a":', '"']) assert.equal(typeof parseIndex(piece.repeat(500_000)), 'string');
  });

  it('names what its text does, however that is damaged, or is refused', () => {
    fc.assert(
      fc.property(mutatedText(indexText(index)), (text) => {
        const read = parseIndex(text);
        if (typeof read !== 'string') assert.deepEqual(read, fieldsOf(JSON.parse(text) as typeof read));
      }),
      { numRuns: 1000 },
    );
  });
});
