import assert from 'node:assert/strict';
import fc from 'fast-check';
import { filterMatches } from '../../../src/domain/acl/filter.ts';
import type { EffectiveRule, Rule } from '../../../src/domain/acl/rule.ts';
import { holdersIn, writtenKey } from '../../../src/domain/audit/holders.ts';
import { reachIn } from '../../../src/domain/audit/reach.ts';
import type { ResolvedDevice } from '../../../src/domain/resolve.ts';
import { aDevice, aFleet, allow, aTemplate, aTemplateUse, deny } from '../../fixtures.ts';

const now = new Date('2026-11-01T00:00:00Z');

/** Devices d1, d2, ... with these templates, by their rules. */
function holdersOf(...devices: readonly (readonly Rule[])[]): readonly ResolvedDevice[] {
  const templates = devices.map((rules, at) => aTemplate({ origin: { name: `t${at + 1}` }, role: 'Backend', rules }));
  const declared = devices.map((_, at) => aDevice(`d${at + 1}`, { templates: [aTemplateUse(`t${at + 1}`)] }));
  return holdersIn(aFleet({ templates, devices: declared }), now);
}

const shown = (holders: readonly ResolvedDevice[]) =>
  reachIn(holders, now).map(({ rule, action, subjects, others, example: { subject, other, topics } }) => {
    return `${rule.origin.topic} ${action} ${subjects}/${others} ${subject} ${other} ${topics}`;
  });

describe('who reaches the topics of whom', () => {
  const own = allow('Publish', 'up/{device}/#');

  it('is nobody where all have a place of their own', () => {
    assert.deepEqual(shown(holdersOf([own], [own], [own])), []);
  });

  it('is told by rule and action, with how many and one of them', () => {
    const backend = [allow(['Publish', 'Subscribe'], 'up/+/temperature')];
    assert.deepEqual(shown(holdersOf([own], [own], backend)), [
      'up/+/temperature Publish 1/2 d3 d2 up/d2/temperature',
      'up/+/temperature Subscribe 1/2 d3 d2 up/d2/temperature',
    ]);
  });

  it('does not count who is denied it', () => {
    const backend = [allow('Subscribe', 'up/#'), deny('up/d1/#')];
    assert.deepEqual(shown(holdersOf([own], [own], backend)), ['up/# Subscribe 1/1 d3 d2 up/d2/#']);
  });

  it('sees a group that is called as a device is', () => {
    const grouped = aTemplate({ origin: { name: 'grouped' }, rules: [allow('Publish', 'up/{group}/x')] });
    const devices = [
      aDevice('d1', { templates: [aTemplateUse('sensor')] }),
      aDevice('d2', { templates: [aTemplateUse('grouped')], groups: ['d1'] }),
    ];
    const holders = holdersIn(aFleet({ templates: [aTemplate({ rules: [own] }), grouped], devices }), now);
    assert.deepEqual(shown(holders), ['up/{group}/x Publish 1/1 d2 d1 up/d1/x']);
  });

  it('ends with a rule', () => {
    const ended = { ...allow('Subscribe', 'up/#'), expiresAt: now };
    const device = aDevice('d2', { templates: [aTemplateUse('sensor')], rules: [ended] });
    const holders = holdersIn(
      aFleet({ templates: [aTemplate({ rules: [own] })], devices: [aDevice('d1'), device] }),
      now,
    );
    assert.deepEqual(shown(holders), []);
  });

  it('is what trying all topics finds', () => {
    const level = fc.constantFrom('a', 'd1', '+', '{device}');
    const topic = fc
      .tuple(fc.array(level, { minLength: 1, maxLength: 3 }), fc.boolean())
      .map(([levels, isOpen]) => (isOpen ? [...levels, '#'] : levels).join('/'))
      .filter((text) => text !== '+/#');
    const rule = fc.oneof(
      topic.map((text) => allow('Subscribe', text)),
      topic.map((text) => allow(['Publish', 'Subscribe'], text)),
      topic.map((text) => deny(text)),
    );
    const fleets = fc.array(fc.array(rule, { maxLength: 4 }), { minLength: 2, maxLength: 3 });
    fc.assert(
      fc.property(fleets, (fleet) => {
        const holders = holdersOf(...fleet);
        assert.equal(holders.length, fleet.length);
        const found = reachIn(holders, now).map(({ rule: one, action, subjects, others }) => {
          return `${writtenKey(one)} ${action} ${subjects}/${others}`;
        });
        assert.deepEqual(found.sort(), tried(holders).sort());
      }),
    );
  });
});

/** Each topic of up to four levels: `x` stands for a name that nobody has written. */
const topics = everyTopic(4);

function everyTopic(levels: number): string[][] {
  if (levels === 0) return [];
  const names = ['a', 'd1', 'd2', 'd3', 'x'];
  const shorter = everyTopic(levels - 1);
  const longest = shorter.filter(({ length }) => length === levels - 1);
  const begin = levels === 1 ? [[]] : longest;
  return [...shorter, ...begin.flatMap((one) => names.map((name) => [...one, name]))];
}

function tried(holders: readonly ResolvedDevice[]): string[] {
  const found = new Map<string, number[]>();
  for (const holder of holders) {
    for (const rule of holder.rules.filter(({ effect }) => effect === 'Allow')) {
      const others = holders.filter((other) => other !== holder && isReached(holder, rule, other)).length;
      if (others === 0) continue;
      for (const action of rule.actions) {
        const key = `${writtenKey(rule)} ${action}`;
        found.set(key, [...(found.get(key) ?? []), others]);
      }
    }
  }
  return [...found].map(([key, counts]) => `${key} ${counts.length}/${Math.max(...counts)}`);
}

function isReached({ rules }: ResolvedDevice, rule: EffectiveRule, other: ResolvedDevice): boolean {
  const { identity } = other.device;
  const own = other.rules.filter(
    ({ effect, filter }) =>
      effect === 'Allow' && filter.some((level) => level.kind === 'literal' && level.text === identity),
  );
  return topics.some(
    (topic) =>
      filterMatches(rule.filter, topic) &&
      !rules.some(({ effect, filter }) => effect === 'Deny' && filterMatches(filter, topic)) &&
      own.some(({ filter }) => filterMatches(filter, topic)),
  );
}
