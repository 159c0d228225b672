/** What happens to a broker and its devices in the course of their life, beside what the sample fleet goes through. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { brokerLabel, bundleHashAnnotation } from '../../../src/api/labels.ts';
import type { BrokerUnderTest } from '../../broker/mosquitto.ts';
import { until } from '../component.ts';
import { administrator } from '../control-plane.ts';
import type { Kubelet } from '../kubelet.ts';
import { deviceClient, type Endpoint, mayPublish, secretTexts } from './mqtt.ts';
import { listed, output } from './site.ts';
import {
  becameReady,
  brokerSpec,
  changed,
  endpointOf,
  found,
  issuers,
  kubeletFor,
  manifestOf,
  namespaceNamed,
  ours,
  type Stage,
  vanished,
} from './stage.ts';

const namespace = 'life';
const mqttsec = path.resolve(import.meta.dirname, '../../../bin/mqttsec');

const byPassword = { type: 'Password', password: { generate: {} }, certificate: null };
/** After a renewal the former certificate is taken back at once. */
const byCertificate = {
  ...{ type: 'Certificate', password: null },
  certificate: { template: { previousCertificate: { revokeAfterSeconds: 0 } } },
};
const onDeployment = { managed: null, external: null, ref: { kind: 'Deployment', name: 'mosquitto' } };
const outside = { managed: null, ref: null, external: { instances: ['outpost'] } };

function objectsOf(version: string): readonly object[] {
  const { certificate } = byCertificate;
  return [
    namespaceNamed(namespace),
    ...issuers(namespace),
    ours('MqttBroker', namespace, 'plant', {
      ...brokerSpec(version, { workload: { ref: onDeployment.ref } }),
      update: { strategy: 'Roll' },
    }),
    ours('AclTemplate', namespace, 'sensor', {
      role: 'Device',
      rules: [{ effect: 'Allow', actions: ['Publish'], topic: 'sensors/{device}/#' }],
    }),
    ours('MqttDevice', namespace, 's1', {
      brokerRef: { name: 'plant' },
      templateRefs: [{ name: 'sensor' }],
      authentication: { type: 'Certificate', certificate },
    }),
  ];
}

/** No pods of it: nobody would run them. */
const deployment = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'mosquitto', namespace },
  spec: {
    replicas: 0,
    selector: { matchLabels: { app: 'mosquitto' } },
    template: {
      metadata: { labels: { app: 'mosquitto', [brokerLabel]: 'plant' }, annotations: { 'example.com/own': 'kept' } },
      spec: { containers: [{ name: 'mosquitto', image: 'mosquitto' }] },
    },
  },
};

interface SeenDeployment {
  readonly metadata: { readonly generation: number };
  readonly spec: {
    readonly template: { readonly metadata: { readonly annotations: Readonly<Record<string, string>> } };
  };
}

interface SeenEvent {
  readonly reason: string;
  readonly note: string;
  readonly series?: { readonly count: number };
}

