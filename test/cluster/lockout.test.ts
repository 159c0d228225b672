/** A device that hammers what it may not on a managed broker: from the log of Mosquitto to the status of the device, and back. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import type { MqttClient } from 'mqtt';
import { brokers } from '../broker/mosquitto.ts';
import { root } from '../cli/program.ts';
import { until } from './component.ts';
import { administrator, type ControlPlane } from './control-plane.ts';
import type { Kubelet } from './kubelet.ts';
import { startOperator, type TestOperator } from './operator.ts';
import { deviceClient, type Endpoint, mayPublish, secretTexts } from './plant/mqtt.ts';
import { listed, operatedControlPlane, output } from './plant/site.ts';
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
} from './plant/stage.ts';

const maxFailures = 5;
/** Long enough for an operator on a busy machine to learn of it, and short enough to be waited for. */
const blockSeconds = 30;
const names = ['hammerer', 'neighbour'];

interface Seen {
  readonly metadata: { readonly generation: number };
  readonly status?: {
    readonly lockout?: { readonly reason: string; readonly until: string };
    readonly lastHandledUnlockAt?: string;
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly reason: string;
      readonly observedGeneration: number;
    }[];
  };
}

interface SeenEvent {
  readonly reason: string;
  readonly regarding: { readonly kind: string; readonly name: string };
}

// One version: what each Mosquitto makes of a lockout is tested in local mode.
for (const mosquitto of brokers.filter(({ dialect }) => dialect === '2.0')) {
  describe(`a lockout on a cluster with ${mosquitto.name}`, function () {
    this.timeout(180_000);
    const namespace = `lockout-${mosquitto.dialect.replace('.', '-')}`;
    let plane: ControlPlane;
    let operator: TestOperator;
    let kubelet: Kubelet;
    let endpoint: Endpoint;
    let hammerer: MqttClient;
    let neighbour: MqttClient;

    before(async () => {
      // Of its own: what is left of a managed broker concerns nobody else.
      plane = await operatedControlPlane();
      await output(plane.kubectl(['apply', '-f', manifestOf(plane, [namespaceNamed(namespace)])]));
      operator = await startOperator(plane, { watchNamespace: namespace });
      kubelet = await kubeletFor(plane, mosquitto, [namespace]);
      await output(plane.kubectl(['apply', '-f', manifestOf(plane, fleet())]));
      await becameReady(plane, namespace, 'mqttbroker/plant', ...names.map((name) => `mqttdevice/${name}`));
      endpoint = await endpointOf(plane, kubelet, namespace);
      [hammerer, neighbour] = (await Promise.all(names.map(clientOf))) as [MqttClient, MqttClient];
    });
    after(async () => {
      for (const client of [hammerer, neighbour] as readonly (MqttClient | undefined)[]) client?.end(true);
      await kubelet.stop();
      await operator.close();
      await plane.stop();
      assert.deepEqual(plane.unexpectedErrorLines(), []);
    });

    function fleet(): readonly object[] {
      const spec = brokerSpec(mosquitto.dialect, {
        lockout: { maxFailures, windowSeconds: 60, blockSeconds },
        monitoring: { aclViolations: 'Enabled' },
      });
      const rules = [{ effect: 'Allow', actions: ['Publish'], topic: 'dev/{device}/#' }];
      const device = (name: string) =>
        ours('MqttDevice', namespace, name, {
          ...{ brokerRef: { name: 'plant' }, templateRefs: [{ name: 'sensor' }] },
          authentication: { type: 'Password', password: { generate: {} } },
        });
      return [
        ...issuers(namespace),
        ours('MqttBroker', namespace, 'plant', spec),
        ours('AclTemplate', namespace, 'sensor', { role: 'Device', rules }),
        ...names.map(device),
      ];
    }

    async function clientOf(name: string): Promise<MqttClient> {
      return deviceClient(endpoint, name, await secretTexts(plane.admin, namespace, `${name}-password`));
    }

    async function says(object: string, ready: string): Promise<Seen> {
      let last: Seen | undefined;
      const readyIn = ({ metadata, status }: Seen): string => {
        const condition = status?.conditions?.find(({ type }) => type === 'Ready');
        const isPresent = condition?.observedGeneration === metadata.generation;
        return isPresent ? `${condition.status}/${condition.reason}` : 'of a former generation';
      };
      await until(
        async () => {
          last = await found<Seen>(plane, namespace, object);
          return last !== undefined && readyIn(last) === ready;
        },
        () => `${object} is ${ready}: ${JSON.stringify(last?.status)}`,
      );
      return last as Seen;
    }

    /** Resolves when there is an Event of a device for this reason; it is of the one that hammers. */
    async function told(reason: string): Promise<void> {
      let devices: readonly string[] = [];
      await until(async () => {
        const events = (await listed(plane, 'events.events.k8s.io', ['-n', namespace])) as unknown as SeenEvent[];
        const ofDevices = events.filter((one) => one.reason === reason && one.regarding.kind === 'MqttDevice');
        devices = ofDevices.map(({ regarding }) => regarding.name);
        return devices.length > 0;
      }, `Event ${reason} of the device`);
      assert.deepEqual([...new Set(devices)], ['hammerer']);
    }

    /** Ends with a device that is denied what is its own, and nobody else is. */
    async function lockedOut(): Promise<Seen> {
      for (let i = 0; i < maxFailures; i += 1) assert.equal(await mayPublish(hammerer, 'dev/neighbour/x', '1'), false);
      const device = await says('mqttdevice/hammerer', 'True/Locked');
      assert.equal(await mayPublish(hammerer, 'dev/hammerer/x', '1'), false);
      assert.equal(await mayPublish(neighbour, 'dev/neighbour/x', '1'), true);
      assert.equal(device.status?.lockout?.reason, 'PublishDenied');
      return device;
    }

    /** The session is still the first: a lockout denies, and ends none. */
    async function released(): Promise<Seen> {
      const device = await says('mqttdevice/hammerer', 'True/Ready');
      assert.equal(device.status?.lockout, undefined);
      assert.equal(await mayPublish(hammerer, 'dev/hammerer/x', '1'), true);
      assert.deepEqual([hammerer.connected, neighbour.connected], [true, true]);
      return device;
    }

    it('denies the device everything, and it alone, and ends by itself', async () => {
      await lockedOut();
      await told('LockedOut');
      assert.equal((await released()).status?.lastHandledUnlockAt, undefined);
      await told('Released');
    });

    it('is ended by mqttsec unlock long before its time', async () => {
      await changed(plane, namespace, 'mqttbroker/plant', { spec: { lockout: { blockSeconds: 604_800 } } });
      await says('mqttbroker/plant', 'True/Ready');
      await lockedOut();
      const env = { ...process.env, KUBECONFIG: await plane.kubeconfig(administrator) };
      const { stdout } = await promisify(execFile)(
        path.join(root, 'bin/mqttsec'),
        ['unlock', 'hammerer', '-n', namespace],
        { env },
      );
      assert.match(stdout, new RegExp(`^MqttDevice ${namespace}/hammerer is released`));
      assert.notEqual((await released()).status?.lastHandledUnlockAt, undefined);
    });
  });
}
