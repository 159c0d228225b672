/**
 * What an installation takes in pods: `helm install` to the first device that is served, a cold start of the operator, and
 * processor and memory of all containers at rest. Needs what test/e2e needs, and root. BENCH_IDLE_SECONDS takes so long a
 * time of rest.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { until } from '../test/cluster/component.ts';
import { listed, namespace, notReady, sampleFor } from '../test/cluster/plant/site.ts';
import { chart, operatorNamespace, type PodSite, startPodSite } from '../test/e2e/site.ts';
import type { Outcome } from './apart.ts';
import { type BenchRow, median } from './row.ts';

export const name = 'Installation in pods';

const release = 'mqtt-security-operator';
const patience = 300_000;
const starts = 3;

export async function run(): Promise<readonly BenchRow[]> {
  if (process.env['MQTTSEC_NAMESPACES'] === undefined) return rowsInNamespaces();
  const site = await startPodSite();
  try {
    await site.createVolumes(1);
    for (const one of [operatorNamespace, namespace]) await site.createNamespace(one);
    return [...(await installation(site)), ...(await rest(site)), ...(await coldStarts(site))];
  } finally {
    await site.stop();
  }
}

/** The same in a process that can do no harm to the network of this machine. */
function rowsInNamespaces(): readonly BenchRow[] {
  const script = (file: string) => path.join(import.meta.dirname, '../scripts', file);
  const prepared = spawnSync(script('pods.sh'), { stdio: ['ignore', 'ignore', 'inherit'] });
  if (prepared.status !== 0) throw new Error('measure pods: see the lines above');
  const words = [process.execPath, path.join(import.meta.dirname, 'apart.ts'), 'pods'];
  const { status, stdout } = spawnSync(script('namespaces.sh'), words, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (status !== 0) throw new Error('measure pods: see the lines above');
  return (JSON.parse(stdout) as Outcome).rows;
}

function row(measure: string, value: number, unit: string, samples?: readonly number[]): BenchRow {
  return { measure, value, unit, target: 'shown', ...(samples && { samples }) };
}

/** Seconds from `helm install` on; the fleet is applied as soon as the API server takes it. */
async function installation(site: PodSite): Promise<readonly BenchRow[]> {
  const fleet = sampleFor(site.plane, '2.0');
  const begun = performance.now();
  const seconds = () => (performance.now() - begun) / 1000;
  await site.helm('install', release, chart, '--namespace', operatorNamespace, '--wait', '--timeout=5m');
  const installed = seconds();
  const isApplied = async () => (await site.plane.kubectl(['apply', '-f', fleet.directory])).code === 0;
  await until(isApplied, 'the fleet is admitted', patience);
  const devices = () => listed(site.plane, 'mqttdevice');
  await until(async () => (await devices()).some(isProgrammed), 'a device is Programmed', patience);
  const programmed = seconds();
  await until(async () => notReady(await devices()).length === 0, 'all devices are Ready', patience);
  return [
    row('helm install until both operators are Ready', installed, 's'),
    row('helm install and kubectl apply of the sample fleet until a device is Programmed', programmed, 's'),
    row('the same until all 12 devices are Ready', seconds(), 's'),
  ];
}

type Listed = Awaited<ReturnType<typeof listed>>[number];

function isProgrammed({ status }: Listed): boolean {
  return status?.conditions?.some(({ type, status: value }) => type === 'Programmed' && value === 'True') ?? false;
}

interface Usage {
  readonly cpu?: { readonly usageCoreNanoSeconds?: number };
  readonly memory?: { readonly workingSetBytes?: number };
}

interface NodeSummary {
  readonly pods: readonly {
    readonly podRef: { readonly name: string; readonly namespace: string };
    readonly containers?: readonly (Usage & { readonly name: string })[];
  }[];
}

/** By `POD CONTAINER`, as the kubelets tell it. */
async function usages({ plane }: PodSite): Promise<ReadonlyMap<string, Usage>> {
  const nodes = await listed(plane, 'nodes');
  const found = new Map<string, Usage>();
  for (const { metadata } of nodes) {
    const { pods } = await plane.admin.call<NodeSummary>(
      'GET',
      `/api/v1/nodes/${metadata.name}/proxy/stats/summary?only_cpu_and_memory=true`,
    );
    for (const { podRef, containers = [] } of pods) {
      for (const one of containers) found.set(`${podRef.name} ${one.name}`, one);
    }
  }
  return found;
}

/** Thousandths of a core over the time of rest, and the working set at its end, as `kubectl top` shows both. */
async function rest(site: PodSite): Promise<readonly BenchRow[]> {
  await delay(10_000);
  const [before, begun] = [await usages(site), performance.now()];
  await delay(Number(process.env['BENCH_IDLE_SECONDS'] ?? 60) * 1000);
  const [after, seconds] = [await usages(site), (performance.now() - begun) / 1000];
  const lease = ['get', 'lease', release, '-n', operatorNamespace, '-o', 'jsonpath={.spec.holderIdentity}'];
  const leader = await site.kubectl(...lease);
  return [...after].sort().flatMap(([key, { cpu, memory }]) => {
    const [pod = '', container = ''] = key.split(' ');
    const role = leader.includes(pod) ? ' that leads' : ' that waits';
    const who = container === 'operator' ? container + role : container;
    const used = (cpu?.usageCoreNanoSeconds ?? NaN) - (before.get(key)?.cpu?.usageCoreNanoSeconds ?? NaN);
    return [
      row(`${who} at rest, processor`, used / 1e6 / seconds, 'm'),
      row(`${who} at rest, memory`, (memory?.workingSetBytes ?? NaN) / 1e6, 'MB'),
    ];
  });
}

/** From the start of the only operator's process until it has seen what was declared while there was none. */
async function coldStarts(site: PodSite): Promise<readonly BenchRow[]> {
  const samples: number[] = [];
  for (let number = 0; number < starts; number += 1) samples.push(await coldStart(site, number));
  return [row('process of the operator until its first reconcile', median(samples), 'ms', samples)];
}

async function coldStart(site: PodSite, number: number): Promise<number> {
  const scaled = (replicas: number) =>
    site.kubectl('scale', 'deployment', release, '-n', operatorNamespace, `--replicas=${replicas}`);
  await scaled(0);
  await until(() => operatorStart() === undefined, 'the operators are gone', patience);
  const rule = { actions: ['Publish'], topic: `plant/devices/{device}/start-${number}` };
  const patch = JSON.stringify([{ op: 'add', path: '/spec/rules/-', value: { effect: 'Allow', ...rule } }]);
  await site.kubectl('patch', 'aclt', 'temperature-sensor', '-n', namespace, '--type=json', '-p', patch);
  await scaled(1);
  const place = `/apis/mqttsecurity.io/v1alpha1/namespaces/${namespace}/acltemplates/temperature-sensor`;
  interface Seen {
    readonly metadata: { readonly generation: number };
    readonly status: { readonly observedGeneration: number };
  }
  let started: number | undefined;
  let seen = 0;
  await until(
    async () => {
      started ??= operatorStart();
      const { metadata, status } = await site.plane.admin.call<Seen>('GET', place);
      seen = Date.now();
      return status.observedGeneration === metadata.generation;
    },
    'the change is seen',
    patience,
  );
  return seen - (started ?? NaN);
}

/** When the process of an operator began, milliseconds since 1970, to a hundredth of a second (proc(5), field 22 of stat). */
function operatorStart(): number | undefined {
  for (const id of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    const [command = '', stat = ''] = ['cmdline', 'stat'].map((file) => textOrNothing(`/proc/${id}/${file}`));
    if (!/\0operator\0/.test(command) || command.startsWith('setpriv')) continue;
    const [, ...fields] = stat.slice(stat.lastIndexOf(')')).split(' ');
    const uptime = Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]);
    return Date.now() - (uptime - Number(fields[19]) / 100) * 1000;
  }
  return undefined;
}

function textOrNothing(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
