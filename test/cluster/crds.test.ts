import assert from 'node:assert/strict';
import path from 'node:path';
import { definitionsIn, nodesOf, type SchemaNode } from '../../scripts/gen/crd.ts';
import { validators } from '../../src/api/validators.gen.js';
import type { Kind } from '../../src/domain/names.ts';
import { type Manifest, type ManifestRow, manifestRows } from '../api/manifests.ts';
import type { Answer, Api, Refusal } from './api.ts';
import { mergePatch } from './api.ts';
import { until } from './component.ts';
import type { ControlPlane } from './control-plane.ts';
import { sharedControlPlane } from './shared.ts';

const namespace = 'definitions';
const group = '/apis/mqttsecurity.io/v1alpha1';
const definitions = definitionsIn(path.resolve(import.meta.dirname, '../../crds'));

interface Stored extends Manifest {
  readonly metadata: Manifest['metadata'] & { readonly resourceVersion: string; readonly generation: number };
  readonly status?: unknown;
}

function definitionOf(kind: Kind): (typeof definitions)[number] {
  const definition = definitions.find((candidate) => candidate.kind === kind);
  assert.ok(definition);
  return definition;
}

function pathOf({ kind }: Manifest, name = ''): string {
  return `${group}/namespaces/${namespace}/${definitionOf(kind).plural}${name && `/${name}`}`;
}

function named(manifest: Manifest, name: string): Manifest {
  return { ...manifest, metadata: { name, namespace } };
}

/** A name that no other row has; names that a row is about stay. */
function nameOf({ metadata: { name } }: Manifest, index: number): string {
  return name === 'sample' ? `${name}-${index}` : name;
}

const strict = { fieldValidation: 'Strict' };

function created(api: Api, manifest: Manifest, query: Readonly<Record<string, string>> = {}): Promise<Answer<Stored>> {
  return api.answer('POST', pathOf(manifest), { body: manifest, query: { ...strict, ...query } });
}

function replaced(api: Api, { metadata }: Stored, manifest: Manifest): Promise<Answer<Stored>> {
  const { name, resourceVersion } = metadata;
  const body = { ...manifest, metadata: { name, namespace, resourceVersion } };
  return api.answer('PUT', pathOf(manifest, name), { body, query: strict });
}

/** What the server says to a row: creates it, or creates its first version and replaces that by the second. */
async function serverVerdict(api: Api, row: ManifestRow, index: number): Promise<Answer<Stored>> {
  const manifest = named(row.manifest, nameOf(row.manifest, index));
  if (!row.update && !row.accepted) return created(api, manifest, { dryRun: 'All' });
  const first = await created(api, manifest);
  return row.update && first.ok ? replaced(api, first.body, row.update) : first;
}

/** The manifest as the offline checker hands it on: with the defaults of its schema. */
function defaulted(manifest: Manifest): Manifest {
  const object = structuredClone(manifest);
  assert.ok(validators[manifest.kind](object));
  return object;
}

interface Cause {
  readonly field: string;
  readonly message: string;
}

/** Each refusal with its field; what the strict decoder refuses is in the message alone. */
function causesOf({ message, details }: Refusal): readonly Cause[] {
  const unknown = [...message.matchAll(/unknown field "([^"]*)"/g)].map(([text, field = '']) => ({
    field,
    message: text,
  }));
  const causes = (details?.causes ?? []).map((cause) => ({ field: cause.field ?? '', message: cause.message }));
  return [...unknown, ...causes];
}

/** How the API server words what the keywords of JSON Schema refuse. */
const wordings: Readonly<Record<string, RegExp>> = {
  additionalProperties: /unknown field/,
  enum: /Unsupported value/,
  format: /must be of type date-time/,
  maxItems: /Too many: .* must have at most \d+ items?/,
  maxLength: /Too long: may not be more than \d+ bytes/,
  maxProperties: /Too many: .* must have at most \d+ items?/,
  maximum: /should be less than or equal to/,
  minItems: /should have at least \d+ items/,
  minLength: /should be at least \d+ chars long/,
  minProperties: /should have at least \d+ properties/,
  minimum: /should be greater than or equal to/,
  pattern: /should match/,
  required: /Required value/,
  // Where there is no type, or one that lists pass, bounds that contradict each other refuse the rest.
  type: /must be of type \w+|must have at most 0 items|should have at least 1 |should be a multiple of 1/,
  uniqueItems: /Duplicate value/,
};

const largest = largestManifests();

