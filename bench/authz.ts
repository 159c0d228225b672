/**
 * Decisions over HTTP of the authorization service, which has one thread, beside a bare node:http server that reads the same
 * bodies and answers the same bytes, in turns.
 */
import { once } from 'node:events';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { revocationMilliseconds } from './authz/revocation.ts';
import { underLoad } from './authz/load.ts';
import type { ServerData } from './authz/server.ts';
import { tokenChecks } from './authz/tokens.ts';
import { type BenchRow, median, percentile } from './row.ts';

export const name = 'authorization over HTTP (EMQX, publish)';

const rounds = 5;
const seconds = 2;
const connections = 32;

interface Server {
  readonly port: number;
  readonly end: () => Promise<unknown>;
}

async function started(identities: number): Promise<Server> {
  const workerData: ServerData = { identities };
  const worker = new Worker(path.join(import.meta.dirname, 'authz/server.ts'), { workerData });
  const [port] = (await once(worker, 'message')) as [number];
  return { port, end: () => worker.terminate() };
}

async function measured(identities: number): Promise<readonly BenchRow[]> {
  const [bare, service] = [await started(0), await started(identities)];
  const load = { identities, connections, seconds };
  // Each identity is asked about once before: it is resolved then.
  await underLoad({ ...load, port: service.port, seconds: 4 });
  await underLoad({ ...load, port: bare.port });
  const [values, floors]: number[][] = [[], []];
  for (let round = 0; round < rounds; round += 1) {
    floors?.push((await underLoad({ ...load, port: bare.port })).perSecond);
    values?.push((await underLoad({ ...load, port: service.port })).perSecond);
  }
  const [value, floor] = [median(values ?? []), median(floors ?? [])];
  const half = { ...load, rate: value / 2, seconds: 5 };
  const bareLatency = await underLoad({ ...half, port: bare.port });
  const latency = await underLoad({ ...half, port: service.port });
  await Promise.all([bare.end(), service.end()]);
  const what = `${identities.toLocaleString('en')} identities`;
  const [p99, bareP99] = [latency, bareLatency].map(({ latencies }) => percentile(latencies, 0.99));
  return [
    {
      ...{ measure: `decisions, ${what}`, value, unit: 'decisions/s', floor, ratio: value / floor },
      ...{ target: `≥ ${String(Math.round(floor / 2))}/s`, samples: values ?? [] },
    },
    {
      ...{ measure: `p99 at half of that, ${what}`, value: p99 ?? NaN, unit: 'ms', target: '≤ 2 ms' },
      ...(bareP99 !== undefined && p99 !== undefined && { floor: bareP99, ratio: p99 / bareP99 }),
    },
  ];
}

/** Among so many devices, one file each. */
async function revoked(devices: number): Promise<BenchRow> {
  const samples = await revocationMilliseconds(devices, 50);
  const measure = `revocation in a file → denied, ${devices.toLocaleString('en')} files`;
  return { measure: `${measure}, p99`, value: percentile(samples, 0.99), unit: 'ms', target: '≤ 200 ms', samples };
}

async function tokens(alg: 'ES256' | 'RS256'): Promise<BenchRow> {
  const { values: samples, floors } = await tokenChecks(alg, rounds);
  const [value, floor] = [median(samples), median(floors)];
  const row = { measure: `tokens by ${alg}, key known`, value, unit: 'checks/s', floor, ratio: value / floor };
  return { ...row, target: '≥ 5,000/s', samples };
}

export async function run(): Promise<readonly BenchRow[]> {
  const revocations = [await revoked(100), await revoked(1000)];
  const checks = [await tokens('ES256'), await tokens('RS256')];
  return [...(await measured(10_000)), ...(await measured(100_000)), ...revocations, ...checks];
}
