import assert from 'node:assert/strict';
import fc from 'fast-check';
import { localLockouts, type LocalLockouts, lockoutsIn, reportedIn } from '../../src/local/lockouts.ts';
import type { InstanceReport } from '../../src/ports.ts';
import { aBroker, aDevice, aFleet, mainBroker } from '../fixtures.ts';

const now = new Date('2026-01-01T12:00:00Z');
const fleet = aFleet({
  brokers: [aBroker({ lockout: { maxFailures: 5, windowSeconds: 10, blockSeconds: 900 } })],
  devices: [aDevice('sensor-1')],
});

function at(seconds: number): Date {
  return new Date(now.getTime() + seconds * 1000);
}

const written = { reason: 'DeniedPublishes', since: at(-10).toISOString(), until: at(890).toISOString() };
const report = { lockouts: [{ identity: 'sensor-1', ...written }] } as unknown as InstanceReport;
const told = lockoutsIn({
  devices: [{ device: 'plant/sensor-1', identity: 'sensor-1', lockout: written }, { identity: 'sensor-2' }],
});
const nothing = { report: {}, told: [] };

function heldBy(overrides: Partial<LocalLockouts>, when = now): readonly string[] {
  const facts = { fleet, broker: mainBroker, reported: [], records: new Map(), former: undefined };
  return [...localLockouts({ ...facts, ...overrides }, when).ends.keys()];
}

describe('lockouts that were written down', () => {
  it('are none where the file is damaged, whatever it holds', () => {
    const good = { devices: [{ device: 'plant/sensor-1', identity: 'sensor-1', lockout: written }] };
    const damaged = fc.oneof(
      fc.jsonValue(),
      fc.jsonValue().map((devices) => ({ devices })),
      fc.array(fc.jsonValue()).map((devices) => ({ devices })),
      fc.jsonValue().map((lockout) => ({ devices: [{ ...good.devices[0], lockout }] })),
      fc.jsonValue().map((lockouts) => ({ lockouts })),
      fc.array(fc.jsonValue()).map((lockouts) => ({ lockouts })),
      fc.tuple(fc.constantFrom('identity', 'since', 'until', 'reason'), fc.jsonValue()).map(([field, value]) => ({
        lockouts: [{ identity: 'a', ...written, [field]: value }],
      })),
    );
    fc.assert(
      fc.property(damaged, (value) => {
        const report = (value ?? {}) as Partial<InstanceReport>;
        for (const { identity, until } of [...lockoutsIn(value), ...reportedIn(undefined, { report, told: [] })]) {
          assert.equal(typeof identity, 'string');
          assert.ok(until > new Date(0));
        }
      }),
      { numRuns: 1000 },
    );
    assert.equal(lockoutsIn(good).length, 1);
  });
});

describe('lockouts in local mode', () => {
  const rows: Readonly<Record<string, readonly [overrides: Partial<LocalLockouts>, held: readonly string[]]>> = {
    'are those that the agent reports': [{ reported: reportedIn(report, nothing) }, ['sensor-1']],
    'are those of the last report of a former run': [
      { reported: reportedIn(undefined, { ...nothing, report }) },
      ['sensor-1'],
    ],
    'are those that the status of a former run told': [
      { reported: reportedIn({}, { ...nothing, told }) },
      ['sensor-1'],
    ],
    'are none of a former run once the agent says that there is none': [
      { reported: reportedIn({ lockouts: [] }, { report, told }) },
      [],
    ],
    'are none that a record ends': [
      { reported: reportedIn(report, nothing), records: new Map([['plant/sensor-1', { unlockAt: at(0) }]]) },
      [],
    ],
    'are those that began after that': [
      { reported: reportedIn(report, nothing), records: new Map([['plant/sensor-1', { unlockAt: at(-60) }]]) },
      ['sensor-1'],
    ],
    'last when an agent that was started anew does not know of them': [
      {
        former: localLockouts(
          { fleet, broker: mainBroker, reported: told, records: new Map(), former: undefined },
          now,
        ),
      },
      ['sensor-1'],
    ],
  };
  for (const [name, [overrides, held]] of Object.entries(rows)) {
    it(name, () => assert.deepEqual(heldBy(overrides), held));
  }

  it('end by themselves', () => assert.deepEqual(heldBy({ reported: told }, at(890)), []));

  it('are none where nothing was written yet', () => {
    assert.deepEqual(lockoutsIn(undefined), []);
    assert.deepEqual(lockoutsIn({ devices: [{ identity: 'a', lockout: { until: 'soon' } }] }), []);
  });
});
