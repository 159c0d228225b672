/** docs/install.md, typed block by block: each way to install on a control plane of its own, and all of it away again. */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { chartTools } from '../../scripts/chart/render.ts';
import { root } from '../cli/program.ts';
import { until } from './component.ts';
import { type ControlPlane, startControlPlane } from './control-plane.ts';
import { type StandInAgents, startAgents } from './operator-faults/site.ts';
import { guarded, operatorIdentity, operatorNamespace, startOperator } from './operator.ts';
import { listed, output } from './plant/site.ts';
import { pageTexts, type Reader, readerOf } from './reader.ts';

const [
  installWithHelm = '',
  installWithKustomize = '',
  installKinds = '',
  installRights = '',
  installDeployment = '',
  aggregateRoles = '',
  runBeside = '',
  declareFleet = '',
  testWithHelm = '',
  listIssuersWithHelm = '',
  listIssuersByHand = '',
  upgradeWithHelm = '',
  deleteFleet = '',
  uninstallWithHelm = '',
  uninstallByHand = '',
  deleteKinds = '',
  deleteRest = '',
  ...newBlocks
] = pageTexts('docs/install.md', 'sh');
const [overlay = '', listIssuersInOverlay = '', ...newTexts] = pageTexts('docs/install.md', 'yaml');

const image = 'registry.example.com/mqttsec:v1';

/**
 * What cannot be typed as it stands, and what is done instead:
 * - There are no nodes, so that no Deployment becomes available: it has to be there.
 * - For the same reason `helm test` has no pod to wait for: the server has to take the one that it would make.
 * - 8080 may not be free: an operator beside the cluster takes another port.
 */
const functions = () => `
kubectl() {
  case "$*" in
    rollout\\ status*) command kubectl get "\${@:3}" ;;
    *) command kubectl "$@" ;;
  esac
}
helm() {
  case "$1" in
    test) '${chartTools()}/helm' get hooks "\${@:2:3}" | kubectl apply --dry-run=server -f - ;;
    *) '${chartTools()}/helm' "$@" ;;
  esac
}
mqttsec() {
  case "$1" in
    operator) '${root}/bin/mqttsec' "$@" --http-host 127.0.0.1 --http-port 0 ;;
    *) '${root}/bin/mqttsec' "$@" ;;
  esac
}`;

/** What the operator meets when it starts together with its kinds, and when a broker goes under its hands. */
const expected = [
  // The API server looks each half minute only for kinds that its policies, and its guard of owners, did not find.
  /failed to find resource referenced by paramKind/,
  /cannot find RESTMapping for APIVersion mqttsecurity\.io\/v1alpha1/,
  /^refused with 403: (create|patch) /,
  // Its children are collected meanwhile.
  /: NotFound: (configmaps|secrets) \\"plant-\S+ not found/,
];

/**
 * Kinds, accounts and sets are taken away while the controllers of Kubernetes look after them: what they say of that is theirs, and
 * differs from run to run. Crashes, and programs that end, count.
 */
const saidOfWhatGoes = /^E\d{4} /;

