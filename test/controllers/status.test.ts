import assert from 'node:assert/strict';
import { condition, nextStatus, seenStatus } from '../../src/controllers/status.ts';

const noon = new Date('2026-06-01T12:00:00Z');
const later = new Date('2026-06-01T13:00:00Z');
const ready = condition('Ready', 'True', 'Ready');
const draft = { generation: 3, conditions: [ready], fields: { identity: 'a' } };

/** As the API server gives it back: fields in another order. */
function readBack(status: object): Parameters<typeof seenStatus>[0] {
  return JSON.parse(JSON.stringify(Object.fromEntries(Object.entries(status).reverse()))) as Parameters<
    typeof seenStatus
  >[0];
}

describe('a status', () => {
  it('is not written again when it says what is there', () => {
    const first = nextStatus(seenStatus(undefined), draft, noon);
    assert.equal(first.isChanged, true);
    assert.equal(nextStatus(seenStatus(readBack(first.status)), draft, later).isChanged, false);
  });

  it('carries the generation at the top and in each condition', () => {
    const { status } = nextStatus(seenStatus(undefined), draft, noon);
    assert.equal(status['observedGeneration'], 3);
    assert.equal((status['conditions'] as { observedGeneration: number }[])[0]?.observedGeneration, 3);
  });

  it('keeps the time of a condition until its status flips', () => {
    const timeIn = ({ status }: { readonly status: object }) =>
      (status as { conditions: { lastTransitionTime: string }[] }).conditions[0]?.lastTransitionTime;
    const first = nextStatus(seenStatus(undefined), draft, noon);
    const reworded = { ...draft, conditions: [condition('Ready', 'True', 'Suspended')] };
    const second = nextStatus(seenStatus(readBack(first.status)), reworded, later);
    assert.deepEqual([second.isChanged, timeIn(second)], [true, '2026-06-01T12:00:00Z']);
    const flipped = { ...draft, conditions: [condition('Ready', 'False', 'Pending')] };
    assert.equal(timeIn(nextStatus(seenStatus(readBack(first.status)), flipped, later)), '2026-06-01T13:00:00Z');
  });

  it('is another one when a field changes or goes', () => {
    const first = seenStatus(readBack(nextStatus(seenStatus(undefined), draft, noon).status));
    assert.equal(nextStatus(first, { ...draft, fields: { identity: 'b' } }, noon).isChanged, true);
    assert.equal(nextStatus(first, { ...draft, fields: { identity: undefined } }, noon).isChanged, true);
    assert.equal(nextStatus(first, { ...draft, generation: 4 }, noon).isChanged, true);
  });
});
