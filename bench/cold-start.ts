/** Memory of the operator, and its start until it knows what is declared, among many devices. */
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { startedStub, type StubServer } from './kube/server.ts';
import type { ColdFigures } from './operator/cold.ts';
import { type BenchRow, median } from './row.ts';

export const name = 'Start of the operator';

function output({ url, ca }: StubServer, count: number, mode: 'parse' | 'all'): object {
  const file = path.join(import.meta.dirname, 'operator/cold.ts');
  const run = spawnSync(process.execPath, [file, url, ca, `${count}`, mode], { encoding: 'utf8' });
  if (run.status !== 0) throw new Error(`measure start: ${run.stderr}`);
  return JSON.parse(run.stdout) as object;
}

async function rowsOf(count: number): Promise<readonly BenchRow[]> {
  const server = await startedStub(count, 'Fleet');
  output(server, count, 'parse'); // the server makes its answers now
  const runs = [1, 2, 3].map(
    () => ({ ...output(server, count, 'parse'), ...output(server, count, 'all') }) as ColdFigures,
  );
  server.stop();
  const figure = (which: keyof ColdFigures) => median(runs.map((one) => one[which]));
  const devices = `${count.toLocaleString('en')} devices`;
  const memory = (what: string, which: keyof ColdFigures, target = 'none'): BenchRow => {
    const [value, floor] = [figure(which), figure('bare')];
    return { measure: `memory ${what}, ${devices}`, value, unit: 'MB', floor, ratio: value / floor, target };
  };
  const [sync, parse] = [figure('sync'), figure('parse')];
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
    { measure: `first compile after it, ${devices}`, value: figure('compile'), unit: 'ms', target: 'none' },
    memory('when synced', 'synced'),
    memory('when compiled', 'compiled', count > 10_000 ? '≤ 350 MB' : 'none'),
    memory('at its peak', 'peak'),
  ];
}

export async function run(): Promise<readonly BenchRow[]> {
  return [...(await rowsOf(10_000)), ...(await rowsOf(100_000))];
}
