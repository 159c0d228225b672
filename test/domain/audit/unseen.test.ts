import assert from 'node:assert/strict';
import { auditOf } from '../../../src/domain/audit/audit.ts';
import type { Sightings } from '../../../src/domain/audit/sightings.ts';
import { unwatchedBrokers } from '../../../src/domain/audit/unseen.ts';
import { aDevice, aFleet } from '../../fixtures.ts';

const now = new Date('2026-06-30T10:00:00Z');
const days = 30;
const watched = (changes: Partial<Sightings> = {}): Sightings => ({
  ...{ broker: 'plant/main', instance: 'one', since: '2026-01-01', until: '2026-06-30', isComplete: true },
  lastSeen: new Map(),
  ...changes,
});
const seenOn = (day: string) => new Map([['d1', day]]);

function told(...sightings: readonly Sightings[]): readonly string[] {
  const fleet = aFleet({ devices: [aDevice('d1'), aDevice('d2', { suspended: true })] });
  const broker = [...fleet.brokers.keys()][0] ?? '';
  const placed = sightings.map((one) => (one.broker === 'plant/main' ? { ...one, broker } : one));
  const found = auditOf(fleet, new Map(), now, { sightings: placed, days }).findings;
  return found.filter(({ code }) => code === 'MQS254').map(({ message }) => message);
}

describe('devices that nobody saw', () => {
  const rows: Readonly<Record<string, readonly [readonly Sightings[], readonly string[]]>> = {
    'one that never came': [[watched()], ['d1 was seen not once since 2026-01-01']],
    'one that came too long ago': [[watched({ lastSeen: seenOn('2026-05-31') })], ['d1 was seen last on 2026-05-31']],
    'none: it came a day later than that': [[watched({ lastSeen: seenOn('2026-06-01') })], []],
    'none: nobody was looking': [[], []],
    'none: another broker was looked at': [[watched({ broker: 'plant/other' })], []],
    'none: not for long enough': [[watched({ since: '2026-06-01' })], []],
    'none: not lately': [[watched({ until: '2026-05-31' })], []],
    'none: somebody was forgotten': [[watched({ isComplete: false })], []],
    'none: it came to another instance': [[watched(), watched({ lastSeen: seenOn('2026-06-20') })], []],
    'none: one instance was not watched for long enough': [[watched(), watched({ since: '2026-06-20' })], []],
  };
  for (const [name, [sightings, messages]] of Object.entries(rows)) {
    it(name, () => assert.deepEqual(told(...sightings), messages));
  }

  it('are not told of brokers of which too little is known, with the reason', () => {
    const sightings = [
      watched(),
      watched({ broker: 'a/new', since: '2026-06-20' }),
      watched({ broker: 'a/old', until: '2026-05-01' }),
      watched({ broker: 'a/full', isComplete: false }),
    ];
    assert.deepEqual(unwatchedBrokers({ sightings, days }, now), [
      'a/new: it has been watched since 2026-06-20 only',
      'a/old: it was watched until 2026-05-01 only',
      'a/full: more identities came than an agent remembers',
    ]);
  });
});
