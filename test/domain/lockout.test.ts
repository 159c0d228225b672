import assert from 'node:assert/strict';
import type { Device } from '../../src/domain/fleet.ts';
import {
  type Lockout,
  type LockoutFacts,
  lockoutsInForce,
  noLockouts,
  type ReportedLockout,
} from '../../src/domain/lockout.ts';
import { shardCount } from '../../src/domain/sharded.ts';
import { aBroker, aDevice, aFleet, mainBroker } from '../fixtures.ts';

const now = new Date('2026-01-01T12:00:00Z');
const limits = { maxFailures: 5, windowSeconds: 10, blockSeconds: 900 };
const broker = aBroker({ lockout: limits });

function at(seconds: number): Date {
  return new Date(now.getTime() + seconds * 1000);
}

/** Of `sensor-1` unless it says otherwise; times in seconds from `now`. */
function reported(since: number | undefined, until: number, overrides: Partial<ReportedLockout> = {}): ReportedLockout {
  return {
    ...{ identity: 'sensor-1', reason: 'DeniedPublishes', until: at(until) },
    ...(since !== undefined && { since: at(since) }),
    ...overrides,
  };
}

function factsOf(lockouts: readonly ReportedLockout[], overrides: Partial<LockoutFacts> = {}): LockoutFacts {
  const fleet = aFleet({ brokers: [broker], devices: [aDevice('sensor-1')] });
  return { fleet, broker: mainBroker, reported: lockouts, unlocks: () => [], ...overrides };
}

/** Begin and end of what is in force, seconds from `now`. */
function timesOf(facts: LockoutFacts, when = now): Record<string, readonly number[]> {
  const seconds = (time: Date) => (time.getTime() - now.getTime()) / 1000;
  const all = [...lockoutsInForce(facts, when).byIdentity.values()];
  return Object.fromEntries(all.map(({ identity, since, until }: Lockout) => [identity, [since, until].map(seconds)]));
}

const devicesOf = (...devices: readonly Device[]) => ({ fleet: aFleet({ brokers: [broker], devices }) });
const unlockedAt = (...seconds: readonly number[]) => ({ unlocks: () => seconds.map(at) });

