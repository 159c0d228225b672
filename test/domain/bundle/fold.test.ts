import assert from 'node:assert/strict';
import { filterOf } from '../../../src/domain/acl/filter.ts';
import { patternOf } from '../../../src/domain/acl/pattern.ts';
import type { EffectiveRule, PatternLevel } from '../../../src/domain/acl/rule.ts';
import { patternsOf, rulesBeside, sharedRights } from '../../../src/domain/bundle/fold.ts';
import { hour } from './compile-fixtures.ts';

/** A rule of device `d1`, with its pattern as what others share. */
function aRule(topic: string, overrides: Partial<EffectiveRule> = {}): EffectiveRule {
  const [pattern, filter] = [patternOf(topic), filterOf(topic.replace('{device}', 'd1'))];
  assert.ok(pattern.ok && filter.ok);
  const origin = { object: { kind: 'AclTemplate', namespace: 'plant', name: 'sensor' }, index: 0, topic } as const;
  return { effect: 'Allow', actions: ['Publish'], filter: filter.value, origin, shared: pattern.value, ...overrides };
}

function rightsOf(...rules: readonly EffectiveRule[]): string[] {
  return [...sharedRights(rules, new Map())];
}

function withLevel(level: PatternLevel): EffectiveRule {
  const rule = aRule('a/b');
  return { ...rule, shared: [...(rule.shared ?? []), level] };
}

describe('folding rules into patterns', () => {
  it('takes rights over the identity, and those that are the same for all', () => {
    const both = aRule('a/{device}/+/#', { actions: ['Publish', 'Subscribe'] });
    assert.deepEqual(rightsOf(both, aRule('news/all')), ['write a/%u/+/#', 'read a/%u/+/#', 'write news/all']);
  });

  const { shared, ...own } = aRule('a/{device}');
  assert.ok(shared);
  const unfit: Record<string, EffectiveRule> = {
    'a rule that others do not share': own,
    'a Deny, which no pattern can replace': aRule('a/{device}', { effect: 'Deny' }),
    'a rule that ends': aRule('a/{device}', { expiresAt: hour(1) }),
    'a parameter': withLevel({ kind: 'parameter', name: 'site' }),
    'a group': withLevel({ kind: 'variable', name: 'group' }),
    'a level that a pattern line reads otherwise': withLevel({ kind: 'literal', text: 'x%u' }),
  };
  for (const [name, rule] of Object.entries(unfit)) {
    it(`leaves ${name} where it is`, () => {
      assert.deepEqual(rightsOf(rule), []);
      assert.deepEqual(rulesBeside([rule], patternsOf(new Set(['write a/%u', 'write a/b']))), [rule]);
    });
  }

  it('leaves the action of a rule that the patterns do not give', () => {
    const both = aRule('a/{device}', { actions: ['Publish', 'Subscribe'] });
    const beside = rulesBeside([both, aRule('b')], patternsOf(new Set(['write a/%u', 'write b'])));
    assert.deepEqual(beside, [{ ...both, actions: ['Subscribe'] }]);
  });

  it('writes one line for each topic, after the two that every broker has, in one order', () => {
    const lines = (...rights: readonly `${'read' | 'write'} ${string}`[]) => patternsOf(new Set(rights)).lines.slice(2);
    const expected = [
      { access: 'read', topic: 'a' },
      { access: 'readwrite', topic: 'b/%u' },
    ];
    assert.deepEqual(lines('read a', 'write b/%u', 'read b/%u'), expected);
    assert.deepEqual(lines('read b/%u', 'write b/%u', 'read a'), expected);
  });
});
