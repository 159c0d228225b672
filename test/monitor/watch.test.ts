import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Role } from '../../src/domain/acl/rule.ts';
import type { WatchRule } from '../../src/domain/fleet.ts';
import type { BrokerEvent } from '../../src/monitor/event.ts';
import type { Notice } from '../../src/monitor/notice.ts';
import { watchSettings } from '../../src/monitor/rules.ts';
import { defaultRules, type MonitorSettings } from '../../src/monitor/settings.ts';
import { createMonitor, type Monitor } from '../../src/monitor/watch.ts';

const begin = new Date('2026-01-01T00:00:00Z').getTime();
const after = (seconds: number) => new Date(begin + seconds * 1000);
const lockout = { maxFailures: 3, windowSeconds: 60, blockSeconds: 900 };
const settings: MonitorSettings = { isListed: (identity) => /^[dm]/.test(identity), rules: defaultRules, lockout };

const denied = (clientId: string, topic = 'a'): BrokerEvent => ({ kind: 'DeniedPublish', clientId, topic });
const oversize = (clientId: string): BrokerEvent => ({ kind: 'Oversize', clientId, isEnd: true });
const entered = (clientId: string, address = 'h:1', identity = clientId): BrokerEvent => {
  return { kind: 'Entered', clientId, identity, address };
};
const left = (clientId: string): BrokerEvent => ({ kind: 'Left', clientId, why: 'Closed' });
const refused: BrokerEvent = { kind: 'Refused', why: 'NotAuthorised', claimed: 'd1', address: 'h:1' };
const times = (count: number, event: BrokerEvent): readonly BrokerEvent[] => Array.from({ length: count }, () => event);

/** Kinds of notices with whom they are about and how many acts they are of. */
function told(notices: readonly Notice[]): readonly string[] {
  return notices.map(({ kind, identity = '-', count }) => `${kind} ${identity} ${count}`);
}

function noteAll(monitor: Monitor, events: readonly BrokerEvent[], seconds = 0): readonly string[] {
  return told(events.flatMap((event) => monitor.note(event, after(seconds))));
}

function locked(monitor: Monitor, seconds: number): readonly string[] {
  return monitor.lockouts(after(seconds)).map(({ identity }) => identity);
}

