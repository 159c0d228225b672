import assert from 'node:assert/strict';
import type { Rule } from '../../../src/domain/acl/rule.ts';
import { auditOf } from '../../../src/domain/audit/audit.ts';
import type { Published, Sightings } from '../../../src/domain/audit/sightings.ts';
import { aDevice, aFleet, allow, aTemplate, deny } from '../../fixtures.ts';

const now = new Date('2026-06-30T10:00:00Z');
const days = 30;

type Topics = Readonly<Record<string, readonly string[]>>;
const read = (topics: Topics, changes: Partial<Published> = {}): Published => {
  return { since: '2026-01-01', isComplete: true, topics: new Map(Object.entries(topics)), ...changes };
};

/** Of devices d1 and d2 with these rules: indices of those that were not used, and what is said. */
function unused(rules: readonly Rule[], ...published: readonly (Published | undefined)[]): readonly string[] {
  const fleet = aFleet({ templates: [aTemplate({ role: 'Backend', rules })], devices: [aDevice('d1'), aDevice('d2')] });
  const broker = [...fleet.brokers.keys()][0] ?? '';
  const sightings = published.map((one, index): Sightings => {
    const days = { since: '2026-01-01', until: '2026-06-30', isComplete: true };
    return { broker, instance: String(index), ...days, lastSeen: new Map(), ...(one && { published: one }) };
  });
  const { findings } = auditOf(fleet, new Map(), now, { sightings, days });
  return findings.filter(({ code }) => code === 'MQS255').map(({ path, message }) => `${path} ${message}`);
}

const state = allow('Publish', 'x/{device}/state');
const admin = allow('Publish', 'x/{device}/admin/#');
const shared = allow('Publish', 'alarms/+');

describe('rights to publish that nobody used', () => {
  it('are told once for each rule, with how many have it and since when nothing came', () => {
    assert.deepEqual(unused([state, admin], read({ d1: ['x/{device}/state'] })), [
      'spec.rules[1].topic rule 1, Allow Publish "x/{device}/admin/#", of AclTemplate plant/sensor: nothing was published by it since 2026-01-01, though 2 devices may',
    ]);
  });

  const rows: Readonly<
    Record<string, readonly [rules: readonly Rule[], published: readonly (Published | undefined)[], unused: number]>
  > = {
    'all, where nothing was published': [[state, admin, shared], [read({})], 3],
    'none: one device used each': [[state, admin], [read({ d1: ['x/{device}/state'], d2: ['x/{device}/admin/a'] })], 0],
    'none: what names nobody, or somebody else, is a use of a rule for it': [[shared], [read({ '': ['alarms/7'] })], 0],
    'none: it has too many topics to tell': [[state, admin], [read({ d1: ['#'] })], 0],
    'none: rights to receive': [[allow('Subscribe', 'x/{device}/y')], [read({})], 0],
    'none: a deny': [[deny('x/#'), state], [read({ d1: ['x/{device}/state'] })], 0],
    'none: nobody reads': [[state], [undefined], 0],
    'none: nobody reads one of the instances': [[state], [read({}), undefined], 0],
    'none: used on another instance': [[state], [read({}), read({ d2: ['x/{device}/state'] })], 0],
    'none: used on the first of two instances': [
      [state],
      [read({ d2: ['x/{device}/state'] }), read({ d2: ['x/{device}/other'] })],
      0,
    ],
    'none: not read for long enough': [[state], [read({}, { since: '2026-06-01' })], 0],
    'none: something was left out': [[state], [read({}, { isComplete: false })], 0],
    'one: topics of others with the same words are no use of it': [
      [state],
      [read({ nobody: ['x/{device}/state'] })],
      1,
    ],
  };
  for (const [name, [rules, published, count]] of Object.entries(rows)) {
    it(name, () => assert.equal(unused(rules, ...published).length, count));
  }
});
