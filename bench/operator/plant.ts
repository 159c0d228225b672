/** A control plane with the operator as a process, real brokers with their agents, and devices with passwords. */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { aclTemplates, mqttBrokers, mqttDevices, type MqttDeviceObject } from '../../src/api/kinds.ts';
import { apiVersion } from '../../src/domain/names.ts';
import type { KubeClient } from '../../src/kube/client.ts';
import { createReflector, type Reflector } from '../../src/kube/reflector.ts';
import type { BrokerUnderTest } from '../../test/broker/mosquitto.ts';
import { realClock as clock, realRandom as random, testClient } from '../../test/cluster/client.ts';
import { type Component, type Program, startedComponent, until, whenReady } from '../../test/cluster/component.ts';
import {
  administrator,
  type ControlPlane,
  type Identity,
  startControlPlane,
} from '../../test/cluster/control-plane.ts';
import { type Kubelet, startKubelet } from '../../test/cluster/kubelet.ts';
import { type Endpoint, secretTexts } from '../../test/cluster/plant/mqtt.ts';
import { type KindCosts, kindCosts } from './floor.ts';

const operatorNamespace = 'mqtt-security-system';
const operatorAccount: Identity = {
  ...{ kind: 'ServiceAccount', namespace: operatorNamespace, name: 'mqtt-security-operator', seconds: 86_400 },
};
const root = path.resolve(import.meta.dirname, '../..');

/** Account, rights and policies of the operator. */
const shipped = ['00-namespace.yaml', '10-rbac.yaml', '../policies'].map((name) =>
  path.join(root, 'deploy/operator', name),
);

/** Each has a broker `plant`. */
const namespaces = ['plant', 'tenant'] as const;
export type Namespace = (typeof namespaces)[number];
export const [plant, tenant] = namespaces;
/** Where there is no broker. */
const quiet = 'quiet';
export const indexName = 'plant-bundle';
const pod = 'plant-0';
const passwordPort = 8884;
const certificatePort = 8883;

/** As much of a device as tells whether it is done. */
interface SeenDevice {
  readonly name: string;
  readonly generation: number;
  /** The generation whose rights are proved. */
  readonly programmed: number;
}

interface OperatorUnderBench {
  /** Milliseconds from its start until it leads and knows what is declared. */
  readonly start: () => Promise<number>;
  readonly stop: () => Promise<number | null>;
  /** Of resident memory: now, and the most there was, in MB. */
  readonly memory: () => { readonly now: number; readonly peak: number };
  /** Of the processor, since its start, in milliseconds. */
  readonly cpu: () => number;
}

export interface OperatedPlant {
  readonly plane: ControlPlane;
  readonly client: KubeClient;
  readonly operator: OperatorUnderBench;
  /** What writes of a device cost where nobody thinks about them. */
  readonly kindCosts: KindCosts;
  /** Milliseconds of the processor that API server and etcd took since their start. */
  readonly serverCpu: () => number;
  /** Devices of namespace `plant`. */
  readonly devices: Reflector<SeenDevice>;
  readonly endpoint: () => Promise<Endpoint>;
  /** How often agents proved a set since their start: each is a reload or a start of the broker. */
  readonly proofs: () => number;
  /** Identities whose sessions agents ended. */
  readonly kicks: () => number;
  readonly stop: () => Promise<void>;
}

export async function startPlant(mosquitto: BrokerUnderTest): Promise<OperatedPlant> {
  const plane = await startControlPlane();
  await applied(plane, shipped);
  const { client, transport } = testClient(await plane.credentials(administrator), { userAgent: 'bench' });
  await plane.admin.call('POST', '/api/v1/namespaces', { body: { metadata: { name: quiet } } });
  const costs = await kindCosts(client, quiet, (index) => deviceObject(quiet, index));
  const operator = operatorOf(plane, await operatorProgram(plane));
  await operator.start();
  const kubelet = await startKubelet(plane, {
    ...{ namespaces, mosquitto },
    agentArguments: (address) => ['--bind-address', address, '--plugin-directory', mosquitto.pluginDirectory],
  });
  for (const namespace of namespaces) await declare(plane, client, namespace, mosquitto.dialect);
  for (const namespace of namespaces) await kubelet.ready(namespace, pod);
  const devices = createReflector({
    ...{ client, type: mqttDevices, selection: { namespace: plant }, project: seenDevice, clock, random },
  });
  devices.start();
  await devices.ready;
  const lines = (words: string) => namespaces.flatMap((namespace) => agentLines(kubelet, namespace, words));
  return {
    ...{ plane, client, operator, devices, kindCosts: costs },
    serverCpu: () => {
      const processes = plane.processes();
      return (['etcd', 'kube-apiserver'] as const).reduce((sum, name) => sum + cpuOf(processes.get(name)), 0);
    },
    endpoint: async () => {
      const { address: host } = await kubelet.ready(plant, pod);
      const { 'tls.crt': ca = '' } = await secretTexts(plane.admin, plant, 'server-ca');
      return { host, certificatePort, passwordPort, ca };
    },
    proofs: () => lines('"msg":"proof"').length,
    kicks: () => lines('"msg":"ended sessions"').length,
    stop: async () => {
      devices.stop();
      await operator.stop();
      await kubelet.stop();
      await transport.close();
      await plane.stop();
    },
  };
}

function agentLines(kubelet: Kubelet, namespace: string, words: string): readonly string[] {
  const log = kubelet.pods().get(`${namespace}/${pod}`)?.log('agent') ?? '';
  return log.split('\n').filter((line) => line.includes(words));
}

