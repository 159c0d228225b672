import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parseSightings, type Sightings, sightingsText } from '../../src/domain/audit/sightings.ts';
import type { BrokerEvent } from '../../src/monitor/event.ts';
import { sightingLog } from '../../src/monitor/sightings.ts';

const at = (day: number, hour = 12) => new Date(Date.UTC(2026, 0, day, hour));
const came = (identity: string): BrokerEvent => {
  return { kind: 'Entered', clientId: identity, identity, address: '10.0.0.1:4000' };
};
const went = (clientId: string): BrokerEvent => ({ kind: 'Left', clientId, why: 'Closed' });
const former = (changes: Partial<Sightings>): Sightings => ({
  ...{ broker: 'plant/plant', instance: 'one', since: '2025-12-01', until: '2026-01-04', isComplete: true },
  lastSeen: new Map([['old', '2025-12-24']]),
  ...changes,
});

describe('who came to a broker', () => {
  const seen = (log: ReturnType<typeof sightingLog>, day: number) =>
    Object.fromEntries(log.sightings(at(day)).lastSeen);

  it('is known by the last day on which it was there, be it that it went then or is there still', () => {
    const log = sightingLog(() => true, at(1));
    log.note(came('stays'), at(1));
    log.note(came('goes'), at(1));
    log.note(went('goes'), at(3));
    assert.deepEqual(seen(log, 5), { stays: '2026-01-05', goes: '2026-01-03' });
    log.note({ kind: 'Started' }, at(6));
    assert.deepEqual(seen(log, 9), { stays: '2026-01-06', goes: '2026-01-03' });
  });

  it('is nobody who is not listed, and nobody in whose name an agent entered to end a session', () => {
    const log = sightingLog((identity) => identity !== 'stranger', at(1));
    log.note(came('stranger'), at(1));
    log.note({ kind: 'Entered', clientId: 'victim', identity: 'mqttsec-agent-1', address: '' }, at(1));
    log.note(went('victim'), at(2));
    log.note({ kind: 'Refused', why: 'NotAuthorised', claimed: 'victim' }, at(2));
    assert.deepEqual(seen(log, 2), {});
  });

  it('is new when somebody came for the first time on a day, and when a day is over: at rest once a day', () => {
    const log = sightingLog(() => true, at(1));
    log.note(came('d'), at(1));
    assert.ok(log.isNew(at(1)));
    log.sightings(at(1));
    for (let i = 0; i < 10; i += 1) for (const event of [went('d'), came('d')]) log.note(event, at(1, 13));
    assert.equal(log.isNew(at(1, 23)), false);
    assert.equal(log.isNew(at(2, 0)), true);
  });

  it('goes on where a former agent ended, from the same day unless nobody watched for longer', () => {
    for (const [until, since] of [
      ['2026-01-05', '2025-12-01'],
      ['2026-01-04', '2025-12-01'],
      ['2026-01-03', '2026-01-05'],
    ] as const) {
      const log = sightingLog(() => true, at(5));
      log.restore(former({ until }), at(5));
      const told = log.sightings(at(5));
      assert.deepEqual([told.since, told.lastSeen.get('old')], [since, '2025-12-24'], until);
    }
  });

  it('is not said to be watched for days that nobody lived through, nor on days to come, however the clock is set', () => {
    const noClock = sightingLog(() => true, new Date(0));
    noClock.restore(former({}), new Date(0));
    noClock.note(came('d'), at(5));
    const told = noClock.sightings(at(5));
    assert.deepEqual(
      [told.since, Object.fromEntries(told.lastSeen)],
      ['2026-01-05', { old: '2025-12-24', d: '2026-01-05' }],
    );

    const ahead = sightingLog(() => true, new Date('2099-01-01'));
    ahead.restore(former({}), new Date('2099-01-01'));
    for (const event of [came('d'), went('d'), came('stays')]) ahead.note(event, new Date('2099-01-01'));
    assert.ok(ahead.isNew(at(5)));
    const { since, lastSeen } = ahead.sightings(at(5));
    assert.deepEqual([since, lastSeen.get('d'), lastSeen.get('old')], ['2026-01-05', '2026-01-05', '2025-12-24']);
    ahead.note(went('stays'), new Date(0));
    assert.deepEqual(seen(ahead, 9), { old: '2025-12-24', d: '2026-01-05', stays: '2026-01-05' });
  });

  it('is taken up from a file of a day to come as who came, and not as since when somebody watched', () => {
    const log = sightingLog(() => true, at(5));
    log.restore(former({ until: '2099-01-01', lastSeen: new Map([['old', '2099-01-01']]) }), at(5));
    const { since, lastSeen } = log.sightings(at(5));
    assert.deepEqual([since, lastSeen.get('old')], ['2026-01-05', '2026-01-05']);
  });

  it('is not complete when somebody had to be forgotten, then or by a former agent', () => {
    const log = sightingLog(() => true, at(1), 10);
    for (let i = 0; i < 10; i += 1) log.note(came(`d${i}`), at(1));
    assert.equal(log.sightings(at(1)).isComplete, true);
    for (let i = 10; i < 1_000; i += 1) log.note(came(`d${i}`), at(1));
    const { isComplete, lastSeen } = log.sightings(at(1));
    assert.deepEqual([isComplete, lastSeen.size <= 10], [false, true]);
    const next = sightingLog(() => true, at(1));
    next.restore(former({ isComplete: false }), at(1));
    assert.equal(next.sightings(at(1)).isComplete, false);
  });

  const act = fc.record({
    hours: fc.nat(40),
    name: fc.constantFrom('a', 'b', '__proto__'),
    kind: fc.constantFrom('came', 'went', 'broker'),
  });

  it('agrees with a list of all days on which somebody was there', () => {
    fc.assert(
      fc.property(fc.array(act, { maxLength: 40 }), (acts) => {
        const log = sightingLog(() => true, at(1, 0));
        const last = new Map<string, string>();
        const there = new Set<string>();
        let now = at(1, 0);
        const see = () => {
          for (const name of there) last.set(name, now.toISOString().slice(0, 10));
        };
        for (const { hours, name, kind } of acts) {
          now = new Date(now.getTime() + hours * 3_600_000);
          see();
          if (kind === 'came') there.add(name);
          see();
          if (kind === 'went') there.delete(name);
          if (kind === 'broker') there.clear();
          log.note(kind === 'came' ? came(name) : kind === 'went' ? went(name) : { kind: 'Started' }, now);
        }
        assert.deepEqual(new Map([...log.sightings(now).lastSeen].sort()), new Map([...last].sort()));
      }),
    );
  });

  it('is written and read again, whatever it is', () => {
    const day = fc.integer({ min: 1, max: 28 }).map((n) => at(n).toISOString().slice(0, 10));
    const name = fc.oneof(fc.constantFrom('__proto__', 'constructor'), fc.stringMatching(/^[a-z0-9._:@-]{1,64}$/));
    const topics = fc.array(fc.tuple(fc.oneof(name, fc.constant('')), fc.array(fc.string(), { maxLength: 5 })));
    const published = fc
      .record({ since: day, isComplete: fc.boolean(), topics })
      .map(({ topics: all, ...rest }) => ({ ...rest, topics: new Map(all) }));
    const some = { lastSeen: fc.array(fc.tuple(name, day)), published: fc.option(published, { nil: undefined }) };
    const any = fc
      .record({ since: day, until: day, isComplete: fc.boolean(), ...some })
      .map(({ lastSeen, published: read, ...rest }) =>
        former({ ...rest, lastSeen: new Map(lastSeen), ...(read && { published: read }) }),
      );
    fc.assert(
      fc.property(any, (sightings) => {
        const read = parseSightings(sightingsText(sightings));
        assert.ok(read.ok);
        assert.deepEqual(new Map([...read.value.lastSeen].sort()), new Map([...sightings.lastSeen].sort()));
        const sorted = (topics?: ReadonlyMap<string, unknown>) => topics && new Map([...topics].sort());
        assert.deepEqual(sorted(read.value.published?.topics), sorted(sightings.published?.topics));
        const rest = ({ published, ...others }: Sightings) => ({
          ...{ ...others, lastSeen: 0 },
          ...(published && { published: { ...published, topics: 0 } }),
        });
        assert.deepEqual(rest(read.value), rest(sightings));
      }),
    );
  });

  const good = sightingsText(former({}));
  const spoiled: Readonly<Record<string, string>> = {
    nothing: '',
    'no object': 'null',
    'another version': good.replace('"version":1', '"version":2'),
    'no broker': good.replace('"broker"', '"brokers"'),
    'a day that is none': good.replace('2025-12-24', '2025-13-24'),
    'a name that is none': good.replace('"old"', '7'),
    'a sighting too long': good.replace('"2025-12-24"]', '"2025-12-24",1]'),
    'topics that are none': good.replace(/}\n$/, ',"published":{"since":"2026-01-01","topics":[7],"byIdentity":[]}}'),
    'a place of no topic': good.replace(
      /}\n$/,
      ',"published":{"since":"2026-01-01","topics":[],"byIdentity":[["a",[0]]]}}',
    ),
    'a list that is none': good.replace(/"lastSeen":.*/, '"lastSeen":{}}'),
  };
  for (const [what, text] of Object.entries(spoiled)) {
    it(`is not read from ${what}`, () => {
      const read = parseSightings(text);
      assert.deepEqual(read.ok ? [] : read.findings.map(({ code }) => code), ['MQS112']);
    });
  }
});