export function describeLife(stage: () => Stage, mosquitto: BrokerUnderTest): void {
  describe('what else happens in a life', () => {
    let kubelet: Kubelet;
    let endpoint: Endpoint;
    let manifest: string;

    before(async () => {
      const { plane } = stage();
      kubelet = await kubeletFor(plane, mosquitto, [namespace]);
      manifest = manifestOf(plane, objectsOf(mosquitto.dialect));
      await output(plane.kubectl(['apply', '-f', manifest]));
    });
    after(() => kubelet.stop());

    const ready = (...objects: string[]) => becameReady(stage().plane, namespace, ...objects);
    const change = (object: string, spec: object) => changed(stage().plane, namespace, object, { spec });
    const gone = (...objects: string[]) => vanished(stage().plane, namespace, ...objects);
    const secret = (name: string) => secretTexts(stage().plane.admin, namespace, name);
    const eventsOf = async (reason: string) =>
      (await listed(stage().plane, 'events.events.k8s.io', ['-n', namespace]))
        .map((event) => event as unknown as SeenEvent)
        .filter((event) => event.reason === reason);
    /** Whether the device gets in with these credentials, and may then do what its template says. */
    const served = async (credentials: Readonly<Record<string, string>>) => {
      const client = await deviceClient(endpoint, 's1', credentials);
      assert.equal(await mayPublish(client, 'sensors/s1/t', '20'), true);
      assert.equal(await mayPublish(client, 'sensors/s2/t', '20'), false);
      return client;
    };

    it('says that the workload is missing that a broker refers to', async () => {
      await until(async () => (await eventsOf('WorkloadRefused')).length === 1, 'an Event of the missing workload');
      const [event] = await eventsOf('WorkloadRefused');
      assert.deepEqual([event?.note, event?.series], ['Deployment mosquitto does not exist', undefined]);
    });

    it('runs the broker when it is to be managed', async () => {
      await change('mqttbroker/plant', { workload: { ref: null, managed: {} }, update: { strategy: 'Reload' } });
      await ready('mqttbroker/plant', 'mqttdevice/s1');
      endpoint = await endpointOf(stage().plane, kubelet, namespace);
      (await served(await secret('s1-tls'))).end(true);
    });

    it('takes the pod that comes after one that was deleted for another instance', async () => {
      const { plane } = stage();
      const { uid } = await kubelet.ready(namespace, 'plant-0');
      await output(plane.kubectl(['delete', 'pod/plant-0', '-n', namespace]));
      await until(() => kubelet.pods().get(`${namespace}/plant-0`)?.uid !== uid, 'the former pod is gone');
      const next = await kubelet.ready(namespace, 'plant-0');
      const instance = async () =>
        (await found<{ spec: { podUid: string } }>(plane, namespace, 'brokerinstance/plant-0'))?.spec.podUid;
      await until(async () => (await instance()) === next.uid, 'the instance is that of the new pod');
      await ready('brokerinstance/plant-0', 'mqttbroker/plant');
      endpoint = await endpointOf(plane, kubelet, namespace);
      (await served(await secret('s1-tls'))).end(true);
    });

    it('renews a certificate when asked to, and ends what the former one opened', async () => {
      const former = await secret('s1-tls');
      const client = await served(former);
      const closed = new Promise<void>((resolve) => client.once('close', () => resolve()));
      const env = { ...process.env, KUBECONFIG: await stage().plane.kubeconfig(administrator) };
      await promisify(execFile)(mqttsec, ['renew', 's1', '-n', namespace], { env });
      await until(async () => (await secret('s1-tls'))['tls.crt'] !== former['tls.crt'], 'another certificate');
      await closed;
      await ready('devicecertificate/s1', 'mqttdevice/s1');
      await assert.rejects(deviceClient(endpoint, 's1', former));
      (await served(await secret('s1-tls'))).end(true);
    });

    it('lets a device change from its certificate to a password, and back, in the same pod', async () => {
      const [{ uid }, former] = [await kubelet.ready(namespace, 'plant-0'), await secret('s1-tls')];
      await change('mqttdevice/s1', { authentication: byPassword });
      await ready('mqttdevice/s1');
      await gone('devicecertificate/s1', 'certificate/s1', 'secret/s1-tls');
      await assert.rejects(deviceClient(endpoint, 's1', former));
      const password = await secret('s1-password');
      (await served(password)).end(true);

      await change('mqttdevice/s1', { authentication: byCertificate });
      await ready('mqttdevice/s1');
      await assert.rejects(deviceClient(endpoint, 's1', former));
      await assert.rejects(deviceClient(endpoint, 's1', password));
      (await served(await secret('s1-tls'))).end(true);
      const pod = await kubelet.ready(namespace, 'plant-0');
      assert.deepEqual([pod.uid, pod.restarts('mosquitto')], [uid, 0], 'a reload was enough');
    });

    it('takes away the parts of a set that a broker without certificates does not need', async () => {
      const { plane } = stage();
      assert.ok(await found(plane, namespace, 'configmap/plant-crl-00'));
      await change('mqttdevice/s1', { authentication: byPassword });
      await ready('mqttdevice/s1');
      await change('mqttbroker/plant', {
        listeners: [{ name: 'passwords', port: 8884, authentication: 'Password' }],
        clientCertificates: null,
      });
      await gone('configmap/plant-crl-00', 'configmap/plant-ca-00');
      // The pod has other ports now, so it is another one.
      await until(async () => {
        endpoint = await endpointOf(plane, kubelet, namespace);
        const client = await deviceClient(endpoint, 's1', await secret('s1-password')).catch(() => undefined);
        client?.end(true);
        return client !== undefined;
      }, 'the device gets in by its password');
      await ready('mqttbroker/plant', 'mqttdevice/s1');
    });

    it('takes away what ran a broker that runs elsewhere now', async () => {
      const { plane } = stage();
      await change('mqttbroker/plant', { workload: outside });
      await gone(
        ...['statefulset/plant', 'service/plant', 'service/plant-pods', 'serviceaccount/plant-agent'],
        ...['role/plant-agent', 'rolebinding/plant-agent', 'pod/plant-0', 'brokerinstance/plant-0'],
      );
      await until(
        async () => (await found(plane, namespace, 'brokerinstance/outpost')) !== undefined,
        'the instance outside is there',
      );
    });

    it('rolls a Deployment of the user by one annotation, and changes nothing else of it', async () => {
      const { plane } = stage();
      await output(plane.kubectl(['apply', '-f', manifestOf(plane, [deployment])]));
      const seen = async () =>
        (await found<SeenDeployment>(plane, namespace, 'deployment/mosquitto')) as SeenDeployment;
      const before = await seen();
      await change('mqttbroker/plant', { workload: onDeployment, update: { strategy: 'Roll' } });
      const hash = async () => (await seen()).spec.template.metadata.annotations[bundleHashAnnotation];
      await until(async () => (await hash()) !== undefined, 'the annotation');
      const { metadata, spec } = await seen();
      assert.equal(metadata.generation, before.metadata.generation + 1);
      const annotations = { 'example.com/own': 'kept', [bundleHashAnnotation]: await hash() };
      const { template } = before.spec;
      const expected = { ...template, metadata: { ...template.metadata, annotations } };
      assert.deepEqual(spec, { ...before.spec, template: expected });

      const former = await hash();
      await change('mqttdevice/s1', { rules: [{ actions: ['Publish'], topic: 'extra/{device}' }] });
      await until(async () => (await hash()) !== former, 'another hash after a change');
    });

    it('counts an Event that comes again, instead of making another', async () => {
      const { plane } = stage();
      await output(plane.kubectl(['delete', 'deployment/mosquitto', '-n', namespace]));
      await change('mqttbroker/plant', { update: { windowMilliseconds: 100 } });
      // One is written again a minute after it was written, no earlier.
      await until(async () => (await eventsOf('WorkloadRefused'))[0]?.series?.count === 2, 'the Event counts to two');
      assert.equal((await eventsOf('WorkloadRefused')).length, 1);
    });

    it('leaves nothing but the ledger when all is deleted', async () => {
      const { plane } = stage();
      await output(plane.kubectl(['delete', '-f', manifest, '--timeout=60s']));
    });
  });
}
