import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parseAcl } from '../../../src/domain/acl/file-parser.ts';
import {
  accessWords,
  aclAt,
  type AclFile,
  type AclLine,
  aclLines,
  aclText,
  deniedLines,
  implicitPatterns,
  userText,
} from '../../../src/domain/acl/file.ts';
import { filterOf } from '../../../src/domain/acl/filter.ts';
import type { EffectiveRule, RuleAction } from '../../../src/domain/acl/rule.ts';
import type { Parsed } from '../../../src/domain/finding.ts';
import { assertRefused, manyLines, textsAround } from '../mutations.ts';

const now = new Date('2026-06-01T00:00:00Z');
const before = new Date('2026-05-01T00:00:00Z');
const later = new Date('2026-07-01T00:00:00Z');
const latest = new Date('2026-08-01T00:00:00Z');

const example = `pattern read $mqttsec/%u/certificate
pattern write $mqttsec/%u/certificate/ack
user sensor-1
topic deny sensors/sensor-1/private
topic readwrite sensors/sensor-1/#
# until 2026-07-01T00:00:00.000Z
topic read commands/+
# until 2026-08-01T00:00:00.000Z
user sensor-2
`;
const exampleFile: AclFile = {
  patterns: implicitPatterns,
  users: [
    {
      name: 'sensor-1',
      lines: [
        { access: 'deny', topic: 'sensors/sensor-1/private' },
        { access: 'readwrite', topic: 'sensors/sensor-1/#' },
        { access: 'read', topic: 'commands/+', until: later },
      ],
    },
    { name: 'sensor-2', lines: [], until: latest },
  ],
};

function valueOf<T>(result: Parsed<T>): T {
  assert.ok(result.ok, result.ok ? '' : result.findings.map(({ message }) => message).join('\n'));
  return result.value;
}

function problemOf(result: Parsed<unknown>): string {
  return result.ok ? 'no problem' : result.findings.map(({ message }) => message).join('\n');
}

describe('an acl file', () => {
  it('is written as Mosquitto reads it, with the end of what ends', () => {
    assert.equal(valueOf(aclText(exampleFile)), example);
  });

  it('reads back', () => {
    assert.deepEqual(valueOf(parseAcl(example)), exampleFile);
    assert.deepEqual(valueOf(parseAcl('')), { patterns: [], users: [] });
  });

  it('may hold comments and blank lines', () => {
    const { users } = valueOf(parseAcl('# who: me\n\nuser a\n#topic read #\ntopic read b\n'));
    assert.deepEqual(users, [{ name: 'a', lines: [{ access: 'read', topic: 'b' }] }]);
  });

  const topic = fc
    .tuple(fc.array(fc.oneof(fc.string({ unit: 'grapheme' }), fc.constant('+'))), fc.constantFrom('', '/#'))
    .map(([levels, end]) => levels.join('/') + end)
    .filter((text) => filterOf(text).ok && !text.includes('%'));
  const until = fc.option(fc.date({ noInvalidDate: true, min: new Date(0), max: new Date('2200-01-01') }), {
    nil: null,
  });
  const ending = <T extends object>(value: T, end: Date | null): T & { until?: Date } =>
    end ? { ...value, until: end } : value;
  const line = fc
    .tuple(fc.constantFrom(...accessWords), topic, until)
    .map(([access, text, end]): AclLine => ending({ access, topic: text }, access === 'deny' ? null : end));
  const user = fc
    .tuple(fc.stringMatching(/^[A-Za-z0-9._:@-]{1,12}$/), fc.array(line, { maxLength: 4 }), until)
    .map(([name, lines, end]) => ending({ name, lines }, end));
  const file = fc
    .tuple(fc.array(line, { maxLength: 3 }), fc.uniqueArray(user, { maxLength: 4, selector: ({ name }) => name }))
    .map(([patterns, users]): AclFile => ({ patterns, users }));

  it('reads back as the very value it was written from, whatever is in it (T4)', () => {
    fc.assert(fc.property(file, (value) => assert.deepEqual(parseAcl(valueOf(aclText(value))), { ok: true, value })));
  });

  it('is never written so that it reads back as another (T4)', () => {
    const anyText = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('a\ntopic readwrite #', 'a\r', 'a\0', ' a', 'a\n# until x', '%u', '#', 'a/#/b', ''),
    );
    const anyLine = fc
      .tuple(fc.constantFrom(...accessWords), anyText)
      .map(([access, text]): AclLine => ({ access, topic: text }));
    const anyUser = fc.tuple(anyText, fc.array(anyLine, { maxLength: 2 })).map(([name, lines]) => ({ name, lines }));
    fc.assert(
      fc.property(anyUser, (given) => {
        const text = userText(given);
        if (text.ok) assert.deepEqual(valueOf(parseAcl(text.value)), { patterns: [], users: [given] });
      }),
      { numRuns: 2000 },
    );
  });
});

