import assert from 'node:assert/strict';
import { nearest, suggestionText } from '../../src/parse/suggestion.ts';

describe('parse/suggestion', () => {
  const known = ['expiresAt', 'identity', 'groups', 'spec', 'rules', 'role'];
  const words: Record<string, string | undefined> = {
    expireAt: 'expiresAt',
    expiresAtt: 'expiresAt',
    expirseAt: 'expiresAt',
    EXPIRESAT: 'expiresAt',
    expxxesAt: 'expiresAt',
    expxxxxAt: undefined,
    gruops: 'groups',
    sepc: 'spec',
    spce: 'spec',
    psce: undefined,
    rule: 'rules',
    '': undefined,
    colour: undefined,
    ['spec'.repeat(100)]: undefined,
  };
  for (const [word, expected] of Object.entries(words)) {
    it(`${JSON.stringify(word.slice(0, 20))} is near ${expected}`, () => assert.equal(nearest(word, known), expected));
  }

  it('of two words as near takes the first', () => assert.equal(nearest('acd', ['abd', 'acb']), 'abd'));

  it('asks, or says nothing', () => {
    assert.equal(suggestionText('rulez', known), '; did you mean `rules`?');
    assert.equal(suggestionText('x', known), '');
  });
});
