/** Scripts for Argo CD and expressions for Flux over the test data that lies beside the scripts, as upstream tests them. */
import assert from 'node:assert/strict';
import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { load, loadAll } from 'js-yaml';
import { validators } from '../../src/api/validators.gen.js';
import type { Kind } from '../../src/domain/names.ts';
import { root } from '../cli/program.ts';

import {
  acted,
  argoHealth,
  customizations,
  fluxHealthChecks,
  fluxStatus,
  type Health,
  offeredActions,
} from './gitops-eval.ts';

const kinds = Object.keys(validators) as readonly Kind[];

interface Case extends Health {
  readonly kind: Kind;
  readonly file: string;
  readonly object: TestObject;
}

interface TestObject {
  readonly kind: string;
  readonly metadata: { readonly annotations?: Readonly<Record<string, string>> };
  readonly spec: { readonly revoked?: { readonly at?: string } };
}

interface HealthTests {
  readonly tests: readonly { readonly healthStatus: Health; readonly inputPath: string }[];
}

interface ActionTests {
  readonly discoveryTests: readonly {
    readonly inputPath: string;
    readonly result: readonly { readonly name: string; readonly disabled: boolean }[];
  }[];
  readonly actionTests: readonly {
    readonly action: string;
    readonly inputPath: string;
    readonly expectedOutputPath: string;
  }[];
}

function read(...segments: readonly string[]): unknown {
  return load(readFileSync(path.join(customizations, ...segments), 'utf8'));
}

function casesOf(kind: Kind): readonly Case[] {
  const { tests } = read(kind, 'health_test.yaml') as HealthTests;
  return tests.map(({ healthStatus, inputPath }) => {
    return { ...healthStatus, kind, file: `${kind}/${inputPath}`, object: read(kind, inputPath) as TestObject };
  });
}

/** For the actions on a kind. */
function objectOf(kind: Kind, file: string): TestObject {
  return read(kind, 'actions', file) as TestObject;
}

const sample = path.join(root, 'deploy/samples/plant');

interface Document {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly source?: { readonly path: string; readonly directory?: { readonly include: string } };
    readonly path?: string;
    readonly dependsOn?: readonly { readonly name: string }[];
  };
}

function documents(file: string): readonly Document[] {
  return loadAll(readFileSync(path.join(root, 'deploy/gitops', file), 'utf8')) as Document[];
}

/** What Flux and Helm wait for where Argo CD says this. */
const kstatus: Readonly<Record<string, string>> = {
  Healthy: 'Current',
  Suspended: 'Current',
  Progressing: 'InProgress',
  Degraded: 'Failed',
};

describe('scripts for Argo CD and expressions for Flux', function () {
  this.timeout(600_000);
  const cases = kinds.flatMap(casesOf);

  it('are there for each kind, with test data that is valid, each with a test', () => {
    assert.deepEqual(readdirSync(customizations).sort(), [...kinds].sort());
    assert.equal(
      new Set(kinds.map((kind) => readFileSync(path.join(customizations, kind, 'health.lua'), 'utf8'))).size,
      1,
    );
    const files = globSync('*/testdata/*.yaml', { cwd: customizations });
    assert.deepEqual(cases.map(({ file }) => file).sort(), files.sort());
    for (const { kind, file, object } of cases) {
      const isValid = validators[kind];
      assert.ok(isValid(object), `${file}: ${JSON.stringify(isValid.errors)}`);
    }
  });

  it('say of each object what its test expects', () => {
    const health = argoHealth(cases.map(({ object }) => object));
    const said = cases.map(({ file }, index) => ({ file, ...health[index] }));
    assert.deepEqual(
      said,
      cases.map(({ file, status, message }) => ({ file, status, message })),
    );
  });

  it('agree with kstatus, but for an instance that refuses its set and an object that goes', () => {
    const said = fluxStatus(cases.map(({ object }) => ({ object })));
    const others = cases.flatMap(({ file, status }, index) =>
      said[index] === kstatus[status] ? [] : [`${file}: ${said[index] ?? ''}`],
    );
    assert.deepEqual(others.sort(), [
      'BrokerInstance/testdata/degraded_refused.yaml: InProgress',
      'MqttDevice/testdata/progressing_terminating.yaml: Terminating',
    ]);
  });

  it('agree with the expressions for Flux', () => {
    const checked = fluxHealthChecks().flatMap((flux) =>
      cases.filter(({ kind }) => kind === flux.kind).map((one) => ({ ...one, flux })),
    );
    assert.ok(checked.length > 10);
    const said = fluxStatus(checked);
    const others = checked.flatMap(({ file, status }, index) =>
      said[index] === kstatus[status] ? [] : [`${file}: ${said[index] ?? ''}`],
    );
    // Of one that is being deleted Flux knows without asking them.
    assert.deepEqual(others, ['MqttDevice/testdata/progressing_terminating.yaml: Current']);
  });

  it('have samples around them that name what is there', () => {
    const applications = documents('argocd/applications.yaml').map(({ spec }) => spec.source);
    const kustomizations = documents('flux/plant.yaml').filter(({ kind }) => kind === 'Kustomization');
    const paths = [...applications, ...kustomizations.map(({ spec }) => spec)].map((one) => one?.path ?? 'none');
    assert.ok(paths.length > 6);
    for (const folder of paths) assert.ok(existsSync(path.join(root, folder)), folder);
    const names = kustomizations.map(({ metadata }) => metadata.name);
    for (const [index, { spec }] of kustomizations.entries())
      for (const { name } of spec.dependsOn ?? []) assert.ok(names.indexOf(name) < index && names.includes(name), name);
  });

  it('have each file of the sample fleet in one Application, and none in a wave', () => {
    const included = documents('argocd/applications.yaml').flatMap(({ spec: { source } }) =>
      source?.directory ? globSync(source.directory.include, { cwd: path.join(root, source.path) }) : [],
    );
    const files = readdirSync(sample);
    assert.deepEqual(included.sort(), files.sort());
    for (const file of files) assert.doesNotMatch(readFileSync(path.join(sample, file), 'utf8'), /sync-wave/);
  });

  for (const kind of kinds.filter((one) => existsSync(path.join(customizations, one, 'actions')))) {
    const { discoveryTests, actionTests } = read(kind, 'actions/action_test.yaml') as ActionTests;

    it(`offer actions on ${kind} where they make sense`, () => {
      for (const { inputPath, result } of discoveryTests) {
        const offered = offeredActions(objectOf(kind, inputPath));
        assert.deepEqual(
          offered,
          Object.fromEntries(result.map(({ name, disabled }) => [name, { disabled }])),
          inputPath,
        );
      }
    });

    it(`act on ${kind} as the command line does, and change nothing else`, () => {
      const actions = globSync('*/action.lua', { cwd: path.join(customizations, kind, 'actions') });
      assert.deepEqual(
        actions.map((file) => path.dirname(file)).sort(),
        actionTests.map(({ action }) => action).sort(),
      );
      for (const { action, inputPath, expectedOutputPath } of actionTests) {
        const output = acted(objectOf(kind, inputPath), action);
        const expected = objectOf(kind, expectedOutputPath);
        assert.deepEqual(withoutTimes(output), withoutTimes(expected), action);
      }
    });
  }
});

/** Now is a fixed time; RFC 3339 all the same. */
function withoutTimes(object: TestObject): unknown {
  return JSON.parse(JSON.stringify(object), (key, value: unknown) => {
    if (!/^(at|mqttsecurity\.io\/.*-at)$/.test(key)) return value;
    assert.match(String(value), /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/);
    return 'TIME';
  });
}
