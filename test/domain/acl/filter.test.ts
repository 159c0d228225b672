import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  filterContains,
  filterMatches,
  filterOf,
  filtersOverlap,
  filterText,
  intersection,
  isCovered,
  topicLevels,
  topicProblem,
  type TopicFilter,
} from '../../../src/domain/acl/filter.ts';

function filter(text: string): TopicFilter {
  const parsed = filterOf(text);
  assert.ok(parsed.ok, `${text}: ${parsed.ok ? '' : parsed.problem}`);
  return parsed.value;
}

/** All topics over a small alphabet, one name of which (`z`) no filter below mentions, deeper than any of them. */
const names = ['a', 'b', '', '$x', 'z'];
const deepest = 5;
const topics = Array.from({ length: deepest }, (_, index) => index + 1)
  .flatMap((length) => product(names, length))
  .filter((topic) => topic.join('/') !== '');

function product(values: readonly string[], length: number): string[][] {
  if (length === 0) return [[]];
  return product(values, length - 1).flatMap((head) => values.map((value) => [...head, value]));
}

const aFilter = fc
  .tuple(
    fc.array(fc.constantFrom('a', 'b', '', '$x', '+', '+'), { maxLength: 3 }),
    fc.constantFrom([], ['#'], ['a'], ['+']),
  )
  .map(([head, tail]) => [...head, ...tail].join('/'))
  .filter((text) => text !== '')
  .map(filter);
const someFilters = fc.array(aFilter, { maxLength: 5 });

const selected = (of: TopicFilter): readonly string[][] => topics.filter((topic) => filterMatches(of, topic));

describe('a topic filter', () => {
  const rows: [text: string, problem: RegExp | undefined][] = [
    ['sensors/+/temperature/#', undefined],
    ['/', undefined],
    ['a//b', undefined],
    ['a b/c', undefined],
    ['$SYS/#', undefined],
    ['größe/温度/🌡', undefined],
    ['%u', undefined],
    ['', /is empty/],
    [' a', /white space/],
    ['a ', /white space/],
    ['a\u00a0', /white space/],
    ['a/#/b', /# before its end/],
    ['a#', /# beside other/],
    ['a+/b', /\+ beside other/],
    ['+a', /\+ beside other/],
    ['a/b+', /\+ beside other/],
    ['++', /\+ beside other/],
    ['##', /# before its end/],
    ['a\nb', /U\+000A/],
    ['a\rb', /U\+000D/],
    ['a\tb', /U\+0009/],
    ['a\0b', /U\+0000/],
    ['a\x7fb', /U\+007F/],
    ['a\x85b', /U\+0085/],
    ['a\ufffeb', /U\+FFFE/],
    ['a\u{1fffe}b', /U\+1FFFE/],
    ['a\ud800b', /U\+D800/],
    [new Array<string>(200).fill('l').join('/'), undefined],
    [new Array<string>(201).fill('l').join('/'), /201 levels: the most is 200/],
    ['x'.repeat(65_535), undefined],
    ['x'.repeat(65_536), /65536 bytes: the most is 65535/],
    ['é'.repeat(32_768), /65536 bytes/],
  ];
  for (const [text, problem] of rows) {
    it(`${problem ? 'refuses' : 'takes'} ${JSON.stringify(text).slice(0, 40)}`, () => {
      const parsed = filterOf(text);
      if (problem) assert.match(parsed.ok ? 'no problem' : parsed.problem, problem);
      else assert.equal(filterText(filter(text)), text);
    });
  }

  it('reads back as it was written', () => {
    fc.assert(fc.property(aFilter, (value) => assert.deepEqual(filterOf(filterText(value)), { ok: true, value })));
  });
});

describe('filterMatches', () => {
  const rows: [filter: string, topic: string, matches: boolean][] = [
    ['a/#', 'a', true],
    ['a/#', 'a/', true],
    ['a/#', 'ab', false],
    ['a/+', 'a', false],
    ['a/+', 'a/', true],
    ['+', '/', false],
    ['+/+', '/', true],
    ['/+', '/a', true],
    ['+/#', 'a', true],
    ['#', '$SYS/uptime', false],
    ['+/uptime', '$SYS/uptime', false],
    ['$SYS/#', '$SYS/uptime', true],
    ['$SYS/#', '$SYS', true],
    ['#', 'a/$SYS', true],
    ['a', 'a/b', false],
    ['a/b', 'a', false],
  ];
  for (const [text, topic, matches] of rows) {
    it(`${text} ${matches ? 'selects' : 'does not select'} ${topic}`, () =>
      assert.equal(filterMatches(filter(text), topicLevels(topic)), matches));
  }
});

describe('a topic', () => {
  const rows: [topic: string, problem: RegExp | undefined][] = [
    ['a/b', undefined],
    [' a ', undefined],
    ['$SYS/x', undefined],
    [new Array<string>(201).fill('l').join('/'), undefined],
    [new Array<string>(202).fill('l').join('/'), /202 levels/],
    ['', /empty/],
    ['a/+', /wildcard/],
    ['#', /wildcard/],
    ['a\x01', /U\+0001/],
  ];
  for (const [topic, problem] of rows) {
    it(`${problem ? 'cannot' : 'can'} be ${JSON.stringify(topic).slice(0, 30)}`, () => {
      if (problem) assert.match(topicProblem(topic) ?? '', problem);
      else assert.equal(topicProblem(topic), undefined);
    });
  }
});

describe('filters among each other, against all topics of a small world', () => {
  it('filterContains: every topic of the inner is one of the outer', () => {
    fc.assert(
      fc.property(aFilter, aFilter, (outer, inner) =>
        assert.equal(
          filterContains(outer, inner),
          selected(inner).every((topic) => filterMatches(outer, topic)),
        ),
      ),
      { numRuns: 2000 },
    );
  });

  it('filtersOverlap and intersection: the topics that both select', () => {
    fc.assert(
      fc.property(aFilter, aFilter, (a, b) => {
        const common = selected(a).filter((topic) => filterMatches(b, topic));
        const both = intersection(a, b);
        assert.equal(filtersOverlap(a, b), common.length > 0);
        assert.deepEqual(both ? selected(both) : [], common);
      }),
      { numRuns: 2000 },
    );
  });

  it('isCovered: every topic is selected by an allow and by no deny', () => {
    fc.assert(
      fc.property(aFilter, someFilters, fc.array(aFilter, { maxLength: 1 }), (asked, allows, denies) =>
        assert.equal(
          isCovered(asked, allows, denies),
          selected(asked).every(
            (topic) =>
              allows.some((allow) => filterMatches(allow, topic)) && !denies.some((deny) => filterMatches(deny, topic)),
          ),
        ),
      ),
      { numRuns: 3000 },
    );
  });

  it('isCovered sees what allows reach together', () => {
    const covered = (asked: string, ...allows: string[]): boolean => isCovered(filter(asked), allows.map(filter));
    assert.ok(covered('a/#', 'a', 'a/+/#'));
    assert.ok(covered('a/#', 'a', 'a/+', 'a/+/+/#'));
    assert.ok(!covered('a/#', 'a', 'a/+', 'a/+/+/+/#'));
    assert.ok(!covered('a/+', 'a/b', 'a/c'));
    assert.ok(covered('#', '+/#'));
    assert.ok(!covered('#', '$SYS/#'));
    assert.ok(covered('$SYS/#', '#', '$SYS/#'));
    const upTo200 = Array.from({ length: 200 }, (_, index) => new Array<string>(index + 1).fill('+').join('/'));
    assert.ok(!covered('#', ...upTo200), 'a topic may have 201 levels');
  });
});
