import assert from 'node:assert/strict';
import { brokerPodSpec, dataClaim } from '../../../src/controllers/workload/pod.ts';
import type { ManagedWorkload } from '../../../src/domain/fleet.ts';
import { supervisorScript } from '../../../src/domain/broker/supervisor.ts';
import { aBroker } from '../../fixtures.ts';

const workload: ManagedWorkload = {
  kind: 'Managed',
  imagePullSecrets: [],
  replicas: 1,
  acknowledgeNoClustering: false,
  resources: { requests: new Map(), limits: new Map() },
  nodeSelector: new Map(),
  service: { type: 'ClusterIP' },
};

interface SeenContainer {
  readonly name: string;
  readonly image: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly resources: unknown;
  readonly securityContext: unknown;
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[];
}
interface SeenPod {
  readonly initContainers: readonly SeenContainer[];
  readonly containers: readonly SeenContainer[];
  readonly volumes: readonly { readonly name: string }[];
}

function podOf(changes: Partial<ManagedWorkload> = {}, broker = aBroker(), presentResources?: object): SeenPod {
  const options = { namespace: 'system', image: 'mqttsec:1' };
  return brokerPodSpec({
    broker,
    workload: { ...workload, ...changes },
    options,
    presentResources,
  }) as unknown as SeenPod;
}

describe('pod of a managed broker', () => {
  it('keeps to PodSecurity restricted and writes to its volumes alone', () => {
    const pod = podOf();
    for (const container of [...pod.initContainers, ...pod.containers]) {
      assert.deepEqual(container.securityContext, {
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
    }
    const { securityContext, shareProcessNamespace } = pod as unknown as Record<string, unknown>;
    assert.deepEqual(securityContext, {
      ...{ runAsNonRoot: true, runAsUser: 1883, runAsGroup: 1883, fsGroup: 1883 },
      ...{ fsGroupChangePolicy: 'OnRootMismatch', seccompProfile: { type: 'RuntimeDefault' } },
    });
    assert.equal(shareProcessNamespace, true);
  });

  it('gives a token to the agent and to nobody else', () => {
    const { initContainers, containers, ...pod } = podOf();
    assert.equal((pod as unknown as Record<string, unknown>)['automountServiceAccountToken'], false);
    const hasToken = ({ volumeMounts }: SeenContainer) => volumeMounts.some(({ name }) => name === 'token');
    assert.deepEqual(initContainers.map(hasToken), [true]);
    assert.deepEqual(containers.map(hasToken), [false]);
  });

  it('mounts only volumes that it has', () => {
    const pod = podOf();
    const names = pod.volumes.map(({ name }) => name);
    for (const { volumeMounts } of [...pod.initContainers, ...pod.containers]) {
      assert.deepEqual(
        volumeMounts.filter(({ name }) => !names.includes(name)),
        [],
      );
    }
    const stored = podOf({ storage: { size: '1Gi' } });
    assert.ok(!stored.volumes.some(({ name }) => name === 'data'), 'the claim of the StatefulSet gives it');
  });

  it('mounts for the agent all that its words lead to: beyond that its root is read-only', () => {
    const [agent] = podOf().initContainers;
    const words = agent?.args ?? [];
    const places = words.flatMap((word) => /^--(?:directory|supervisor|data)=(.*)$/.exec(word)?.slice(1) ?? []);
    assert.equal(places.length, 3);
    const mounts = agent?.volumeMounts.map(({ mountPath }) => mountPath) ?? [];
    const isMounted = (place: string) => mounts.some((mount) => `${place}/`.startsWith(`${mount}/`));
    assert.deepEqual(
      places.filter((place) => !isMounted(place)),
      [],
    );
  });

  it('runs the images that are named, else those that are known', () => {
    const imagesOf = ({ initContainers: [agent], containers: [mosquitto] }: SeenPod) => [
      agent?.image,
      mosquitto?.image,
    ];
    assert.deepEqual(imagesOf(podOf()), ['mqttsec:1', 'docker.io/library/eclipse-mosquitto:2.0.22']);
    assert.deepEqual(imagesOf(podOf({ image: 'a', agentImage: 'b' })), ['b', 'a']);
    assert.match(imagesOf(podOf({}, aBroker({ version: '2.1' })))[1] ?? '', /:2\.1\.\d+-alpine$/);
  });

  it('has Mosquitto started by the script as it is, past the variables that a kubelet fills in', () => {
    const script = podOf().containers[0]?.command?.[2] ?? '';
    // Where it finds `$$` it writes `$`, and `$(` begins a variable.
    assert.doesNotMatch(script.replaceAll('$$', ''), /\$/);
    assert.equal(
      script.replaceAll('$$', () => '$'),
      supervisorScript,
    );
  });

  it('tells the agent its broker, its pod and the Secret of the server', () => {
    const [agent] = podOf().initContainers;
    assert.deepEqual(agent?.args, [
      '--broker=main',
      '--namespace=$(POD_NAMESPACE)',
      '--instance=$(POD_NAME)',
      '--pod-uid=$(POD_UID)',
      '--server-secret=main-server-tls',
      '--directory=/run/mqttsec/agent',
      '--supervisor=/run/mqttsec/broker',
      '--data=/mosquitto/data',
      '--http-host=$(POD_IP)',
      '--http-port=8080',
    ]);
  });

  it('leaves the ports of listeners to Mosquitto', () => {
    const [listener] = aBroker().listeners;
    const listeners = [8080, 8081].map((port) => ({ ...listener!, name: `at-${port}`, port }));
    const [agent] = podOf({}, aBroker({ listeners })).initContainers;
    assert.equal(agent?.args?.at(-1), '--http-port=8082');
    const { ports, readinessProbe } = agent as unknown as Record<string, unknown>;
    assert.deepEqual(ports, [{ containerPort: 8082, name: 'metrics', protocol: 'TCP' }]);
    assert.deepEqual(readinessProbe, {
      httpGet: { path: '/readyz', port: 8082 },
      periodSeconds: 2,
      failureThreshold: 1,
    });
  });

  it('tells the agent that its pod is replaced for each set', () => {
    const lastArgument = (strategy: 'Reload' | 'Roll') =>
      podOf({}, aBroker({ update: { strategy, windowMilliseconds: 100 } })).initContainers[0]?.args?.at(-1);
    assert.equal(lastArgument('Roll'), '--rolled');
    assert.equal(lastArgument('Reload'), '--http-port=8080');
  });

  it('keeps quantities in the form that the API server gave them', () => {
    const resources = { requests: new Map([['cpu', '1000m']]), limits: new Map([['memory', '1Gi']]) };
    const [mosquitto] = podOf({ resources }, aBroker(), {
      requests: { cpu: '1' },
      limits: { memory: '2Gi' },
    }).containers;
    assert.deepEqual(mosquitto?.resources, { requests: { cpu: '1' }, limits: { memory: '1Gi' } });
    const claim = dataClaim(aBroker(), { size: '1024Mi', storageClassName: 'fast' }, '1Gi') as { spec: unknown };
    assert.deepEqual(claim.spec, {
      ...{ accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, storageClassName: 'fast' },
    });
  });
});
