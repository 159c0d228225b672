/**
 * Runs the benchmarks: `npm run bench`, or with names for some of them (`npm run bench cli crl`), each in a process of its
 * own. Prints one table in which each figure stands beside its floor, measured in the same run; figures of different
 * machines, or of different runs, are not to be compared. With BENCH_OUT=FILE all figures are written there as JSON.
 * Exit code 1 when a benchmark failed, 2 for a name that is none; a figure that misses its target is marked and fails nothing.
 */
import { spawn } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Outcome } from './apart.ts';
import { type BenchRow, isMet } from './row.ts';

/** What came of one file of this folder. */
interface Result {
  readonly file: string;
  readonly seconds: number;
  readonly outcome: Outcome | undefined;
}

interface Machine {
  readonly time: string;
  readonly node: string;
  readonly cores: number;
  readonly cpu: string;
  readonly system: string;
  /** Mean number of processes that ran or waited, over the minute before. */
  readonly load: number;
}

function names(): readonly string[] {
  const own = new Set(['run.ts', 'row.ts', 'apart.ts']);
  const known = readdirSync(import.meta.dirname).filter((file) => file.endsWith('.ts') && !own.has(file));
  return known.map((file) => file.slice(0, -'.ts'.length)).sort();
}

function machine(): Machine {
  const cpus = os.cpus();
  return {
    time: new Date().toISOString(),
    node: process.version,
    cores: cpus.length,
    cpu: cpus[0]?.model ?? 'unknown',
    system: `${os.type()} ${os.release()} ${os.arch()}`,
    load: os.loadavg()[0] ?? 0,
  };
}

/** Runs one benchmark to its end; nothing comes of one that fails. */
async function result(file: string): Promise<Result> {
  const begun = performance.now();
  const command = [path.join(import.meta.dirname, 'apart.ts'), file];
  const child = spawn(process.execPath, command, { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (part: string) => (text += part));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  const outcome = code === 0 ? (JSON.parse(text) as Outcome) : undefined;
  return { file, seconds: (performance.now() - begun) / 1000, outcome };
}

function numberText(value: number): string {
  if (value >= 100) return Math.round(value).toLocaleString('en');
  return value >= 10 ? value.toFixed(1) : value.toPrecision(3);
}

const columns = ['measure', 'value', 'unit', 'floor', 'ratio', 'target', 'ok?'] as const;
const numeric: ReadonlySet<string> = new Set(['value', 'floor', 'ratio']);
type Line = readonly string[];

function lineOf(row: BenchRow): Line {
  const { measure, value, unit, floor, ratio, target } = row;
  const met = isMet(row);
  return [
    measure,
    numberText(value),
    unit,
    floor === undefined ? '' : numberText(floor),
    ratio === undefined ? '' : ratio.toFixed(2),
    target,
    met === undefined ? '' : met ? 'ok' : 'MISSED',
  ];
}

function tableText(results: readonly Result[]): string {
  const groups = results.map(({ file, outcome }) => ({
    title: outcome ? `${outcome.name} (${file})` : `${file}: FAILED, see above`,
    lines: (outcome?.rows ?? []).map(lineOf),
  }));
  const all = [columns, ...groups.flatMap(({ lines }) => lines)];
  const widths = columns.map((_, at) => Math.max(...all.map((line) => (line[at] ?? '').length)));
  const text = (line: Line): string => {
    const cells = line.map((cell, at) => {
      const width = widths[at] ?? 0;
      return numeric.has(columns[at] ?? '') ? cell.padStart(width) : cell.padEnd(width);
    });
    return `  ${cells.join('  ')}`.trimEnd();
  };
  return [text(columns), ...groups.flatMap(({ title, lines }) => ['', title, ...lines.map(text)])].join('\n');
}

function headerText({ time, node, cores, cpu, system, load }: Machine, facts: readonly string[]): string {
  return [`${time}  ${cores} × ${cpu}, ${system}, load ${load.toFixed(1)}`, [`Node ${node}`, ...facts].join(', ')].join(
    '\n',
  );
}

async function run(asked: readonly string[]): Promise<void> {
  const unknown = asked.filter((name) => !names().includes(name));
  if (unknown.length > 0) {
    console.error(`bench: no ${unknown.join(', ')}; there are ${names().join(', ')}`);
    process.exitCode = 2;
    return;
  }
  const before = machine();
  const results: Result[] = [];
  for (const file of asked.length > 0 ? asked : names()) {
    process.stderr.write(`bench: ${file} …\n`);
    results.push(await result(file));
  }
  const facts = [...new Set(results.flatMap(({ outcome }) => outcome?.facts ?? []))];
  console.log(`${headerText(before, facts)}\n\n${tableText(results)}`);
  const out = process.env['BENCH_OUT'] ?? '';
  if (out !== '') writeFileSync(out, `${JSON.stringify({ machine: before, facts, results }, undefined, 2)}\n`);
  if (results.some(({ outcome }) => !outcome)) process.exitCode = 1;
}

await run(process.argv.slice(2));
