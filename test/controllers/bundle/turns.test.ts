import assert from 'node:assert/strict';
import { createTurns, type SetWriting } from '../../../src/controllers/bundle/turns.ts';

const storm: SetWriting = { namespace: 'plant', objects: 60, givesWay: true };
const edit: SetWriting = { namespace: 'tenant', objects: 3, givesWay: true };

describe('sets that are written at one time', () => {
  it('are written some objects at once', () => {
    const turns = createTurns();
    assert.deepEqual([turns.begin(storm).width(), turns.begin({ ...storm, namespace: 'other' }).width()], [4, 4]);
  });

  it('give way while a small one of another namespace is written', () => {
    const turns = createTurns();
    const large = turns.begin(storm);
    const small = [turns.begin(edit), turns.begin(edit)];
    assert.deepEqual(
      [large, ...small].map(({ width }) => width()),
      [1, 4, 4],
    );
    small[0]?.end();
    assert.equal(large.width(), 1);
    small[1]?.end();
    assert.equal(large.width(), 4);
  });

  const others: readonly (readonly [what: string, large: Partial<SetWriting>, small: Partial<SetWriting>])[] = [
    ['of which one takes something back', { givesWay: false }, {}],
    ['in one namespace', {}, { namespace: 'plant' }],
    ['that are large', {}, { objects: 9 }],
    ['that are small', { objects: 8 }, {}],
  ];
  for (const [what, large, small] of others) {
    it(`do not, ${what}`, () => {
      const turns = createTurns();
      const turn = turns.begin({ ...storm, ...large });
      turns.begin({ ...edit, ...small });
      assert.equal(turn.width(), 4);
    });
  }
});
