/** A managed broker from manifest to device: the pods that the operator asks for, with real agents and Mosquittos in them. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { connected } from '../../src/agent/client.ts';
import { brokers } from '../broker/mosquitto.ts';
import { until } from './component.ts';
import type { ControlPlane } from './control-plane.ts';
import { type Kubelet, type RunningPod, startKubelet } from './kubelet.ts';
import { startOperator, type TestOperator } from './operator.ts';
import { sharedControlPlane } from './shared.ts';

const servers = {
  apiVersion: 'cert-manager.io/v1',
  kind: 'Issuer',
  metadata: { name: 'servers' },
  spec: { selfSigned: {} },
};

function fleet(version: string): readonly object[] {
  const ours = (kind: string, name: string, spec: object) => ({
    ...{ apiVersion: 'mqttsecurity.io/v1alpha1', kind, metadata: { name }, spec },
  });
  return [
    servers,
    ours('MqttBroker', 'plant', {
      mosquitto: { version },
      listeners: [{ name: 'passwords', port: 8884, authentication: 'Password' }],
      tls: { serverCertificate: { issuerRef: { name: 'servers' } } },
      workload: { managed: { storage: { size: '1Gi' }, replicas: 2, acknowledgeNoClustering: true } },
    }),
    ours('AclTemplate', 'sensor', {
      role: 'Device',
      rules: [{ effect: 'Allow', actions: ['Publish'], topic: 'sensors/{device}/#' }],
    }),
    ours('MqttDevice', 's1', {
      brokerRef: { name: 'plant' },
      templateRefs: [{ name: 'sensor' }],
      authentication: { type: 'Password', password: { generate: {} } },
    }),
  ];
}

interface Listed {
  readonly kind?: string;
  readonly metadata: { readonly name: string; readonly uid: string };
  readonly spec?: { readonly podUid?: string };
  readonly data?: Readonly<Record<string, string>>;
}

for (const broker of brokers) {
  describe(`a managed broker with ${broker.name}`, function () {
    this.timeout(120_000);
    const namespace = `managed-${broker.dialect.replace('.', '-')}`;
    let plane: ControlPlane;
    let kubelet: Kubelet;
    let operator: TestOperator;

    before(async () => {
      plane = await sharedControlPlane();
      const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
      await plane.admin.call('POST', '/api/v1/namespaces', { body: { metadata: { name: namespace, labels } } });
      // While the broker goes, its children go one by one, and a pass that had begun may meet one that is gone.
      const expected = [/: NotFound: (secrets|configmaps) \\?"plant-/];
      operator = await startOperator(plane, { watchNamespace: namespace, expected });
      kubelet = await startKubelet(plane, {
        ...{ namespaces: [namespace], mosquitto: broker },
        agentArguments: () => [`--plugin-directory=${broker.pluginDirectory}`],
      });
      for (const object of fleet(broker.dialect)) await plane.admin.call('POST', placeOf(object), { body: object });
    });
    after(async () => {
      await kubelet.stop();
      await plane.admin.answer('DELETE', `/api/v1/namespaces/${namespace}`);
      await operator.close();
    });

    const inNamespace = (version: string, rest: string) =>
      `${version.includes('/') ? `/apis/${version}` : `/api/${version}`}/namespaces/${namespace}/${rest}`;
    const placeOf = (object: object, name = '') => {
      const { apiVersion, kind } = object as { apiVersion: string; kind: string };
      return inNamespace(apiVersion, `${kind.toLowerCase()}s${name}`);
    };
    const listed = async (version: string, plural: string) =>
      (await plane.admin.call<{ items: Listed[] }>('GET', inNamespace(version, plural))).items;
    const become = async (kind: string, condition: string) => {
      const { code, stderr } = await plane.kubectl([
        'wait',
        kind,
        '--for',
        condition,
        '-n',
        namespace,
        '--timeout=60s',
      ]);
      assert.equal(
        code,
        0,
        `${stderr}\n${[...kubelet.pods().values()].map((pod) => pod.log('agent').slice(-1500)).join('\n')}`,
      );
    };
    /** Resolves when the device of the fleet gets in, and may do what it may and no more. */
    const served = async ({ address }: RunningPod) => {
      const [secret] = (await listed('v1', 'secrets')).filter(({ metadata }) => metadata.name === 's1-password');
      const password = Buffer.from(secret?.data?.['password'] ?? '', 'base64').toString();
      const endpoint = { kind: 'Network', host: address, port: 8884, webSockets: false, tls: {} } as const;
      const outcome = await connected(endpoint, { clientId: 's1', username: 's1', password }, 5_000);
      assert.equal(outcome.kind, 'Connected');
      const { session } = outcome;
      const own = await session.publish('sensors/s1/temperature', '20');
      const foreign = await session.publish('sensors/s2/temperature', '20');
      await session.close();
      assert.deepEqual(own.kind === 'Acknowledged' && own.code < 128, true);
      assert.deepEqual(foreign, { kind: 'Acknowledged', code: 135 });
    };
    /** Process id of Mosquitto itself. */
    const mosquittoOf = ({ directory }: RunningPod) =>
      Number(readFileSync(path.join(directory, 'shared/broker/running'), 'utf8').trim().split(' ')[1]);

    it('is ready when each of its pods has proved what was published, and serves devices', async () => {
      for (const kind of ['mqttbroker/plant', 'mqttdevice/s1']) await become(kind, 'condition=Ready');
      for (const name of ['plant-0', 'plant-1']) await served(await kubelet.ready(namespace, name));
    });

    it('comes to rest', async () => {
      await operator.quiet(3_000);
    });

    it('is back after Mosquitto ended, in the same pod', async () => {
      const pod = await kubelet.ready(namespace, 'plant-0');
      const former = mosquittoOf(pod);
      process.kill(former, 'SIGKILL');
      await until(() => mosquittoOf(pod) !== former, 'another Mosquitto runs');
      await served(await kubelet.ready(namespace, 'plant-0'));
      assert.deepEqual([pod.restarts('mosquitto'), pod.restarts('agent')], [0, 0]);
    });

    it('is back after the container of Mosquitto ended', async () => {
      const pod = await kubelet.ready(namespace, 'plant-0');
      process.kill(pod.pid('mosquitto') ?? 0, 'SIGKILL');
      await until(() => pod.restarts('mosquitto') === 1 && !pod.isReady(), 'it is noticed');
      await served(await kubelet.ready(namespace, 'plant-0'));
    });

    it('is back after the agent ended, which left Mosquitto running', async () => {
      const pod = await kubelet.ready(namespace, 'plant-1');
      process.kill(pod.pid('agent') ?? 0, 'SIGKILL');
      await until(() => pod.restarts('agent') === 1 && !pod.isReady(), 'it is noticed');
      await served(await kubelet.ready(namespace, 'plant-1'));
    });

    it('has another instance for another pod', async () => {
      const former = await kubelet.ready(namespace, 'plant-1');
      await plane.admin.call('DELETE', inNamespace('v1', 'pods/plant-1'));
      await until(() => kubelet.pods().get(`${namespace}/plant-1`)?.uid !== former.uid, 'the former pod is gone');
      const next = await kubelet.ready(namespace, 'plant-1');
      await until(async () => {
        const instances = await listed('mqttsecurity.io/v1alpha1', 'brokerinstances');
        return instances.some(({ metadata, spec }) => metadata.name === 'plant-1' && spec?.podUid === next.uid);
      }, 'its instance is there');
      await become('brokerinstance/plant-1', 'condition=Ready');
      await become('mqttbroker/plant', 'condition=Ready');
      await served(next);
      const data = path.join(path.dirname(next.directory), `${namespace}-data-plant-1`);
      const kept = ['mosquitto.db', 'sightings.json'];
      assert.deepEqual(
        readdirSync(data).sort(),
        kept,
        'sessions, and who came, lie on the volume, which outlives the pod',
      );
    });

    it('leaves nothing behind', async () => {
      for (const object of fleet(broker.dialect).toReversed()) {
        const { name } = (object as Listed).metadata;
        await plane.admin.call('DELETE', placeOf(object, `/${name}`));
      }
      const left = async () => {
        const kinds = [
          ...['pods', 'services', 'secrets', 'configmaps', 'serviceaccounts', 'persistentvolumeclaims'].map(
            (plural) => ['v1', plural],
          ),
          ...[
            ['apps/v1', 'statefulsets'],
            ['rbac.authorization.k8s.io/v1', 'roles'],
          ],
          ...['brokerinstances', 'mqttbrokers', 'mqttdevices'].map((plural) => ['mqttsecurity.io/v1alpha1', plural]),
        ];
        const lists = await Promise.all(kinds.map(([version = '', plural = '']) => listed(version, plural)));
        const names = lists.flatMap((items, index) =>
          items.map(({ metadata }) => `${String(kinds[index]?.[1])} ${metadata.name}`),
        );
        return names.filter((name) => !['configmaps kube-root-ca.crt', 'serviceaccounts default'].includes(name));
      };
      let last: readonly string[] = [];
      await until(
        async () => (last = await left()).length === 0,
        () => `all is gone: ${last.join(', ')}`,
      );
    });
  });
}
