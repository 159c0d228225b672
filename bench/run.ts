/**
 * Runs the benchmarks: `npm run bench`, or with names for some of them (`npm run bench verdict`). Each stands beside its
 * floor, measured in the same run; figures of different machines, or of different runs, are not to be compared.
 */
import { readdirSync } from 'node:fs';
import os from 'node:os';
import type { Benchmark, BenchRow } from './row.ts';

function names(): readonly string[] {
  const own = new Set(['run.ts', 'row.ts']);
  const known = readdirSync(import.meta.dirname).filter((file) => file.endsWith('.ts') && !own.has(file));
  return known.map((file) => file.slice(0, -'.ts'.length)).sort();
}

function numberText(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString('en') : value.toPrecision(3);
}

function rowText({ measure, value, unit, floor, ratio, target }: BenchRow): string {
  const beside = floor === undefined ? '' : `   floor ${numberText(floor)}`;
  const compared = ratio === undefined ? '' : `   ratio ${ratio.toFixed(2)}`;
  return `  ${measure.padEnd(56)} ${numberText(value).padStart(12)} ${unit}${beside}${compared}   target ${target}`;
}

async function run(asked: readonly string[]): Promise<void> {
  const unknown = asked.filter((name) => !names().includes(name));
  if (unknown.length > 0) throw new Error(`run benchmarks: no ${unknown.join(', ')}; there are ${names().join(', ')}`);
  console.log(`Node ${process.version}, ${os.cpus().length} × ${os.cpus()[0]?.model ?? 'CPU'}`);
  for (const file of asked.length > 0 ? asked : names()) {
    const benchmark = (await import(`./${file}.ts`)) as Benchmark;
    console.log(`\n${benchmark.name}`);
    for (const row of await benchmark.run()) console.log(rowText(row));
  }
}

await run(process.argv.slice(2));
