/** What values of the chart do. One with a mistake is refused before anything reaches a cluster, and the message names it. */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { load, loadAll } from 'js-yaml';
import { chartTools } from '../../scripts/chart/render.ts';
import manifest from '../../package.json' with { type: 'json' };
import { chart } from './helm.ts';

const { version } = manifest;
const root = path.resolve(import.meta.dirname, '../..');

/** Words of helm, and what it says of them. */
const mistakes: readonly (readonly [string, string])[] = [
  ['image.tagg=1', "at '/image': additional properties 'tagg' not allowed"],
  ['replicas=3', "at '': additional properties 'replicas' not allowed"],
  ['replicaCount=two', "at '/replicaCount': got string, want integer"],
  ['replicaCount=-1', "at '/replicaCount': minimum: got -1, want 0"],
  ['leaderElection.enabled=false', "at '/replicaCount': maximum: got 2, want 1"],
  ['logLevel=trace', "at '/logLevel': value must be one of 'debug', 'info', 'warn', 'error'"],
  ['image.digest=sha256:12', "at '/image/digest': 'sha256:12' does not match pattern"],
  ['image.repository=Registry.example.com/x', "at '/image/repository': 'Registry.example.com/x' does not match"],
  ['image.pullPolicy=Often', "at '/image/pullPolicy': value must be one of"],
  ['serviceAccount.create=false', "at '/serviceAccount/name': '' does not match pattern"],
  ['watchNamespace=plant', "at '': additional properties 'watchNamespace' not allowed"],
  ['watchNamespaces=plant', "at '/watchNamespaces': got string, want array"],
  ['watchNamespaces={plant,A_b}', "at '/watchNamespaces/1': 'A_b' does not match pattern"],
  ['watchNamespaces={plant,plant}', "at '/watchNamespaces': items at 0 and 1 are equal"],
  ['policies.enabled=maybe', "at '/policies/enabled': got string, want boolean"],
  ['policies.clusterIssuers.devices=plant', "invalid propertyName 'devices'"],
  [String.raw`policies.clusterIssuers.ClusterIssuer\.a'b=plant`, `invalid propertyName 'ClusterIssuer.a\\'b'`],
  ['certManager.namespace=', "at '/certManager/namespace': '' does not match pattern"],
  ['podDisruptionBudget.maxUnavailable=half', "'half' does not match pattern '^[0-9]{1,3}%$'"],
  ['podDisruptionBudget.minAvailable=1', "at '/podDisruptionBudget': additional properties 'minAvailable' not allowed"],
  ['prometheus.monitor=Both', "at '/prometheus/monitor': value must be one of"],
  ['prometheus.interval=often', "at '/prometheus/interval': 'often' does not match pattern"],
  ['tolerations={control-plane}', "at '/tolerations/0': got string, want object"],
  ['topologySpreadConstraints[0].maxSkew=0', "at '/topologySpreadConstraints/0': missing properties"],
  ['imagePullSecrets={registry}', "at '/imagePullSecrets/0': got string, want object"],
  ['commonLabels.team=a b', "at '/commonLabels/team': 'a b' does not match pattern"],
  ['enrolment.services[0].broker=plant', "at '/enrolment/services/0': missing properties 'namespace', 'issuerRef'"],
  ['verify.kits={Test}', "at '/verify/kits/0': 'Test' does not match pattern"],
];

