/**
 * Runs the test tiers one after another, says again what failed, and closes with one line that adds them up: `N passed, N failed, N skipped`.
 * A file whose tests ran out of time, and saw nothing else wrong, is run once more by itself.
 * Usage: test.ts [TIER…]; without arguments all tiers. With CI=true a tier that cannot run is a failure, not a skip.
 */
import { spawn, spawnSync } from 'node:child_process';
import { globSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  type Counts,
  countsAfterSecondRun,
  countsIn,
  crash,
  type Failure,
  failuresText,
  lateFiles,
  noCounts,
  sumOf,
} from './test/counts.ts';

interface Tier {
  readonly name: string;
  readonly files: () => string[];
  /** Prepares what the tier needs; answers with what is missing on this machine. */
  readonly lack?: () => string | undefined;
  /** Words of a command that runs the tests in another place. */
  readonly within?: readonly string[];
}

const root = path.resolve(import.meta.dirname, '..');
const isIn = (folder: string) => (file: string) => file.startsWith(`test${path.sep}${folder}${path.sep}`);
const needBroker = isIn('broker');
const needCluster = isIn('cluster');
const needPods = isIn('e2e');
const isPure = (file: string) => !needBroker(file) && !needCluster(file) && !needPods(file);
const script = (name: string) => path.join(root, 'scripts', name);
const allTests = () => globSync('test/**/*.test.ts', { cwd: root }).sort();

/** Builds the control plane in view of whoever waits for it. A build that fails is no lack: its tests then fail. */
function clusterLack(): string | undefined {
  const { status } = spawnSync(script('control-plane.sh'), { stdio: ['ignore', 'ignore', 'inherit'] });
  return status === 2 ? 'a control plane needs Go to be built' : undefined;
}

/** Prepares a node with its images. What is missing it has said by itself. */
function podsLack(): string | undefined {
  const { status } = spawnSync(script('pods.sh'), { stdio: ['ignore', 'ignore', 'inherit'] });
  return status === 2 ? 'real pods cannot be run here, for the reason above' : undefined;
}

/** Begins with what takes long to build while other tiers run; of two builds at once one waits for the other. */
function startPreparation(): void {
  const child = spawn('nice', ['-n', '19', script('pods.sh')], { stdio: 'ignore' });
  child.once('error', () => undefined);
  child.unref();
}

const tiers: readonly Tier[] = [
  { name: 'pure', files: () => allTests().filter(isPure) },
  { name: 'broker', files: () => allTests().filter(needBroker) },
  { name: 'cluster', files: () => allTests().filter(needCluster), lack: clusterLack },
  { name: 'pods', files: () => allTests().filter(needPods), lack: podsLack, within: [script('namespaces.sh')] },
];

/** Runs files of a tier in a process of their own. */
function run(tier: Tier, files: readonly string[], counts: string): Counts {
  const mocha = [process.execPath, path.join(root, 'node_modules/mocha/bin/mocha.js'), ...files];
  const [program = process.execPath, ...words] = [...(tier.within ?? []), ...mocha];
  const { status } = spawnSync(program, words, {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, MQTTSEC_TEST_COUNTS: counts },
  });
  const counted = countsIn(counts) ?? crash;
  return status !== 0 && counted.failed === 0 ? { ...counted, failed: 1 } : counted;
}

/** Runs one tier, and once more, by itself, each file of it whose time ran out. */
function countsOf(tier: Tier, scratch: string): Counts {
  const files = tier.files();
  console.log(`\n== tier ${tier.name}: ${files.length} files`);
  const lack = tier.lack?.();
  if (lack !== undefined) {
    console.log(`skipped: ${lack}`);
    return { ...noCounts, skipped: files.length };
  }
  let counts = run(tier, files, path.join(scratch, tier.name));
  for (const [index, file] of lateFiles(counts).entries()) {
    late.push(...counts.failures.filter((failure) => failure.file === file));
    console.log(`\n== ${file} ran out of time, and is run once more`);
    counts = countsAfterSecondRun(counts, file, run(tier, [file], path.join(scratch, `${tier.name}-${index}`)));
  }
  return counts;
}

/** What ran out of time at first, whatever its second run gave. */
const late: Failure[] = [];
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !tiers.some((tier) => tier.name === name));
if (unknown.length > 0) {
  console.error(`test: unknown tier ${unknown.join(', ')}; tiers are ${tiers.map((tier) => tier.name).join(', ')}`);
  process.exit(2);
}
const scratch = mkdtempSync(path.join(tmpdir(), 'mqttsec-test-'));
const chosen = tiers.filter(({ name }) => wanted.length === 0 || wanted.includes(name));
if (chosen.length > 1 && chosen.at(-1)?.name === 'pods') startPreparation();
const { passed, failed, skipped, failures } = sumOf(chosen.map((tier) => countsOf(tier, scratch)));
rmSync(scratch, { recursive: true, force: true });
for (const { test, file, text } of late) {
  console.log(`\nran out of time at first: ${test}\n  in ${file}\n  ${text.split('\n')[0] ?? ''}`);
}
if (failures.length > 0) console.log(failuresText(failures));
const lacking = process.env['CI'] === 'true' ? skipped : 0;
console.log(`\n${passed} passed, ${failed + lacking} failed, ${skipped - lacking} skipped`);
process.exitCode = failed + lacking > 0 || passed === 0 ? 1 : 0;
