/** kube-score on what the chart renders. What it finds and we keep has a row here that says why; all else is a problem. */
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { kubernetesVersion } from './render.ts';

/** What one check says of one object, or of one container in it. */
export interface ScoreFinding {
  /** Name of the file with values. */
  readonly set: string;
  /** Such as `Deployment gate`. */
  readonly object: string;
  /** Such as `container-resources`. */
  readonly check: string;
  readonly says: string;
}

interface Kept {
  readonly check: string;
  readonly says: string;
  /** In every set of values unless one is named. */
  readonly set?: string;
  /** Of objects of every kind unless one is named. */
  readonly kind?: string;
  readonly because: string;
}

/** What we keep as it is. A row that nothing needs any more is a problem, too. */
export const keptFindings: readonly Kept[] = [
  {
    check: 'container-resources',
    says: 'CPU limit is not set',
    because:
      'a limit stops the operator in the middle of a revocation while the node is idle; its request bounds its share',
  },
  ...['request', 'limit'].map((what) => ({
    check: 'container-ephemeral-storage-request-and-limit',
    says: `Ephemeral Storage ${what} is not set`,
    because: 'it writes to no disk: what would count is its log, whose size the kubelet bounds',
  })),
  {
    check: 'container-image-pull-policy',
    says: 'ImagePullPolicy is not set to Always',
    because: 'a tag is never built twice, and an operator has to start while the registry is away',
  },
  {
    check: 'pod-networkpolicy',
    says: 'The pod does not have a matching egress NetworkPolicy',
    kind: 'Deployment',
    because: 'the address of the API server is not known to a chart; the value networkPolicy.egress takes it',
  },
  {
    check: 'pod-networkpolicy',
    says: 'The pod does not have a matching NetworkPolicy',
    kind: 'Pod',
    because: 'the pod of helm test opens no port',
  },
  {
    check: 'deployment-has-host-podantiaffinity',
    says: 'Deployment does not have a host podAntiAffinity set',
    because: 'topologySpreadConstraints keep replicas apart; values may have an affinity beside them',
  },
  ...[
    { check: 'pod-networkpolicy', says: 'The pod does not have a matching NetworkPolicy' },
    { check: 'deployment-has-poddisruptionbudget', says: 'No matching PodDisruptionBudget was found' },
  ].map((one) => ({ ...one, set: 'bare-values', kind: 'Deployment', because: 'these values turn it off' })),
];

/** What is found and not kept, and what is kept and not found, one line for each. */
export function scoreProblems(findings: readonly ScoreFinding[]): readonly string[] {
  const unexplained = findings.filter((finding) => !keptFindings.some((row) => isKept(row, finding)));
  const needless = keptFindings.filter((row) => !findings.some((finding) => isKept(row, finding)));
  return [
    ...unexplained.map(({ set, object, check, says }) => `${set}: ${object}: ${says} (kube-score ${check})`),
    ...needless.map(({ check, says }) => `kube-score does not say any more, so do not keep: ${says} (${check})`),
  ];
}

function isKept(row: Kept, { set, object, check, says }: ScoreFinding): boolean {
  const isOfKind = row.kind === undefined || object.startsWith(`${row.kind} `);
  return row.check === check && row.says === says && (row.set ?? set) === set && isOfKind;
}

interface ScoredObject {
  readonly type_meta: { readonly kind: string };
  readonly object_meta: { readonly name: string };
  readonly checks: readonly ScoredCheck[];
}

interface ScoredCheck {
  readonly check: { readonly id: string };
  /** 10 is all well. */
  readonly grade: number;
  readonly skipped: boolean;
  readonly comments: readonly { readonly summary: string }[] | null;
}

/** What kube-score finds in a file of manifests. Errors: it cannot read it, or knows none of its kinds. */
export function scoreFindings(tools: string, set: string, file: string): readonly ScoreFinding[] {
  const version = `v${kubernetesVersion.split('.', 2).join('.')}`;
  const words = ['score', '--kubernetes-version', version, '--output-format', 'json', file];
  const { stdout, stderr } = spawnSync(path.join(tools, 'kube-score'), words, {
    encoding: 'utf8',
    maxBuffer: 16 << 20,
  });
  if (!stdout.startsWith('[')) throw new Error(`score ${set}: kube-score says ${stdout.slice(0, 500)}${stderr}`);
  return (JSON.parse(stdout) as readonly ScoredObject[]).flatMap(({ type_meta, object_meta, checks }) =>
    checks
      .filter(({ grade, skipped }) => grade < 10 && !skipped)
      .flatMap(({ check, comments }) =>
        (comments ?? [{ summary: 'fails' }]).map(({ summary }) => ({
          ...{ set, object: `${type_meta.kind} ${object_meta.name}`, check: check.id, says: summary },
        })),
      ),
  );
}
