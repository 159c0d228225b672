/**
 * Two nodes beside a control plane, for real pods: for each a containerd with images from files and a kubelet; kube-proxy and a
 * scheduler for both. They have to run in the namespaces of scripts/namespaces.sh, whose bridge is the network of all pods.
 */
import { execFile, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { type Component, type Program, startedComponent, until, whenReady } from '../cluster/component.ts';
import type { ControlPlane } from '../cluster/control-plane.ts';
import { clusterDomain } from './dns.ts';
import { pauseArchive, pauseImage } from './images.ts';

/** Of the bridge; the API server is there for pods. */
export const bridgeAddress = '10.88.0.1';

/** They differ in their pods alone: network, kernel and file systems are those of one machine. */
const nodes = [
  { name: 'node-1', address: bridgeAddress, healthPort: 10_248 },
  { name: 'node-2', address: '10.88.0.2', healthPort: 10_258 },
] as const;

type NodePlan = (typeof nodes)[number];
export type NodeName = NodePlan['name'];
export const nodeNames: readonly NodeName[] = nodes.map(({ name }) => name);

export interface TestNodes {
  readonly restartKubelets: () => Promise<void>;
  /** Has both nodes know an image that they have by another name, too. */
  readonly nameImage: (present: string, another: string) => Promise<void>;
  /** Ends of programs that nobody asked for. */
  readonly unexpectedEnds: () => readonly string[];
  /** Ends its programs; what runs in pods ends with the namespaces. */
  readonly stop: () => Promise<void>;
}

const patience = 120_000;

/** Starts the nodes; they are Ready when this resolves. */
export async function startNodes(plane: ControlPlane, images: readonly string[]): Promise<TestNodes> {
  const { directory } = plane;
  const programs = nodePrograms();
  const running = new Map<string, Component>();
  const start = async (program: Program) => {
    const component = startedComponent(program, directory);
    running.set(program.name, component);
    await whenReady(program, component);
  };
  const systemUser = (name: string, groups: readonly string[] = []) =>
    plane.kubeconfig({ kind: 'User', name: `system:${name}`, groups });

  // Before the directory is removed, by whoever removes it.
  process.prependListener('exit', () => unmountBelow(directory));
  const archives = [pauseArchive(directory, path.join(programs, 'pause')), ...images];
  const network = podNetworkFolder(directory);
  const kubelets: Program[] = [];
  for (const node of nodes) {
    mkdirSync(path.join(directory, node.name));
    kubelets.push(kubelet(directory, node, programs, await systemUser(`node:${node.name}`, ['system:nodes'])));
  }
  const schedulerConfig = await systemUser('kube-scheduler');
  await Promise.all([
    start(kubeScheduler(programs, schedulerConfig)),
    start(kubeProxy(directory, programs, await systemUser('kube-proxy'))),
    ...nodes.map(async (node, index) => {
      await start(containerd(directory, node, network));
      await loaded(directory, node, archives);
      await Promise.all(kubelets.slice(index, index + 1).map(start));
    }),
  ]);
  await Promise.all(nodes.map((node) => nodeIsReady(plane, node)));
  return {
    restartKubelets: async () => {
      for (const program of kubelets) {
        await running.get(program.name)?.kill();
        await start(program);
      }
    },
    nameImage: async (present, another) => {
      await Promise.all(nodes.map((node) => imagesOf(directory, node, 'tag', ...[present, another].map(fullName))));
    },
    unexpectedEnds: () => [...running.values()].flatMap(({ ending }) => ending() ?? []),
    stop: async () => {
      await Promise.all([...running.values()].map(({ kill }) => kill()));
      unmountBelow(directory);
    },
  };
}

function nodePrograms(): string {
  const script = path.resolve(import.meta.dirname, '../../scripts/control-plane.sh');
  const { status, stdout } = spawnSync(script, ['node'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  if (status !== 0) throw new Error('build node: see the lines above');
  return path.join(stdout.trim(), 'bin');
}

/** Volumes and roots of containers stay mounted when their kubelet is killed. */
function unmountBelow(directory: string): void {
  const places = readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '');
  const below = places
    .filter((place) => place.startsWith(`${directory}/`))
    .sort()
    .reverse();
  if (below.length > 0) spawnSync('umount', ['--lazy', ...below], { stdio: 'ignore' });
}

function socketOf(directory: string, { name }: NodePlan): string {
  return path.join(directory, name, 'containerd.sock');
}

/** Makes the images of these files known to the containerd of a node. */
async function loaded(directory: string, node: NodePlan, archives: readonly string[]): Promise<void> {
  for (const file of archives) await imagesOf(directory, node, 'import', '--no-unpack=false', file);
}

async function imagesOf(directory: string, node: NodePlan, ...words: readonly string[]): Promise<void> {
  const place = ['--address', socketOf(directory, node), '--namespace', 'k8s.io'];
  await promisify(execFile)('ctr', [...place, 'images', ...words]);
}

/** As containerd has an image that a pod names without a registry. */
function fullName(image: string): string {
  return `docker.io/library/${image}`;
}

function containerd(directory: string, node: NodePlan, network: string): Program {
  const own = path.join(directory, node.name);
  const configuration = path.join(own, 'containerd.toml');
  writeFileSync(
    configuration,
    `version = 2
root = ${JSON.stringify(path.join(own, 'containerd'))}
state = ${JSON.stringify(path.join(own, 'containerd-state'))}
disabled_plugins = ["io.containerd.internal.v1.opt"]
[grpc]
  address = ${JSON.stringify(socketOf(directory, node))}
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = ${JSON.stringify(pauseImage)}
  restrict_oom_score_adj = true
  disable_apparmor = true
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "overlayfs"
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = ${JSON.stringify(network)}
`,
  );
  const version = ['--address', socketOf(directory, node), 'version'];
  return {
    name: `containerd-${node.name}`,
    file: 'containerd',
    args: ['--config', configuration],
    isReady: () => spawnSync('ctr', version, { stdio: 'ignore' }).status === 0,
  };
}

/** Addresses are given out by one book, that of the machine: no two pods have one. */
function podNetworkFolder(directory: string): string {
  const folder = path.join(directory, 'cni');
  mkdirSync(folder);
  writeFileSync(path.join(folder, '10-pods.conflist'), JSON.stringify(podNetwork, null, 2));
  return folder;
}

const podNetwork = {
  cniVersion: '0.4.0',
  name: 'pods',
  plugins: [
    {
      ...{ type: 'bridge', bridge: 'mqttsec0', isGateway: true, hairpinMode: true },
      ipam: {
        type: 'host-local',
        ranges: [[{ subnet: '10.88.0.0/16', rangeStart: '10.88.1.1', gateway: bridgeAddress }]],
        routes: [{ dst: '0.0.0.0/0' }],
      },
    },
    { type: 'portmap', capabilities: { portMappings: true } },
  ],
};

/** Folder with the logs of all containers of a node, one folder for each pod. */
export function podLogFolder(directory: string, node: NodeName): string {
  return path.join(directory, node, 'pod-logs');
}

function kubeScheduler(programs: string, kubeconfig: string): Program {
  return {
    name: 'kube-scheduler',
    file: path.join(programs, 'kube-scheduler'),
    args: [
      ...['--kubeconfig', kubeconfig, '--authentication-kubeconfig', kubeconfig],
      ...['--authorization-kubeconfig', kubeconfig, '--leader-elect=false', '--secure-port=0'],
    ],
    isReady: () => true,
  };
}

function kubelet(directory: string, node: NodePlan, programs: string, kubeconfig: string): Program {
  const { name, address, healthPort } = node;
  const own = path.join(directory, name);
  const file = path.join(own, 'kubelet.yaml');
  const none = '0%';
  const configuration = {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    ...{ address, healthzPort: healthPort, containerRuntimeEndpoint: `unix://${socketOf(directory, node)}` },
    authentication: {
      x509: { clientCAFile: path.join(directory, 'ca.crt') },
      ...{ anonymous: { enabled: false }, webhook: { enabled: false } },
    },
    authorization: { mode: 'AlwaysAllow' },
    // A machine of any kind: with cgroups of the first version, swap, and little space that is nobody's business here.
    ...{ cgroupDriver: 'cgroupfs', failCgroupV1: false, cgroupsPerQOS: false, enforceNodeAllocatable: [] },
    ...{ failSwapOn: false, localStorageCapacityIsolation: false, makeIPTablesUtilChains: false },
    evictionHard: {
      ...{ 'memory.available': none, 'nodefs.available': none, 'nodefs.inodesFree': none },
      ...{ 'imagefs.available': none, 'imagefs.inodesFree': none },
    },
    // scripts/namespaces.sh ends what is in there.
    cgroupRoot: `/mqttsec-${process.env['MQTTSEC_NAMESPACES'] ?? ''}`,
    imageGCHighThresholdPercent: 100,
    ...{ registryPullQPS: 0, serializeImagePulls: false },
    ...{ resolvConf: '', clusterDNS: [bridgeAddress], clusterDomain },
    // In the common place each kubelet would remove what it takes for left-overs: the logs of the other.
    podLogsDir: podLogFolder(directory, name),
  };
  writeFileSync(file, JSON.stringify(configuration, null, 2));
  return {
    name: `kubelet-${name}`,
    file: path.join(programs, 'kubelet'),
    args: [
      ...['--config', file, '--kubeconfig', kubeconfig, '--root-dir', path.join(own, 'kubelet')],
      ...['--cert-dir', path.join(own, 'kubelet-pki'), '--hostname-override', name, '--node-ip', address],
    ],
    isReady: () => answers(`http://127.0.0.1:${healthPort}/healthz`),
  };
}

function kubeProxy(directory: string, programs: string, kubeconfig: string): Program {
  const file = path.join(directory, 'kube-proxy.yaml');
  const configuration = {
    apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
    kind: 'KubeProxyConfiguration',
    ...{ mode: 'iptables', hostnameOverride: nodes[0].name, healthzBindAddress: '127.0.0.1:10256' },
    ...{ metricsBindAddress: '127.0.0.1:10249', clientConnection: { kubeconfig } },
    // Answers on the bridge would go past the translation of the address otherwise.
    iptables: { masqueradeAll: true },
    conntrack: { maxPerCore: 0, min: 0, tcpEstablishedTimeout: '0s', tcpCloseWaitTimeout: '0s' },
  };
  writeFileSync(file, JSON.stringify(configuration, null, 2));
  return {
    name: 'kube-proxy',
    file: path.join(programs, 'kube-proxy'),
    args: ['--config', file],
    isReady: () => answers('http://127.0.0.1:10256/livez'),
  };
}

function answers(address: string): Promise<boolean> {
  return fetch(address).then(
    ({ ok }) => ok,
    () => false,
  );
}

interface SeenNode {
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

async function nodeIsReady({ admin, directory }: ControlPlane, { name }: NodePlan): Promise<void> {
  const isReady = async () => {
    const answer = await admin.answer<SeenNode>('GET', `/api/v1/nodes/${name}`);
    const { conditions = [] } = (answer.ok ? answer.body.status : undefined) ?? {};
    return conditions.some(({ type, status }) => type === 'Ready' && status === 'True');
  };
  const lastWords = () =>
    readFileSync(path.join(directory, `kubelet-${name}.log`), 'utf8')
      .split('\n')
      .slice(-20)
      .join('\n');
  await until(isReady, () => `${name} to be Ready\n${lastWords()}`, patience);
}
