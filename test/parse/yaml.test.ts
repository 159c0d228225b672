import assert from 'node:assert/strict';
import fc from 'fast-check';
import { dump } from 'js-yaml';
import { pathOf, pathText, type Path } from '../../src/parse/path.ts';
import { aliasedNodeLimit, fileLimit, sourceDocuments } from '../../src/parse/yaml.ts';

const read = (text: string) => sourceDocuments({ name: 'f.yaml', text });

/** The only value of a text that holds one document, as plain objects. */
function valueOf(text: string): unknown {
  const { documents, findings } = read(text);
  assert.deepEqual(findings, []);
  assert.equal(documents.length, 1);
  return structuredClone(documents[0]!.value);
}

/** `a: &a1 [x, x, …]` repeated by aliases ten times per level. */
function bomb(levels: number): string {
  const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]'];
  for (let i = 1; i <= levels; i += 1) lines.push(`a${i}: &a${i} [${`*a${i - 1},`.repeat(10)}]`);
  return lines.join('\n');
}

describe('parse/yaml', () => {
  describe('what cannot be read is one finding with its place', () => {
    const bad: Record<string, [text: string, code: string, line: number, column: number, message: RegExp]> = {
      'unclosed bracket': ['a: [1,\n 2', 'MQS002', 2, 3, /bracket or brace is not closed/],
      'bracket that is closed by nothing but the next key': [
        'a: {b: 1\nc: 2\n',
        'MQS002',
        2,
        1,
        /above it is not closed/,
      ],
      'wrong indentation': ['a: b\n  c: d\n', 'MQS002', 2, 4, /indentation/],
      'tab indentation': ['a:\n\tb: 1', 'MQS002', 2, 1, /tab: use spaces/],
      'duplicate key': ['a: 1\nb:\n  c: 1\n  c: 2\n', 'MQS002', 4, 3, /twice/],
      'duplicate prototype key': ['__proto__: 1\n__proto__: 2\n', 'MQS002', 2, 1, /twice/],
      NUL: ['a: 1\nb: "\u0000"', 'MQS002', 2, 5, /NUL/],
      'control character': ['a: x\u0007', 'MQS002', 1, 5, /control character/],
      'lone surrogate': ['a: 1\nb: \ud800', 'MQS002', 2, 4, /control character or invalid/],
      'escaped lone surrogate': ['\n"a": "\\ud800"', 'MQS002', 2, 1, /surrogate/],
      'lone surrogate in a key': ['"\\udc00": 1', 'MQS002', 1, 1, /surrogate/],
      'unknown alias': ['a: *b', 'MQS002', 1, 5, /^alias of an anchor that is not there/],
      'unknown tag': ['a: !exec rm', 'MQS002', 1, 4, /^unknown tag/],
      'binary tag': ['a: !!binary aGk=', 'MQS002', 1, 4, /^unknown tag/],
      'complex key': ['? [a]\n: 1', 'MQS002', 1, 1, /key is itself/],
      'alias that holds itself': ['a: 1\nb: &b [*b]', 'MQS002', 1, 1, /holds itself/],
      'alias bomb': [bomb(9), 'MQS002', 1, 1, new RegExp(`more than ${aliasedNodeLimit} nodes`)],
      'deep nesting': ['['.repeat(5000), 'MQS002', 1, 100, /nesting|depth/],
      'directives without a document': ['%YAML 1.2\n', 'MQS002', 2, 1, /document|directive/],
      'too large': [' '.repeat(fileLimit + 1), 'MQS001', 1, 1, /larger than 8 MiB/],
    };
    for (const [name, [text, code, line, column, message]] of Object.entries(bad)) {
      it(name, () => {
        const { documents, findings } = read(text);
        assert.equal(documents.length, 0);
        assert.equal(findings.length, 1);
        const [finding] = findings;
        assert.equal(finding!.code, code);
        assert.match(finding!.message, message);
        assert.deepEqual(finding!.position, { file: 'f.yaml', line, column });
      });
    }
  });

  it('a text that should be in quotes is never said, for it may be a password', () => {
    const word = 'hunter2';
    const starts = [
      '*',
      '!',
      '!!',
      '&',
      '@',
      '`',
      '%',
      '"',
      "'",
      '[',
      '{',
      '|',
      '>',
      '"\\',
      '"\\x',
      '\t',
      '- ',
      '? ',
      '!<',
      '!a!',
      '#',
      'a: ',
    ];
    const ends = ['', '"', "'", '> x', ': y: z', '\0', ' *x', '\n  x: 1\n y: 2'];
    for (const text of starts.flatMap((start) => ends.map((end) => `a:\n  password: ${start}${word}${end}\n`))) {
      for (const { message } of read(text).findings) assert.ok(!message.includes(word), `${text}: ${message}`);
    }
  });

  it('a document that is malformed does not touch its neighbours', () => {
    const { documents, findings } = read('a: 1\n---\nb: [\n--- # third\nc: 3\n');
    assert.deepEqual(
      documents.map((document) => structuredClone(document.value)),
      [{ a: 1 }, { c: 3 }],
    );
    assert.deepEqual(
      findings.map((finding) => finding.position?.line),
      [4],
    );
    assert.equal(documents[1]!.positionOf(['c']).line, 5);
  });

  const values: Record<string, [text: string, value: unknown]> = {
    'words of YAML 1.1 stay text': [
      '[on, off, yes, no, 2026-01-01T00:00:00Z, 12:30:00]',
      ['on', 'off', 'yes', 'no', '2026-01-01T00:00:00Z', '12:30:00'],
    ],
    'JSON, indented with tabs': ['{\n\t"a": [1, true, null, "x\\u0041"]\n}', { a: [1, true, null, 'xA'] }],
    CRLF: ['a: 1\r\nb: |\r\n  x\r\n  y\r\n', { a: 1, b: 'x\ny\n' }],
    'byte order mark': ['\uFEFFa: 1', { a: 1 }],
    directives: ['%YAML 1.2\n# c\n---\na: 1', { a: 1 }],
    'aliases are copies': ['a: &a {b: [1]}\nc: *a', { a: { b: [1] }, c: { b: [1] } }],
    'a marker inside a block text needs no indentation to be text': ['a: |\n  ---\n  b\n', { a: '---\nb\n' }],
    'what is no marker does not split': ['a: x\n---y: z\n', { a: 'x', '---y': 'z' }],
    'keys that are no text': ['{true: 1, 8883: 2, null: 3}', { true: 1, 8883: 2, null: 3 }],
  };
  for (const [name, [text, value]] of Object.entries(values)) it(name, () => assert.deepEqual(valueOf(text), value));

  it('copies what an alias repeats, so that a change of one is no change of the other', () => {
    const { a, b } = read('a: &x {n: 1}\nb: *x').documents[0]!.value as Record<'a' | 'b', { n: number }>;
    a.n = 2;
    assert.equal(b.n, 1);
  });

  it('takes a text of exactly the limit', () => {
    assert.deepEqual(read(`a: 1${' '.repeat(fileLimit - 4)}`).findings, []);
  });

  it('lets aliases repeat up to the limit', () => {
    const aliases = '*a,'.repeat(aliasedNodeLimit / 10);
    assert.deepEqual(read(`[&a [1,2,3,4,5,6,7,8,9], ${aliases}]`).findings, []);
    assert.equal(read(`[&a [1,2,3,4,5,6,7,8,9], ${aliases} *a]`).findings.length, 1);
  });

  it('takes a prototype key as a key like any other', () => {
    const value = read('__proto__: {polluted: 1}\nconstructor: {prototype: {polluted: 1}}').documents[0]!
      .value as object;
    assert.deepEqual(Object.keys(value), ['__proto__', 'constructor']);
    assert.equal(Object.getPrototypeOf(value), null);
    assert.equal(({} as Record<string, unknown>)['polluted'], undefined);
  });

  it('gives no document for an empty text or for comments', () => {
    for (const text of ['', '\n', '# c\n', '...\n', '\uFEFF'])
      assert.deepEqual(read(text), { documents: [], findings: [] });
  });

  describe('positions', () => {
    const text =
      '# fleet\n---\nspec:\n  rules:\n    - topic: a\n    -   topic: b\n        effect:\n  "a/b": {x: [1, [2, 3]]}\n---\r\nq: 1\n'.replace(
        '*r',
        '1',
      );
    const cases: [document: number, path: string, line: number, column: number][] = [
      [0, '', 3, 1],
      [0, 'spec', 3, 1],
      [0, 'spec.rules', 4, 3],
      [0, 'spec.rules[0]', 5, 7],
      [0, 'spec.rules[0].topic', 5, 7],
      [0, 'spec.rules[1].topic', 6, 9],
      [0, 'spec.rules[1].effect', 7, 9],
      [0, 'spec.rules[1].missing', 6, 9],
      [0, 'spec.rules[7].topic', 4, 3],
      [0, 'spec["a/b"].x[1][1]', 8, 22],
      [0, 'spec.rules.topic', 4, 3],
      [1, 'q', 10, 1],
      [1, 'absent', 10, 1],
    ];
    for (const [document, path, line, column] of cases) {
      it(`${document} ${path}`, () => {
        const position = read(text).documents[document]!.positionOf(pathOf(path));
        assert.deepEqual(position, { file: 'f.yaml', line, column });
      });
    }

    it('are those of each document where one chunk holds several', () => {
      const { documents } = read('a: 1\n...\n\nb: 2\n');
      assert.deepEqual(
        documents.map((document) => document.positionOf(['b']).line),
        [1, 4],
      );
    });

    it('stop at an alias', () => {
      const [document] = read('a: &a {b: 1}\nc: *a').documents;
      assert.deepEqual(document!.positionOf(['c', 'b']), { file: 'f.yaml', line: 2, column: 1 });
    });
  });

  describe('path text', () => {
    it('reads back as the path', () => {
      fc.assert(
        fc.property(fc.array(fc.oneof(fc.nat(1000), fc.string({ unit: 'binary' }))), (path) => {
          assert.deepEqual(pathOf(pathText(path)), path);
        }),
      );
    });
    it('never throws for text of any kind', () => {
      fc.assert(fc.property(fc.string(), (text) => void pathOf(text)));
    });
  });

  const key = fc.stringMatching(/^[a-z]{1,8}$/);
  const anyValue = fc.letrec((tie) => ({
    any: fc.oneof(
      { maxDepth: 4 },
      fc.string(),
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
      fc.array(tie('any')),
      tie('map'),
    ),
    map: fc.dictionary(key, tie('any')),
  }));

  it('reads documents back as they were written', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(anyValue.any, fc.jsonValue())),
        fc.constantFrom('\n', '\r\n'),
        (values, lineEnd) => {
          const text = values.map((value) => `---\n${dump(value)}`).join('');
          const { documents, findings } = read(lineEnd === '\n' ? text : text.replaceAll('\n', lineEnd));
          assert.deepEqual(findings, []);
          const asJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
          assert.deepEqual(
            documents.map(({ value }) => asJson(value)),
            asJson(values),
          );
        },
      ),
    );
  });

  it('gives each key the place where it is written', () => {
    fc.assert(
      fc.property(fc.array(anyValue.map), fc.constantFrom('\n', '\r\n'), (values, lineEnd) => {
        const text = values
          .map((value) => `---\n${dump(value)}`)
          .join('')
          .replaceAll('\n', lineEnd);
        const lines = text.split(lineEnd);
        for (const [index, { positionOf }] of read(text).documents.entries()) {
          for (const path of pathsOf(values[index])) {
            const { line, column } = positionOf(path);
            const found = lines[line - 1]!.slice(column - 1).replace(/^['"]/, '');
            assert.ok(found.startsWith(String(path.at(-1))), `${pathText(path)} is at ${line}:${column}: ${found}`);
          }
        }
      }),
    );
  });

  /** Paths of all keys of a value. */
  function pathsOf(value: unknown, path: Path = []): Path[] {
    if (typeof value !== 'object' || value === null) return [];
    if (Array.isArray(value)) return value.flatMap((item, index) => pathsOf(item, [...path, index]));
    return Object.entries(value).flatMap(([name, item]) => [[...path, name], ...pathsOf(item, [...path, name])]);
  }

  it('never throws and never changes a prototype, whatever the text', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        '---\n',
        'a: ',
        '- ',
        '&a ',
        '*a',
        '{',
        '}',
        '[',
        ']',
        '__proto__: ',
        '\n',
        '  ',
        '\t',
        '"',
        "'",
        '|\n',
        '!t ',
        '%Y\n',
        '? ',
        '...\n',
        '<<: ',
        '#',
      ),
      fc.string({ unit: 'binary', maxLength: 8 }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const { documents, findings } = read(pieces.join(''));
        for (const finding of findings) assert.ok((finding.position?.line ?? 0) > 0);
        for (const { positionOf } of documents) assert.ok(positionOf(['a', 0, '__proto__']).line > 0);
        assert.deepEqual(Object.getOwnPropertyNames(Object.prototype).sort(), prototypeNames);
      }),
      { numRuns: 2000 },
    );
  });
});

const prototypeNames = Object.getOwnPropertyNames(Object.prototype).sort();