describe('custom resource definitions on the API server', function () {
  this.timeout(120_000);
  let plane: ControlPlane;
  let api: Api;
  const verdicts = new Map<ManifestRow, Answer<Stored>>();

  before(async () => {
    plane = await sharedControlPlane();
    api = plane.admin;
    await api.call('POST', '/api/v1/namespaces', { body: { metadata: { name: namespace } } });
    await Promise.all(manifestRows.map(async (row, index) => verdicts.set(row, await serverVerdict(api, row, index))));
  });

  function verdictOf(row: ManifestRow): Answer<Stored> {
    const verdict = verdicts.get(row);
    assert.ok(verdict);
    return verdict;
  }

  function refusalsOf(row: ManifestRow): readonly Cause[] {
    const verdict = verdictOf(row);
    assert.ok(!verdict.ok, 'it was accepted');
    return causesOf(verdict.body);
  }

  describe('accepts what is accepted offline, and stores it with the same defaults', () => {
    for (const row of manifestRows.filter(({ accepted }) => accepted)) {
      it(row.name, async () => {
        const verdict = verdictOf(row);
        assert.ok(verdict.ok, JSON.stringify(verdict.body));
        const stored = await api.call<Stored>('GET', pathOf(row.manifest, verdict.body.metadata.name));
        const offline = defaulted(row.update ?? row.manifest);
        assert.deepEqual(stored.spec, offline.spec);
        assert.deepEqual(stored.status, { observedGeneration: -1 });
      });
    }
  });

  describe('refuses by its schema what is refused offline', () => {
    for (const row of manifestRows.filter(({ accepted, keyword }) => !accepted && keyword !== undefined)) {
      it(row.name, () => {
        const wording = wordings[row.keyword ?? ''];
        assert.ok(wording, row.keyword);
        const found = refusalsOf(row);
        assert.ok(
          found.some(({ field, message }) => field.startsWith(row.path ?? '') && wording.test(message)),
          JSON.stringify(found),
        );
      });
    }
  });

  describe('refuses by its rules what is refused offline, in the same words', () => {
    for (const row of manifestRows.filter(({ accepted, keyword }) => !accepted && keyword === undefined)) {
      it(row.name, () => {
        const found = refusalsOf(row);
        assert.equal(found.length, 1, JSON.stringify(found));
        assert.ok(found[0]?.field.startsWith(row.path ?? ''), found[0]?.field);
        assert.ok(found[0]?.message.includes(row.message ?? 'Duplicate value'), found[0]?.message);
      });
    }
  });

  for (const { kind, plural, schema, shortNames, columns, selectable } of definitions) {
    describe(kind, () => {
      it('is stored with the schema that was written', async () => {
        interface Version {
          readonly schema: { readonly openAPIV3Schema: unknown };
        }
        const { spec, status } = await api.call<{
          spec: { versions: readonly Version[] };
          status: { conditions: readonly { type: string; status: string }[] };
        }>('GET', `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${plural}.mqttsecurity.io`);
        assert.deepEqual(spec.versions[0]?.schema.openAPIV3Schema, schema);
        const { conditions } = status;
        assert.deepEqual(
          conditions.filter(({ type }) => type === 'NonStructuralSchema'),
          [],
        );
      });

      it('keeps every field of a status', async () => {
        const [row] = manifestRows.filter(({ accepted, manifest }) => accepted && manifest.kind === kind);
        assert.ok(row);
        const manifest = named(row.manifest, 'with-status');
        await api.call('POST', pathOf(manifest), { body: manifest });
        const status = filled(schema.properties?.['status'] ?? {});
        const place = pathOf(manifest, 'with-status');
        await api.call('PATCH', `${place}/status`, { body: { status }, contentType: mergePatch, query: strict });
        assert.deepEqual((await api.call<Stored>('GET', place)).status, status);
      });

      it('explains every field', async () => {
        const published = await publishedSchema(api, kind);
        const texts = new Map(nodesOf(published).map(({ path: at, node }) => [at, node.description]));
        const ours = nodesOf(schema).filter(({ path: at }) => !['apiVersion', 'kind', 'metadata'].includes(at));
        assert.deepEqual(
          ours.map(({ path: at }) => [at, texts.get(at)]),
          ours.map(({ path: at, node }) => [at, node.description]),
        );
      });

      it('has its short name, its category and its columns', async () => {
        const { resources } = await api.call<{
          resources: readonly { name: string; shortNames?: readonly string[]; categories?: readonly string[] }[];
        }>('GET', group);
        const resource = resources.find(({ name }) => name === plural);
        assert.ok(resource);
        assert.deepEqual(resource.shortNames, shortNames);
        assert.deepEqual(resource.categories, ['mqtt-security']);
        const table = await api.call<{ columnDefinitions: readonly { name: string }[] }>(
          'GET',
          `${group}/namespaces/${namespace}/${plural}`,
          { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io', query: { limit: '1' } },
        );
        assert.deepEqual(
          table.columnDefinitions.map(({ name }) => name),
          ['Name', ...columns.map(({ name }) => name)],
        );
      });

      for (const jsonPath of selectable) {
        it(`is selected by ${jsonPath.slice(1)}`, async () => {
          const list = (value: string) =>
            api.call<{ items: readonly Stored[] }>('GET', `${group}/namespaces/${namespace}/${plural}`, {
              query: { fieldSelector: `${jsonPath.slice(1)}=${value}` },
            });
          const { items } = await api.call<{ items: readonly Stored[] }>(
            'GET',
            `${group}/namespaces/${namespace}/${plural}`,
          );
          const values = items.map((item) => valueAt(item, jsonPath.slice(1).split('.')));
          const value = values.find((candidate) => candidate !== undefined);
          const selected = await list(JSON.stringify(value).replaceAll('"', ''));
          assert.equal(selected.items.length, values.filter((candidate) => candidate === value).length);
          assert.deepEqual((await list('no-such-value')).items, []);
        });
      }
    });
  }

  for (const manifest of largest) {
    it(`${manifest.kind}: the largest that its schema takes is within what its rules may cost`, async () => {
      assert.ok(validators[manifest.kind](structuredClone(manifest)));
      const answer = await created(api, named(manifest, 'largest'), { dryRun: 'All' });
      assert.ok(answer.ok, JSON.stringify(answer.body).slice(0, 2000));
    });
  }

  it('explain themselves to a person with kubectl', async () => {
    const { code, stdout } = await plane.kubectl(['explain', 'mqd.spec.authentication.password.generate']);
    assert.equal(code, 0);
    const text = nodesOf(definitionOf('MqttDevice').schema).find(
      ({ path: at }) => at === 'spec.authentication.password.generate',
    )?.node.description;
    assert.ok(text);
    assert.ok(stdout.replaceAll(/\s+/g, ' ').includes(text), stdout);
  });
});

function times<T>(count: number, make: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => make(index));
}

