/** Our API client beside a plain loop over undici and beside client-node: requests, lists, watches, memory. */
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { CoreV1Api } from '@kubernetes/client-node';
import { Agent } from 'undici';
import type { ResourceType } from '../src/kube/object.ts';
import { clientFor } from './kube/client.ts';
import { configFor, smallPath } from './kube/address.ts';
import { startedStub, type StubServer } from './kube/server.ts';
import type { SyncFigures } from './kube/sync.ts';
import { type BenchRow, median } from './row.ts';

export const name = 'API client';

const rounds = 5;
const configMaps: ResourceType = {
  group: '',
  version: 'v1',
  plural: 'configmaps',
  kind: 'ConfigMap',
  namespaced: true,
};

interface Rate {
  readonly perSecond: number;
  /** CPU time of this process, not of the server's. */
  readonly cpuMicroseconds: number;
}

/** Makes `count` calls, `width` at a time. */
async function rateOf(count: number, width: number, call: () => Promise<unknown>): Promise<Rate> {
  const cpu = process.cpuUsage();
  const begun = performance.now();
  let left = count;
  const worker = async () => {
    for (; left > 0; left -= 1) await call();
  };
  await Promise.all(Array.from({ length: width }, worker));
  const { user, system } = process.cpuUsage(cpu);
  return { perSecond: count / ((performance.now() - begun) / 1000), cpuMicroseconds: (user + system) / count };
}

/** One after the other in each round, so that what else the machine does befalls all alike. */
async function ratesOf(
  calls: Readonly<Record<string, readonly [number, () => Promise<unknown>]>>,
  width: number,
): Promise<ReadonlyMap<string, Rate>> {
  const figures = new Map<string, Rate[]>(Object.keys(calls).map((who) => [who, []]));
  for (let round = 0; round <= rounds; round += 1) {
    for (const [who, [count, call]] of Object.entries(calls)) {
      const rate = await rateOf(count, width, call);
      if (round > 0) figures.get(who)?.push(rate); // the first round is for warming up
    }
  }
  const medianOf = (rates: readonly Rate[], figure: keyof Rate) => median(rates.map((rate) => rate[figure]));
  return new Map(
    [...figures].map(([who, rates]) => [
      who,
      { perSecond: medianOf(rates, 'perSecond'), cpuMicroseconds: medianOf(rates, 'cpuMicroseconds') },
    ]),
  );
}

async function requestRows(server: StubServer, width: number): Promise<readonly BenchRow[]> {
  const client = clientFor(server);
  const theirs = configFor(server).makeApiClient(CoreV1Api);
  const agent = new Agent({ allowH2: false, connect: { ca: server.ca } });
  const headers = { authorization: 'Bearer t', 'user-agent': 'bench' };
  const bare = async () => {
    const { body } = await agent.request({ origin: server.url, path: smallPath, method: 'GET', headers });
    return body.json();
  };
  const rates = await ratesOf(
    {
      ours: [4000, () => client.get(configMaps, 'plant', 'main')],
      bare: [4000, bare],
      theirs: [200, () => theirs.readNamespacedConfigMap({ name: 'main', namespace: 'plant' })],
    },
    width,
  );
  const none: Rate = { perSecond: NaN, cpuMicroseconds: NaN };
  const [ours, floor, other] = ['ours', 'bare', 'theirs'].map((who) => rates.get(who) ?? none) as [Rate, Rate, Rate];
  await agent.close();
  const at = `${width} at a time`;
  return [
    {
      measure: `requests, ${at}`,
      value: ours.perSecond,
      unit: '/s',
      floor: floor.perSecond,
      ratio: ours.perSecond / floor.perSecond,
      target: '≥ 2,000/s',
    },
    {
      measure: `CPU per request, ${at}`,
      value: ours.cpuMicroseconds,
      unit: 'µs',
      floor: floor.cpuMicroseconds,
      ratio: ours.cpuMicroseconds / floor.cpuMicroseconds,
      target: '≤ 200 µs',
    },
    {
      measure: `requests of client-node, ${at}`,
      value: other.perSecond,
      unit: '/s',
      floor: floor.perSecond,
      ratio: other.perSecond / floor.perSecond,
      target: 'for comparison',
    },
    {
      measure: `CPU per request of client-node, ${at}`,
      value: other.cpuMicroseconds,
      unit: 'µs',
      floor: floor.cpuMicroseconds,
      ratio: other.cpuMicroseconds / floor.cpuMicroseconds,
      target: 'for comparison',
    },
    {
      measure: `our requests for each one of client-node, ${at}`,
      value: ours.perSecond / other.perSecond,
      unit: '×',
      target: '≥ 20 ×',
    },
  ];
}

function syncFigures({ url, ca }: StubServer, count: number): SyncFigures {
  const file = path.join(import.meta.dirname, 'kube/sync.ts');
  const { status, stdout, stderr } = spawnSync(process.execPath, [file, url, ca, `${count}`], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`measure list and watch: ${stderr}`);
  return JSON.parse(stdout) as SyncFigures;
}

async function syncRows(count: number): Promise<readonly BenchRow[]> {
  const server = await startedStub(count);
  const runs = [1, 2, 3].map(() => syncFigures(server, count));
  server.stop();
  const figure = (which: keyof SyncFigures) => median(runs.map((one) => one[which]));
  const row = (
    measure: string,
    which: keyof SyncFigures,
    floorOf: keyof SyncFigures,
    unit: string,
    target: string,
  ): BenchRow => {
    const [value, floor] = [figure(which), figure(floorOf)];
    return {
      measure: `${measure}, ${count.toLocaleString('en')} devices`,
      value,
      unit,
      floor,
      ratio: value / floor,
      target,
    };
  };
  const stall = (measure: string, which: keyof SyncFigures): BenchRow => {
    return {
      measure: `${measure}, ${count.toLocaleString('en')} devices`,
      value: figure(which),
      unit: 'ms',
      target: '≤ 100 ms',
    };
  };
  return [
    row('list until synced', 'sync', 'syncFloor', 'ms', 'twice the parse of the bytes'),
    {
      measure: `list until synced over the parse, ${count.toLocaleString('en')} devices`,
      value: figure('sync') / figure('syncFloor'),
      unit: '×',
      target: '≤ 2 ×',
    },
    stall('longest stall of the event loop in it', 'stall'),
    stall('the same of a list without pages', 'wholeStall'),
    row('heap of one device in a store', 'bytesPerObject', 'bareBytesPerObject', 'bytes', '≤ 500 bytes'),
    row('watch events', 'events', 'eventsFloor', '/s', '≥ 20,000/s'),
  ];
}

export async function run(): Promise<readonly BenchRow[]> {
  const server = await startedStub(1);
  const rows = [...(await requestRows(server, 1)), ...(await requestRows(server, 16))];
  server.stop();
  return [...rows, ...(await syncRows(10_000)), ...(await syncRows(100_000))];
}
