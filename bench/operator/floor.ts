/** What writing costs on a control plane when nothing is thought about. */
import { configMaps, type ConfigMapObject } from '../../src/api/kinds.ts';
import type { KubeClient } from '../../src/kube/client.ts';
import { changesOf } from './changes.ts';

const inFlight = 16;
const rounds = 2;
const fieldManager = 'bench';

/** Makes calls, so many at a time. */
export async function inParallel<T>(items: readonly T[], run: (item: T) => Promise<unknown>): Promise<void> {
  const left = items.values();
  const worker = async () => {
    for (const item of left) await run(item);
  };
  await Promise.all(Array.from({ length: inFlight }, worker));
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
