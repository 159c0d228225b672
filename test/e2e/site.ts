/** A cluster with two nodes that has nothing of this project but its images, and the tools of those who install it. */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { applyPatch } from '../cluster/api.ts';
import { administrator, type CommandResult, type ControlPlane, startControlPlane } from '../cluster/control-plane.ts';
import { type Helm, helmFor } from '../cluster/helm.ts';
import { preparedArchives } from './images.ts';
import { bridgeAddress, nodeNames, startNodes, type TestNodes } from './node.ts';

export { chart } from '../cluster/helm.ts';
export { operatorNamespace } from '../cluster/operator.ts';

export interface PodSite {
  readonly plane: ControlPlane;
  readonly nodes: TestNodes;
  readonly kubeconfig: string;
  /** Standard output; fails with what it says on standard error. */
  readonly kubectl: (...args: readonly string[]) => Promise<string>;
  /** The same of helm. */
  readonly helm: (...args: readonly string[]) => Promise<string>;
  /** Helm, however it ends. */
  readonly attemptHelm: Helm['run'];
  /** A namespace whose pods have to be `restricted`. */
  readonly createNamespace: (name: string) => Promise<void>;
  /** Offers this many volumes, which both nodes have, for claims. */
  readonly createVolumes: (count: number) => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** Starts it; pods can be made when this resolves. Works within scripts/namespaces.sh alone. */
export async function startPodSite(): Promise<PodSite> {
  if (process.env['MQTTSEC_NAMESPACES'] === undefined) {
    throw new Error('pods: run this by scripts/namespaces.sh, or it would change the network of this machine');
  }
  const plane = await startControlPlane({ address: bridgeAddress, kinds: 'Absent' });
  try {
    const nodes = await startNodes(plane, preparedArchives(plane.directory));
    return await siteOver(plane, nodes);
  } catch (error) {
    await plane.stop();
    throw error;
  }
}

async function siteOver(plane: ControlPlane, nodes: TestNodes): Promise<PodSite> {
  const kubeconfig = await plane.kubeconfig(administrator);
  const helm = await helmFor(plane);
  return {
    ...{ plane, nodes, kubeconfig, attemptHelm: helm.run },
    kubectl: async (...args) => outputOf(await plane.kubectl(args, kubeconfig), `kubectl ${args.join(' ')}`),
    helm: async (...args) => outputOf(await helm.run(...args), `helm ${args.join(' ')}`),
    createNamespace: async (name) => {
      const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
      await plane.admin.call('POST', '/api/v1/namespaces', { body: { metadata: { name, labels } } });
    },
    createVolumes: async (count) => {
      for (let number = 0; number < count; number += 1) await createVolume(plane, `volume-${number}`);
    },
    stop: async () => {
      await nodes.stop();
      await plane.stop();
    },
  };
}

function outputOf({ code, stdout, stderr }: CommandResult, what: string): string {
  if (code !== 0) throw new Error(`${what}: ${stderr}`);
  return stdout;
}

/** Of the kind that a StatefulSet without a storage class finds by itself; the kubelet gives it to the group of the pod. */
async function createVolume({ admin, directory }: ControlPlane, name: string): Promise<void> {
  const place = path.join(directory, 'volumes', name);
  mkdirSync(place, { recursive: true });
  const onNode = { matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: nodeNames }] };
  await admin.call('PATCH', `/api/v1/persistentvolumes/${name}`, {
    query: { fieldManager: 'test', force: 'true' },
    contentType: applyPatch,
    body: {
      ...{ apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name } },
      spec: {
        ...{ capacity: { storage: '2Gi' }, accessModes: ['ReadWriteOnce'], persistentVolumeReclaimPolicy: 'Retain' },
        ...{ local: { path: place }, nodeAffinity: { required: { nodeSelectorTerms: [onNode] } } },
      },
    },
  });
}
