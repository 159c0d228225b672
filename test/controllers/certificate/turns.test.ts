import assert from 'node:assert/strict';
import { createTurns, type Gate } from '../../../src/controllers/certificate/turns.ts';
import type { ObjectKey } from '../../../src/domain/names.ts';
import { VirtualClock } from '../../kube/virtual-clock.ts';

const broker = 'plant/main';
const [open, closed]: Gate[] = [
  { isOpen: true, most: 2 },
  { isOpen: false, most: 2 },
];
const lineages = ['a', 'b', 'c', 'd'].map((name): ObjectKey => `plant/${name}`) as [
  ObjectKey,
  ObjectKey,
  ObjectKey,
  ObjectKey,
];
const [a, b, c, d] = lineages;

function line() {
  const clock = new VirtualClock();
  const woken: ObjectKey[] = [];
  const turns = createTurns(clock, (lineage) => woken.push(lineage));
  const asked = (lineage: ObjectKey, gate = open!, of: ObjectKey = broker, held?: string) => {
    const until = turns.ask(of, lineage, gate, held);
    return until && until.getTime() - clock.now().getTime();
  };
  return { clock, woken, turns, asked };
}

describe('turns to another CA', () => {
  it('are had by so many at a time, in the order in which they asked', () => {
    const { asked, turns, woken } = line();
    assert.deepEqual(
      lineages.map((one) => asked(one)),
      [undefined, undefined, 5_000, 600_000],
    );
    assert.deepEqual(
      lineages.map((one) => asked(one)),
      [undefined, undefined, 5_000, 600_000],
      'asking again is nothing new',
    );
    turns.done(a);
    assert.deepEqual([woken, asked(c), asked(d)], [[c], undefined, 5_000]);
    turns.done(c);
    turns.done(b);
    assert.deepEqual([woken, asked(d)], [[c, d], undefined]);
  });

  it('are had by nobody while the gate is closed, and then by those who wait, when the first of them asks', () => {
    const { asked, woken } = line();
    assert.deepEqual(
      lineages.map((one) => asked(one, closed)),
      [5_000, 600_000, 600_000, 600_000],
    );
    assert.deepEqual([asked(a), woken, asked(b), asked(c)], [undefined, [b], undefined, 5_000]);
  });

  it('of one broker are none of another', () => {
    const { asked } = line();
    for (const one of [a, b]) assert.equal(asked(one), undefined);
    assert.equal(asked(c, open, 'plant/second'), undefined);
  });

  it('end by themselves for one that takes long, which then rests for an hour', async () => {
    const { asked, clock, woken } = line();
    for (const one of lineages) asked(one);
    await clock.advance(300_000);
    assert.deepEqual([asked(c), woken, asked(d)], [undefined, [d], undefined]);
    assert.equal(asked(a), 3_600_000);
    await clock.advance(3_600_000);
    assert.equal(asked(a), undefined, 'the others took too long by now');
  });

  it('end for one that is given another certificate for the second time, and wants a third one', async () => {
    const { asked, clock, woken } = line();
    const holding = (held: string) => asked(a, open, broker, held);
    for (const one of [b, c]) asked(one);
    assert.deepEqual([holding('1'), woken], [5_000, []]);
    await clock.advance(300_000);
    for (const held of ['1', '1', '2', '2']) assert.equal(holding(held), undefined, held);
    assert.equal(holding('3'), 3_600_000);
    await clock.advance(3_599_000);
    assert.equal(holding('3'), 1_000);
    await clock.advance(1_000);
    assert.equal(holding('3'), undefined);
  });

  it('are had, and rested for, no longer when the clock was ahead and is put right', async () => {
    const { asked, clock } = line();
    for (const one of lineages) asked(one);
    await clock.advance(300_000);
    assert.equal(asked(c), undefined);
    clock.wallOffset -= 86_400_000;
    assert.deepEqual([asked(a), asked(b)], [3_600_000, 3_600_000]);
    assert.deepEqual([asked(c), asked(d)], [undefined, undefined]);
    await clock.advance(300_000);
    assert.deepEqual([asked(c), asked(d)], [3_600_000, 3_600_000], 'they took too long');
    await clock.advance(3_300_000);
    assert.equal(asked(a), undefined);
  });

  it('are given up by who does not ask for one any more', () => {
    const { asked, turns } = line();
    for (const one of lineages) asked(one);
    turns.done(c);
    turns.done('plant/nobody');
    assert.equal(asked(d), 5_000);
    turns.done(a);
    assert.equal(asked(d), undefined);
  });
});
