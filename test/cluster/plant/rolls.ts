/** A broker whose pods are replaced for each new set, one after the other. */
import assert from 'node:assert/strict';
import { bundleHashAnnotation } from '../../../src/api/labels.ts';
import { enforcedHash } from '../../../src/domain/bundle/chunks.ts';
import { parseIndex } from '../../../src/domain/bundle/index-text.ts';
import type { BrokerUnderTest } from '../../broker/mosquitto.ts';
import { until } from '../component.ts';
import type { Kubelet } from '../kubelet.ts';
import { deviceClient, type Endpoint, mayPublish, secretTexts } from './mqtt.ts';
import { output } from './site.ts';
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
} from './stage.ts';

/** Of the set that an index names. */
function enforcedHashIn(text: string | undefined): string {
  const index = text === undefined ? 'there is none' : parseIndex(text);
  return typeof index === 'string' ? index : enforcedHash(index.parts);
}

const namespace = 'rolls';
const allow = (topic: string) => ({ effect: 'Allow', actions: ['Publish'], topic });

function objectsOf(version: string): readonly object[] {
  const device = (name: string) =>
    ours('MqttDevice', namespace, name, {
      brokerRef: { name: 'plant' },
      templateRefs: [{ name: 'sensor' }],
      authentication: { type: 'Password', password: { generate: {} } },
    });
  return [
    namespaceNamed(namespace),
    ...issuers(namespace),
    ours('MqttBroker', namespace, 'plant', {
      ...brokerSpec(version),
      listeners: [{ name: 'passwords', port: 8884, authentication: 'Password' }],
      clientCertificates: undefined,
      update: { strategy: 'Roll' },
      workload: { managed: { replicas: 2, acknowledgeNoClustering: true } },
    }),
    ours('AclTemplate', namespace, 'sensor', { role: 'Device', rules: [allow('sensors/{device}/#')] }),
    ...['s1', 's2'].map(device),
  ];
}

interface SeenPod {
  readonly metadata: { readonly uid: string; readonly annotations?: Readonly<Record<string, string>> };
}

interface SeenIndex {
  readonly data: Readonly<Record<string, string>>;
}

interface SeenStatefulSet {
  readonly spec: {
    readonly template: { readonly metadata: { readonly annotations?: Readonly<Record<string, string>> } };
  };
}

export function describeRolls(stage: () => Stage, mosquitto: BrokerUnderTest): void {
  describe('a broker whose pods are replaced for each set', () => {
    let kubelet: Kubelet;
    let manifest: string;

    before(async () => {
      const { plane } = stage();
      kubelet = await kubeletFor(plane, mosquitto, [namespace]);
      manifest = manifestOf(plane, objectsOf(mosquitto.dialect));
      await output(plane.kubectl(['apply', '-f', manifest]));
    });
    after(() => kubelet.stop());

    const pods = ['plant-0', 'plant-1'] as const;
    const endpoint = (pod: string): Promise<Endpoint> => endpointOf(stage().plane, kubelet, namespace, pod);
    const client = async (pod: string, device: string) =>
      deviceClient(
        await endpoint(pod),
        device,
        await secretTexts(stage().plane.admin, namespace, `${device}-password`),
      );
    /** Resolves when nothing is left to be replaced: pods may have started on a set before they were told to. */
    const settled = async () => {
      const { plane } = stage();
      await becameReady(plane, namespace, 'mqttbroker/plant', 'mqttdevice/s1', 'mqttdevice/s2');
      const hash = async () =>
        enforcedHashIn((await found<SeenIndex>(plane, namespace, 'configmap/plant-bundle'))?.data['index.json']);
      const template = async () =>
        (await found<SeenStatefulSet>(plane, namespace, 'statefulset/plant'))?.spec.template.metadata.annotations;
      await until(
        async () => (await template())?.[bundleHashAnnotation] === (await hash()),
        'the set is that of the pods',
      );
      await output(plane.kubectl(['rollout', 'status', 'statefulset/plant', '-n', namespace, '--timeout=60s']));
      await becameReady(plane, namespace, 'mqttbroker/plant', 'mqttdevice/s1', 'mqttdevice/s2');
    };
    const seenPod = (name: string) => found<SeenPod>(stage().plane, namespace, `pod/${name}`);
    /** Sets that the agent of a pod has given to its broker. */
    const sets = (name: string) =>
      kubelet.pods().get(`${namespace}/${name}`)?.log('agent').split('"put a generation in place"').length;

    it('is ready when all of its pods have the set', async () => {
      await settled();
      for (const pod of pods) {
        const first = await client(pod, 's1');
        first.end(true);
      }
    });

    it('brings an edit by another pod, and leaves the sessions of the next one until its turn', async () => {
      const { plane } = stage();
      const former = new Map<string, string | undefined>();
      const given = sets('plant-0');
      for (const pod of pods) former.set(pod, (await seenPod(pod))?.metadata.uid);
      const session = await client('plant-0', 's1');
      let isOpen = true;
      session.once('close', () => (isOpen = false));
      await changed(plane, namespace, 'acltemplate/sensor', {
        spec: { rules: [allow('sensors/{device}/#'), allow('extra/{device}')] },
      });

      await until(
        () => kubelet.pods().get(`${namespace}/plant-1`)?.uid !== former.get('plant-1'),
        'plant-1 is replaced',
      );
      assert.equal(isOpen, true, 'the other one waits for its turn');
      assert.equal(await mayPublish(session, 'extra/s1', 'not by a reload'), false);
      assert.equal(sets('plant-0'), given);

      await until(() => !isOpen, 'plant-0 has its turn');
      const next = await client('plant-1', 's1');
      assert.equal(await mayPublish(next, 'extra/s1', 'by a new pod'), true);
      next.end(true);

      await until(async () => {
        const uid = (await seenPod('plant-0'))?.metadata.uid;
        return uid !== undefined && uid !== former.get('plant-0');
      }, 'plant-0 is replaced');
      await settled();
      const hashes = await Promise.all(pods.map(async (pod) => (await seenPod(pod))?.metadata.annotations));
      assert.equal(new Set(hashes.map((annotations) => annotations?.[bundleHashAnnotation])).size, 1);
      for (const pod of pods) {
        const one = await client(pod, 's1');
        assert.equal(await mayPublish(one, 'extra/s1', 'by a new pod'), true);
        one.end(true);
      }
    });

    it('leaves nothing when all is deleted', async () => {
      await output(stage().plane.kubectl(['delete', '-f', manifest, '--timeout=60s']));
    });
  });
}
