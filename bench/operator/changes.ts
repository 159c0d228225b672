/** Sight of one ConfigMap: when it changes. */
import { configMaps } from '../../src/api/kinds.ts';
import type { KubeClient } from '../../src/kube/client.ts';
import { createReflector } from '../../src/kube/reflector.ts';
import { realClock as clock, realRandom as random } from '../../test/cluster/client.ts';

export interface Changes {
  /** Milliseconds from before `act` to the next change; fails after a minute. */
  readonly after: (act: () => Promise<unknown>) => Promise<number>;
  readonly stop: () => void;
}

const patienceMilliseconds = 60_000;

export async function changesOf(client: KubeClient, namespace: string, name: string): Promise<Changes> {
  const selection = { namespace, fieldSelector: `metadata.name=${name}` };
  const project = ({ metadata }: { readonly metadata: { readonly resourceVersion?: string } }) => metadata;
  const reflector = createReflector({ client, type: configMaps, selection, project, clock, random });
  let told: (() => void) | undefined;
  reflector.onChange(() => told?.());
  reflector.start();
  await reflector.ready;
  return {
    async after(act) {
      const changed = new Promise<number>((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error(`watch ${name}: no change`)), patienceMilliseconds);
        told = () => {
          clearTimeout(timer);
          resolve(performance.now());
        };
      });
      const begun = performance.now();
      const [at] = await Promise.all([changed, act()]);
      told = undefined;
      return at - begun;
    },
    stop: () => reflector.stop(),
  };
}
