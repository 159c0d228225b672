import assert from 'node:assert/strict';
import type { ErrorObject } from 'ajv';
import { validators } from '../../src/api/validators.gen.js';
import { pathOfPointer, pathText } from '../../src/parse/path.ts';
import { crossFieldProblems, crossFieldRules } from '../../src/parse/rules.ts';
import { manifestRows, type Manifest, type ManifestRow } from './manifests.ts';

interface Refusal {
  readonly path: string;
  readonly keyword?: string;
  readonly message?: string;
}

/** The field that an error is about; ajv reports missing and unknown fields at their parent. */
function refusalOf({ instancePath, keyword, params }: ErrorObject): Refusal {
  const steps = pathOfPointer(instancePath).map((step) => (/^\d+$/.test(step) ? Number(step) : step));
  return { path: pathText(steps), keyword, message: JSON.stringify(params) };
}

/** What schema and cross-field rules say, in the order in which the API server asks them. */
function refusals(manifest: Manifest, old?: Manifest): readonly Refusal[] {
  const [object, former] = [structuredClone(manifest), structuredClone(old)];
  const validate = validators[manifest.kind];
  if (!validate(object)) return (validate.errors ?? []).map(refusalOf);
  if (former) validate(former);
  return crossFieldProblems(manifest.kind, object, former);
}

function verdict({ manifest, update }: ManifestRow): readonly Refusal[] {
  return update ? refusals(update, manifest) : refusals(manifest);
}

describe('manifests, offline', () => {
  it('has a name of its own for each row', () => {
    const names = manifestRows.map(({ name }) => name);
    assert.deepEqual(
      names.filter((name, i) => names.indexOf(name) < i),
      [],
    );
  });

  for (const row of manifestRows.filter(({ accepted }) => accepted)) {
    it(row.name, () => {
      assert.deepEqual(refusals(row.manifest), []);
      assert.deepEqual(verdict(row), []);
    });
  }

  for (const row of manifestRows.filter(({ accepted, keyword }) => !accepted && keyword !== undefined)) {
    it(row.name, () => {
      const found = verdict(row).filter(({ keyword }) => keyword === row.keyword);
      assert.ok(
        found.some(({ path }) => path.startsWith(row.path ?? '')),
        JSON.stringify(verdict(row)),
      );
    });
  }

  for (const row of manifestRows.filter(({ accepted, keyword }) => !accepted && keyword === undefined)) {
    it(`${row.name}, and for this reason alone`, () => {
      if (row.update) assert.deepEqual(refusals(row.manifest), [], 'the first version is fine');
      const found = verdict(row);
      assert.equal(found.length, 1, JSON.stringify(found));
      assert.ok(found[0]?.path.startsWith(row.path ?? ''), found[0]?.path);
      assert.ok(found[0]?.message?.includes(row.message ?? ''), found[0]?.message);
    });
  }

  it('breaks every cross-field rule at least once', () => {
    const refused = manifestRows.filter(({ accepted, message }) => !accepted && message !== undefined);
    const broken = new Set(
      refused.flatMap((row) => verdict(row).map(({ path, message }) => ruleKey(row.manifest.kind, path, message))),
    );
    const all = Object.values(crossFieldRules).flat();
    const unbroken = all.filter(
      ({ kind, at, field, message }) => !broken.has(ruleKey(kind, [at, field].filter(Boolean).join('.'), message)),
    );
    assert.deepEqual(
      unbroken.map(({ kind, at, field, message }) => `${kind} ${at} ${field} ${message}`),
      [],
    );
  });
});

function ruleKey(kind: string, path: string, message = ''): string {
  return `${kind} ${path.replaceAll(/\[\d+\]/g, '[*]').replace(/(parameters\.properties)\.\w+/, '$1.*')} ${message}`;
}
