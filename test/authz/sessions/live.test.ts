import assert from 'node:assert/strict';
import { denied } from '../../../src/authz/question.ts';
import { sessionKeeper, type SessionKeeping } from '../../../src/authz/sessions/live.ts';
import { VirtualClock } from '../../kube/virtual-clock.ts';

const revoked = denied('Revoked', 'the device is revoked');

function stand(users: readonly string[], more: Partial<SessionKeeping> = {}) {
  const clock = new VirtualClock();
  const live = new Set(users);
  const gone = new Set<string>();
  const events: string[] = [];
  const stop = new AbortController();
  const faults = { list: false, end: new Set<string>(), slow: new Set<string>() };
  const keeper = sessionKeeper({
    sessions: {
      users: () => {
        events.push('list');
        return faults.list
          ? Promise.reject(new Error('away'))
          : Promise.resolve(new Map([...live].map((user) => [user, undefined])));
      },
      end: (user, reason) => {
        if (faults.slow.has(user)) return clock.sleep(10_000);
        if (faults.end.has(user)) return Promise.reject(new Error(`not ${user}`));
        live.delete(user);
        events.push(`end ${user} ${reason}`);
        return Promise.resolve();
      },
      close: () => Promise.resolve(void events.push('close')),
    },
    standing: (identity) => (gone.has(identity) ? revoked : undefined),
    isKnown: () => true,
    sleep: (milliseconds, signal) => clock.sleep(milliseconds, signal),
    onEnded: (identity) => void events.push(`ended ${identity}`),
    onProblem: (error) => void events.push(String(error)),
    ...more,
  });
  const running = keeper.run(stop.signal);
  return { clock, live, gone, events, keeper, stop, running, faults, seen: () => events.splice(0) };
}

describe('live sessions', () => {
  it('of those who may do nothing any more are ended after a change, and no others', async () => {
    const { clock, gone, keeper, seen } = stand(['a', 'b']);
    await clock.advance(1000);
    assert.deepEqual(seen(), ['list']);
    gone.add('a');
    keeper.changed();
    await clock.advance(200);
    assert.deepEqual(seen(), ['list', 'end a Revoked', 'ended a']);
  });

  it('are looked at without a change, too, for what ends by time', async () => {
    const { clock, gone, seen } = stand(['a']);
    await clock.advance(0);
    seen();
    gone.add('a');
    await clock.advance(6_000);
    assert.deepEqual(seen(), ['list', 'end a Revoked', 'ended a']);
  });

  it('are listed once for many changes', async () => {
    const { clock, keeper, seen } = stand(['a']);
    await clock.advance(1000);
    seen();
    for (let change = 0; change < 100; change += 1) keeper.changed();
    await clock.advance(1000);
    assert.ok(seen().length <= 2);
  });

  it('are left alone while everybody is denied', async () => {
    let isKnown = false;
    const { clock, gone, keeper, seen } = stand(['a'], { isKnown: () => isKnown });
    gone.add('a');
    keeper.changed();
    await clock.advance(60_000);
    assert.deepEqual(seen(), []);
    isKnown = true;
    keeper.changed();
    await clock.advance(1000);
    assert.deepEqual(seen(), ['list', 'end a Revoked', 'ended a']);
  });

  it('are left alone from the moment on that everybody is denied', async () => {
    const answers = [true, false];
    const { clock, gone, seen } = stand(['a'], { isKnown: () => answers.shift() ?? false });
    gone.add('a');
    await clock.advance(1000);
    assert.deepEqual(seen(), ['list']);
  });

  it('are ended one without the other, and at the next time where that failed', async () => {
    const { clock, gone, faults, seen } = stand(['a', 'b']);
    for (const user of ['a', 'b']) gone.add(user);
    faults.end.add('a');
    await clock.advance(100);
    assert.deepEqual(seen().toSorted(), ['Error: not a', 'end b Revoked', 'ended b', 'list']);
    faults.end.clear();
    faults.list = true;
    await clock.advance(6_000);
    assert.deepEqual(seen(), ['list', 'Error: away']);
    faults.list = false;
    await clock.advance(6_000);
    assert.deepEqual(seen(), ['list', 'end a Revoked', 'ended a']);
  });

  it('are ended while another one takes long', async () => {
    const { clock, gone, faults, seen } = stand(['a', 'b', 'c', 'd', 'e', 'f']);
    for (const user of ['a', 'b', 'f']) gone.add(user);
    for (const user of ['a', 'b']) faults.slow.add(user);
    await clock.advance(1000);
    assert.deepEqual(seen(), ['list', 'end f Revoked', 'ended f']);
    await clock.advance(9_000);
    assert.deepEqual(seen(), ['ended a', 'ended b']);
  });

  it('are not looked at any more after the end', async () => {
    const { clock, stop, running, seen, keeper } = stand(['a']);
    await clock.advance(1000);
    seen();
    stop.abort();
    await running;
    keeper.changed();
    await clock.advance(60_000);
    assert.deepEqual(seen(), ['close']);
  });
});