/** As many and as long as can be, of what the dearest rules look at: topics with many levels, and names of parameters. */
function largestManifests(): readonly Manifest[] {
  const parameterName = (index: number) => `p${String(index).padStart(62, '0')}`;
  const last = `/{param.${parameterName(0)}}`;
  const topic = (index: number) => `${index}`.padEnd(1024 - last.length, '/') + last;
  const rules = (count: number) =>
    times(count, (index) => ({ actions: ['Publish', 'Subscribe'], topic: topic(index) }));
  const values = Object.fromEntries(times(32, (index) => [parameterName(index), 'ä'.repeat(256)]));
  const declared = times(32, (index): [string, object] => [
    parameterName(index),
    { type: 'string', enum: times(64, (i) => `${i}`.padEnd(256, 'x')) },
  ]);
  const of = (kind: Kind, spec: object): Manifest => ({
    apiVersion: 'mqttsecurity.io/v1alpha1',
    kind,
    metadata: { name: 'largest', namespace },
    spec,
  });
  return [
    of('AclTemplate', {
      rules: rules(64),
      parameters: { properties: Object.fromEntries(declared), required: times(32, parameterName) },
    }),
    of('MqttDevice', {
      brokerRef: { name: 'plant' },
      authentication: { type: 'Certificate' },
      templateRefs: times(16, (index) => ({ name: `template-${index}`, parameters: values })),
      groups: times(32, (index) => `${index}`.padEnd(64, 'g')),
      rules: rules(32),
    }),
  ];
}

/** A value in which every field of the schema is there. */
function filled(node: SchemaNode): unknown {
  if (node.properties) {
    return Object.fromEntries(Object.entries(node.properties).map(([name, child]) => [name, filled(child)]));
  }
  if (node.items) return [filled(node.items)];
  if (node.type === 'integer') return node.minimum ?? 0;
  if (node.format === 'date-time') return '2026-01-31T12:00:00Z';
  return node.enum?.[0] ?? 'ab'.repeat(Math.max(1, (node.minLength ?? 0) / 2));
}

function valueAt(value: unknown, [step, ...rest]: readonly string[]): unknown {
  if (step === undefined || typeof value !== 'object' || value === null) return value;
  return valueAt((value as Readonly<Record<string, unknown>>)[step], rest);
}

/** The schema that the API server publishes, from which kubectl explains; it is built some time after the definition. */
async function publishedSchema(api: Api, kind: Kind): Promise<SchemaNode> {
  interface Index {
    readonly paths: Readonly<Record<string, { readonly serverRelativeURL: string }>>;
  }
  interface Document {
    readonly components: { readonly schemas: Readonly<Record<string, SchemaNode>> };
  }
  let found: SchemaNode | undefined;
  await until(async () => {
    const { paths } = await api.call<Index>('GET', '/openapi/v3');
    const url = paths['apis/mqttsecurity.io/v1alpha1']?.serverRelativeURL;
    if (url === undefined) return false;
    const { components } = await api.call<Document>('GET', url);
    found = components.schemas[`io.mqttsecurity.v1alpha1.${kind}`];
    return found !== undefined;
  }, `the schema of ${kind} is published`);
  assert.ok(found);
  return found;
}
