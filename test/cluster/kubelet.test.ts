import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { brokerLabel } from '../../src/api/labels.ts';
import { until } from './component.ts';
import { apiOf } from './api.ts';
import type { ControlPlane } from './control-plane.ts';
import { type Kubelet, type RunningPod, startKubelet } from './kubelet.ts';
import { sharedControlPlane } from './shared.ts';

const namespace = 'kubelet';
const labels = { app: 'echo', [brokerLabel]: 'echo' };

/** Answers with what it is told to be, and is ready as long as there is no file `unready` in its volume. */
const sidecar = `
const { createServer } = require('node:http');
const { existsSync } = require('node:fs');
const [file, text] = process.argv.slice(1);
createServer((request, response) => {
  response.statusCode = request.url === '/readyz' && existsSync(file) ? 500 : 200;
  response.end(text);
}).listen(8080, process.env.POD_IP);
`;

const main = `echo "started $0"; trap 'echo ended > /data/ended; exit 0' TERM; while :; do sleep 0.1; done`;

function statefulSet(replicas: number): object {
  const field = (name: string, fieldPath: string) => ({ name, valueFrom: { fieldRef: { fieldPath } } });
  const probe = { httpGet: { path: '/readyz', port: 8080 }, periodSeconds: 1 };
  return {
    metadata: { name: 'echo' },
    spec: {
      ...{ replicas, serviceName: 'echo', podManagementPolicy: 'Parallel', selector: { matchLabels: { app: 'echo' } } },
      template: {
        metadata: { labels },
        spec: {
          terminationGracePeriodSeconds: 5,
          initContainers: [
            {
              ...{
                name: 'sidecar',
                image: 'none',
                restartPolicy: 'Always',
                command: [process.execPath, '-e', sidecar],
              },
              args: ['--', '/shared/unready', '$(POD_NAME) $(POD_UID) $$(POD_UID) $$$$'],
              env: [
                field('POD_NAME', 'metadata.name'),
                field('POD_UID', 'metadata.uid'),
                field('POD_IP', 'status.podIP'),
              ],
              ...{ startupProbe: { ...probe, httpGet: { path: '/healthz', port: 8080 } }, readinessProbe: probe },
              volumeMounts: [{ name: 'shared', mountPath: '/shared' }],
            },
          ],
          containers: [
            {
              ...{ name: 'main', image: 'none', command: ['/bin/sh', '-c', main, 'mosquitto'] },
              volumeMounts: [{ name: 'data', mountPath: '/data' }],
            },
          ],
          volumes: [{ name: 'shared', emptyDir: {} }],
        },
      },
      volumeClaimTemplates: [
        {
          metadata: { name: 'data' },
          spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Mi' } } },
        },
      ],
    },
  };
}

interface PodStatus {
  readonly metadata: { readonly uid: string };
  readonly status: {
    readonly phase: string;
    readonly podIP: string;
    readonly conditions: readonly { readonly type: string; readonly status: string }[];
  };
}

