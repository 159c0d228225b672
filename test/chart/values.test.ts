/** The values of the chart: explained, and known to the schema, in both directions. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { load } from 'js-yaml';
import { valueLines } from '../../scripts/chart/readme.ts';
import manifest from '../../package.json' with { type: 'json' };

const folder = path.resolve(import.meta.dirname, '../../charts/mqtt-security-operator');
const text = (file: string) => readFileSync(path.join(folder, file), 'utf8');

interface Schema {
  readonly type?: string;
  readonly $ref?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: unknown;
  readonly items?: Schema;
  readonly definitions?: Readonly<Record<string, Schema>>;
}

const schema = JSON.parse(text('values.schema.json')) as Schema;
const resolved = ({ $ref, ...rest }: Schema): Schema =>
  $ref === undefined ? rest : (schema.definitions?.[$ref.replace('#/definitions/', '')] ?? {});

/** Paths of all values that the schema knows, and their schemas. */
function known(one: Schema, prefix = ''): readonly (readonly [string, Schema])[] {
  return Object.entries(one.properties ?? {}).flatMap(([name, child]) => {
    const at = `${prefix}${name}`;
    const found = resolved(child);
    return found.properties ? [[at, found] as const, ...known(found, `${at}.`)] : [[at, found] as const];
  });
}

function paths(value: unknown, prefix = ''): readonly string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
  return Object.entries(value).flatMap(([name, one]) => [`${prefix}${name}`, ...paths(one, `${prefix}${name}.`)]);
}

describe('the values of the chart', () => {
  const all = known(schema);

  it('are all in the schema, and what is in the schema is in the values', () => {
    const values = paths(load(text('values.yaml')));
    const isFree = (at: string) => all.some(([one, { properties }]) => !properties && at.startsWith(`${one}.`));
    const listed = new Set(values.filter((at) => !isFree(at)));
    // What Kubernetes or Helm defines beyond that is not set by default.
    const unset = ['global', 'strategy.', 'resources.claims'];
    const schemed = all.map(([at]) => at).filter((at) => !unset.some((one) => at === one || at.startsWith(one)));
    assert.deepEqual([...listed].sort(), schemed.sort());
  });

  it('have no objects in the schema that take any field, but those that Kubernetes or people define', () => {
    const open = all.filter(
      ([, { type, additionalProperties }]) => type === 'object' && additionalProperties !== false,
    );
    const free = [
      'Annotations',
      'annotations',
      'Labels',
      'labels',
      'Selector',
      'Context',
      'affinity',
      'global',
      'endpoint',
    ];
    const named = [...free, 'requests', 'limits', 'clusterIssuers'];
    assert.deepEqual(
      open.map(([at]) => at).filter((at) => !named.some((end) => at.endsWith(end))),
      [],
    );
  });

  it('are each explained by the comment above them, or above what they are in', () => {
    const sample = '# Of the file\n\n# One\na: 1\n# Two\nb:\n  c: 1\n  # Three\n  # and four\n  d: []\n';
    assert.deepEqual(
      valueLines(sample).map(({ path: at, otherwise, comment }) => `${at}=${otherwise}: ${comment}`),
      ['a=1: One', 'b.c=1: Two', 'b.d=[]: Three and four'],
    );
    assert.throws(() => valueLines('# Of the file\n\na: 1\n'), /a has no comment/);
  });

  it('belong to a chart that has the version of the program', () => {
    const { version, appVersion } = load(text('Chart.yaml')) as {
      readonly version: string;
      readonly appVersion: string;
    };
    assert.deepEqual([version, appVersion], [manifest.version, manifest.version]);
  });
});
