/** A StatefulSet of the user's, whose agents start Mosquitto themselves, and whose pods the operator has replaced. */
import assert from 'node:assert/strict';
import { brokerLabel, bundleHashAnnotation } from '../../../src/api/labels.ts';
import type { BrokerUnderTest } from '../../broker/mosquitto.ts';
import { mayPublish } from './mqtt.ts';
import { type FaultyKubelet, faultyKubelet, rolledFleet, RolledSite } from './rolled-site.ts';
import { output } from './site.ts';
import { manifestOf, type Stage } from './stage.ts';

const namespace = 'rolls-referred';
const pods = ['own-1', 'own-0'] as const;
const [first, last] = pods;

/** Annotations of the pod template beside ours. */
const annotations = { 'example.com/own': 'kept' };

/** More than an agent needs, in a namespace of its own. */
const rules = [
  { apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'list', 'watch'] },
  { apiGroups: [''], resources: ['secrets'], verbs: ['get'] },
  { apiGroups: ['mqttsecurity.io'], resources: ['brokerinstances'], verbs: ['get'] },
  { apiGroups: ['mqttsecurity.io'], resources: ['brokerinstances/status'], verbs: ['patch'] },
  { apiGroups: ['events.k8s.io'], resources: ['events'], verbs: ['create', 'patch'] },
];

const fromPod = (name: string, fieldPath: string) => ({ name, valueFrom: { fieldRef: { fieldPath } } });

const agent = {
  ...{ name: 'agent', image: 'none', command: ['mqttsec', 'agent'] },
  args: [
    ...['--broker=plant', '--directory=/var/lib/mqttsec', '--rolled'],
    ...['--instance=$(POD_NAME)', '--pod-uid=$(POD_UID)', '--http-host=$(POD_IP)', '--http-port=8080'],
  ],
  env: [
    fromPod('POD_NAME', 'metadata.name'),
    fromPod('POD_NAMESPACE', 'metadata.namespace'),
    fromPod('POD_UID', 'metadata.uid'),
    fromPod('POD_IP', 'status.podIP'),
  ],
  readinessProbe: { httpGet: { path: '/readyz', port: 8080 }, periodSeconds: 1 },
  volumeMounts: [
    { name: 'state', mountPath: '/var/lib/mqttsec' },
    { name: 'token', mountPath: '/var/run/secrets/kubernetes.io/serviceaccount' },
  ],
};

function ownWorkload(): readonly object[] {
  const metadata = { name: 'own', namespace };
  const subjects = [{ kind: 'ServiceAccount', ...metadata }];
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'own' };
  const volumes = [
    { name: 'state', emptyDir: {} },
    { name: 'token', projected: { sources: [{ serviceAccountToken: { path: 'token' } }] } },
  ];
  const spec = {
    ...{ replicas: pods.length, serviceName: 'own', podManagementPolicy: 'Parallel' },
    selector: { matchLabels: { app: 'own' } },
    template: {
      metadata: { labels: { app: 'own', [brokerLabel]: 'plant' }, annotations },
      spec: {
        ...{ serviceAccountName: 'own', automountServiceAccountToken: false, containers: [agent], volumes },
        terminationGracePeriodSeconds: 10,
      },
    },
  };
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata },
    { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', metadata, rules },
    { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'RoleBinding', metadata, subjects, roleRef },
    { apiVersion: 'apps/v1', kind: 'StatefulSet', metadata, spec },
  ];
}

export function describeReferredRolls(stage: () => Stage, mosquitto: BrokerUnderTest): void {
  describe('a StatefulSet of the user that is rolled', () => {
    let faults: FaultyKubelet;
    let site: RolledSite;
    let manifest: string;
    let former: ReadonlyMap<string, string>;

    before(async () => {
      const { plane } = stage();
      const started = (command: readonly string[]) => command.map((word) => `--mosquitto=${word}`);
      faults = await faultyKubelet(plane, namespace, mosquitto, started);
      site = new RolledSite({ plane, kubelet: faults.kubelet, namespace, workload: 'own', pods });
      const ref = { ref: { kind: 'StatefulSet', name: 'own' } };
      const objects = [...rolledFleet(namespace, mosquitto.dialect, ref), ...ownWorkload()];
      manifest = manifestOf(plane, objects);
      await output(plane.kubectl(['apply', '-f', manifest]));
    });
    after(async () => {
      site.close();
      await faults.kubelet.stop();
    });

    it('is given a set by one annotation beside its own', async () => {
      await site.settled();
      assert.deepEqual(await site.template(), { ...annotations, [bundleHashAnnotation]: await site.hashOf(last) });
      for (const pod of pods) assert.equal(await site.grants(pod, 'sensors/s2/t'), true);
    });

    it('stops at a pod that cannot prove a set, with the other one serving what it has', async () => {
      former = site.running();
      const revision = await site.published();
      const open = await site.session(last, 's1');
      faults.break('mosquitto');
      await site.allow('late/{device}');
      await site.replaced(first, former);
      await site.says(/^False Refused: 0 of 2 instances proved .*; own-1: /, 'mqttbroker/plant');
      await site.says(/^False Refused: .*own-1: /, 'mqttdevice/s1', 'mqttdevice/s2');
      assert.equal(site.running().get(last), former.get(last));
      assert.equal(await site.loaded(last), revision);
      assert.deepEqual(
        [await mayPublish(open, 'sensors/s1/t', ''), await mayPublish(open, 'late/s1', '')],
        [true, false],
      );
      assert.equal(await site.grants(last, 'sensors/s2/t'), true);
    });

    it('comes to its end when that one can prove it', async () => {
      faults.mend('mosquitto');
      await site.replaced(last, former);
      await site.settled();
      for (const pod of pods) assert.equal(await site.grants(pod, 'late/s2'), true);
      assert.deepEqual(await site.template(), { ...annotations, [bundleHashAnnotation]: await site.hashOf(last) });
    });

    it('leaves nothing when all is deleted', async () => {
      await output(stage().plane.kubectl(['delete', '-f', manifest, '--timeout=60s']));
    });
  });
}
