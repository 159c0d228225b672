/** The chart as people install it: with Helm, on a real API server, under the strictest level of pod security. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { until } from './component.ts';
import { type ControlPlane, startControlPlane } from './control-plane.ts';
import { chart, type Helm, helmFor } from './helm.ts';
import { aboutKindsThatGo } from './log.ts';
import {
  authority,
  certificateDevice,
  type Found,
  mixedBroker,
  ours,
  passwordBroker,
  passwordDevice,
  type Site,
  siteIn,
  type StandInAgents,
  startAgents,
  template,
} from './operator-faults/site.ts';
import { type Account, guarded, startOperator, type TestOperator } from './operator.ts';

/** Neither name is the usual one: what is written with the usual one into a template is found out. */
const namespace = 'security';
const release = 'gate';
const fullname = 'gate-mqtt-security-operator';
const account: Account = { kind: 'ServiceAccount', namespace, name: fullname };

/** A broker was deleted, and its sets are collected while one is written. */
const expected = [/: NotFound: (configmaps|secrets) \\"(plant|other)-\S+ not found/];

interface Deployment extends Found {
  readonly spec: {
    readonly replicas: number;
    readonly template: { readonly spec: { readonly containers: readonly { readonly args: readonly string[] }[] } };
  };
}

describe('the Helm chart', function () {
  this.timeout(240_000);
  let plane: ControlPlane;
  let helm: Helm;
  let agents: StandInAgents;
  let site: Site;
  let operator: TestOperator;

  before(async () => {
    plane = await startControlPlane();
    helm = await helmFor(plane);
    const labels = {
      'pod-security.kubernetes.io/enforce': 'restricted',
      'pod-security.kubernetes.io/warn': 'restricted',
    };
    await plane.admin.call('POST', '/api/v1/namespaces', { body: { metadata: { name: namespace, labels } } });
    agents = startAgents(plane);
  });
  after(async () => {
    await agents.stop();
    await plane.stop();
    assert.deepEqual(
      plane.unexpectedErrorLines().filter((line) => !aboutKindsThatGo.test(line)),
      [],
    );
  });

  const inRelease = [release, '--namespace', namespace];
  const deployment = () =>
    plane.admin.call<Deployment>('GET', `/apis/apps/v1/namespaces/${namespace}/deployments/${fullname}`);
  const words = async () => (await deployment()).spec.template.spec.containers[0]?.args ?? [];
  /** Names of what there is of these kinds. */
  const present = async (kinds: string) => {
    const { stdout } = await plane.kubectl(['get', kinds, '-A', '-o', 'name', '--ignore-not-found']);
    return stdout.split('\n').filter((line) => line.includes('mqtt'));
  };
  const versionOfKinds = async () => {
    const label = String.raw`jsonpath={.metadata.labels.app\.kubernetes\.io/version}`;
    return (await plane.kubectl(['get', 'crd', 'mqttdevices.mqttsecurity.io', '-o', label])).stdout;
  };
  const start = async (...namespaces: readonly string[]) => {
    for (const one of namespaces.length > 0 ? namespaces : ['default']) await guarded(plane, account, one);
    operator = await startOperator(plane, {
      ...{ account, expected, ...(namespaces.length > 0 && { watchNamespace: namespaces.join(',') }) },
    });
  };

  it('installs from a package, and the server takes all of it without a warning', async () => {
    const packaged = ['package', chart, '--version', '0.0.9', '--app-version', '0.0.9', '-d', plane.directory];
    await helm.said(...packaged);
    const file = path.join(plane.directory, 'mqtt-security-operator-0.0.9.tgz');
    // The kinds are there already, for the server looks only each half minute for those that its policies did not find.
    const given = ['--take-ownership', '--set', 'grafana.dashboard.enabled=true'];
    const said = await helm.said('install', ...inRelease, file, ...given);
    assert.match(said, /kubectl get mqtt-security -A/);
    assert.equal(await versionOfKinds(), '0.0.9');
    assert.equal((await deployment()).spec.replicas, 2);
    await until(async () => (await podsMade()) === 2, 'the pods are admitted');
  });

  /** The controller of the ReplicaSet is refused a pod that is not `restricted`. */
  const podsMade = async () => {
    const list = await plane.admin.call<{ items: unknown[] }>('GET', `/api/v1/namespaces/${namespace}/pods`);
    return list.items.length;
  };

  it('has a test whose pod the same level of pod security admits', async () => {
    const pod = path.join(plane.directory, 'verify.yaml');
    const words = [
      'template',
      ...inRelease,
      chart,
      '--show-only',
      'templates/tests/verify.yaml',
      '--set',
      'verify.kits={test-1}',
    ];
    writeFileSync(pod, await helm.said(...words));
    const { stdout, stderr } = await plane.kubectl(['apply', '--dry-run=server', '-f', pod]);
    assert.deepEqual([stdout, stderr], [`pod/${fullname}-verify created (server dry run)\n`, '']);
  });

  it('gives its account all the rights that the operator needs, to take a fleet to Ready', async () => {
    await start();
    site = await siteIn(plane, 'plant');
    await site.made(...authority, template, mixedBroker('plant'));
    await site.made(certificateDevice('c1', 'plant'), passwordDevice('p1', 'plant'));
    for (const name of ['c1', 'p1']) await site.says('mqttdevices', name, 'Ready', 'True/Ready');
  });

  it('lets who may edit a namespace declare devices, and not report for agents', async () => {
    const binding = ['create', 'rolebinding', 'ada', '--clusterrole=edit', '--user=ada', '-n', 'plant'];
    assert.equal((await plane.kubectl(binding)).code, 0);
    const ada = await plane.api({ kind: 'User', name: 'ada' });
    const may = async (verb: string, resource: string) => {
      const resourceAttributes = { namespace: 'plant', verb, group: 'mqttsecurity.io', resource };
      const { status } = await ada.call<{ status: { allowed: boolean } }>(
        'POST',
        '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
        { body: { spec: { resourceAttributes } } },
      );
      return status.allowed;
    };
    // A role is aggregated a moment after it was made.
    await until(() => may('create', 'mqttdevices'), 'who may edit may declare devices');
    assert.deepEqual(await Promise.all(['get', 'create', 'delete'].map((verb) => may(verb, 'brokerinstances'))), [
      ...[true, false, false],
    ]);
    await ada.close();
  });

  it('upgrades to this version with other values, under a fleet that does not notice', async () => {
    const { metadata } = await site.present(ours, 'mqttdevices', 'c1');
    await operator.quiet(1_000);
    await helm.said('upgrade', ...inRelease, chart, '--set', 'replicaCount=3,logLevel=debug');
    assert.equal((await deployment()).spec.replicas, 3);
    assert.ok((await words()).includes('--log-level=debug'));
    assert.equal(await versionOfKinds(), '0.1.0');
    assert.deepEqual(await present('configmap -n security -l app.kubernetes.io/component=dashboard'), []);
    assert.equal(await operator.stop(), 0);
    await operator.start();
    await operator.quiet(1_000);
    assert.deepEqual(
      (await site.present(ours, 'mqttdevices', 'c1')).metadata['resourceVersion'],
      metadata['resourceVersion'],
    );
  });

  it('changes nothing when it is upgraded to the same', async () => {
    const { metadata } = await deployment();
    await helm.said('upgrade', ...inRelease, chart, '--reset-then-reuse-values');
    assert.deepEqual((await deployment()).metadata['generation'], metadata['generation']);
  });

  it('goes back', async () => {
    await helm.said('rollback', ...inRelease, '1');
    assert.equal((await deployment()).spec.replicas, 2);
    assert.ok((await words()).includes('--log-level=info'));
    assert.equal(await versionOfKinds(), '0.0.9');
    await operator.close();
  });

  it('leaves the kinds, the fleet and the ledgers when it is uninstalled, and nothing else', async () => {
    const said = await helm.said('uninstall', ...inRelease);
    assert.match(said, /kept due to the resource policy/);
    const cluster = 'clusterroles,clusterrolebindings,validatingadmissionpolicies,validatingadmissionpolicybindings';
    assert.deepEqual(await present(cluster), []);
    const inNamespace = [
      'get',
      'all,configmaps,serviceaccounts,roles,rolebindings,networkpolicies,pdb',
      '-n',
      namespace,
    ];
    await until(async () => !(await plane.kubectl([...inNamespace, '-o', 'name'])).stdout.includes('pod/'), 'no pods');
    const left = (await plane.kubectl([...inNamespace, '-o', 'name'])).stdout.trim().split('\n');
    assert.deepEqual(
      left.filter((name) => !name.startsWith('configmap/ledger-')),
      ['configmap/kube-root-ca.crt', 'serviceaccount/default'],
    );
    assert.ok(left.some((name) => name.startsWith('configmap/ledger-')));
    assert.equal((await present('crd')).length, 5);
    assert.ok(await site.found(ours, 'mqttdevices', 'c1'));
  });

  it('takes over again what it left, with rights in two namespaces alone', async () => {
    const [yard, elsewhere] = [await siteIn(plane, 'yard'), await siteIn(plane, 'elsewhere')];
    await helm.said('install', ...inRelease, chart, '--set', 'watchNamespaces={plant,yard}');
    assert.deepEqual(await present('clusterroles'), [
      `clusterrole.rbac.authorization.k8s.io/${fullname}-edit`,
      `clusterrole.rbac.authorization.k8s.io/${fullname}-namespaces`,
      `clusterrole.rbac.authorization.k8s.io/${fullname}-view`,
    ]);
    await start('plant', 'yard');
    assert.ok((await words()).includes('--watch-namespace=plant,yard'));
    for (const other of [elsewhere, yard]) {
      await other.made(template, passwordBroker('other'), passwordDevice('p1', 'other'));
    }
    await site.made(certificateDevice('c2', 'plant'));
    await yard.says('mqttdevices', 'p1', 'Ready', 'True/Ready');
    await site.says('mqttdevices', 'c2', 'Ready', 'True/Ready');
    await operator.quiet(1_000);
    assert.deepEqual((await elsewhere.present(ours, 'mqttdevices', 'p1')).status, { observedGeneration: -1 });
    await site.remove(ours, 'mqttdevices', 'c1');
    await until(async () => (await site.found(ours, 'mqttdevices', 'c1')) === undefined, 'c1 is taken back');
  });

  it('takes the kinds with it where it is not to keep them, once the fleet is gone, and leaves the ledgers', async () => {
    const all = ['delete', 'mqttdevices,devicecertificates,mqttbrokers,acltemplates', '--all', '-A', '--timeout=120s'];
    const { code, stderr } = await plane.kubectl(all);
    assert.equal(code, 0, stderr);
    await operator.close();
    await helm.said('upgrade', ...inRelease, chart, '--reset-then-reuse-values', '--set', 'crds.keep=false');
    assert.equal((await present('crd')).length, 5);
    const said = await helm.said('uninstall', ...inRelease, '--wait', '--timeout=2m');
    assert.doesNotMatch(said, /kept due to the resource policy/);
    assert.deepEqual(await present('crd'), []);
    const ledgers = await plane.kubectl(['get', 'configmaps', '-n', namespace, '-o', 'name']);
    assert.match(ledgers.stdout, /^configmap\/ledger-/m);
  });
});
