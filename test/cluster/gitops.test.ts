/** The sample fleet as GitOps tools handle it: applied again and again, looked at, acted on and deleted. */
import assert from 'node:assert/strict';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { chartTools } from '../../scripts/chart/render.ts';
import { mergePatch } from './api.ts';
import { until } from './component.ts';
import { type ControlPlane, startControlPlane } from './control-plane.ts';
import { acted, argoHealth, fluxHealthChecks, fluxStatus, offeredActions } from './gitops-eval.ts';
import {
  authority,
  certificateDevice,
  type Found,
  mixedBroker,
  ours,
  siteIn,
  type StandInAgents,
  startAgents,
  template,
} from './operator-faults/site.ts';
import { installOperator, operatorNamespace, startOperator, type TestOperator } from './operator.ts';
import { listed, namespace, notReady, sample } from './plant/site.ts';
import { guideTexts, type Reader, readerOf } from './reader.ts';

/** What Git has, not what comes of it. */
const declared = 'namespace,issuer,certificate,mqttbroker,acltemplate,mqttdevice,devicecertificate';
const kinds = 'mqttbroker,acltemplate,mqttdevice,devicecertificate';
const [putScripts = '', uninstall = '', liftFinalizers = ''] = guideTexts('gitops.md', 'sh');

function nameOf(object: Found | undefined): string {
  return `${object?.kind ?? ''}/${object?.metadata.name ?? ''}`;
}

