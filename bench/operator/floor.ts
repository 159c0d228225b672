/** What writing costs on a control plane when nothing is thought about. */
import { configMaps, type ConfigMapObject, mqttDevices, secrets } from '../../src/api/kinds.ts';
import type { MqttDeviceObject } from '../../src/api/kinds.ts';
import type { KubeClient } from '../../src/kube/client.ts';
import type { KubeObject } from '../../src/kube/object.ts';
import { changesOf } from './changes.ts';

const inFlight = 16;
const rounds = 2;
const fieldManager = 'bench';

/** Makes calls, so many at a time. */
export async function inParallel<T>(
  items: readonly T[],
  run: (item: T) => Promise<unknown>,
  most: number = inFlight,
): Promise<void> {
  const left = items.values();
  const worker = async () => {
    for (const item of left) await run(item);
  };
  await Promise.all(Array.from({ length: most }, worker));
}

/** About 1.2 kB as JSON. */
function configMap(namespace: string, name: string, text: string): ConfigMapObject {
  const data = { text: `${text} `.padEnd(1_050, 'x') };
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace, name }, data };
}

function write(client: KubeClient, namespace: string, name: string, text: string): Promise<unknown> {
  return client.apply(configMaps, configMap(namespace, name, text), { fieldManager, force: true });
}

/** Applies per second: each of `count` objects is made, and changed once. */
export async function writesPerSecond(client: KubeClient, namespace: string, count: number): Promise<number> {
  const names = Array.from({ length: count }, (_, index) => `floor-${index}`);
  const run = String(performance.now());
  const begun = performance.now();
  for (let round = 0; round < rounds; round += 1) {
    await inParallel(names, (name) => write(client, namespace, name, `${run} ${round}`));
  }
  return (count * rounds) / ((performance.now() - begun) / 1000);
}

/** Milliseconds that the server takes for one write of each kind that a device costs, 16 at a time. */
export interface KindCosts {
  readonly status: number;
  readonly secret: number;
}

/** Writes as the operator makes them, while there is no operator: a status applied to a device, and a Secret made. */
export async function kindCosts(
  client: KubeClient,
  namespace: string,
  deviceOf: (index: number) => MqttDeviceObject,
): Promise<KindCosts> {
  const indexes = Array.from({ length: 300 }, (_, index) => index);
  await inParallel(indexes, (index) => client.create(mqttDevices, deviceOf(index)));
  const statusOf = (index: number, ready: string) => ({
    ...{ identity: deviceOf(index).metadata.name, rulesHash: ready.padEnd(32, '0'), observedGeneration: 1 },
    conditions: ['Accepted', 'ResolvedRefs', 'Programmed', 'Ready'].map((type) => ({
      ...{ type, status: ready, reason: 'Pending', message: 'waiting for the broker to load and prove it' },
      ...{ observedGeneration: 1, lastTransitionTime: '2026-01-01T00:00:00Z' },
    })),
  });
  const status = async (index: number, ready: string) => {
    const { apiVersion, kind, metadata } = deviceOf(index);
    const object = { apiVersion, kind, metadata, status: statusOf(index, ready) };
    await client.applyStatus(mqttDevices, object, { fieldManager, force: true });
  };
  const secret = (index: number) => {
    const metadata = { namespace, name: `floor-${index}`, labels: { floor: 'true' } };
    const data = { username: 'c2Vuc29y', password: 'MDEyMzQ1Njc4OWFiY2RlZg==' };
    return client.create(secrets, { apiVersion: 'v1', kind: 'Secret', metadata, data } as KubeObject, { fieldManager });
  };
  await timed(indexes, (index) => status(index, 'False'));
  const [statusCost, secretCost] = [
    await timed(indexes, (index) => status(index, 'True')),
    await timed(indexes, secret),
  ];
  await inParallel(indexes, (index) => client.delete(mqttDevices, namespace, deviceOf(index).metadata.name));
  await inParallel(indexes, (index) => client.delete(secrets, namespace, `floor-${index}`));
  return { status: statusCost, secret: secretCost };
}

/** Milliseconds for each. */
async function timed(indexes: readonly number[], run: (index: number) => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await inParallel(indexes, run);
  return (performance.now() - begun) / indexes.length;
}

/** Milliseconds from before a bare write to its sight in a watch, each time after a pause. */
export async function echoes(
  client: KubeClient,
  namespace: string,
  count: number,
  pause: () => Promise<void>,
): Promise<number[]> {
  const name = 'echo';
  await write(client, namespace, name, 'first');
  const changes = await changesOf(client, namespace, name);
  const samples: number[] = [];
  try {
    for (let index = 0; index < count; index += 1) {
      await pause();
      samples.push(await changes.after(() => write(client, namespace, name, `${performance.now()}`)));
    }
  } finally {
    changes.stop();
  }
  return samples;
}
