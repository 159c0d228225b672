/** What breaks users of a kind, rule by rule, and in every corner of our own kinds. */
import assert from 'node:assert/strict';
import { breaksBetween, type Kind, type Kinds, type Schema } from '../../scripts/compat/breaking.ts';
import { compatibilityProblems } from '../../scripts/compat/intended.ts';
import { kindOf, newestRelease, readLock } from '../../scripts/compat/released.ts';

const text = { type: 'string' };
const cel = (...rules: readonly string[]) => ({
  'x-kubernetes-validations': rules.map((rule) => ({ rule, message: 'no' })),
});
const object = (properties: Schema, rest: Schema = {}) => ({ type: 'object', properties, ...rest });

function kinds(schema: Schema, changes: Partial<Kind> = {}): Kinds {
  const version = { subresources: ['status'], selectable: ['.spec.a'], schema };
  const names = { plural: 'things', shortNames: ['th'], categories: ['all'] };
  return { Thing: { scope: 'Namespaced', ...names, versions: { v1: version }, ...changes } };
}

function said(former: Schema, later: Schema): readonly string[] {
  return breaksBetween(kinds(former), kinds(later)).map(({ at, what }) => `${at}: ${what}`);
}

describe('a change of a schema', () => {
  const breaking: readonly (readonly [former: Schema, later: Schema, says: string])[] = [
    [object({ a: text }), object({}), 'the field a is gone'],
    [text, { type: 'integer' }, 'type was "string"'],
    [text, { ...text, format: 'date-time' }, 'format was not there'],
    [{ 'x-kubernetes-int-or-string': true }, text, 'type was not there'],
    [object({ a: text }), object({ a: text }, { required: ['a'] }), 'a is required'],
    [object({}), object({ a: text }, { required: ['a'] }), 'a is required'],
    [{ ...text, enum: ['x', 'y'] }, { ...text, enum: ['x'] }, 'y is not taken any more'],
    [text, { ...text, enum: ['x'] }, 'only certain values are taken'],
    [{ ...text, pattern: 'a+' }, { ...text, pattern: 'a' }, 'values have to match another pattern'],
    [text, { ...text, pattern: 'a' }, 'values have to match another pattern'],
    ...['maximum', 'maxLength', 'maxItems', 'maxProperties'].flatMap((name) => [
      [{ [name]: 3 }, { [name]: 2 }, `${name} is 2`] as const,
      [{}, { [name]: 2 }, `${name} is 2`] as const,
    ]),
    ...['minimum', 'minLength', 'minItems', 'minProperties'].flatMap((name) => [
      [{ [name]: 2 }, { [name]: 3 }, `${name} is 3`] as const,
      [{}, { [name]: 3 }, `${name} is 3`] as const,
    ]),
    [{ multipleOf: 10 }, { multipleOf: 20 }, 'values have to be multiples of 20'],
    [{}, { multipleOf: 2 }, 'values have to be multiples of 2'],
    [{ ...text, default: 'x' }, { ...text, default: 'y' }, 'the default was "x"'],
    [{ ...text, default: 'x' }, text, 'the default was "x"'],
    [cel('self > 1'), cel('self > 2'), 'there is the rule self > 2'],
    [
      object({ a: text }),
      object({ a: text }, cel('!has(self.a) || self.a > 2')),
      'there is the rule !has(self.a) || self.a > 2',
    ],
    [
      { 'x-kubernetes-list-type': 'atomic' },
      { 'x-kubernetes-list-type': 'set' },
      'x-kubernetes-list-type was "atomic"',
    ],
    [{ additionalProperties: text }, {}, 'it takes no other keys any more'],
    [{ type: 'array', items: text }, { type: 'array' }, 'its items are not known any more'],
    [{ 'x-kubernetes-preserve-unknown-fields': true }, {}, 'unknown fields are dropped'],
    [{ nullable: true }, {}, 'nullable was true'],
    [{}, { not: text }, 'not was not there'],
  ];
  for (const [former, later, says] of breaking) {
    it(`breaks users: ${JSON.stringify(former)} became ${JSON.stringify(later)}`, () => {
      assert.ok(said(former, later).includes(`Thing v1: ${says}`), said(former, later).join('\n'));
      assert.deepEqual(said(former, former), []);
    });
  }

  const harmless: readonly (readonly [former: Schema, later: Schema])[] = [
    [object({}), object({ a: text })],
    [object({ a: text }), { ...object({}), 'x-kubernetes-preserve-unknown-fields': true }],
    [object({}), object({ a: { ...text, default: 'x' } }, { required: ['a'] })],
    [object({ a: text }, { required: ['a'] }), object({ a: text })],
    [
      { ...text, enum: ['x'] },
      { ...text, enum: ['x', 'y'] },
    ],
    [{ ...text, enum: ['x'] }, text],
    [{ ...text, pattern: 'a' }, text],
    [
      { maximum: 2, minimum: 2 },
      { maximum: 3, minimum: 1 },
    ],
    [{ maxLength: 2, minLength: 2 }, {}],
    [{ multipleOf: 20 }, { multipleOf: 10 }],
    [{ multipleOf: 20 }, {}],
    [text, { ...text, default: 'x' }],
    [cel('self > 1', 'self > 2'), cel('self > 2')],
    [object({ a: text }), object({ a: text, b: text }, cel('!has(self.b) || self.a > self.b'))],
    [text, { ...text, description: 'Says more.' }],
  ];
  for (const [former, later] of harmless) {
    it(`breaks nobody: ${JSON.stringify(former)} became ${JSON.stringify(later)}`, () => {
      assert.deepEqual(said(former, later), []);
    });
  }

  it('is found wherever it is', () => {
    const deep = (leaf: Schema) =>
      object({ spec: object({ list: { items: object({ map: { additionalProperties: leaf } }) } }) });
    assert.deepEqual(said(deep(text), deep({ ...text, maxLength: 3 })), [
      'Thing v1 spec.list[*].map.*: maxLength is 3',
    ]);
  });
});

