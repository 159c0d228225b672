import assert from 'node:assert/strict';
import { lintProblems, type Manifest } from '../../scripts/chart/lint.ts';

const name = 'gate';
const namespace = 'security';
const labels = { app: name };
const container = {
  image: 'gate:1',
  ports: [{ name: 'http', containerPort: 8080 }],
  livenessProbe: { httpGet: { port: 'http' } },
  readinessProbe: { httpGet: { port: 8080 } },
  resources: { requests: { cpu: '1m', memory: '1Mi' }, limits: { memory: '1Mi' } },
  securityContext: {
    ...{ allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } },
  },
};
const pod = {
  automountServiceAccountToken: true,
  securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
  containers: [container],
};

function manifest(kind: string, rest: Partial<Manifest>): Manifest {
  return { apiVersion: 'v1', kind, metadata: { name, namespace }, ...rest };
}

const role = (rule: object) => manifest('Role', { rules: [{ apiGroups: [''], resources: [], verbs: [], ...rule }] });
const deployment = (changes: object = {}, selector: object = labels) =>
  manifest('Deployment', {
    spec: {
      selector: { matchLabels: { ...selector } },
      template: { metadata: { labels }, spec: { ...pod, ...changes } },
    },
  });
const withContainer = (changes: object) => deployment({ containers: [{ ...container, ...changes }] });
const binding = manifest('RoleBinding', { roleRef: { kind: 'Role', name } });
const budget = manifest('PodDisruptionBudget', { spec: { selector: { matchLabels: labels } } });
const policy = manifest('NetworkPolicy', { spec: { podSelector: { matchLabels: labels } } });
const serviceTo = (targetPort: number | string) =>
  manifest('Service', { spec: { selector: labels, ports: [{ port: 80, targetPort }] } });
const service = serviceTo('http');
const ofAnother = { app: 'other' };

describe('rules for what the chart renders', () => {
  it('have nothing to say of a sound release', () => {
    const sound = [deployment(), role({ resources: ['secrets'], verbs: ['get'] }), binding, budget, policy, service];
    assert.deepEqual(lintProblems(sound), []);
  });

  const context = (changes: object) => withContainer({ securityContext: { ...container.securityContext, ...changes } });
  const rows: readonly (readonly [string, ...(readonly Manifest[])])[] = [
    ['may run as root', deployment({ securityContext: { seccompProfile: { type: 'RuntimeDefault' } } })],
    ['has no seccomp profile', deployment({ securityContext: { runAsNonRoot: true } })],
    ['shares a namespace of its node', deployment({ hostNetwork: true })],
    ['shares a namespace of its node', deployment({ hostPID: true })],
    ['shares a namespace of its node', deployment({ hostIPC: true })],
    ['mounts a path of its node', deployment({ volumes: [{ name: 'root', hostPath: { path: '/' } }] })],
    ['does not say whether it has a token', deployment({ automountServiceAccountToken: undefined })],
    ['may get more rights', context({ allowPrivilegeEscalation: undefined })],
    ['is privileged', context({ privileged: true })],
    ['may write to its root', context({ readOnlyRootFilesystem: false })],
    ['keeps capabilities', context({ capabilities: undefined })],
    ['keeps capabilities', context({ capabilities: { drop: ['ALL'], add: ['NET_ADMIN'] } })],
    ['has an image without a version', withContainer({ image: 'gate' })],
    ['has an image without a version', withContainer({ image: 'registry.example.com:5000/gate' })],
    ['has an image without a version', withContainer({ image: 'gate:latest' })],
    ['asks for no processor or memory, or has no limit of memory', withContainer({ resources: {} })],
    ['has no probes', withContainer({ livenessProbe: undefined })],
    ['probes a closed port', withContainer({ startupProbe: { httpGet: { port: 'metrics' } } })],
    ['probes a closed port', withContainer({ readinessProbe: { httpGet: { port: 80 } } })],
    ['leads to a closed port', serviceTo('metrics'), deployment()],
    [
      'leads to a closed port',
      manifest('Service', { spec: { selector: labels, ports: [{ port: 80 }] } }),
      deployment(),
    ],
    [
      'is privileged',
      deployment({
        initContainers: [{ ...container, securityContext: { ...container.securityContext, privileged: true } }],
      }),
    ],
    ['grants a right anything', role({ resources: ['pods'], verbs: ['*'] })],
    ['grants a right anything', role({ resources: ['*'], verbs: ['get'] })],
    ['grants a right anything', role({ apiGroups: ['*'], resources: ['pods'], verbs: ['get'] })],
    ['grants a right to list Secrets', role({ resources: ['secrets'], verbs: ['watch'] })],
    ['grants a right to take the rights of others', role({ resources: ['roles'], verbs: ['bind'] })],
    ['grants a right to enter pods', role({ resources: ['pods/exec'], verbs: ['create'] })],
    ['grants a right to make pods', role({ resources: ['pods'], verbs: ['create'] })],
    ['binds gate, which is not there', binding],
    ['selects no pods', service],
    ['selects no pods', budget],
    ['selects no pods', policy],
    ['does not select its pods', deployment({}, ofAnother)],
    ['is there twice', budget, budget, deployment()],
    ['lacks the labels app.kubernetes.io/part-of', labelled()],
  ];
  for (const [problem, one, ...others] of rows) {
    it(`find that a ${one?.kind ?? ''} ${problem}`, () => {
      const found = new Set(lintProblems([one, ...others].flatMap((each) => each ?? [])));
      assert.deepEqual([...found], [`${one?.kind ?? ''} gate ${problem}`]);
    });
  }

  /** One of the chart that lacks a label. */
  function labelled(): Manifest {
    const ours = ['name', 'instance', 'version', 'component', 'managed-by'];
    const known = Object.fromEntries(ours.map((label) => [`app.kubernetes.io/${label}`, 'x']));
    return manifest('ConfigMap', { metadata: { name, labels: { 'helm.sh/chart': 'gate-1', ...known } } });
  }
});