describe('docs/install.md does what it says', function () {
  this.timeout(300_000);
  let plane: ControlPlane;
  let agents: StandInAgents;
  let reader: Reader;
  /** The operator of this way to install; it may have been stopped. */
  let operator: { readonly stop: () => Promise<unknown>; readonly close: () => Promise<void> } | undefined;

  before('every block of the page is typed below', () => {
    assert.deepEqual([newBlocks, newTexts], [[], []]);
  });
  beforeEach(async () => {
    plane = await startControlPlane({ kinds: 'Absent' });
    agents = startAgents(plane);
    reader = await readerOf(plane, functions());
  });
  afterEach(async () => {
    try {
      await agents.stop();
      await operator?.close();
    } finally {
      operator = undefined;
      await plane.stop();
    }
    assert.deepEqual(
      plane.unexpectedErrorLines().filter((line) => !saidOfWhatGoes.test(line)),
      [],
    );
  });

  /** With the account that was installed, as its pod. */
  const startOurs = async () => {
    await guarded(plane, operatorIdentity);
    operator = await startOperator(plane, { account: operatorIdentity, isElected: false, expected });
  };
  const typedBeside = async () => {
    await guarded(plane, operatorIdentity);
    const { end, screen } = reader.opened(runBeside);
    operator = { stop: end, close: end };
    await until(() => screen().includes('"msg":"leading"'), screen);
  };
  const clusterIssuers = () => {
    const inForce = 'jsonpath={.spec.variables[0].expression}';
    return output(plane.kubectl(['get', 'validatingadmissionpolicy', 'mqtt-security-cluster-issuers', '-o', inForce]));
  };
  const imageOfAgents = () => {
    const given = 'jsonpath={.spec.template.spec.containers[0].env[?(@.name=="MQTTSEC_IMAGE")].value}';
    const deployment = ['deployment/mqtt-security-operator', '-n', operatorNamespace];
    return output(plane.kubectl(['get', ...deployment, '-o', given]));
  };
  const hasFleet = async () => {
    const said = await reader.typed(declareFleet);
    assert.match(said, /mqttbroker\.mqttsecurity\.io\/plant condition met/);
    assert.match(said, /mqttdevice\.mqttsecurity\.io\/thermo-hall-1 condition met/);
  };
  /** At once, as somebody who reads on: what came of the fleet goes by itself, but for the ledgers. */
  const isUninstalled = async (uninstall: string) => {
    await reader.typed(deleteFleet);
    await operator?.stop();
    await reader.typed(uninstall);
    await reader.typed(deleteKinds);
    const children =
      'statefulsets,pods,services,pvc,pdb,serviceaccounts,roles,rolebindings,configmaps,secrets,certificates';
    const ours = ['-A', '-l', 'app.kubernetes.io/managed-by=mqtt-security-operator'];
    let left: readonly string[] = [];
    await until(
      async () => {
        const objects = await listed(plane, children, ours);
        left = objects.map(({ kind, metadata: { name } }) => `${kind}/${name}`);
        return left.length > 0 && left.every((name) => name.startsWith('ConfigMap/ledger-'));
      },
      () => `ledgers alone are left: ${left.join(' ')}`,
    );
    await reader.typed(deleteRest);
    const all = ['-f', path.join(root, 'deploy/install.yaml')];
    assert.equal(await output(plane.kubectl(['get', ...all, '--ignore-not-found', '-o', 'name'])), '');
  };

  it('with Helm', async () => {
    await reader.typed(installWithHelm);
    assert.equal(await imageOfAgents(), image);
    await startOurs();
    await hasFleet();
    assert.match(await reader.typed(testWithHelm), /^pod\/mqtt-security-operator-verify created \(server dry run\)$/m);
    await reader.typed(listIssuersWithHelm);
    assert.equal(await clusterIssuers(), '["ClusterIssuer.devices"]');
    await reader.typed(upgradeWithHelm);
    assert.equal(await clusterIssuers(), '["ClusterIssuer.devices"]');
    assert.equal(await imageOfAgents(), image);
    await isUninstalled(uninstallWithHelm);
  });

  it('with kustomize', async () => {
    const file = path.join(reader.home, '../my-overlay/kustomization.yaml');
    mkdirSync(path.dirname(file));
    writeFileSync(file, overlay);
    await reader.typed(installWithKustomize);
    assert.equal(await imageOfAgents(), image);
    await startOurs();
    await hasFleet();
    writeFileSync(file, `${overlay}${listIssuersInOverlay}`);
    await reader.typed(installWithKustomize);
    assert.equal(await clusterIssuers(), "['ClusterIssuer.devices', 'ClusterIssuer.machines']");
    await isUninstalled(uninstallByHand);
  });

  it('step by step, with the operator beside the cluster', async () => {
    await reader.typed(installKinds);
    await reader.typed(installRights);
    const file = path.join(reader.home, 'deploy/operator/20-deployment.yaml');
    writeFileSync(file, readFileSync(file, 'utf8').replaceAll('mqtt-security-operator:unset', image));
    await reader.typed(installDeployment);
    assert.equal(await imageOfAgents(), image);
    await reader.typed(aggregateRoles);
    await typedBeside();
    await hasFleet();
    await reader.typed(listIssuersByHand);
    assert.equal(await clusterIssuers(), "['ClusterIssuer.devices']");
    await isUninstalled(uninstallByHand);
  });
});
