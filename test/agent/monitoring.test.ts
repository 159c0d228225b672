import assert from 'node:assert/strict';
import { monitoring, type WatchFigures, type WatchedSet } from '../../src/agent/monitoring.ts';
import type { BrokerEvent } from '../../src/monitor/event.ts';
import type { Notice } from '../../src/monitor/notice.ts';
import type { InstanceLockout } from '../../src/ports.ts';
import { settled, VirtualClock } from '../kube/virtual-clock.ts';

const lockout = { maxFailures: 2, windowSeconds: 60, blockSeconds: 600 };
const everybody: WatchedSet = { identities: { has: () => true }, denied: new Set(), lockout };
const denied = (clientId: string): BrokerEvent => ({ kind: 'DeniedPublish', clientId, topic: 't' });
const entered = (clientId: string, identity = clientId): BrokerEvent => {
  return { kind: 'Entered', clientId, identity, address: 'h:1' };
};

describe('what an agent makes of the log of its broker', () => {
  let clock: VirtualClock;
  let stop: AbortController;
  let notices: Notice[];
  let figures: WatchFigures[];
  let changes: number;

  beforeEach(() => {
    [clock, stop, notices, figures, changes] = [new VirtualClock(), new AbortController(), [], [], 0];
  });
  afterEach(() => stop.abort());

  function watching(
    former: () => Promise<readonly InstanceLockout[]> = () => Promise.resolve([]),
    formerDenied?: () => ReadonlySet<string>,
  ) {
    const watch = monitoring({
      clock,
      former,
      ...(formerDenied && { formerDenied }),
      onNotice: (notice) => notices.push(notice),
      onFigures: (now) => figures.push(now),
      onLockouts: () => (changes += 1),
    });
    void watch.run(stop.signal);
    return watch;
  }

  const names = (watch: ReturnType<typeof watching>) => watch.lockouts()?.map(({ identity }) => identity);

  it('changes the list at most once in a second, also in a storm, and not at rest', async () => {
    const watch = watching();
    watch.follow(everybody);
    await settled();
    const before = changes;
    for (let i = 0; i < 200; i += 1) for (const act of [denied(`d${i}`), denied(`d${i}`)]) watch.note(act);
    assert.deepEqual([watch.lockouts(), changes], [[], before]);
    await clock.advance(1_000);
    assert.deepEqual([watch.lockouts()?.length, changes], [200, before + 1]);
    const told = figures.length;
    const list = watch.lockouts();
    await clock.advance(60_000);
    assert.deepEqual([changes, figures.length], [before + 1, told]);
    assert.equal(watch.lockouts(), list);
    await clock.advance(600_000);
    assert.deepEqual([watch.lockouts(), changes], [[], before + 2]);
  });

  it('says nothing of lockouts before it knows those of a former agent, and who is listed', async () => {
    const [since, until] = [clock.now(), new Date(clock.now().getTime() + 300_000)];
    const times = { since: `${since.toISOString().slice(0, 19)}Z`, until: `${until.toISOString().slice(0, 19)}Z` };
    let answer: (list: readonly InstanceLockout[]) => void = () => undefined;
    const watch = watching(() => new Promise((resolve) => (answer = resolve)));
    watch.follow({ ...everybody, identities: new Set(['a']) });
    await clock.advance(1_000);
    assert.equal(watch.lockouts(), undefined);
    answer(['a', 'gone'].map((identity) => ({ identity, reason: 'Flood', ...times })));
    await settled();
    assert.deepEqual(watch.lockouts(), [{ identity: 'a', reason: 'Flood', ...times }]);
  });

  it('never says what it cannot know', async () => {
    const watch = watching(() => Promise.reject(new Error('refused')));
    watch.follow(everybody);
    for (const act of [denied('a'), denied('a')]) watch.note(act);
    await clock.advance(2_000);
    assert.equal(watch.lockouts(), undefined);
  });

  it('keeps lockouts and counts when a set with other limits comes, and drops them where none are asked for', async () => {
    const watch = watching();
    watch.follow(everybody);
    for (const act of [denied('a'), denied('a'), denied('b')]) watch.note(act);
    watch.follow({ ...everybody, lockout: { ...lockout, maxFailures: 9 } });
    watch.note(denied('c'));
    await clock.advance(1_000);
    assert.deepEqual([names(watch), figures.at(-1)?.events.DeniedPublish], [['a'], 4]);
    watch.follow({ identities: everybody.identities, denied: new Set() });
    await clock.advance(1_000);
    assert.deepEqual(names(watch), []);
  });

  it('hears that somebody was released, and takes that from its report', async () => {
    const watch = watching();
    watch.follow(everybody);
    for (const act of [denied('a'), denied('a')]) watch.note(act);
    await clock.advance(1_000);
    watch.follow({ ...everybody, denied: new Set(['a']) });
    await clock.advance(1_000);
    assert.deepEqual(names(watch), ['a']);
    watch.follow(everybody);
    await clock.advance(1_000);
    assert.deepEqual(names(watch), []);
    assert.equal(notices.at(-1)?.kind, 'Released');
  });

  it('hears of a release, too, of what a former agent reported', async () => {
    const [since, until] = [clock.now(), new Date(clock.now().getTime() + 300_000)].map((time) => time.toISOString());
    const times = { since: since ?? '', until: until ?? '' };
    const watch = watching(() => Promise.resolve([{ identity: 'a', reason: 'Flood', ...times }]));
    watch.follow({ ...everybody, denied: new Set(['a']) });
    await clock.advance(1_000);
    assert.deepEqual(names(watch), ['a']);
    watch.follow(everybody);
    await clock.advance(1_000);
    assert.deepEqual(names(watch), []);
  });

  it('hears of a release while it was away, by what it denied before; who was not denied yet stays locked out', async () => {
    const [since, until] = [clock.now(), new Date(clock.now().getTime() + 300_000)].map((time) => time.toISOString());
    const times = { since: since ?? '', until: until ?? '' };
    const former = ['released', 'new', 'still'].map((identity) => ({ identity, reason: 'Flood', ...times }));
    const watch = watching(
      () => Promise.resolve(former),
      () => new Set(['released', 'still']),
    );
    watch.follow({ ...everybody, denied: new Set(['still']) });
    await clock.advance(1_000);
    assert.deepEqual(names(watch), ['new', 'still']);
    assert.deepEqual(
      notices.map(({ kind, identity }) => [kind, identity]),
      [['Released', 'released']],
    );
  });

  it('has acts counted by identity while a set asks for it', () => {
    const calls: unknown[] = [];
    const watch = monitoring({
      ...{ clock, former: () => Promise.resolve([]) },
      ...{ onNotice: () => undefined, onFigures: () => undefined, onLockouts: () => undefined },
      devices: {
        follow: (identities) => calls.push(identities),
        note: (identity, act) => calls.push([identity, act]),
      },
    });
    const { identities } = everybody;
    watch.follow({ ...everybody, countsDevices: true });
    for (const event of [denied('a'), denied('mqttsec-agent-1')]) watch.note(event);
    watch.follow({ ...everybody, lockout: { ...lockout, maxFailures: 9 }, countsDevices: true });
    watch.note(entered('b'));
    watch.follow(everybody);
    assert.deepEqual(calls, [identities, ['a', 'PublishDenied'], identities, ['b', 'ConnectStorm'], undefined]);
  });

  it('counts nothing that the agent does itself', async () => {
    const watch = watching();
    watch.follow(everybody);
    const own = 'mqttsec-agent-1';
    watch.expectRefusal();
    const takeover: BrokerEvent = { kind: 'Takeover', clientId: 'a' };
    const refused: BrokerEvent = { kind: 'Refused', why: 'NotAuthorised' };
    for (const event of [entered('a'), denied(own), entered(own), takeover, entered('a', own), refused]) {
      for (let i = 0; i < (event === refused ? 1 : 5); i += 1) watch.note(event);
    }
    watch.note({ kind: 'Left', clientId: 'a', why: 'Closed' });
    await clock.advance(1_000);
    const { events, refusals } = figures.at(-1) ?? {};
    assert.deepEqual([events?.DeniedPublish, events?.Entered, refusals?.NotAuthorised], [0, 5, 0]);
  });
});