async function operatorProgram(plane: ControlPlane): Promise<Program> {
  const profile = process.env['BENCH_PROFILE'];
  const kubeconfig = await plane.kubeconfig(operatorAccount);
  return {
    name: 'operator',
    file: 'env',
    args: [
      ...(profile === undefined ? [] : [`NODE_OPTIONS=--cpu-prof --cpu-prof-dir=${profile}`]),
      ...[
        path.join(root, 'bin/mqttsec'),
        'operator',
        '--kubeconfig',
        kubeconfig,
        '--namespace',
        operatorNamespace,
        '--image',
        'mqttsec:bench',
      ],
      ...['--http-host', '127.0.0.1', '--http-port', '0'],
    ],
    isReady: async (logged) => {
      const port = /"port":(\d+)[^\n]*"msg":"listening"/.exec(logged())?.[1];
      if (port === undefined || !logged().includes('"msg":"leading"')) return false;
      return fetch(`http://127.0.0.1:${port}/readyz`).then(
        ({ ok }) => ok,
        () => false,
      );
    },
  };
}

function operatorOf(plane: ControlPlane, program: Program): OperatorUnderBench {
  let running: Component | undefined;
  return {
    start: async () => {
      const begun = performance.now();
      running = startedComponent(program, plane.directory);
      await whenReady(program, running);
      return performance.now() - begun;
    },
    stop: async () => (await running?.terminate()) ?? null,
    memory: () => {
      const text = readFileSync(`/proc/${running?.pid ?? 'self'}/status`, 'utf8');
      const field = (name: string) => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(text)?.[1]) / 1000;
      return { now: field('VmRSS'), peak: field('VmHWM') };
    },
    cpu: () => cpuOf(running?.pid),
  };
}

/** Of user and kernel, milliseconds; the kernel counts in hundredths of a second. */
function cpuOf(pid: number | undefined): number {
  const text = readFileSync(`/proc/${pid ?? 'self'}/stat`, 'utf8');
  const [user, system] = text
    .slice(text.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 13);
  return (Number(user) + Number(system)) * 10;
}

async function applied(plane: ControlPlane, files: readonly string[]): Promise<void> {
  const { code, stderr } = await plane.kubectl(['apply', '--server-side', ...files.flatMap((file) => ['-f', file])]);
  if (code !== 0) throw new Error(`apply ${files.join(', ')}: ${stderr}`);
}

async function declare(plane: ControlPlane, client: KubeClient, namespace: Namespace, version: string): Promise<void> {
  const issuers = readFileSync(path.join(root, 'deploy/samples/plant/10-issuers.yaml'), 'utf8');
  await plane.admin.call('POST', '/api/v1/namespaces', { body: { metadata: { name: namespace } } });
  const file = path.join(plane.directory, `${namespace}.yaml`);
  writeFileSync(file, issuers.replaceAll('namespace: plant', `namespace: ${namespace}`));
  await applied(plane, [file]);
  await client.create(aclTemplates, {
    ...{ apiVersion, kind: 'AclTemplate', metadata: { namespace, name: 'sensor' } },
    spec: {
      role: 'Device',
      rules: [
        { actions: ['Publish'], topic: 'plant/devices/{device}/telemetry/#' },
        { actions: ['Publish'], topic: 'plant/devices/{device}/status' },
        { actions: ['Subscribe'], topic: 'plant/devices/{device}/commands/#' },
      ],
    },
  } as MqttDeviceObject);
  await client.create(mqttBrokers, {
    ...{ apiVersion, kind: 'MqttBroker', metadata: { namespace, name: 'plant' } },
    spec: {
      mosquitto: { version },
      listeners: [{ name: 'passwords', port: passwordPort, authentication: 'Password' }],
      tls: { serverCertificate: { issuerRef: { name: 'servers' }, dnsNames: ['plant.plant.svc'] } },
      workload: { managed: {} },
    },
  } as MqttDeviceObject);
}

export function deviceName(index: number): string {
  return `sensor-${String(index).padStart(6, '0')}`;
}

/** With a password that the operator makes. */
export function deviceObject(namespace: Namespace | typeof quiet, index: number): MqttDeviceObject {
  return {
    ...{ apiVersion, kind: 'MqttDevice', metadata: { namespace, name: deviceName(index) } },
    spec: {
      brokerRef: { name: 'plant' },
      templateRefs: [{ name: 'sensor' }],
      authentication: { type: 'Password', password: { generate: {} } },
    },
  };
}

function seenDevice({ metadata, status }: MqttDeviceObject): SeenDevice {
  const condition = status?.conditions?.find(({ type }) => type === 'Programmed');
  const programmed = condition?.status === 'True' ? (condition.observedGeneration ?? 0) : -1;
  return { name: metadata.name, generation: metadata.generation ?? 0, programmed };
}

/** Gives the device a rule that it did not have. */
export function edited(
  client: KubeClient,
  namespace: Namespace,
  name: string,
  topic: string,
): Promise<MqttDeviceObject> {
  const value = [{ effect: 'Allow', actions: ['Publish'], topic: `plant/devices/{device}/${topic}` }];
  return client.patchJson(mqttDevices, namespace, name, [{ op: 'add', path: '/spec/rules', value }]);
}

/** Resolves when what the device asks for in this generation is proved. */
export async function proved({ devices }: OperatedPlant, name: string, generation: number): Promise<void> {
  const key = `${plant}/${name}` as const;
  await until(() => (devices.store.get(key)?.programmed ?? -1) >= generation, `${name} is proved`);
}
