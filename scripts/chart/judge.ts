/** Judges what the chart renders, by kubeconform, by kube-score, by our own rules, and by helm itself. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { loadAll } from 'js-yaml';
import { lintProblems, type Manifest } from './lint.ts';
import { renderedText } from './render.ts';
import { schemaName, writeSchemas } from './schemas.ts';
import { scoreFindings, scoreProblems, type ScoreFinding } from './score.ts';
import { chartFolder } from './source.ts';

const root = path.resolve(import.meta.dirname, '../..');
/** Manifests of the repository that are for the API server. */
const others = [
  ...[
    'deploy/install.yaml',
    'deploy/authorization',
    'deploy/external',
    'deploy/samples',
    'deploy/monitoring',
    'deploy/components',
  ],
  ...['deploy/gitops/argocd/applications.yaml', 'deploy/gitops/flux'],
];
/** For kube-state-metrics, Grafana and kustomize. */
const notForTheServer = String.raw`(kube-state-metrics\.yaml|grafana-dashboard\.json|kustomization\.yaml)$`;

/** Sets of values that are tried: the default ones, and those of `ci/`. */
function valueSets(): readonly (readonly string[])[] {
  const files = readdirSync(path.join(root, chartFolder, 'ci'));
  return [[], ...files.map((name) => [`${chartFolder}/ci/${name}`])];
}

/** What is wrong, one line for each. Says what it has looked at. */
export function chartProblems(tools: string): readonly string[] {
  const scratch = mkdtempSync(path.join(tmpdir(), 'mqttsec-chart-'));
  try {
    const schemas = path.join(scratch, 'schemas');
    const known = path.join(tools, 'schemas');
    writeSchemas(schemas, known, [path.join(known, 'crds'), path.join(root, 'crds')]);
    const judged = valueSets().map((values) => judgedSet({ tools, scratch, schemas, values }));
    return [
      ...judged.flatMap(({ problems }) => problems),
      ...scoreProblems(judged.flatMap(({ findings }) => findings)),
      ...schemaProblems({ tools, schemas, places: others }),
    ];
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

interface ValueSet {
  readonly tools: string;
  readonly scratch: string;
  readonly schemas: string;
  readonly values: readonly string[];
}

interface Judged {
  readonly problems: readonly string[];
  readonly findings: readonly ScoreFinding[];
}

function judgedSet({ tools, scratch, schemas, values }: ValueSet): Judged {
  const given = values.flatMap((file) => ['--values', file]);
  execFileSync(path.join(tools, 'helm'), ['lint', '--strict', '--quiet', chartFolder, ...given], { cwd: root });
  const text = renderedText(tools, { release: 'gate', namespace: 'security', values });
  const name = path.basename(values[0] ?? 'default values', '.yaml');
  const file = path.join(scratch, `${name}.yaml`);
  writeFileSync(file, text);
  const manifests = (loadAll(text) as readonly (Manifest | null)[]).filter((one) => one !== null);
  console.log(`chart: ${name}: ${manifests.length} manifests`);
  return {
    problems: [
      ...lintProblems(manifests).map((problem) => `${name}: ${problem}`),
      ...schemaProblems({ tools, schemas, places: [file] }),
    ],
    findings: scoreFindings(tools, name, file),
  };
}

interface SchemaCheck {
  readonly tools: string;
  readonly schemas: string;
  readonly places: readonly string[];
}

function schemaProblems({ tools, schemas, places }: SchemaCheck): readonly string[] {
  const location = path.join(schemas, schemaName);
  const words = ['-strict', '-schema-location', location, '-ignore-filename-pattern', notForTheServer, ...places];
  const { status, stdout, stderr } = spawnSync(path.join(tools, 'kubeconform'), words, { cwd: root, encoding: 'utf8' });
  return status === 0 ? [] : [stdout + stderr];
}
