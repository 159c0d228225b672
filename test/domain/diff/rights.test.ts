import assert from 'node:assert/strict';
import fc from 'fast-check';
import { filterMatches, filterOf } from '../../../src/domain/acl/filter.ts';
import type { EffectiveRule, RuleAction } from '../../../src/domain/acl/rule.ts';
import { rightsGained } from '../../../src/domain/diff/rights.ts';

function ruleOf(text: string): EffectiveRule {
  const [word = '', topic = ''] = text.split(' ');
  const filter = filterOf(topic);
  assert.ok(filter.ok, text);
  const actions: Readonly<Record<string, readonly RuleAction[]>> = {
    ...{ write: ['Publish'], read: ['Subscribe'], readwrite: ['Publish', 'Subscribe'], deny: [] },
  };
  const object = { kind: 'AclTemplate', namespace: 'plant', name: 'x' } as const;
  return {
    effect: word === 'deny' ? 'Deny' : 'Allow',
    actions: actions[word] ?? [],
    filter: filter.value,
    origin: { object, index: 0, topic },
  };
}

const rulesOf = (...texts: readonly string[]) => texts.map(ruleOf);

const rows: Readonly<
  Record<string, readonly [before: readonly string[], after: readonly string[], gained: readonly string[]]>
> = {
  'the same rules': [['write a/#'], ['write a/#'], []],
  'a rule more': [['write a'], ['write a', 'read b/+'], ['Subscribe b/+']],
  'a rule less': [['write a', 'write b'], ['write a'], []],
  'a wider rule': [['write a/+'], ['write a/#'], ['Publish a/#']],
  'the same in other words': [['write a/#'], ['write a', 'write a/+/#'], []],
  'an action more': [['write a'], ['readwrite a'], ['Subscribe a']],
  'a deny less': [['write a/#', 'deny a/x/#'], ['write a/#'], ['Publish a/x/#']],
  'a deny more': [['write a/#'], ['write a/#', 'deny a/x/#'], []],
  'a deny that moves': [['write a/+', 'deny a/x'], ['write a/+', 'deny a/y'], ['Publish a/x']],
  'what a deny takes again': [[], ['write a/x', 'deny a/#'], []],
};

describe('rights gained', () => {
  for (const [name, [before, after, gained]] of Object.entries(rows)) {
    it(`by ${name}: ${gained.join(', ') || 'none'}`, () => {
      const found = rightsGained(rulesOf(...before), rulesOf(...after));
      assert.deepEqual(
        found.map(({ action, topics }) => `${action} ${topics}`),
        gained,
      );
    });
  }

  it('name every topic that was gained, and some of each', () => {
    const topic = fc
      .tuple(fc.array(fc.constantFrom('a', 'b', '+'), { minLength: 1, maxLength: 3 }), fc.boolean())
      .map(([levels, isOpen]) => (isOpen ? [...levels, '#'] : levels).join('/'));
    const rule = fc.tuple(fc.constantFrom('write', 'read', 'readwrite', 'deny'), topic).map((words) => words.join(' '));
    const rules = fc.array(rule, { maxLength: 5 });
    fc.assert(
      fc.property(rules, rules, (before, after) => {
        const [former, present] = [rulesOf(...before), rulesOf(...after)];
        const gained = rightsGained(former, present);
        for (const action of ['Publish', 'Subscribe'] as const) {
          const filters = gained
            .filter((one) => one.action === action)
            .map(({ topics: text }) => ruleOf(`write ${text}`).filter);
          const isGained = (levels: readonly string[]) =>
            !isAllowed(former, action, levels) && isAllowed(present, action, levels);
          const all = topics.filter(isGained);
          for (const levels of all)
            assert.ok(
              filters.some((filter) => filterMatches(filter, levels)),
              levels.join('/'),
            );
          for (const filter of filters) assert.ok(all.some((levels) => filterMatches(filter, levels)));
        }
      }),
      { numRuns: 300 },
    );
  });
});

/** `x` stands for a name that no rule has. */
const topics = everyTopic(5);

function everyTopic(most: number): string[][] {
  let longest: string[][] = [[]];
  const all: string[][] = [];
  for (let length = 1; length <= most; length += 1) {
    longest = longest.flatMap((levels) => ['a', 'b', 'x'].map((name) => [...levels, name]));
    all.push(...longest);
  }
  return all;
}

function isAllowed(rules: readonly EffectiveRule[], action: RuleAction, levels: readonly string[]): boolean {
  const matching = rules.filter(({ filter }) => filterMatches(filter, levels));
  return (
    matching.some(({ effect, actions }) => effect === 'Allow' && actions.includes(action)) &&
    !matching.some(({ effect }) => effect === 'Deny')
  );
}
