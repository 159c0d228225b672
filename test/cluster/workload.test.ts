import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { brokerLabel, bundleHashAnnotation } from '../../src/api/labels.ts';
import { createFleetState } from '../../src/controllers/fleet-state.ts';
import { type WorkloadController, workloadController } from '../../src/controllers/workload/controller.ts';
import { createWorld, essentialStores, type World } from '../../src/controllers/world.ts';
import type { BrokerState } from '../../src/controllers/context.ts';
import { enforcedHash } from '../../src/domain/bundle/chunks.ts';
import { partNames } from '../../src/domain/bundle/content.ts';
import { ofParts } from '../../src/domain/bundle/set.ts';
import type { KubeClient } from '../../src/kube/client.ts';
import { mergePatch } from './api.ts';
import { realClock, realRandom, testClient, type TestClient } from './client.ts';
import { until } from './component.ts';
import { administrator, type ControlPlane } from './control-plane.ts';
import { sharedControlPlane } from './shared.ts';

const namespace = 'workload';
const key = `${namespace}/plant`;
const inNamespace = (group: string, plural: string, name = '') =>
  `${group === '' ? '/api/v1' : `/apis/${group}`}/namespaces/${namespace}/${plural}${name && `/${name}`}`;
const children: readonly (readonly [group: string, plural: string, name: string])[] = [
  ['cert-manager.io/v1', 'certificates', 'plant-server'],
  ['', 'serviceaccounts', 'plant-agent'],
  ['rbac.authorization.k8s.io/v1', 'roles', 'plant-agent'],
  ['rbac.authorization.k8s.io/v1', 'rolebindings', 'plant-agent'],
  ['', 'services', 'plant-pods'],
  ['', 'services', 'plant'],
  ['policy/v1', 'poddisruptionbudgets', 'plant'],
  ['apps/v1', 'statefulsets', 'plant'],
  ['mqttsecurity.io/v1alpha1', 'brokerinstances', 'plant-0'],
];

/** Quantities are written as the API server does not give them back. */
const broker = {
  apiVersion: 'mqttsecurity.io/v1alpha1',
  kind: 'MqttBroker',
  metadata: { name: 'plant', namespace },
  spec: {
    mosquitto: { version: '2.0' },
    listeners: [{ name: 'passwords', port: 8884, authentication: 'Password' }],
    tls: { serverCertificate: { issuerRef: { name: 'servers' } } },
    workload: {
      managed: {
        storage: { size: '1024Mi' },
        resources: { requests: { cpu: '1000m', memory: '0.5Gi' }, limits: { memory: '1.5Gi' } },
        imagePullSecrets: [{ name: 'registry' }],
        nodeSelector: { disk: 'ssd' },
      },
    },
  },
};