describe('kubelet of the tests', function () {
  this.timeout(120_000);
  let plane: ControlPlane;
  let kubelet: Kubelet;

  before(async () => {
    plane = await sharedControlPlane();
    await plane.admin.call('POST', '/api/v1/namespaces', { body: { metadata: { name: namespace } } });
    kubelet = await startKubelet(plane, { namespaces: [namespace], mosquitto: { command: ['/bin/broker', '-v'] } });
    await plane.admin.call('POST', `/apis/apps/v1/namespaces/${namespace}/statefulsets`, { body: statefulSet(2) });
  });
  after(async () => {
    await plane.admin.answer('DELETE', `/apis/apps/v1/namespaces/${namespace}/statefulsets/echo`);
    await kubelet.stop();
    await plane.admin.answer('DELETE', `/api/v1/namespaces/${namespace}`);
  });

  const seen = (name: string) => plane.admin.call<PodStatus>('GET', `/api/v1/namespaces/${namespace}/pods/${name}`);
  const isReady = ({ status }: PodStatus) =>
    status.conditions.some(({ type, status: state }) => type === 'Ready' && state === 'True');
  const answer = async ({ address }: RunningPod) => (await fetch(`http://${address}:8080/`)).text();

  it('runs the pods of a StatefulSet, each on its address and with what it is told of itself', async () => {
    const [first, second] = [await kubelet.ready(namespace, 'echo-0'), await kubelet.ready(namespace, 'echo-1')];
    assert.notEqual(first.address, second.address);
    assert.equal(await answer(first), `echo-0 ${first.uid} $(POD_UID) $$`);
    assert.equal(await answer(second), `echo-1 ${second.uid} $(POD_UID) $$`);
    assert.match(first.log('main'), /started \/bin\/broker/);
    await until(async () => isReady(await seen('echo-0')), 'its status says so');
    const { status } = await seen('echo-0');
    assert.equal(status.phase, 'Running');
    await until(async () => {
      const set = await plane.admin.call<{ status: { readyReplicas?: number } }>(
        'GET',
        `/apis/apps/v1/namespaces/${namespace}/statefulsets/echo`,
      );
      return set.status.readyReplicas === 2;
    }, 'the StatefulSet counts both');
  });

  it('follows the readiness probe', async () => {
    const pod = await kubelet.ready(namespace, 'echo-0');
    const file = path.join(pod.directory, 'shared/unready');
    await writeFile(file, '');
    await until(async () => !isReady(await seen('echo-0')), 'it is not ready');
    await rm(file);
    await until(async () => isReady(await seen('echo-0')), 'it is ready again');
  });

  it('starts a container that ended again', async () => {
    const pod = await kubelet.ready(namespace, 'echo-1');
    const former = pod.pid('main');
    process.kill(former ?? 0, 'SIGKILL');
    await until(() => pod.restarts('main') === 1 && pod.pid('main') !== undefined, 'it is started again');
    assert.notEqual(pod.pid('main'), former);
  });

  it('gives a token that ends with the pod, and that knows the pod', async () => {
    const pod = await kubelet.ready(namespace, 'echo-0');
    const volume = readFileSync(path.join(pod.directory, await tokenVolume('echo-0'), 'token'), 'utf8');
    const claims = JSON.parse(Buffer.from(volume.split('.')[1] ?? '', 'base64url').toString()) as Record<
      string,
      unknown
    >;
    assert.deepEqual((claims['kubernetes.io'] as { pod: unknown }).pod, { name: 'echo-0', uid: pod.uid });
    const api = apiOf({
      server: plane.server,
      ca: (await plane.credentials({ kind: 'User', name: 'x' })).ca,
      token: volume,
    });
    const who = await api.call<{ status: { userInfo: { username: string } } }>(
      'POST',
      '/apis/authentication.k8s.io/v1/selfsubjectreviews',
      { body: { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' } },
    );
    assert.equal(who.status.userInfo.username, `system:serviceaccount:${namespace}:default`);
    await api.close();
  });

  async function tokenVolume(name: string): Promise<string> {
    const pod = await plane.admin.call<{ spec: { volumes: { name: string; projected?: object }[] } }>(
      'GET',
      `/api/v1/namespaces/${namespace}/pods/${name}`,
    );
    return pod.spec.volumes.find(({ projected }) => projected)?.name ?? '';
  }

  it('ends a deleted pod in good order, and runs the next one of its name on the same volume', async () => {
    const former = await kubelet.ready(namespace, 'echo-0');
    const pids = [former.pid('main') ?? 0, former.pid('sidecar') ?? 0];
    await plane.admin.call('DELETE', `/api/v1/namespaces/${namespace}/pods/echo-0`);
    await until(() => kubelet.pods().get(`${namespace}/echo-0`)?.uid !== former.uid, 'the former pod is gone');
    const next = await kubelet.ready(namespace, 'echo-0');
    assert.notEqual(next.uid, former.uid);
    assert.ok(pids.every((pid) => !existsSync(`/proc/${pid}`)));
    assert.ok(
      existsSync(path.join(path.dirname(next.directory), `${namespace}-data-echo-0/ended`)),
      'it could end by itself',
    );
    assert.equal((await seen('echo-0')).metadata.uid, next.uid);
  });
});
