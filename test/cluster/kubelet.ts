/**
 * Stands in for scheduler and kubelet of a control plane that has no nodes: the containers of each pod of a broker run as
 * processes of this machine, on an address of the pod's own, with a token that is bound to the pod. What a container sees
 * of its world is translated in text: paths of volumes, `mqttsec` and `mosquitto`. Nothing is isolated, and there are no
 * limits, liveness probes or hooks.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { brokerLabel } from '../../src/api/labels.ts';
import type { BrokerUnderTest } from '../broker/mosquitto.ts';
import { type Api, applyPatch, mergePatch } from './api.ts';
import { until } from './component.ts';
import type { ControlPlane } from './control-plane.ts';
import type { Pod } from './kubelet-container.ts';
import { type PodAddress, type PodProcess, podProcess, type RunningPod } from './kubelet-pod.ts';

export interface KubeletOptions {
  /** Pods elsewhere are left alone. */
  readonly namespaces: readonly string[];
  /** What runs for the word `mosquitto`. */
  readonly mosquitto: Pick<BrokerUnderTest, 'command'>;
  /** Further words for `mqttsec agent` in a pod with this address. */
  readonly agentArguments?: (address: string) => readonly string[];
  /** Further environment of all containers. */
  readonly environment?: Readonly<Record<string, string>>;
}

export type { RunningPod } from './kubelet-pod.ts';

export interface Kubelet {
  /** Those whose processes run, by `NAMESPACE/NAME`. */
  readonly pods: () => ReadonlyMap<string, RunningPod>;
  /** The pod of this name, once it is ready; fails after a minute with what its containers said last. */
  readonly ready: (namespace: string, name: string) => Promise<RunningPod>;
  /** Ends all processes, and takes node and pods away. */
  readonly stop: () => Promise<void>;
}

const lookMilliseconds = 150;
const heartbeatMilliseconds = 5_000;
let nodes = 0;

/** Starts a kubelet with a node of its own; pods are taken from now on. */
export async function startKubelet(plane: ControlPlane, options: KubeletOptions): Promise<Kubelet> {
  nodes += 1;
  const node = `loopback-${process.pid}-${nodes}`;
  const directory = mkdtempSync(path.join(tmpdir(), 'mqttsec-node-'));
  const stopping = new AbortController();
  const running = new Map<string, PodProcess>();
  const endAll = () => {
    for (const pod of running.values()) pod.killNow();
    rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
  };
  process.once('exit', endAll);
  await registerNode(plane.admin, node);
  const site: Site = { plane, options, node, directory, nextAddress: addresses() };
  const loops = Promise.all([heartbeats(plane.admin, node, stopping.signal), look(site, running, stopping.signal)]);
  const pods = () => new Map(Array.from(running.values(), (pod) => [`${pod.namespace}/${pod.name}`, pod]));
  return {
    pods,
    async ready(namespace, name) {
      const found = () => pods().get(`${namespace}/${name}`);
      await until(
        () => found()?.isReady() === true,
        () => `pod ${name} is ready\n${found()?.lastWords() ?? 'it does not run'}`,
      );
      const pod = found();
      if (!pod) throw new Error(`pod ${name} is gone`);
      return pod;
    },
    async stop() {
      stopping.abort();
      await loops;
      const left = [...running.values()];
      await Promise.all(left.map((pod) => pod.leave(0)));
      await plane.admin.answer('DELETE', `/api/v1/nodes/${node}`);
      await plane.admin.answer('DELETE', leasePath(node));
      process.off('exit', endAll);
      endAll();
    },
  };
}

/** What a pod needs of its node. */
export interface Site {
  readonly plane: ControlPlane;
  readonly options: KubeletOptions;
  readonly node: string;
  readonly directory: string;
  readonly nextAddress: () => PodAddress;
}

/** Addresses that hardly any other run of tests on this machine takes. */
function addresses(): () => PodAddress {
  const [second, third] = [10 + (process.pid % 200), 1 + Math.floor(Math.random() * 250)];
  let last = 0;
  return () => {
    last += 1;
    return { loopback: `127.${second}.${third}.${last}`, shown: `10.${second}.${third}.${last}` };
  };
}

function leasePath(node: string): string {
  return `/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/${node}`;
}

async function registerNode(api: Api, name: string): Promise<void> {
  await api.call('POST', '/api/v1/nodes', { body: { metadata: { name } } });
  const now = new Date().toISOString();
  const ready = { type: 'Ready', status: 'True', reason: 'KubeletReady', message: 'a test stands in' };
  const status = { conditions: [{ ...ready, lastHeartbeatTime: now, lastTransitionTime: now }] };
  await api.call('PATCH', `/api/v1/nodes/${name}/status`, { body: { status }, contentType: mergePatch });
  await until(async () => {
    const namespace = { metadata: { name: 'kube-node-lease' } };
    return (await api.answer('POST', '/api/v1/namespaces', { body: namespace })).status !== 500;
  }, 'the namespace of node leases is there');
}

/** Without them its pods would be marked as not ready after a while, and then evicted. */
async function heartbeats(api: Api, node: string, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const spec = {
      holderIdentity: node,
      leaseDurationSeconds: 40,
      renewTime: new Date().toISOString().replace('Z', '000Z'),
    };
    const body = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name: node }, spec };
    await api.answer('PATCH', leasePath(node), {
      ...{ body, contentType: applyPatch, query: { fieldManager: 'kubelet', force: 'true' } },
    });
    await pause(heartbeatMilliseconds, signal);
  }
}

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await delay(milliseconds, undefined, { signal }).catch(() => undefined);
}

/** Takes pods that nobody has, and ends those that are to go. */
async function look(site: Site, running: Map<string, PodProcess>, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const seen = new Map((await listedPods(site)).map((pod) => [pod.metadata.uid, pod]));
    for (const [uid, pod] of seen) {
      const process = running.get(uid);
      if (process && pod.metadata.deletionTimestamp !== undefined) {
        void process.leave(pod.metadata.deletionGracePeriodSeconds ?? 30).then(() => running.delete(uid));
      }
      if (process || pod.metadata.deletionTimestamp !== undefined || pod.spec.nodeName !== undefined) continue;
      running.set(uid, podProcess(site, pod));
    }
    for (const [uid, process] of running) {
      if (!seen.has(uid)) void process.leave(0).then(() => running.delete(uid));
    }
    await pause(lookMilliseconds, signal);
  }
}

/** A server that is away shows no pods, which is not that there are none: it is asked again. */
async function listedPods({ plane, options }: Site): Promise<Pod[]> {
  const query = { labelSelector: brokerLabel };
  for (;;) {
    try {
      const lists = await Promise.all(
        options.namespaces.map((namespace) =>
          plane.admin.call<{ items: Pod[] }>('GET', `/api/v1/namespaces/${namespace}/pods`, { query }),
        ),
      );
      return lists.flatMap(({ items }) => items);
    } catch {
      await delay(lookMilliseconds);
    }
  }
}