describe('values of the chart', function () {
  this.timeout(120_000);
  let helm: string;

  before(() => {
    helm = path.join(chartTools(), 'helm');
  });

  for (const [value, problem] of mistakes) {
    it(`are refused with ${value}`, () => {
      const { status, stderr } = spawnSync(helm, ['template', 'gate', chart, '--set', value], { encoding: 'utf8' });
      assert.notEqual(status, 0);
      assert.ok(stderr.includes(problem), stderr);
    });
  }

  const full = path.join(chart, 'ci/full-values.yaml');
  const rendered = (...words: readonly string[]): readonly Rendered[] => {
    const text = execFileSync(helm, ['template', 'gate', chart, '--namespace', 'security', ...words], {
      encoding: 'utf8',
    });
    return (loadAll(text) as readonly (Rendered | null)[]).filter((one) => one !== null);
  };
  const one = (list: readonly Rendered[], kind: string, end = '') => {
    const found = list.find(({ metadata, ...rest }) => rest.kind === kind && metadata.name.endsWith(end));
    assert.ok(found, `${kind} ${end}`);
    return found;
  };
  const deployed = (file: string) => readFileSync(path.join(root, 'deploy/monitoring', file), 'utf8');

  it('turn the election off where there is one replica, and never two at once', () => {
    const alone = rendered('--set', 'replicaCount=1,strategy.type=Recreate,leaderElection.enabled=false');
    assert.ok(containerIn(one(alone, 'Deployment')).args.includes('--leader-elect=false'));
    assert.ok(!containerIn(one(rendered(), 'Deployment')).args.includes('--leader-elect=false'));
  });

  it('name the image once, for the operator, its agents and the test', () => {
    const list = rendered('--values', full);
    const { image, env } = containerIn(one(list, 'Deployment'));
    assert.match(image, /^registry\.example\.com:5000\/security\/mqttsec@sha256:[0-9a-f]{64}$/);
    assert.equal(env.find(({ name }) => name === 'MQTTSEC_IMAGE')?.value, image);
    assert.equal(containerIn(one(list, 'Pod')).image, image);
    assert.equal(containerIn(one(rendered(), 'Deployment')).image, `mqtt-security-operator:${version}`);
  });

  it('put common labels on every object of the chart, and on the pods', () => {
    const list = rendered('--values', full).filter(({ metadata }) => !/-as-(yaml|text)$/.test(metadata.name));
    assert.deepEqual(
      list.filter(({ metadata }) => metadata.labels?.['team'] !== 'plant').map(({ metadata }) => metadata.name),
      [],
    );
    assert.equal(one(list, 'Deployment').spec?.template?.metadata.labels['team'], 'plant');
  });

  it('add the alert rules of deploy/monitoring, with the address of their runbooks', () => {
    const rules = one(rendered('--values', full), 'PrometheusRule');
    const own = load(
      deployed('prometheus-rules.yaml').replaceAll(
        'docs/runbooks/',
        'https://docs.example.com/mqtt-security/runbooks/',
      ),
    );
    assert.deepEqual(rules.spec, (own as Rendered).spec);
  });

  it('add the dashboard of deploy/monitoring', () => {
    const { data = {} } = one(rendered('--values', full), 'ConfigMap', '-dashboard');
    assert.deepEqual(
      Object.values(data).map((text) => JSON.parse(text) as unknown),
      [JSON.parse(deployed('grafana-dashboard.json'))],
    );
  });

  it('list ClusterIssuers in the policy as strings of CEL, and nothing else of them', () => {
    const listed = (...words: readonly string[]) =>
      one(rendered(...words), 'ValidatingAdmissionPolicy', '-cluster-issuers').spec?.variables?.[0]?.expression;
    assert.equal(listed(), '[]');
    assert.equal(listed('--values', full), '["ClusterIssuer.devices"]');
    const names = [`a'] + ["b`, 'c\n\\: {{ d'];
    const values = `policies.clusterIssuers=${JSON.stringify(Object.fromEntries(names.map((name) => [name, ''])))}`;
    assert.equal(listed('--skip-schema-validation', '--set-json', values), JSON.stringify(names));
  });

  it('say in the policies who the operator and cert-manager are', () => {
    const names = (words: readonly string[]) => {
      const policies = rendered(...words).filter(({ kind }) => kind === 'ValidatingAdmissionPolicy');
      const found = JSON.stringify(policies).matchAll(/system:serviceaccount:(?!kube-system)([a-z-]+:[a-z-]+)/g);
      return [...new Set(Array.from(found, ([, name]) => name))].sort();
    };
    assert.deepEqual(names([]), ['cert-manager:cert-manager', 'security:gate-mqtt-security-operator']);
    assert.deepEqual(names(['--values', full]), ['pki:issuer', 'security:gatekeeper']);
  });
});

interface Rendered {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> };
  readonly data?: Readonly<Record<string, string>>;
  readonly spec?: {
    readonly variables?: readonly { readonly expression: string }[];
    readonly containers?: readonly Container[];
    readonly template?: {
      readonly metadata: { readonly labels: Readonly<Record<string, string>> };
      readonly spec: { readonly containers: readonly Container[] };
    };
  };
}

interface Container {
  readonly image: string;
  readonly args: readonly string[];
  readonly env: readonly { readonly name: string; readonly value?: string }[];
}

function containerIn({ spec }: Rendered): Container {
  const [container] = spec?.template?.spec.containers ?? spec?.containers ?? [];
  assert.ok(container);
  return container;
}
