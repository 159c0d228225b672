import assert from 'node:assert/strict';
import path from 'node:path';
import { definitionsIn } from '../../scripts/gen/crd.ts';
import { validators } from '../../src/api/validators.gen.js';
import { crossFieldProblems } from '../../src/parse/rules.ts';
import { manifestRows, type Manifest } from '../api/manifests.ts';
import type { Api } from './api.ts';
import { sharedControlPlane } from './shared.ts';

const definitions = definitionsIn(path.resolve(import.meta.dirname, '../../crds'));

type Steps = readonly (string | number)[];

/** Every value inside `value`, itself first. */
function* placesIn(value: unknown, steps: Steps = []): Generator<Steps> {
  yield steps;
  if (typeof value !== 'object' || value === null) return;
  for (const [key, child] of Object.entries(value)) {
    yield* placesIn(child, [...steps, Array.isArray(value) ? Number(key) : key]);
  }
}

function changed(value: unknown, [step, ...rest]: Steps, to: unknown): unknown {
  if (step === undefined) return to;
  if (Array.isArray(value)) return value.map((item: unknown, i) => (i === step ? changed(item, rest, to) : item));
  const entries = Object.entries(value as object).map(
    ([key, child]) => [key, key === step ? changed(child, rest, to) : (child as unknown)] as const,
  );
  return Object.fromEntries(entries.filter(([, child]) => child !== undefined));
}

/** What people and programs put where something else belongs; `undefined` takes the field away. */
const odd: readonly unknown[] = [
  ...[undefined, '', 'x', 'a/b', '#', '$SYS', 'a\u0000', 'ä'.repeat(70), '𝒳'.repeat(40), '1h', '2026-02-30T00:00:00Z'],
  ...[0, -1, 1, 1.5, 7e18, true, false, [], {}, ['x'], [null], { x: 1 }, { constructor: 'x' }],
];

interface Trial {
  readonly name: string;
  readonly manifest: Manifest;
}

/** Each field that an accepted manifest has, once, with each odd value. */
function trialsOf(kind: string): readonly Trial[] {
  const seen = new Set<string>();
  const rows = manifestRows.filter(({ manifest, accepted, update }) => manifest.kind === kind && accepted && !update);
  return rows.flatMap(({ manifest }) =>
    [...placesIn(manifest.spec)].flatMap((steps) => {
      const pattern = steps.map((step) => (typeof step === 'number' ? '*' : step)).join('.');
      if (seen.has(pattern)) return [];
      seen.add(pattern);
      return odd.map((value) => ({
        name: `spec.${pattern} = ${value === undefined ? 'nothing' : JSON.stringify(value)}`,
        manifest: { ...manifest, spec: changed(manifest.spec, steps, value) as object },
      }));
    }),
  );
}

function offlineProblems(manifest: Manifest): readonly string[] {
  const { kind } = manifest;
  const object = structuredClone(manifest);
  if (!validators[kind](object))
    return (validators[kind].errors ?? []).map((error) => `${error.instancePath} ${error.keyword}`);
  return crossFieldProblems(kind, object).map((problem) => `${problem.path} ${problem.message}`);
}

/** Undefined where both say the same. */
async function disagreement(api: Api, plural: string, { name, manifest }: Trial): Promise<string | undefined> {
  const problems = offlineProblems(manifest);
  const answer = await api.answer('POST', `/apis/mqttsecurity.io/v1alpha1/namespaces/default/${plural}`, {
    body: { ...manifest, metadata: { name: manifest.metadata.name } },
    query: { fieldValidation: 'Strict', dryRun: 'All' },
  });
  if (answer.ok === (problems.length === 0)) return undefined;
  return answer.ok ? `${name}: refused offline alone: ${problems.join('; ')}` : `${name}: ${answer.body.message}`;
}

describe('manifests, offline and on the API server', function () {
  this.timeout(120_000);

  for (const { kind, plural } of definitions) {
    it(`${kind}: both accept and refuse the same, whatever a field holds`, async () => {
      const { admin } = await sharedControlPlane();
      const trials = trialsOf(kind);
      assert.ok(trials.length > odd.length);
      const said = await Promise.all(trials.map((trial) => disagreement(admin, plural, trial)));
      assert.deepEqual(said.filter(Boolean), []);
    });
  }

  it('differ on a field without a value alone: the server takes it for absent, offline it is said', async () => {
    const { admin } = await sharedControlPlane();
    const row = manifestRows.find(({ name }) => name === 'MqttDevice accepts the least that is needed');
    assert.ok(row);
    const manifest = { ...row.manifest, spec: { ...row.manifest.spec, groups: null } };
    assert.match(
      (await disagreement(admin, 'mqttdevices', { name: '', manifest })) ?? '',
      /refused offline alone: \/spec\/groups type/,
    );
  });
});