describe('GitOps tools and the sample fleet', function () {
  this.timeout(240_000);
  let plane: ControlPlane;
  let operator: TestOperator;
  let agents: StandInAgents;
  let reader: Reader;

  before(async () => {
    plane = await startControlPlane();
    await installOperator(plane);
    agents = startAgents(plane);
    // An Event of a namespace that is going is refused.
    const expected = [/^refused with 403: create events\.events\.k8s\.io$/];
    operator = await startOperator(plane, { isElected: false, expected });
    reader = await readerOf(plane);
  });
  after(async () => {
    try {
      await agents.stop();
      await operator.close();
    } finally {
      await plane.stop();
    }
    assert.deepEqual(plane.unexpectedErrorLines(), []);
  });

  const apply = (mode: string) => reader.typed(`kubectl apply ${mode} -f ${sample}`);
  const objects = async (resources: string) =>
    (await listed(plane, resources, ['-n', namespace])) as unknown as readonly Found[];
  const present = async (plural: string, name: string) =>
    plane.admin.call<Found>('GET', `/apis/${ours}/namespaces/${namespace}/${plural}/${name}`);
  const becameReady = async () => {
    const wait = `kubectl wait --for=condition=Ready --all -n ${namespace} --timeout=120s ${kinds}`;
    const { code, out } = await reader.shell(wait);
    assert.equal(code, 0, `${out}${notReady(await listed(plane, 'mqtt-security')).join('\n')}`);
  };
  const versions = async (field: 'generation' | 'resourceVersion') =>
    new Map((await objects(declared)).map((object) => [nameOf(object), object.metadata[field]]));
  /** As Argo CD does it: what the action changed, as a merge patch. */
  const act = async (plural: string, name: string, action: string) => {
    const object = await present(plural, name);
    assert.equal(offeredActions(object)[action]?.disabled, false, action);
    const { metadata, spec } = acted(object, action);
    const body = { metadata: { annotations: metadata['annotations'] }, spec };
    const place = `/apis/${ours}/namespaces/${namespace}/${plural}/${name}`;
    await plane.admin.call('PATCH', place, { body, contentType: mergePatch });
  };
  const does = async (plural: string, name: string, action: string, status: string, reason: string) => {
    await act(plural, name, action);
    let last: readonly { readonly status: string; readonly message: string }[] = [];
    await until(
      async () => {
        last = argoHealth([await present(plural, name)]);
        return last[0]?.status === status && last[0].message.startsWith(`${reason}: `);
      },
      () => `${action} of ${name} ends in ${status}, ${reason}: ${JSON.stringify(last)}`,
    );
  };

  it('argocd-cm gets our scripts and keeps what it has', async () => {
    await reader.typed(`kubectl create namespace argocd
      kubectl create configmap argocd-cm -n argocd --from-literal=url=https://argocd.example.com`);
    await reader.typed(putScripts);
    const read = "kubectl get configmap argocd-cm -n argocd -o json | grep -c -e '\"url\"' -e '_MqttDevice\"'";
    assert.equal(await reader.typed(read), '3\n');
  });

  it('samples for Argo CD and Flux are taken by a server that has their kinds', async () => {
    const kindsOfTools = path.join(chartTools(), 'schemas/crds');
    await reader.typed(`cd ${kindsOfTools}
      kubectl apply --server-side -f application-crd.yaml -f kustomize.toolkit.fluxcd.io_kustomizations.yaml \\
        -f source.toolkit.fluxcd.io_gitrepositories.yaml
      # A kind that has no condition yet is an error to kubectl wait.
      until kubectl wait --for=condition=Established --timeout=60s crd applications.argoproj.io \\
        kustomizations.kustomize.toolkit.fluxcd.io gitrepositories.source.toolkit.fluxcd.io; do sleep 1; done
      kubectl create namespace flux-system`);
    const samples = '-f deploy/gitops/argocd/applications.yaml -f deploy/gitops/flux';
    // What was read of a kind before it was there is kept for a moment.
    let said = '';
    await until(
      async () => {
        const { code, out } = await reader.shell(`kubectl apply --server-side --dry-run=server ${samples}`);
        said = out;
        return code === 0;
      },
      () => `the samples are taken: ${said}`,
    );
    const taken = said.match(
      /^(application|gitrepository|kustomization)\.\S+ serverside-applied \(server dry run\)$/gm,
    );
    assert.equal(taken?.length, 8);
    assert.equal(said.trim().split('\n').length, 8, said);
  });

  for (const [name, mode] of [
    ['server-side', '--server-side --field-manager=argocd-controller'],
    ['client-side', ''],
  ] as const) {
    it(`differs in nothing once it is Ready, and stays as it is when it is applied ${name} again`, async () => {
      await apply(mode);
      await becameReady();
      await operator.quiet(1_000);
      const declaredOnce = await versions('generation');
      assert.ok(declaredOnce.size > 20);
      // The server sorts its own notes (managedFields) anew at the first apply after a status was written.
      await until(async () => {
        const [noted, writes] = [await versions('resourceVersion'), operator.writes().length];
        await apply(mode);
        await operator.quiet(1_000);
        const isSame = isDeepStrictEqual(await versions('resourceVersion'), noted);
        return isSame && operator.writes().length === writes;
      }, 'another apply changes nothing, and nothing is written because of it');
      assert.deepEqual(await versions('generation'), declaredOnce);
      await reader.typed(`kubectl diff ${mode} -f ${sample}`);
    });
  }

  it('is healthy to Argo CD but for who is off, and current to Flux and Helm', async () => {
    const all = await objects(kinds);
    const health = argoHealth(all).map(({ status }, index) => [nameOf(all[index]), status]);
    assert.deepEqual(
      health.filter(([, status]) => status !== 'Healthy'),
      [
        ['MqttDevice/cam-old-gate', 'Suspended'],
        ['MqttDevice/press-8', 'Suspended'],
        ['DeviceCertificate/press-8', 'Suspended'],
      ],
    );
    assert.deepEqual([...new Set(fluxStatus(all.map((object) => ({ object }))))], ['Current']);
    const flux = fluxHealthChecks().flatMap((one) =>
      all.filter(({ kind }) => kind === one.kind).map((object) => ({ object, flux: one })),
    );
    assert.ok(flux.length > 15);
    assert.deepEqual([...new Set(fluxStatus(flux))], ['Current']);
  });

  it('does what actions ask for, and says so', async () => {
    await does('mqttdevices', 'thermo-hall-1', 'suspend', 'Suspended', 'Suspended');
    await does('mqttdevices', 'thermo-hall-1', 'release', 'Healthy', 'Ready');
    await does('mqttdevices', 'thermo-hall-1', 'revoke', 'Suspended', 'Revoked');
    const revoked = await present('mqttdevices', 'thermo-hall-1');
    assert.deepEqual(
      Object.entries(offeredActions(revoked)).filter(([, { disabled }]) => !disabled),
      [],
    );
    const former = (await present('devicecertificates', 'thermo-hall-2')).status?.['serialNumber'];
    await act('devicecertificates', 'thermo-hall-2', 'renew');
    await until(
      async () => (await present('devicecertificates', 'thermo-hall-2')).status?.['serialNumber'] !== former,
      'it has another certificate',
    );
  });

  it('is deleted in order, and nothing hangs; ledgers stay', async () => {
    await reader.typed(uninstall);
    assert.deepEqual(await listed(plane, 'mqtt-security'), []);
    const ledgers = ['-n', operatorNamespace, '-l', 'app.kubernetes.io/component=ledger'];
    assert.ok((await listed(plane, 'configmaps', ledgers)).length > 0);
    await until(async () => {
      const { ok } = await plane.admin.answer('GET', `/api/v1/namespaces/${namespace}`);
      return !ok;
    }, 'the namespace is gone');
  });

  it('gets rid of finalizers where the operator is gone for good', async () => {
    const site = await siteIn(plane, 'left');
    await site.made(...authority, template, mixedBroker('late'), certificateDevice('c1', 'late'));
    await site.says('mqttdevices', 'c1', 'Ready', 'True/Ready');
    assert.equal(await operator.stop(), 0);
    await reader.typed('kubectl delete mqttdevice c1 -n left --wait=false');
    assert.ok(await site.found(ours, 'mqttdevices', 'c1'));
    await reader.typed(liftFinalizers);
    assert.equal(await site.found(ours, 'mqttdevices', 'c1'), undefined);
    await operator.start();
  });
});
