/** What a pod says of its containers, and one of them as a process of this machine. */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { connect } from 'node:net';

export interface FieldRef {
  readonly fieldPath: string;
}

export interface Probe {
  readonly httpGet?: { readonly path?: string; readonly port: number };
  readonly tcpSocket?: { readonly port: number };
}

export interface Container {
  readonly name: string;
  readonly image: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly env?: readonly {
    readonly name: string;
    readonly value?: string;
    readonly valueFrom?: { readonly fieldRef?: FieldRef };
  }[];
  readonly volumeMounts?: readonly { readonly name: string; readonly mountPath: string }[];
  readonly startupProbe?: Probe;
  readonly readinessProbe?: Probe;
  /** `Always` on an init container: it is a sidecar. */
  readonly restartPolicy?: string;
}

export interface Volume {
  readonly name: string;
  readonly persistentVolumeClaim?: { readonly claimName: string };
  readonly projected?: {
    readonly sources: readonly {
      readonly serviceAccountToken?: { readonly path: string };
      readonly downwardAPI?: { readonly items: readonly { readonly path: string; readonly fieldRef: FieldRef }[] };
    }[];
  };
}

export interface Pod {
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly uid: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly deletionTimestamp?: string;
    readonly deletionGracePeriodSeconds?: number;
  };
  readonly spec: {
    readonly nodeName?: string;
    readonly serviceAccountName?: string;
    readonly initContainers?: readonly Container[];
    readonly containers: readonly Container[];
    readonly volumes?: readonly Volume[];
  };
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

/** Value of a field as the downward API gives it: `metadata.labels['name']`, `status.podIP`. */
export function fieldOf(pod: Pod, address: string, fieldPath: string): string {
  const [, map, key = ''] = /^metadata\.(labels|annotations)\['(.+)'\]$/.exec(fieldPath) ?? [];
  if (map !== undefined) return pod.metadata[map as 'labels' | 'annotations']?.[key] ?? '';
  const fields = new Map([
    ['metadata.name', pod.metadata.name],
    ['metadata.namespace', pod.metadata.namespace],
    ['metadata.uid', pod.metadata.uid],
    ['spec.serviceAccountName', pod.spec.serviceAccountName ?? 'default'],
    ['status.podIP', address],
  ]);
  const value = fields.get(fieldPath);
  if (value === undefined) throw new Error(`the kubelet of the tests does not know the field ${fieldPath}`);
  return value;
}

export interface Sight {
  readonly pod: Pod;
  readonly address: string;
  /** Where a volume lies. */
  readonly volume: (name: string) => string;
}

/** The environment that the container declares. */
export function environmentOf(container: Container, sight: Sight): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const { name, value = '', valueFrom } of container.env ?? []) {
    const path = valueFrom?.fieldRef?.fieldPath;
    const given = path === undefined ? expanded(value, values) : fieldOf(sight.pod, sight.address, path);
    values.set(name, translated(given, container, sight));
  }
  return values;
}

/** The words of the container: variables filled in, paths of volumes as they are here. */
export function wordsOf(container: Container, environment: ReadonlyMap<string, string>, sight: Sight): string[] {
  const { command, args = [], name } = container;
  if (!command) throw new Error(`the kubelet of the tests has no images: container ${name} has to state a command`);
  return [...command, ...args].map((word) => translated(expanded(word, environment), container, sight));
}

/** As a kubelet does it: `$(NAME)` becomes the value of a variable that is declared, and each `$$` becomes `$`. */
function expanded(text: string, environment: ReadonlyMap<string, string>): string {
  return text.replace(/\$(?:\$|\(([^)]*)\))/g, (whole, name: string | undefined) =>
    name === undefined ? '$' : (environment.get(name) ?? whole),
  );
}

/** Its own paths, and those of its neighbours: one may write down what another will read. */
function translated(text: string, container: Container, { pod, volume }: Sight): string {
  const all = [...(pod.spec.initContainers ?? []), ...pod.spec.containers, container];
  const mounts = all.flatMap(({ volumeMounts = [] }) => volumeMounts);
  const places = new Map(mounts.map(({ name, mountPath }) => [mountPath, volume(name)]));
  if (places.size === 0) return text;
  const paths = [...places.keys()]
    .sort((a, b) => b.length - a.length)
    .map((path) => path.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  const found = new RegExp(`(?<![\\w./-])(${paths.join('|')})(?![\\w.-])`, 'g');
  return text.replace(found, (path) => places.get(path) ?? path);
}

/** A container that runs, in a process group of its own that does not outlive this process. */
export interface ContainerProcess {
  readonly pid: number;
  readonly exited: Promise<{ readonly code: number | null; readonly signal: string | null }>;
  readonly isRunning: () => boolean;
  readonly terminate: () => void;
  /** With all that it started. */
  readonly kill: () => void;
}

export function startedContainer(
  words: readonly string[],
  environment: ReadonlyMap<string, string>,
  place: { readonly directory: string; readonly logFile: string },
): ContainerProcess {
  const log = openSync(place.logFile, 'a');
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', ...words], {
    cwd: place.directory,
    env: { PATH: process.env['PATH'], HOME: place.directory, ...Object.fromEntries(environment) },
    stdio: ['ignore', log, log],
    detached: true,
  });
  closeSync(log);
  const { pid } = child;
  if (pid === undefined) throw new Error(`start ${words.join(' ')}: no such program as setpriv of util-linux`);
  const isRunning = () => child.exitCode === null && child.signalCode === null;
  const exited = new Promise<Awaited<ContainerProcess['exited']>>((resolve) => {
    child.once('exit', (code, signal) => {
      // What its first process left behind ends with a container.
      killGroup(pid);
      resolve({ code, signal });
    });
  });
  return { pid, exited, isRunning, terminate: () => terminate(child), kill: () => killGroup(pid) };
}

function terminate(child: ChildProcess): void {
  child.kill('SIGTERM');
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // All of it is gone.
  }
}

/** What the probe says now; true without one. */
export async function passes(probe: Probe | undefined, address: string): Promise<boolean> {
  if (!probe) return true;
  if (probe.httpGet) {
    const { path = '/', port } = probe.httpGet;
    const signal = AbortSignal.timeout(1000);
    return fetch(`http://${address}:${port}${path}`, { signal }).then(
      ({ ok }) => ok,
      () => false,
    );
  }
  const port = probe.tcpSocket?.port;
  if (port === undefined) throw new Error('the kubelet of the tests knows probes by HTTP and TCP only');
  return new Promise((resolve) => {
    const socket = connect(port, address, () => resolve(socket.destroy().destroyed));
    socket.once('error', () => resolve(false));
  });
}
