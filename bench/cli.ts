/** What a command takes from the call to its end, beside a Node that does nothing. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type BenchRow, median } from './row.ts';

export const name = 'The command line, from call to end';

const root = path.resolve(import.meta.dirname, '..');
const runs = 15;

interface Call {
  readonly what: string;
  readonly words: readonly string[];
  readonly target: string;
}

const sample = 'deploy/samples/plant';
const question = ['thermo-hall-1', 'publish', 'plant/devices/thermo-hall-1/telemetry/temperature'];
const calls: readonly Call[] = [
  { what: 'mqttsec version', words: ['version'], target: '≤ 0.15 s' },
  { what: 'mqttsec can-i, sample fleet', words: ['can-i', ...question, sample], target: '≤ 0.4 s' },
  { what: 'mqttsec validate, sample fleet', words: ['validate', sample], target: 'none' },
];

/** Seconds of one run. `cache` is where compiled code is kept. */
function secondsOf(program: string, words: readonly string[], cache: string): number {
  const begun = performance.now();
  const { status, stderr } = spawnSync(path.join(root, 'bin', program), words, {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, NODE_COMPILE_CACHE: cache },
  });
  const seconds = (performance.now() - begun) / 1000;
  if (status !== 0) throw new Error(`measure ${program} ${words.join(' ')}: exit code ${String(status)}: ${stderr}`);
  return seconds;
}

/** Usual calls, first calls after an update, and the floor, in turns, so that all meet the same machine. */
function rowsOf({ what, words, target }: Call, scratch: string): readonly BenchRow[] {
  const kept = path.join(scratch, 'kept');
  secondsOf('mqttsec', words, kept);
  const turns = Array.from({ length: runs }, () => {
    const empty = mkdtempSync(path.join(scratch, 'empty-'));
    return {
      floor: secondsOf('node', ['-e', '0'], kept),
      usual: secondsOf('mqttsec', words, kept),
      first: secondsOf('mqttsec', words, empty),
    };
  });
  const floor = median(turns.map((turn) => turn.floor));
  const row = (measure: string, samples: readonly number[], promised: string): BenchRow => {
    const value = median(samples);
    return { measure, value, unit: 's', floor, ratio: value / floor, target: promised, samples };
  };
  return [
    row(
      what,
      turns.map(({ usual }) => usual),
      target,
    ),
    row(
      `${what}, nothing compiled before`,
      turns.map(({ first }) => first),
      'none',
    ),
  ];
}

export function run(): Promise<readonly BenchRow[]> {
  const scratch = mkdtempSync(path.join(tmpdir(), 'mqttsec-bench-'));
  try {
    return Promise.resolve(calls.flatMap((call) => rowsOf(call, scratch)));
  } finally {
    rmSync(scratch, { recursive: true });
  }
}