describe('writing an acl file', () => {
  const rows: [what: string, file: AclFile, problem: RegExp][] = [
    ['a line break in a topic', ofTopic('a\ntopic readwrite #'), /U\+000A/],
    ['a line break in a user name', ofUser('a\nuser b'), /U\+000A/],
    ['a slash in a user name', ofUser('a/b'), /slash/],
    ['a wildcard in a user name', ofUser('#'), /wildcard/],
    ['no user name', ofUser(''), /empty/],
    ['a space at the end', ofTopic('a '), /white space/],
    ['a misplaced wildcard', ofTopic('a/#/b'), /# before its end/],
    ['%u in a user line', ofTopic('a/%u'), /"%u"/],
    ['%u in part of a level', { patterns: [{ access: 'read', topic: 'x%u' }], users: [] }, /"x%u"/],
    ['%c in a pattern', { patterns: [{ access: 'read', topic: '%c' }], users: [] }, /"%c"/],
    ['a deny that ends by itself', { patterns: [{ access: 'deny', topic: 'a', until: later }], users: [] }, /widen/],
  ];
  for (const [what, file, problem] of rows) {
    it(`refuses ${what}`, () => assert.match(problemOf(aclText(file)), problem));
  }

  function ofTopic(topic: string): AclFile {
    return { patterns: [], users: [{ name: 'a', lines: [{ access: 'read', topic }] }] };
  }

  function ofUser(name: string): AclFile {
    return { patterns: [], users: [{ name, lines: [] }] };
  }
});

describe('reading an acl file', () => {
  // Each of these makes Mosquitto open, end, or read something else than is written (facts 1.1, 4.7).
  const rows: [what: string, text: string, problem: RegExp][] = [
    ['a bad access word', 'user a\ntopic bogus x\n', /line 2 has no access word/],
    ['no access word', 'user a\ntopic x\n', /line 2 has no access word/],
    ['an access word alone, which would be a topic', 'user a\ntopic deny\n', /line 2 has no access word/],
    ['no topic', 'user a\ntopic read \n', /line 2 .* empty/],
    ['an unknown keyword', 'user a\nallow x\n', /line 2 is none of/],
    ['a misplaced wildcard', 'user a\ntopic read a/#/b\n', /line 2 .*# before its end/],
    ['a leading tab', 'user a\n\ttopic read x\n', /line 2 holds a control/],
    ['a leading space', 'user a\n topic read x\n', /line 2 is none of/],
    ['two spaces', 'user a\ntopic read  x\n', /line 2 .*white space/],
    ['a trailing space', 'user a\ntopic read x \n', /line 2 .*white space/],
    ['a CR at the end of a line', 'user a\r\ntopic read x\r\n', /line 1 holds a control/],
    ['NUL', 'user a\n# \0\ntopic read x\n', /line 2 holds a control/],
    ['a byte order mark', '\ufeffuser a\n', /line 1 is none of/],
    ['a comment after a topic', 'user a\ntopic read x # y\n', /line 2 .*# before its end/],
    ['a file cut in a topic', 'user a\ntopic read sensors', /line 2 does not end/],
    ['a rule for everyone who gives no name', 'topic read x\nuser a\n', /line 1 .*before the first user/],
    ['a pattern within a user, who is not alone in it', 'user a\npattern read x\n', /line 2 .*after the first user/],
    ['a user twice', 'user a\nuser b\nuser a\n', /line 3 has user a again/],
    ['a user name of nothing', 'user \n', /line 1 .*empty/],
    ['a user name with a slash', 'user a/b\n', /line 1 .*slash/],
    ['too many levels', `user a\ntopic read ${'x/'.repeat(200)}x\n`, /line 2 .*201 levels/],
    ['a time that is none', '# until tomorrow\nuser a\n', /line 1 has no time/],
    ['a time in another form', '# until 2026-07-01T00:00:00Z\nuser a\n', /line 1 has no time/],
    ['a time before nothing', 'user a\n# until 2026-07-01T00:00:00.000Z\n', /ends nothing/],
    ['a time before a comment', '# until 2026-07-01T00:00:00.000Z\n# x\nuser a\n', /line 2 comes after/],
    ['a time before a deny', 'user a\n# until 2026-07-01T00:00:00.000Z\ntopic deny x\n', /line 3 .*would widen/],
  ];
  for (const [what, text, problem] of rows) {
    it(`refuses ${what}`, () => assert.match(problemOf(parseAcl(text)), problem));
  }

  it('names each bad line, but not more than help', () => {
    assert.deepEqual(problemOf(parseAcl('x\nuser a\ny\n')).match(/line \d/g), ['line 1', 'line 3']);
    const result = parseAcl('x\n'.repeat(1000));
    assert.equal(result.ok ? 0 : result.findings.length, 100);
  });

  it('takes user names that would be properties of an object', () => {
    const text = 'user __proto__\ntopic read a\nuser constructor\ntopic read b\n';
    assert.equal(valueOf(aclText(valueOf(parseAcl(text)))), text);
  });
});

describe('the lines of an identity', () => {
  const rule = (actions: readonly RuleAction[] | 'Deny', topic: string, expiresAt?: Date): EffectiveRule => {
    const filter = filterOf(topic);
    assert.ok(filter.ok);
    return {
      effect: actions === 'Deny' ? 'Deny' : 'Allow',
      actions: actions === 'Deny' ? [] : actions,
      filter: filter.value,
      origin: { object: { kind: 'AclTemplate', namespace: 'plant', name: 'sensor' }, index: 0, topic },
      ...(expiresAt && { expiresAt }),
    };
  };
  const rows: [what: string, rules: EffectiveRule[], lines: unknown[]][] = [
    ['none without rules', [], []],
    [
      'a deny first, then as the rules are',
      [rule(['Publish'], 'b'), rule(['Subscribe'], 'a'), rule('Deny', 'c')],
      [
        { access: 'deny', topic: 'c' },
        { access: 'write', topic: 'b' },
        { access: 'read', topic: 'a' },
      ],
    ],
    [
      'one line for a filter that is read and written',
      [rule(['Publish'], 'a'), rule(['Subscribe'], 'a'), rule(['Publish', 'Subscribe'], 'a')],
      [{ access: 'readwrite', topic: 'a' }],
    ],
    [
      'two where one right ends before the other',
      [rule(['Publish'], 'a', later), rule(['Subscribe'], 'a')],
      [
        { access: 'read', topic: 'a' },
        { access: 'write', topic: 'a', until: later },
      ],
    ],
    [
      'the later end of two, and none if one has none',
      [
        rule(['Publish'], 'a', latest),
        rule(['Publish'], 'a', later),
        rule(['Publish'], 'b', later),
        rule(['Publish'], 'b'),
      ],
      [
        { access: 'write', topic: 'a', until: latest },
        { access: 'write', topic: 'b' },
      ],
    ],
    ['nothing of what has ended', [rule(['Publish'], 'a', before), rule('Deny', 'b', now)], []],
    ['a deny without its end', [rule('Deny', 'a', later)], [{ access: 'deny', topic: 'a' }]],
  ];
  for (const [what, rules, lines] of rows) it(`are ${what}`, () => assert.deepEqual(aclLines(rules, now), lines));
});

describe('an acl file from outside', () => {
  it('is read as exactly what it says, or refused', () => {
    let taken = 0;
    fc.assert(
      fc.property(textsAround(example), (text) => {
        const read = parseAcl(text);
        if (!read.ok) return read.findings.forEach(({ code }) => assert.equal(code, 'MQS061'));
        taken += 1;
        const said = text
          .split('\n')
          .filter((line) => line !== '' && (!line.startsWith('#') || line.startsWith('# until ')));
        assert.equal(valueOf(aclText(read.value)), said.map((line) => `${line}\n`).join(''));
      }),
      { numRuns: 2000 },
    );
    assert.ok(taken > 0, 'none was taken');
    for (const line of ['x', 'topic read a', 'user ', '# until x']) assertRefused(parseAcl(manyLines(line)));
  });

  it('is not written where many lines cannot be, and not all of them are named', () => {
    const users = Array.from({ length: 200_000 }, (_, index) => ({ name: `a\t${index}`, lines: [] }));
    assertRefused(aclText({ patterns: [], users }));
  });
});

describe('an acl file at a time', () => {
  it('is the same before anything ends', () => assert.deepEqual(aclAt(exampleFile, now), exampleFile));

  it('loses the lines that have ended', () => {
    assert.deepEqual(aclAt(exampleFile, later).users[0]?.lines.length, 2);
  });

  it('denies everything, $ roots of patterns included, to a user whose time is over', () => {
    const denied = deniedLines(implicitPatterns);
    assert.deepEqual(denied, [
      { access: 'deny', topic: '#' },
      { access: 'deny', topic: '$mqttsec/#' },
    ]);
    assert.deepEqual(aclAt(exampleFile, latest).users[1], { name: 'sensor-2', lines: denied });
  });
});