describe('a change of a definition', () => {
  const [former] = Object.values(kinds(text)) as [Kind];
  const { v1 } = former.versions as { v1: Kind['versions'][string] };
  const rows: readonly (readonly [changes: Partial<Kind>, says: string])[] = [
    [{ scope: 'Cluster' }, 'Thing: the scope was Namespaced'],
    [{ plural: 'other' }, 'Thing: its plural was things'],
    [{ shortNames: [] }, 'Thing: the short name th is gone'],
    [{ categories: [] }, 'Thing: the category all is gone'],
    [{ versions: {} }, 'Thing: version v1 is not served'],
    [{ versions: { v1: { ...v1, subresources: [] } } }, 'Thing v1: the subresource status is gone'],
    [{ versions: { v1: { ...v1, selectable: [] } } }, 'Thing v1: .spec.a cannot be selected by'],
  ];
  for (const [changes, says] of rows) {
    it(`breaks users: ${says}`, () => {
      const found = breaksBetween(kinds(text), kinds(text, changes)).map(({ at, what }) => `${at}: ${what}`);
      assert.deepEqual(found, [says]);
    });
  }

  it('breaks users when it is gone, and nobody when another comes', () => {
    assert.deepEqual(breaksBetween(kinds(text), {}), [{ at: 'Thing', what: 'the kind is gone' }]);
    assert.deepEqual(breaksBetween(kinds(text), { ...kinds(text), Other: former }), []);
    const withNext = kinds(text, { versions: { v1, v2: { ...v1, schema: { type: 'integer' } } } });
    assert.deepEqual(breaksBetween(kinds(text), withNext), []);
  });

  it('is read without what explains it, and without versions that are not served', () => {
    const [name, kind] = kindOf(`
      spec:
        scope: Namespaced
        names: { kind: Thing, plural: things }
        versions:
          - { name: v0, served: false, schema: { openAPIV3Schema: { type: object } } }
          - name: v1
            served: true
            schema:
              openAPIV3Schema:
                type: object
                description: Explains it.
                properties: { description: { type: string, description: A field of that name. } }
    `);
    assert.deepEqual([name, Object.keys(kind.versions)], ['Thing', ['v1']]);
    assert.deepEqual(kind.versions['v1']?.schema, object({ description: text }));
  });
});

describe('our own kinds', () => {
  const { kinds: released } = readLock();

  for (const [name, kind] of Object.entries(released)) {
    it(`${name}: nothing can be taken away or narrowed anywhere without being found`, () => {
      let count = 0;
      for (const [at, changed] of narrowed(kind)) {
        const found = breaksBetween({ [name]: kind }, { [name]: changed });
        assert.ok(found.length > 0, at);
        count += 1;
      }
      assert.ok(count > 50, String(count));
    });
  }

  /** The kind with one node narrowed, once for each node and way. */
  function* narrowed(kind: Kind): Generator<readonly [string, Kind]> {
    for (const [version, { schema, ...rest }] of Object.entries(kind.versions))
      for (const [at, changed] of narrowedSchemas(schema, version))
        yield [at, { ...kind, versions: { ...kind.versions, [version]: { ...rest, schema: changed } } }];
  }

  function* narrowedSchemas(node: Schema, at: string): Generator<readonly [string, Schema]> {
    yield [`${at}: type`, { ...node, type: 'null' }];
    const { properties = {}, items, additionalProperties } = node as Readonly<Record<string, Schema | undefined>>;
    for (const [name, field] of Object.entries(properties) as [string, Schema][]) {
      const others = Object.fromEntries(Object.entries(properties).filter(([other]) => other !== name));
      yield [`${at}.${name}: gone`, { ...node, properties: others }];
      for (const [place, changed] of narrowedSchemas(field, `${at}.${name}`))
        yield [place, { ...node, properties: { ...properties, [name]: changed } }];
    }
    for (const [name, child] of Object.entries({ items, additionalProperties }))
      if (child)
        for (const [place, changed] of narrowedSchemas(child, `${at}.*`)) yield [place, { ...node, [name]: changed }];
  }
});

describe('the lock of what was released', () => {
  it('is of the newest version that the changelog has', () => {
    assert.equal(newestRelease('# Changelog\n\n## Unreleased\n\n### Added\n'), 'none');
    assert.equal(newestRelease('## Unreleased\n\n## 0.2.0 (2027-01-01)\n\n## 0.1.0\n'), '0.2.0');
    assert.equal(newestRelease('## Unreleased\n\n## [1.0.0-rc.1] - 2027-01-01\n'), '1.0.0-rc.1');
  });

  const one = { at: 'Thing v1 spec', what: 'the field a is gone' };

  it('lets a break pass that is meant, and that alone', () => {
    const meant = { ...one, because: 'nobody could use it' };
    assert.deepEqual(compatibilityProblems([one], [meant]), []);
    assert.equal(compatibilityProblems([one], []).length, 1);
    assert.equal(compatibilityProblems([{ ...one, at: 'Thing v1 status' }, one], [meant]).length, 1);
  });

  it('has no meant breaks that do not happen', () => {
    const [problem = ''] = compatibilityProblems([], [{ ...one, because: 'once' }]);
    assert.match(problem, /^Thing v1 spec: not so any more/);
  });
});
