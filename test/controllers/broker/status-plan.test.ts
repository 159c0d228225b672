import assert from 'node:assert/strict';
import { condition, nextStatus, seenStatus } from '../../../src/controllers/status.ts';
import { statusDueAt } from '../../../src/controllers/broker/status-plan.ts';
import { start } from '../../domain/bundle/compile-fixtures.ts';

const at = (milliseconds: number) => new Date(start.getTime() + milliseconds);

const ready = { generation: 1, conditions: [condition('Ready', 'True', 'Ready')], fields: { bundle: { revision: 1 } } };
const renumbered = { ...ready, fields: { bundle: { revision: 2 } } };
const pending = { ...ready, conditions: [condition('Ready', 'False', 'Pending')] };
const refused = { ...ready, conditions: [condition('Ready', 'False', 'Refused')] };
const edited = { ...pending, generation: 2 };

describe('when the status of a broker is written', () => {
  const facts = { isUnderWay: false, grace: 0, since: at(-100), writtenAt: at(-300) };
  const underWay = { isUnderWay: true, grace: 5_000 };
  const cases: readonly (readonly [
    name: string,
    draft: typeof ready,
    change: Partial<typeof facts> | { readonly writtenAt: undefined },
    due: number | 'never',
  ])[] = [
    ['never, when it says what is there', ready, {}, 'never'],
    ['numbers alone: a second after the last write', renumbered, {}, 700],
    ['numbers alone, by a process that wrote none yet: now', renumbered, { writtenAt: undefined }, 0],
    ['progress: when it lasts', pending, underWay, 4_900],
    ['progress that lasts: now', pending, { ...underWay, since: at(-5_000) }, -0],
    ['what needs a person: now', refused, {}, -100],
    ['what may be over by itself: after its grace', refused, { grace: 60_000 }, 59_900],
    ['a new generation: now, whatever it says', edited, underWay, 0],
  ];
  for (const [name, draft, change, due] of cases) {
    it(name, () => {
      const seen = seenStatus(nextStatus(seenStatus(undefined), ready, start).status);
      const time = statusDueAt({ ...facts, ...change, seen, draft, next: nextStatus(seen, draft, start) }, start);
      assert.deepEqual(time, due === 'never' ? undefined : at(due));
    });
  }
});