describe('children of a managed broker on a real API server', function () {
  this.timeout(120_000);
  let plane: ControlPlane;
  let connection: TestClient;
  let world: World;
  let controller: WorkloadController;
  const writes: string[] = [];
  const events: string[] = [];
  let published: BrokerState['published'];

  /** A client that keeps a list of what it wrote. */
  function noting(client: KubeClient): KubeClient {
    return {
      ...client,
      apply: (type, object, options) => {
        writes.push(`apply ${type.kind} ${object.metadata.name}`);
        return client.apply(type, object, options);
      },
      delete: (type, of, name, options) => {
        writes.push(`delete ${type.kind} ${name}`);
        return client.delete(type, of, name, options);
      },
    };
  }

  function started(): WorkloadController {
    return workloadController({
      ...{
        client: noting(connection.client),
        world,
        options: { namespace: 'system', image: 'mqttsec:test' },
        clock: realClock,
      },
      state: {
        fleet: createFleetState(world),
        brokers: { get: () => (published ? ({ published } as BrokerState) : undefined) },
      },
      wake: { broker: () => undefined },
      record: ({ reason }) => events.push(reason),
    });
  }

  async function pass(): Promise<readonly string[]> {
    writes.length = 0;
    await controller.reconcile(key, { reconcileId: 'test', signal: AbortSignal.timeout(30_000) });
    return [...writes];
  }

  /** Until nothing is written any more; gives all that was. */
  async function settled(): Promise<readonly string[]> {
    const all: string[] = [];
    for (let rounds = 0; rounds < 30; rounds += 1) {
      const written = await pass();
      all.push(...written);
      if (written.length === 0) return all;
      await delay(300);
    }
    throw new Error(`it does not come to rest: ${all.join(', ')}`);
  }

  before(async () => {
    plane = await sharedControlPlane();
    const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
    await plane.admin.call('POST', '/api/v1/namespaces', { body: { metadata: { name: namespace, labels } } });
    connection = testClient(await plane.credentials(administrator), { userAgent: 'workload-test' });
    world = createWorld({ client: connection.client, clock: realClock, random: realRandom, namespace });
    for (const reflector of Object.values(world) as { start(): void }[]) reflector.start();
    await Promise.all([...essentialStores(world).map(({ ready }) => ready), world.certificates.ready]);
    controller = started();
  });
  after(async () => {
    for (const reflector of Object.values(world) as { stop(): void }[]) reflector.stop();
    await plane.admin.answer('DELETE', `/api/v1/namespaces/${namespace}`);
    await connection.transport.close();
  });

  it('are made once, and pods of them pass PodSecurity `restricted`', async () => {
    await plane.admin.call('POST', inNamespace('mqttsecurity.io/v1alpha1', 'mqttbrokers'), { body: broker });
    await until(() => world.brokers.store.get(key) !== undefined, 'the broker is seen');
    const made = await pass();
    await until(() => world.pods.store.size === 1, 'its pod was let in');
    const rest = await settled();
    assert.deepEqual(
      [...made, ...rest].filter((write) => !write.includes('Role ')).sort(),
      [...new Set([...made, ...rest].filter((write) => !write.includes('Role ')))].sort(),
      'nothing is written twice',
    );
    for (const [group, plural, name] of children) {
      const child = await plane.admin.call<{ metadata: { labels: Record<string, string> } }>(
        'GET',
        inNamespace(group, plural, name),
      );
      assert.equal(child.metadata.labels[brokerLabel], 'plant', `${plural} ${name}`);
    }
    assert.deepEqual(controller.findings(brokerValue()), []);
  });

  const brokerValue = () => {
    const value = world.brokers.store.get(key)?.value;
    assert.ok(value?.ok);
    return value.value;
  };

  it('are not written again: not by the next pass, nor by the next process', async () => {
    assert.deepEqual(await pass(), []);
    controller = started();
    assert.deepEqual(await pass(), []);
  });

  it('are mended when somebody changes, unlabels or deletes them', async () => {
    await plane.admin.call('PATCH', inNamespace('', 'services', 'plant'), {
      body: { spec: { selector: { [brokerLabel]: 'mine' } } },
      contentType: mergePatch,
    });
    await plane.admin.call('PATCH', inNamespace('rbac.authorization.k8s.io/v1', 'roles', 'plant-agent'), {
      ...{ body: { rules: [{ apiGroups: [''], resources: ['secrets'], verbs: ['list'] }] }, contentType: mergePatch },
    });
    await plane.admin.call('PATCH', inNamespace('apps/v1', 'statefulsets', 'plant'), {
      ...{ body: { metadata: { labels: null } }, contentType: mergePatch },
    });
    await plane.admin.call('DELETE', inNamespace('', 'serviceaccounts', 'plant-agent'));
    await until(() => world.serviceAccounts.store.size === 0 && world.statefulSets.store.size === 0, 'it is seen');
    await delay(300);
    assert.deepEqual((await settled()).toSorted(), [
      'apply Role plant-agent',
      'apply Service plant',
      'apply ServiceAccount plant-agent',
      'apply StatefulSet plant',
    ]);
    const service = await plane.admin.call<{ spec: { selector: Record<string, string> } }>(
      'GET',
      inNamespace('', 'services', 'plant'),
    );
    assert.equal(service.spec.selector[brokerLabel], 'plant');
  });

  it('have one BrokerInstance for each pod: another pod, another instance', async () => {
    const instance = () =>
      plane.admin.call<{ metadata: { uid: string }; spec: { podUid: string } }>(
        'GET',
        inNamespace('mqttsecurity.io/v1alpha1', 'brokerinstances', 'plant-0'),
      );
    const former = await instance();
    await plane.admin.call('DELETE', inNamespace('', 'pods', 'plant-0'));
    await until(
      () => [...world.pods.store.list()].some(({ metadata }) => metadata.uid !== former.spec.podUid),
      'the next pod',
    );
    assert.deepEqual(await settled(), ['delete BrokerInstance plant-0', 'apply BrokerInstance plant-0']);
    const next = await instance();
    assert.notEqual(next.metadata.uid, former.metadata.uid);
    assert.equal(next.spec.podUid, [...world.pods.store.list()][0]?.metadata.uid);
  });

  it('say what the API server refuses, and leave what others made', async () => {
    const body = { spec: { workload: { managed: { storage: { size: '2Gi' } } } } };
    await plane.admin.call('PATCH', inNamespace('mqttsecurity.io/v1alpha1', 'mqttbrokers', 'plant'), {
      body,
      contentType: mergePatch,
    });
    await until(() => brokerValue().origin.generation === 2, 'the change is seen');
    await pass();
    assert.deepEqual(
      controller.findings(brokerValue()).map(({ code }) => code),
      ['MQS138'],
    );
    const back = { spec: { workload: { managed: { storage: { size: '1Gi' } } } } };
    await plane.admin.call('PATCH', inNamespace('mqttsecurity.io/v1alpha1', 'mqttbrokers', 'plant'), {
      body: back,
      contentType: mergePatch,
    });
    await until(() => brokerValue().origin.generation === 3, 'the change is seen');
    assert.deepEqual(await pass(), []);
    assert.deepEqual(controller.findings(brokerValue()), []);
  });

  it("are rolled by the hash of the bundle, one annotation of a workload of the user's included", async () => {
    published = { broker: key, revision: 1, hash: 'a'.repeat(64), parts: emptyParts };
    const annotationOf = async (plural: string, name: string) => {
      const set = await plane.admin.call<{
        spec: { template: { metadata: { annotations?: Record<string, string> } } };
      }>('GET', inNamespace('apps/v1', plural, name));
      return set.spec.template.metadata.annotations;
    };
    const spec = { update: { strategy: 'Roll' } };
    await plane.admin.call('PATCH', inNamespace('mqttsecurity.io/v1alpha1', 'mqttbrokers', 'plant'), {
      body: { spec },
      contentType: mergePatch,
    });
    await until(() => brokerValue().update.strategy === 'Roll', 'the change is seen');
    await settled();
    assert.deepEqual(await annotationOf('statefulsets', 'plant'), { [bundleHashAnnotation]: enforcedHash(emptyParts) });
    await plane.admin.call('POST', inNamespace('apps/v1', 'deployments'), { body: deployment });
    const ref = { workload: { managed: null, ref: { kind: 'Deployment', name: 'mine' } } };
    await plane.admin.call('PATCH', inNamespace('mqttsecurity.io/v1alpha1', 'mqttbrokers', 'plant'), {
      body: { spec: ref },
      contentType: mergePatch,
    });
    await until(() => brokerValue().workload.kind === 'Ref', 'the change is seen');
    await settled();
    assert.deepEqual(await annotationOf('deployments', 'mine'), {
      mine: 'stays',
      [bundleHashAnnotation]: enforcedHash(emptyParts),
    });
    assert.deepEqual(await pass(), []);
    for (const [group, plural, name] of children.slice(1, -1)) {
      await until(
        async () => (await plane.admin.answer('GET', inNamespace(group, plural, name))).status === 404,
        `${plural} ${name} is gone`,
      );
    }
    await until(
      () => [...world.pods.store.list()].some(({ metadata }) => metadata.name.startsWith('mine-')),
      'its pod',
    );
    await until(
      () => ![...world.pods.store.list()].some(({ metadata }) => metadata.name === 'plant-0'),
      'no other pod',
    );
    await settled();
    const names = [...world.instances.store.list()].map(({ meta }) => meta.name);
    assert.deepEqual(names.sort(), [...world.pods.store.list()].map(({ metadata }) => metadata.name).sort());
    assert.deepEqual(events, ['WorkloadRefused']);
  });
});

const emptyParts = ofParts(partNames, () => []);

const deployment = {
  metadata: { name: 'mine' },
  spec: {
    replicas: 1,
    selector: { matchLabels: { app: 'mine' } },
    template: {
      metadata: { labels: { app: 'mine', [brokerLabel]: 'plant' }, annotations: { mine: 'stays' } },
      spec: {
        securityContext: { runAsNonRoot: true, runAsUser: 1, seccompProfile: { type: 'RuntimeDefault' } },
        containers: [
          {
            ...{ name: 'main', image: 'none' },
            securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
          },
        ],
      },
    },
  },
};