describe('lockouts in force', () => {
  const cases: Record<string, [LockoutFacts, Record<string, readonly number[]>]> = {
    'one that is reported': [factsOf([reported(-10, 890)]), { 'sensor-1': [-10, 890] }],
    'of several the one that ends last': [
      factsOf([reported(-60, 840), reported(-10, 890), reported(-100, 800)]),
      { 'sensor-1': [-10, 890] },
    ],
    'none that is over': [factsOf([reported(-900, 0)]), {}],
    'none for longer than the broker blocks': [factsOf([reported(-10, 10 ** 9)]), { 'sensor-1': [-10, 890] }],
    'none that began so long ago that it is over, whatever its end': [factsOf([reported(-900, 10 ** 9)]), {}],
    'one that says no begin': [factsOf([reported(undefined, 800)]), { 'sensor-1': [-100, 800] }],
    'none that says no begin and a far end': [factsOf([reported(undefined, 10 ** 6)]), {}],
    'one of a clock that is a minute ahead': [factsOf([reported(60, 960)]), { 'sensor-1': [60, 960] }],
    'none from the future': [factsOf([reported(61, 961)]), {}],
    'none of a device that nobody declares': [factsOf([reported(-10, 890, { identity: 'sensor-2' })]), {}],
    'none of a name that is in every object': [factsOf([reported(-10, 890, { identity: '__proto__' })]), {}],
    'none of a device of another broker': [
      factsOf([reported(-10, 890)], devicesOf(aDevice('sensor-1', { broker: 'plant/other' }))),
      {},
    ],
    'none on a broker that does not ask for any': [
      factsOf([reported(-10, 890)], {
        fleet: aFleet({ brokers: [aBroker()], devices: [aDevice('sensor-1')] }),
      }),
      {},
    ],
    'none that began before the device was released': [factsOf([reported(-10, 890)], unlockedAt(-5)), {}],
    'none that began when it was released': [factsOf([reported(-10, 890)], unlockedAt(-10)), {}],
    'one that began after it was released': [
      factsOf([reported(-60, 840), reported(-10, 890)], unlockedAt(-30)),
      { 'sensor-1': [-10, 890] },
    ],
    'of several releases the last counts': [factsOf([reported(-10, 890)], unlockedAt(-100, -5)), {}],
    'a release by a clock that is a minute ahead counts': [factsOf([reported(-10, 890)], unlockedAt(60)), {}],
    'a release in the future does not count yet, nor hides an earlier one': [
      factsOf([reported(-10, 890), reported(-100, 800)], unlockedAt(10 ** 6, -50)),
      { 'sensor-1': [-10, 890] },
    ],
  };
  for (const [name, [facts, expected]] of Object.entries(cases)) {
    it(name, () => assert.deepEqual(timesOf(facts), expected));
  }

  it('asks the device that has the identity on this broker whether it was released', () => {
    const asked: string[] = [];
    const devices = [
      aDevice('here', { identity: 'sensor-1' }),
      aDevice('there', { identity: 'sensor-1', broker: 'plant/other' }),
    ];
    const unlocks = (device: string) => {
      asked.push(device);
      return [];
    };
    lockoutsInForce(factsOf([reported(-10, 890)], { ...devicesOf(...devices), unlocks }), now);
    assert.deepEqual(asked, ['plant/here']);
  });

  const nextChanges: Record<string, [LockoutFacts, number | undefined]> = {
    'is its end': [factsOf([reported(-10, 890)]), 890],
    'is the first end of several': [
      factsOf(
        [reported(-10, 890), reported(-100, 800, { identity: 'sensor-2' })],
        devicesOf(aDevice('sensor-1'), aDevice('sensor-2')),
      ),
      800,
    ],
    'is no end that a later one outlasts': [factsOf([reported(-10, 890), reported(-100, 800)]), 890],
    'is when one from the future counts': [factsOf([reported(400, 1300)]), 340],
    'is when a release in the future counts': [factsOf([reported(-10, 890)], unlockedAt(500)), 440],
    'is the end where a release comes later': [factsOf([reported(-10, 890)], unlockedAt(5000)), 890],
    'is none without any': [factsOf([]), undefined],
  };
  for (const [name, [facts, seconds]] of Object.entries(nextChanges)) {
    it(`the next change ${name}`, () => {
      const { nextChangeAt } = lockoutsInForce(facts, now);
      assert.deepEqual(nextChangeAt, seconds === undefined ? undefined : at(seconds));
      if (seconds === undefined) return;
      assert.notDeepEqual(timesOf(facts, at(seconds)), timesOf(facts), 'it is another one then');
    });
  }

  it('is the same object while nothing changes, whatever the order in which it is reported', () => {
    const devices = devicesOf(aDevice('sensor-1'), aDevice('sensor-2'));
    const one = reported(-10, 890, { reason: 'Flood' });
    const all = [one, reported(-10, 890), reported(-5, 500, { identity: 'sensor-2' })];
    const first = lockoutsInForce(factsOf(all, devices), now);
    const again = lockoutsInForce(factsOf(all.toReversed(), devices), at(1), first);
    assert.equal(again, first);
    assert.equal(lockoutsInForce(factsOf([]), now), noLockouts);
  });

  it('are none when the broker asks for none any more', () => {
    const before = lockoutsInForce(factsOf([reported(-10, 890)]), now);
    const fleet = aFleet({ brokers: [aBroker()], devices: [aDevice('sensor-1')] });
    assert.equal(lockoutsInForce(factsOf([reported(-10, 890)], { fleet }), now, before), noLockouts);
  });

  it('changes one shard of the ends when one device is locked out', () => {
    const devices = devicesOf(aDevice('sensor-1'), aDevice('sensor-2'));
    const before = lockoutsInForce(factsOf([reported(-10, 890)], devices), now);
    const both = [reported(-10, 890), reported(-5, 500, { identity: 'sensor-2' })];
    const after = lockoutsInForce(factsOf(both, devices), now, before);
    const changed = Array.from({ length: shardCount }, (_, index) => index).filter((index) => {
      return before.ends.shard(index) !== after.ends.shard(index);
    });
    assert.equal(changed.length, 1);
    assert.deepEqual(Object.fromEntries(after.ends.entries()), { 'sensor-1': at(890), 'sensor-2': at(500) });
    assert.equal(lockoutsInForce(factsOf([], devices), now, after).ends.size, 0);
  });

  it('lasts where it was in force before and nobody reports it any more', () => {
    const before = lockoutsInForce(factsOf([reported(-10, 890)]), now);
    assert.equal(lockoutsInForce(factsOf([...before.byIdentity.values()]), at(1), before), before);
    assert.equal(lockoutsInForce(factsOf([...before.byIdentity.values()]), at(890), before).ends.size, 0);
  });
});