describe('monitor/watch', () => {
  const cases: readonly (readonly [what: string, events: readonly BrokerEvent[], told: readonly string[]])[] = [
    ['a denied publish', [denied('d1')], ['PublishDenied d1 1']],
    ['more of them only once', times(2, denied('d1')), ['PublishDenied d1 1']],
    ['an oversize packet', [oversize('d1')], ['Oversize d1 1']],
    ['a flood', [{ kind: 'Flood', clientId: 'd1', isEnd: true }], ['Flood d1 1']],
    ['nine refused logins not', times(9, refused), []],
    ['ten refused logins, of nobody', times(10, refused), ['AuthenticationFailed - 10']],
    ['nineteen connections not', times(19, entered('d1')), []],
    ['twenty connections', times(20, entered('d1')), ['ConnectStorm d1 20']],
    ['no acts of strangers', [denied('x1'), oversize('x1'), ...times(99, entered('x1'))], []],
    ['no acts under a client ID that is not the identity', times(99, entered('d1', 'h:1', 'd2')), []],
    ['nothing of the agent', [denied('mqttsec-agent-1'), ...times(99, entered('mqttsec-agent-1'))], []],
    [
      'no takeover by the agent',
      times(9, { kind: 'Takeover', clientId: 'd1' }).flatMap((event) => [
        event,
        entered('d1', '/s:0', 'mqttsec-agent-1'),
      ]),
      [],
    ],
    [
      'takeovers by another connection of the same identity',
      times(3, { kind: 'Takeover', clientId: 'd1' }).flatMap((event) => [event, entered('d1')]),
      ['Takeover d1 3'],
    ],
    ['no connections that were closed before they said anything', times(99, { kind: 'Refused', why: 'Closed' }), []],
    [
      'a certificate that two lines tell of once',
      times(9, { kind: 'Refused', why: 'Certificate' }).flatMap((event) => [
        event,
        { kind: 'Refused', why: 'Protocol', address: 'h:1' },
      ]),
      [],
    ],
    [
      'certificates that one line tells of',
      times(10, { kind: 'Refused', why: 'Certificate' }).flatMap((event) => [
        event,
        { kind: 'Accepted', address: 'h:2' },
      ]),
      ['AuthenticationFailed - 10'],
    ],
    [
      'no handshakes that failed for another reason',
      times(99, { kind: 'Refused', why: 'Tls' }).flatMap((event) => [event, { kind: 'Refused', why: 'Protocol' }]),
      [],
    ],
  ];
  for (const [what, events, expected] of cases) {
    it(`tells ${what}`, () =>
      assert.deepEqual(
        noteAll(createMonitor({ ...settings, lockout: { ...lockout, maxFailures: 1000 } }), events),
        expected,
      ));
  }

  it('tells each act once, in sums, a window apart', () => {
    const monitor = createMonitor({ ...settings, lockout: { ...lockout, maxFailures: 1000 } });
    const sums = [0, 10, 20, 59, 61, 62, 125, 300].flatMap((seconds) => noteAll(monitor, [denied('d1')], seconds));
    const last = told([...monitor.tick(after(359)), ...monitor.tick(after(360)), ...monitor.tick(after(999))]);
    const counts = [...sums, ...last].map((text) => Number(text.split(' ')[2]));
    assert.deepEqual(counts, [1, 3, 2, 1, 1]);
  });

  it('says of each act of an identity of the broker whose it was, and of no other', () => {
    const acts: string[] = [];
    const onAct = (identity: string, kind: string) => acts.push(`${kind} ${identity}`);
    const monitor = createMonitor({ ...settings, rules: {}, onAct });
    const takeover: BrokerEvent = { kind: 'Takeover', clientId: 'd1' };
    noteAll(monitor, [entered('d1'), denied('d1'), oversize('d1'), refused, denied('x1'), entered('mqttsec-agent-1')]);
    noteAll(monitor, [takeover, entered('d1', '/s:0', 'mqttsec-agent-1'), takeover, entered('d1', 'h:2')]);
    assert.deepEqual(acts, [
      ...['ConnectStorm d1', 'PublishDenied d1', 'Oversize d1', 'Takeover d1', 'ConnectStorm d1'],
    ]);
  });

  it('says what is known of who was refused last', () => {
    const monitor = createMonitor(settings);
    const [notice] = times(10, refused).flatMap((event) => monitor.note(event, after(0)));
    assert.deepEqual(notice, { kind: 'AuthenticationFailed', claimed: 'd1', address: 'h:1', count: 10, at: after(0) });
  });

  it('never puts the name that one stranger claimed beside the address of another', () => {
    const monitor = createMonitor(settings);
    const claim: BrokerEvent = { kind: 'Refused', why: 'NotAuthorised', claimed: 'd1' };
    const other: BrokerEvent = { kind: 'Refused', why: 'Protocol', address: 'h:2' };
    const [notice] = [...times(9, claim), other].flatMap((event) => monitor.note(event, after(0)));
    assert.deepEqual(notice, { kind: 'AuthenticationFailed', address: 'h:2', count: 10, at: after(0) });
  });

  it('does not count the refusals that the agent expects, for half a minute', () => {
    const monitor = createMonitor(settings);
    monitor.expectRefusals(5, after(0));
    assert.deepEqual(noteAll(monitor, times(14, refused), 1), []);
    assert.deepEqual(noteAll(monitor, [refused], 2), ['AuthenticationFailed - 10']);
    const late = createMonitor(settings);
    late.expectRefusals(5, after(0));
    assert.deepEqual(noteAll(late, times(10, refused), 31), ['AuthenticationFailed - 10']);
  });

  describe('silent devices', () => {
    const watching = { ...settings, silentAfterSeconds: 100 };
    const ticks = (monitor: Monitor, ...seconds: readonly number[]) =>
      seconds.map((second) => told(monitor.tick(after(second))).join());

    it('are told once, when they were away for so long', () => {
      const monitor = createMonitor(watching);
      noteAll(monitor, [entered('d1'), entered('d2'), left('d1')]);
      assert.deepEqual(ticks(monitor, 99, 100, 101, 1000), ['', 'Silent d1 1', '', '']);
    });

    it('are not those that came back, nor those that are there', () => {
      const monitor = createMonitor(watching);
      noteAll(monitor, [entered('d1', 'h:1'), left('d1'), entered('d1', 'h:2')]);
      noteAll(monitor, [{ kind: 'Left', clientId: 'd1', why: 'Timeout', address: 'h:1' }], 1);
      assert.deepEqual(ticks(monitor, 1000), ['']);
    });

    it('are those that did not come back to a new broker', () => {
      const monitor = createMonitor(watching);
      noteAll(monitor, [entered('d1'), entered('d2'), { kind: 'Started' }, entered('d2')]);
      assert.deepEqual(ticks(monitor, 100), ['Silent d1 1']);
    });

    it('are counted until they come back, or are none of the broker any more', () => {
      const listed = new Set(['d1', 'd2', 'd3']);
      const monitor = createMonitor({ ...watching, isListed: (identity) => listed.has(identity) });
      for (const name of listed) noteAll(monitor, [entered(name), left(name)]);
      const silent = () => monitor.counts().silent;
      assert.equal(silent(), 0);
      ticks(monitor, 100, 200);
      assert.equal(silent(), 3);
      noteAll(monitor, [entered('d1')], 201);
      listed.delete('d2');
      assert.equal(silent(), 1);
    });

    it('are those that an oversize packet ended', () => {
      const monitor = createMonitor(watching);
      noteAll(monitor, [entered('d1'), oversize('d1')]);
      assert.deepEqual(ticks(monitor, 100), ['Silent d1 1']);
    });
  });

  describe('rules of a broker', () => {
    const rules: readonly WatchRule[] = [
      { event: 'PublishDenied', role: 'Any', alert: 'Enabled', threshold: 3 },
      { event: 'PublishDenied', role: 'Admin', alert: 'Disabled' },
      { event: 'PublishDenied', role: 'Backend', alert: 'Enabled', threshold: 2, windowSeconds: 10 },
      { event: 'AuthenticationFailed', role: 'Any', alert: 'Enabled', threshold: 2 },
      { event: 'Silent', role: 'Any', alert: 'Enabled' },
      { event: 'Silent', role: 'Device', alert: 'Enabled', windowSeconds: 100 },
      { event: 'Silent', role: 'Admin', alert: 'Disabled' },
    ];
    const roles: Readonly<Record<string, Role>> = { dev: 'Device', back: 'Backend', admin: 'Admin' };
    const watching = (own = rules) =>
      createMonitor({ isListed: () => true, ...watchSettings(own, (identity) => roles[identity] ?? 'Device') });

    for (const [identity, expected] of [
      ['dev', ['PublishDenied dev 3']],
      ['back', ['PublishDenied back 2']],
      ['admin', []],
    ] as const) {
      it(`count for ${identity} by its role, else for all`, () => {
        const monitor = watching();
        assert.deepEqual(noteAll(monitor, times(3, denied(identity))), expected);
      });
    }

    it('count within their own windows', () => {
      const monitor = watching();
      noteAll(monitor, [denied('back')]);
      assert.deepEqual(noteAll(monitor, [denied('back')], 11), []);
      assert.deepEqual(noteAll(monitor, [denied('back')], 12), ['PublishDenied back 2']);
    });

    it('leave as it is by default what they do not name', () => {
      assert.deepEqual(noteAll(watching(), [oversize('dev')]), ['Oversize dev 1']);
      assert.deepEqual(noteAll(watching(), times(2, refused)), ['AuthenticationFailed - 2']);
      assert.deepEqual(noteAll(watching([]), times(9, refused)), []);
    });

    it('say for how long each may be away', () => {
      const monitor = watching();
      noteAll(
        monitor,
        ['dev', 'back', 'admin'].flatMap((name) => [entered(name), left(name)]),
      );
      const silent = [99, 100, 3_599, 3_600, 100_000].map((second) => told(monitor.tick(after(second))).join());
      assert.deepEqual(silent, ['', 'Silent dev 1', '', 'Silent back 1', '']);
    });

    it('do not decide who is locked out', () => {
      const off = (['PublishDenied', 'Oversize'] as const).map((event): WatchRule => ({
        event,
        role: 'Any',
        alert: 'Disabled',
      }));
      const monitor = createMonitor({ isListed: () => true, ...watchSettings(off, () => 'Device'), lockout });
      assert.deepEqual(noteAll(monitor, times(3, denied('d1'))), ['LockedOut d1 1']);
    });
  });

  describe('lockouts', () => {
    const acts: readonly (readonly [reason: string, events: readonly BrokerEvent[]])[] = [
      ['PublishDenied', times(3, denied('d1'))],
      ['Oversize', times(3, oversize('d1'))],
      ['Flood', times(3, { kind: 'Flood', clientId: 'd1', isEnd: true })],
      ['ConnectStorm', times(22, entered('d1'))],
      ['Oversize', [denied('d1'), denied('d1'), oversize('d1')]],
    ];
    for (const [reason, events] of acts) {
      it(`begin by own acts: ${reason} of ${events.length}`, () => {
        const monitor = createMonitor(settings);
        for (const event of events.slice(0, -1)) monitor.note(event, after(0.7));
        assert.deepEqual(locked(monitor, 0.7), []);
        const notices = monitor.note(events.at(-1)!, after(0.7));
        const until = after(900);
        assert.deepEqual(notices.at(-1), {
          kind: 'LockedOut',
          identity: 'd1',
          reason,
          until,
          count: 1,
          at: after(0.7),
        });
        assert.deepEqual(monitor.lockouts(after(1)), [{ identity: 'd1', reason, since: after(0), until }]);
      });
    }

    it('do not begin by messages of which a client may not know that they are too many', () => {
      const monitor = createMonitor(settings);
      const told = noteAll(monitor, times(100, { kind: 'Flood', clientId: 'd1', isEnd: false }));
      assert.deepEqual([told, locked(monitor, 0)], [['Flood d1 1'], []]);
    });

    it('do not begin by what others do in the name of a device', () => {
      const monitor = createMonitor(settings);
      const others: readonly BrokerEvent[] = [
        refused,
        { kind: 'Refused', why: 'Oversize', claimed: 'd1' },
        { kind: 'Takeover', clientId: 'd1' },
        entered('d1', '/s:0', 'mqttsec-agent-1'),
        left('d1'),
        { kind: 'LimitReached', address: 'd1' },
      ];
      noteAll(monitor, Array.from({ length: 100 }, () => others).flat());
      assert.deepEqual(locked(monitor, 0), []);
    });

    it('end by themselves, and are told', () => {
      const monitor = createMonitor(settings);
      noteAll(monitor, times(3, denied('d1')), 10);
      assert.deepEqual([locked(monitor, 909), told(monitor.tick(after(909)))], [['d1'], ['PublishDenied d1 2']]);
      assert.deepEqual(locked(monitor, 910), []);
      assert.deepEqual(told(monitor.tick(after(910))), ['Released d1 1']);
      assert.deepEqual(told(monitor.tick(after(911))), []);
    });

    it('are not begun again by what is denied because of them, but by what comes later', () => {
      const monitor = createMonitor(settings);
      const hammered = (from: number, to: number) => {
        for (let second = from; second < to; second += 5) {
          noteAll(monitor, times(3, denied('d1')), second);
          const present = new Set(locked(monitor, second));
          monitor.enforced((name) => present.has(name), after(second));
        }
        return locked(monitor, to);
      };
      assert.deepEqual([hammered(0, 899), hammered(900, 960), hammered(965, 970)], [['d1'], [], ['d1']]);
    });

    it('are taken up from those of a former agent', () => {
      const monitor = createMonitor(settings);
      const restored = (identity: string, since: number, until: number) => {
        return { identity, reason: 'Oversize', since: after(since), until: after(until) };
      };
      const lockouts = [
        restored('d1', -100, 800),
        restored('d2', -900, -1),
        restored('d3', -10, 1e9),
        restored('d4', 3600, 4500),
        restored('x1', 0, 900),
        restored('mqttsec-agent-1', 0, 900),
      ];
      monitor.restore(lockouts, after(0));
      assert.deepEqual(monitor.lockouts(after(0)), [lockouts[0], restored('d3', -10, 890)]);
      assert.deepEqual(told(monitor.tick(after(800))), ['Released d1 1']);
    });

    const enforced = (monitor: Monitor, names: readonly string[], seconds: number) =>
      told(monitor.enforced((identity) => names.includes(identity), after(seconds)));

    it('are over for whom a set denies nothing any more, but not before one denied it', () => {
      const monitor = createMonitor(settings);
      for (const name of ['d1', 'd2']) noteAll(monitor, times(3, denied(name)), 100);
      assert.deepEqual(enforced(monitor, [], 100.5), []);
      assert.deepEqual(enforced(monitor, ['d1', 'd2'], 101), []);
      assert.deepEqual(enforced(monitor, ['d2'], 102), ['Released d1 1']);
      assert.deepEqual(locked(monitor, 102), ['d2']);
    });

    it('begin anew by what goes on while no set denies it, once in a minute: somebody may have released it unseen', () => {
      const monitor = createMonitor(settings);
      monitor.restore([{ identity: 'd1', reason: 'Flood', since: after(-30), until: after(870) }], after(0));
      assert.deepEqual(noteAll(monitor, times(9, oversize('d1')), 29), ['Oversize d1 1']);
      assert.deepEqual(noteAll(monitor, times(2, oversize('d1')), 31), []);
      assert.deepEqual(noteAll(monitor, times(7, oversize('d1')), 31), ['LockedOut d1 1']);
      const [{ reason, since, until } = {}] = monitor.lockouts(after(31));
      assert.deepEqual([reason, since, until], ['Oversize', after(31), after(931)]);
      enforced(monitor, ['d1'], 100);
      assert.deepEqual(
        noteAll(monitor, times(9, oversize('d1')), 200).filter((text) => text.startsWith('LockedOut')),
        [],
      );
      assert.deepEqual(told(monitor.tick(after(931))).slice(0, 1), ['Released d1 1']);
    });

    it('begin again soon after a release, by new acts alone', () => {
      const monitor = createMonitor(settings);
      noteAll(monitor, times(3, denied('d1')), 100);
      enforced(monitor, ['d1'], 101);
      noteAll(monitor, times(9, denied('d1')), 101);
      enforced(monitor, [], 102);
      noteAll(monitor, times(9, denied('d1')), 103);
      noteAll(monitor, times(2, denied('d1')), 105);
      assert.deepEqual(locked(monitor, 105), []);
      noteAll(monitor, times(1, denied('d1')), 105);
      assert.deepEqual(locked(monitor, 105), ['d1']);
    });

    it('do not begin by what somebody does who is denied everything, as by the lockout of another instance', () => {
      const monitor = createMonitor(settings);
      enforced(monitor, ['d1'], 100);
      noteAll(monitor, times(9, denied('d1')), 101);
      assert.deepEqual(locked(monitor, 101), []);
      enforced(monitor, [], 102);
      noteAll(monitor, times(9, denied('d1')), 102);
      assert.deepEqual(locked(monitor, 102), []);
      noteAll(monitor, times(3, denied('d1')), 104);
      assert.deepEqual(locked(monitor, 104), ['d1']);
    });

    it('are 256 at most: the one that ends first makes room', () => {
      const monitor = createMonitor(settings);
      for (let i = 0; i < 256; i += 1) noteAll(monitor, times(3, denied(`d${i}`)), i);
      assert.deepEqual(
        noteAll(monitor, times(3, denied('dx')), 256).filter((text) => !text.startsWith('PublishDenied')),
        ['Released d0 1', 'LockedOut dx 1'],
      );
      assert.equal(locked(monitor, 256).length, 256);
    });

    it('do not begin by acts from before the clock was set back', () => {
      const monitor = createMonitor(settings);
      noteAll(monitor, times(2, denied('d1')), 7200);
      noteAll(monitor, times(2, denied('d1')), 3600);
      assert.deepEqual(locked(monitor, 3600), []);
      noteAll(monitor, [denied('d1')], 3601);
      assert.deepEqual(locked(monitor, 3601), ['d1']);
    });

    it('say the same of themselves while the clock goes back a little, and on', () => {
      const monitor = createMonitor(settings);
      noteAll(monitor, times(3, denied('d1')), 10.5);
      const said = monitor.lockouts(after(10.5));
      for (const seconds of [10.499, 10.2, 9.6, 10.498, 11, 10.999]) {
        assert.deepEqual(monitor.lockouts(after(seconds)), said, `at ${seconds}`);
      }
      assert.deepEqual([locked(monitor, 909.9), locked(monitor, 910)], [['d1'], []]);
    });

    it('last no longer when the clock is set back, and no longer ahead than they were', () => {
      const monitor = createMonitor(settings);
      noteAll(monitor, times(3, denied('d1')), 7200);
      monitor.tick(after(3600));
      assert.deepEqual(
        monitor.lockouts(after(3600)).map(({ since, until }) => [since, until]),
        [[after(3600), after(4500)]],
      );
      assert.deepEqual([locked(monitor, 4499), locked(monitor, 4500)], [['d1'], []]);
    });

    it('do not begin by acts that led to the one before', () => {
      const monitor = createMonitor({
        ...settings,
        lockout: { maxFailures: 3, windowSeconds: 3600, blockSeconds: 10 },
      });
      noteAll(monitor, times(3, denied('d1')), 0);
      monitor.tick(after(10));
      noteAll(monitor, times(2, denied('d1')), 100);
      assert.deepEqual(locked(monitor, 100), []);
      noteAll(monitor, [denied('d1')], 101);
      assert.deepEqual(locked(monitor, 101), ['d1']);
    });

    it('do not begin where none are asked for', () => {
      const { lockout: none, ...rest } = settings;
      assert.ok(none);
      const monitor = createMonitor(rest);
      noteAll(monitor, times(1000, denied('d1')));
      assert.deepEqual(locked(monitor, 0), []);
    });
  });

  const limits = fc.record({
    maxFailures: fc.integer({ min: 1, max: 6 }),
    windowSeconds: fc.oneof(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 100, max: 1000 })),
    blockSeconds: fc.integer({ min: 1, max: 120 }),
  });
  const who = fc.constantFrom('d1', 'd2', 'd3');

  it('locks out exactly whom a list of all acts does, while the clock goes right and sets deny who is locked out', () => {
    const step = fc.record({
      who,
      milliseconds: fc.oneof(fc.integer({ min: 0, max: 3000 }), fc.integer({ min: 0, max: 100_000 })),
      isAct: fc.boolean(),
    });
    fc.assert(
      fc.property(limits, fc.array(step, { maxLength: 120 }), (lockoutLimits, history) => {
        const monitor = createMonitor({ ...settings, rules: {}, lockout: lockoutLimits });
        const model = naiveLockouts(lockoutLimits, begin);
        let now = begin;
        monitor.tick(new Date(now));
        for (const each of history) {
          now += each.milliseconds;
          if (each.isAct) monitor.note(denied(each.who), new Date(now));
          else monitor.tick(new Date(now));
          const expected = model(each, now);
          assert.deepEqual(
            monitor.lockouts(new Date(now)).map(({ identity, until }) => `${identity} ${until.getTime()}`),
            expected,
          );
          const names = new Set(expected.map((text) => text.split(' ')[0]));
          monitor.enforced((name) => names.has(name), new Date(now));
        }
      }),
      { numRuns: 500 },
    );
  });

  it('locks out nobody for what was not done within the window, nor for longer, however the clock is set', () => {
    const shortLimits = fc.record({
      maxFailures: fc.integer({ min: 1, max: 4 }),
      windowSeconds: fc.integer({ min: 1, max: 20 }),
      blockSeconds: fc.integer({ min: 1, max: 20 }),
    });
    const jump = fc.integer({ min: 2_000, max: 4_000_000_000 });
    const step = fc.record({
      who,
      milliseconds: fc.integer({ min: 0, max: 1000 }),
      set: fc.oneof(
        { weight: 8, arbitrary: fc.constant(0) },
        { weight: 1, arbitrary: jump },
        { weight: 1, arbitrary: jump.map((milliseconds) => -milliseconds) },
      ),
      isAct: fc.boolean(),
    });
    fc.assert(
      fc.property(shortLimits, fc.array(step, { maxLength: 200 }), (lockoutLimits, history) => {
        const { maxFailures, windowSeconds, blockSeconds } = lockoutLimits;
        const monitor = createMonitor({ ...settings, rules: {}, lockout: lockoutLimits });
        const acts = new Map<string, number[]>();
        const began = new Map<string, number>();
        let [trueTime, offset, unknown] = [0, 0, 0];
        for (const { who: identity, milliseconds, set, isAct } of history) {
          trueTime += milliseconds;
          offset += set;
          // What went by before a clock was set back is not known.
          if (set < 0) unknown += 1000;
          const now = new Date(begin + trueTime + offset);
          if (isAct) acts.set(identity, [...(acts.get(identity) ?? []), trueTime]);
          for (const notice of isAct ? monitor.note(denied(identity), now) : monitor.tick(now)) {
            if (notice.kind === 'Released') began.delete(notice.identity!);
            if (notice.kind !== 'LockedOut') continue;
            const own = acts.get(notice.identity!)!.slice(-maxFailures);
            assert.equal(own.length, maxFailures);
            assert.ok(trueTime - own[0]! <= windowSeconds * 1000);
            began.set(notice.identity!, trueTime);
          }
          const inForce = monitor.lockouts(now).map((each) => each.identity);
          assert.deepEqual(inForce, [...began.keys()].sort());
          for (const each of inForce) assert.ok(trueTime - began.get(each)! <= blockSeconds * 1000 + unknown);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('keeps little of very many identities, and counts whom it forgot', () => {
    const monitor = createMonitor({ ...settings, maxIdentities: 100 });
    for (let i = 0; i < 1000; i += 1) noteAll(monitor, [entered(`d${i}`), denied(`d${i}`), left(`d${i}`)], i / 100);
    const { identities, forgotten, events } = monitor.counts();
    assert.deepEqual([identities, forgotten, events.DeniedPublish], [100, 2700, 1000]);
  });
});

/** All acts in a list, looked through each time; the window moves in sixtieths. */
function naiveLockouts(
  { maxFailures, windowSeconds, blockSeconds }: typeof lockout,
  origin: number,
): (step: { readonly who: string; readonly isAct: boolean }, now: number) => readonly string[] {
  const sixtieth = (time: number) => Math.floor(((time - origin) * 60) / (windowSeconds * 1000));
  let acts: { readonly who: string; readonly at: number }[] = [];
  const until = new Map<string, number>();
  const deafUntil = new Map<string, number>();
  return ({ who, isAct }, now) => {
    for (const [identity, end] of until) {
      if (end > now) continue;
      until.delete(identity);
      deafUntil.set(identity, now + 60_000);
    }
    if (isAct && !until.has(who) && now >= (deafUntil.get(who) ?? 0)) {
      acts.push({ who, at: now });
      const counting = acts.filter((act) => act.who === who && sixtieth(act.at) > sixtieth(now) - 60);
      if (counting.length >= maxFailures) {
        until.set(who, Math.floor(now / 1000) * 1000 + blockSeconds * 1000);
        acts = acts.filter((act) => act.who !== who);
      }
    }
    return [...until].map(([identity, end]) => `${identity} ${end}`).sort();
  };
}
