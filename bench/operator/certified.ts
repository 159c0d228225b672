/** Devices with certificates that are taken back: how soon they are cut and refused, and what each step of it takes. */
import { setTimeout as delay } from 'node:timers/promises';
import { mqttDevices, type MqttDeviceObject } from '../../src/api/kinds.ts';
import { brokers } from '../../test/broker/mosquitto.ts';
import { until } from '../../test/cluster/component.ts';
import { deviceClient, secretTexts } from '../../test/cluster/plant/mqtt.ts';
import { output } from '../../test/cluster/plant/site.ts';
import {
  becameReady,
  brokerSpec,
  endpointOf,
  issuers,
  kubeletFor,
  manifestOf,
  namespaceNamed,
  ours,
} from '../../test/cluster/plant/stage.ts';
import { cutBy } from '../revocation/cut.ts';
import type { BenchRow } from '../row.ts';
import { shares, stepRows, type Steps, stepsOf } from './edits.ts';
import { echoes } from './floor.ts';
import type { OperatedPlant } from './plant.ts';

const namespace = 'certified';
const revocations = 30;
/** Rights go with the first set, which may be written before the list is: until then its certificate lets a device in. */
const mostReturns = 100;

const steps = {
  recordedAt: { after: 'begunAt', text: 'revoked → in the ledger and on the list' },
  publishedAt: { after: 'recordedAt', text: 'ledger → published' },
  provedAt: { after: 'publishedAt', text: 'published → loaded and proved' },
  disconnectedAt: { after: 'provedAt', text: 'proved → sessions ended' },
  // It waits for no proof.
  deletedAt: { after: 'publishedAt', text: 'published → Certificate and Secret deleted' },
} as const;

/** A broker of its own, with so many devices as are taken back and ten more. */
export async function certifiedRows(
  { client, plane }: OperatedPlant,
  _: number,
  broker: string,
): Promise<readonly BenchRow[]> {
  const mosquitto = brokers.find(({ name }) => name === broker);
  if (!mosquitto) throw new Error(`measure certificates: there is no ${broker}`);
  const names = Array.from({ length: revocations + 10 }, (_one, index) => `d-${String(index).padStart(3, '0')}`);
  const kubelet = await kubeletFor(plane, mosquitto, [namespace]);
  try {
    await output(plane.kubectl(['apply', '-f', manifestOf(plane, objectsOf(mosquitto.dialect, names))]));
    await becameReady(plane, namespace, 'mqttbroker/plant', ...names.map((name) => `mqttdevice/${name}`));
    const endpoint = await endpointOf(plane, kubelet, namespace);
    const floor = await echoes(client, namespace, revocations, () => delay(50 * Math.random()));
    const [closed, refused, returns]: [number[], number[], number[]] = [[], [], []];
    const taken: Steps<keyof typeof steps>[] = [];
    for (const name of names.slice(0, revocations)) {
      const secret = await secretTexts(plane.admin, namespace, `${name}-tls`);
      const cut = await cutBy(
        () => deviceClient(endpoint, name, secret),
        async () => {
          const operations = [{ op: 'add', path: '/spec/revoked', value: { reason: 'KeyCompromise' } }] as const;
          await client.patchJson(mqttDevices, namespace, name, operations);
        },
        mostReturns,
      );
      returns.push(cut.returns);
      closed.push(cut.closed);
      refused.push(cut.refused);
      const present = () => client.get(mqttDevices, namespace, name);
      let seen: MqttDeviceObject | undefined;
      const isOver = async () => {
        seen = await present();
        const revocation = new Map(Object.entries(seen.status?.revocation ?? {}));
        return Object.keys(steps).every((step) => revocation.has(step));
      };
      await until(isOver, () => `${name} is taken back: ${JSON.stringify(seen?.status)}`);
      const last = await present();
      const recordedAt = Date.parse(last.status?.revocation?.recordedAt ?? '') - cut.begun;
      // The status begins when that is done.
      taken.push({ ...stepsOf(last, steps), recordedAt });
    }
    const title = `${broker}, ${names.length} devices with certificates`;
    return [
      ...shares(`${title}: revoked → live session cut`, closed, floor, 1_000),
      ...shares(`${title}: revoked → return refused`, refused, floor, 1_000),
      {
        measure: `${title}: of ${revocations}, let in once more without rights, before the list was loaded`,
        ...{ value: returns.filter((count) => count > 0).length, unit: 'devices', target: 'none', samples: returns },
      },
      ...stepRows(title, taken, steps),
    ];
  } finally {
    await kubelet.stop();
  }
}

function objectsOf(version: string, names: readonly string[]): readonly object[] {
  const rules = [{ effect: 'Allow', actions: ['Publish'], topic: 'sensors/{device}/#' }];
  return [
    namespaceNamed(namespace),
    ...issuers(namespace),
    ours('MqttBroker', namespace, 'plant', brokerSpec(version)),
    ours('AclTemplate', namespace, 'sensor', { role: 'Device', rules }),
    ...names.map((name) =>
      ours('MqttDevice', namespace, name, {
        ...{ brokerRef: { name: 'plant' }, templateRefs: [{ name: 'sensor' }] },
        authentication: { type: 'Certificate', certificate: { template: {} } },
      }),
    ),
  ];
}
