/** Memory of the operator, and its start until it knows what is declared, among many devices. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';
import { bundleOptions } from '../scripts/bundle.ts';
import { startedStub, type StubServer } from './kube/server.ts';
import type { ColdFigures } from './operator/cold.ts';
import { type BenchRow, median } from './row.ts';

export const name = 'Start of the operator';

/** The operator ships as a bundle, which has neither compiler nor unused libraries in memory. */
async function bundled(directory: string): Promise<string> {
  const outfile = path.join(directory, 'cold.mjs');
  await build({ ...bundleOptions, entryPoints: [path.join(import.meta.dirname, 'operator/cold.ts')], outfile });
  return outfile;
}

/** Those with which the launcher starts the operator. */
function memoryFlags(): readonly string[] {
  const launcher = readFileSync(path.join(import.meta.dirname, '../bin/mqttsec'), 'utf8');
  const flags = /memory="(--[^"]+)"/.exec(launcher)?.[1];
  if (flags === undefined) throw new Error('measure start: bin/mqttsec has no flags for the operator');
  return flags.split(' ');
}

function output(file: string, { url, ca }: StubServer, count: number, mode: 'parse' | 'all'): object {
  const run = spawnSync(process.execPath, [...memoryFlags(), file, url, ca, `${count}`, mode], { encoding: 'utf8' });
  if (run.status !== 0) throw new Error(`measure start: ${run.stderr}`);
  return JSON.parse(run.stdout) as object;
}

async function rowsOf(file: string, count: number): Promise<readonly BenchRow[]> {
  const server = await startedStub(count, 'Fleet');
  output(file, server, count, 'parse'); // the server makes its answers now
  const runs = [1, 2, 3].map(
    () => ({ ...output(file, server, count, 'parse'), ...output(file, server, count, 'all') }) as ColdFigures,
  );
  server.stop();
  const figure = (which: keyof ColdFigures) => median(runs.map((one) => one[which]));
  const devices = `${count.toLocaleString('en')} devices`;
  const memory = (what: string, which: keyof ColdFigures, target = 'none'): BenchRow => {
    const [value, floor] = [figure(which), figure('bare')];
    return { measure: `memory ${what}, ${devices}`, value, unit: 'MB', floor, ratio: value / floor, target };
  };
  const [sync, parse] = [figure('sync'), figure('parse')];
  const cpu = figure('syncCpu') / figure('parseCpu');
  return [
    {
      measure: `list until synced, ${devices}`,
      value: sync,
      unit: 'ms',
      floor: parse,
      ratio: sync / parse,
      target: 'none',
    },
    { measure: `list until synced over the parse, ${devices}`, value: sync / parse, unit: '×', target: '≤ 2 ×' },
    { measure: `CPU of both, one over the other, ${devices}`, value: cpu, unit: '×', target: 'none' },
    { measure: `first compile after it, ${devices}`, value: figure('compile'), unit: 'ms', target: 'none' },
    memory('when synced', 'synced'),
    memory('when compiled', 'compiled', count > 10_000 ? '≤ 350 MB' : 'none'),
    memory('at its peak', 'peak'),
    memory('in use, without garbage', 'held'),
  ];
}

export async function run(): Promise<readonly BenchRow[]> {
  const directory = mkdtempSync(path.join(tmpdir(), 'mqttsec-bench-'));
  try {
    const file = await bundled(directory);
    return [...(await rowsOf(file, 10_000)), ...(await rowsOf(file, 100_000))];
  } finally {
    rmSync(directory, { recursive: true });
  }
}
