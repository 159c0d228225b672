import assert from 'node:assert/strict';
import fc from 'fast-check';
import { filterContains, filterOf, filterText, type Level } from '../../../src/domain/acl/filter.ts';
import {
  type LevelValues,
  levelValueOf,
  openedFilter,
  patternOf,
  patternText,
  substituted,
} from '../../../src/domain/acl/pattern.ts';
import type { TopicPattern } from '../../../src/domain/acl/rule.ts';

function pattern(text: string): TopicPattern {
  const parsed = patternOf(text);
  assert.ok(parsed.ok, `${text}: ${parsed.ok ? '' : parsed.problem}`);
  return parsed.value;
}

function level(text: string): Level {
  const parsed = levelValueOf(text);
  assert.ok(parsed.ok, text);
  return parsed.value;
}

const values: LevelValues = {
  device: level('sensor-1'),
  namespace: level('plant'),
  group: level('hall-3'),
  parameters: new Map([['site', level('berlin')]]),
};

describe('a topic pattern', () => {
  const rows: [text: string, problem: RegExp | undefined][] = [
    ['sensors/{device}/#', undefined],
    ['{namespace}/{group}/{param.site}/+', undefined],
    ['{device}', undefined],
    ['{param.my_site-2}', undefined],
    ['x{device}', /part of the level "x{device}"/],
    ['a/{device}-{group}', /part of the level/],
    ['{param.site}x/y', /part of the level/],
    ['{user}', /"{user}", which is no variable/],
    ['{param.}', /no variable/],
    ['{param.a.b}', /no variable/],
    ['{param.constructor}', undefined],
    ['{param.__proto__}', /no variable/],
    ['{constructor}', /no variable/],
    ['{Device}', /no variable/],
    ['{device', /no variable/],
    ['device}', /no variable/],
    ['{}', /no variable/],
    ['{{device}}', /part of the level/],
    ['a/%u', /%u, which Mosquitto replaces/],
    ['a/x%cy', /%c, which Mosquitto replaces/],
    ['100%/a', undefined],
    ['a/#/{device}', /# before its end/],
    ['', /is empty/],
    ['a\n{device}', /U\+000A/],
  ];
  for (const [text, problem] of rows) {
    it(`${problem ? 'refuses' : 'takes'} ${JSON.stringify(text)}`, () => {
      const parsed = patternOf(text);
      if (problem) assert.match(parsed.ok ? 'no problem' : parsed.problem, problem);
      else assert.equal(patternText(pattern(text)), text);
    });
  }
});

describe('the value of a variable', () => {
  const refused = [
    '',
    '#',
    '+',
    'a+',
    'a/b',
    '/',
    '$SYS',
    '$',
    ' a',
    'a ',
    'a\nb',
    '\0',
    'a\x7f',
    '%u',
    'x%cx',
    '\ud800',
    'x'.repeat(65_536),
  ];
  for (const value of refused) {
    it(`is not ${JSON.stringify(value).slice(0, 20)}`, () => assert.equal(levelValueOf(value).ok, false));
  }
  for (const value of ['a', 'a b', 'a$', '100%', '{device}', '__proto__', 'ünï', 'a.b:c@d']) {
    it(`may be ${JSON.stringify(value)}`, () => assert.deepEqual(level(value), { kind: 'literal', text: value }));
  }
});

describe('substitution', () => {
  const text = (of: string, given = values): string => {
    const filter = substituted(pattern(of), given);
    return filter.ok ? filterText(filter.value) : filter.problem;
  };

  it('fills each variable with its value, on one level', () => {
    assert.equal(text('{namespace}/{group}/{device}/{param.site}/+/#'), 'plant/hall-3/sensor-1/berlin/+/#');
  });

  it('does not replace again what a value holds', () => {
    assert.equal(text('a/{device}', { ...values, device: level('{group}') }), 'a/{group}');
  });

  it('refuses a variable without a value', () => {
    assert.match(text('{param.nowhere}'), /{param.nowhere}, which has no value/);
    assert.match(text('{param.constructor}'), /no value/);
    const { group, ...ungrouped } = values;
    assert.ok(group);
    assert.match(text('a/{group}', ungrouped), /{group}, which has no value/);
  });

  it('refuses what becomes too long for the broker', () => {
    const long = level('x'.repeat(40_000));
    assert.match(text('{device}/{device}', { ...values, device: long }), /80001 bytes/);
  });

  const anyLevel = fc.constantFrom('a', '', '+', '{device}', '{group}', '{namespace}', '{param.site}');
  const aPattern = fc
    .tuple(fc.array(anyLevel, { minLength: 1, maxLength: 5 }), fc.constantFrom([], ['#']))
    .map((levels) => levels.flat().join('/'))
    .filter((value) => value !== '')
    .map(pattern);
  const aValue = fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom('#', '+', 'a/b', '$SYS', 'a\n', 'x+', '..'));

  it('never reaches beyond the pattern with its variables as +, whatever the values (T3)', () => {
    fc.assert(
      fc.property(
        aPattern,
        fc.record({ device: aValue, group: aValue, namespace: aValue, site: aValue }),
        (of, raw) => {
          const levels = Object.entries(raw).map(([name, value]) => [name, levelValueOf(value)] as const);
          const taken = new Map(levels.flatMap(([name, value]) => (value.ok ? [[name, value.value] as const] : [])));
          const [device, group, namespace, site] = ['device', 'group', 'namespace', 'site'].map((name) =>
            taken.get(name),
          );
          if (!device || !group || !namespace || !site) return;
          const filter = substituted(of, { device, group, namespace, parameters: new Map([['site', site]]) });
          assert.ok(filter.ok);
          const reread = filterOf(filterText(filter.value));
          assert.deepEqual(reread, filter, 'what the broker reads is what was meant');
          assert.ok(filterContains(openedFilter(of), filter.value));
          assert.equal(filter.value.length, of.length);
        },
      ),
      { numRuns: 2000 },
    );
  });
});
