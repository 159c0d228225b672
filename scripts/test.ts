/**
 * Runs the test tiers one after another, says again what failed, and closes with one line that adds them up: `N passed, N failed, N skipped`.
 * Usage: test.ts [TIER…]; without arguments all tiers. With CI=true a tier that cannot run is a failure, not a skip.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { globSync } from 'node:fs';

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

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

interface Failure {
  readonly test: string;
  readonly file: string;
  /** The stack of the error, with its message. */
  readonly text: string;
}

function countsIn(file: string): (Counts & { failures: readonly Failure[] })[] {
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Counts & { failures: readonly Failure[] });
}

/** Lines kept of a failure: its message and the place in the test. The whole stands where the tier ran. */
const keptLines = 30;

/** The failures of all tiers, so that the end of a long log says what to look for. */
const failuresText = (failures: readonly Failure[]) =>
  failures
    .map(
      ({ test, file, text }) =>
        `\nfailed: ${test}\n  in ${file}\n  ${text.split('\n').slice(0, keptLines).join('\n  ')}`,
    )
    .join('\n');

/** Runs one tier; a runner that died before it counted adds one failure, so that no crash looks like a pass. */
function countsOf(tier: Tier, scratch: string): Counts {
  const files = tier.files();
  const counts = path.join(scratch, `${tier.name}.json`);
  console.log(`\n== tier ${tier.name}: ${files.length} files`);
  const lack = tier.lack?.();
  if (lack !== undefined) {
    console.log(`skipped: ${lack}`);
    return { passed: 0, failed: 0, skipped: files.length };
  }
  const mocha = [process.execPath, path.join(root, 'node_modules/mocha/bin/mocha.js'), ...files];
  const [program = process.execPath, ...words] = [...(tier.within ?? []), ...mocha];
  const { status } = spawnSync(program, words, {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, MQTTSEC_TEST_COUNTS: counts },
  });
  const [counted] = countsIn(counts);
  if (!counted) return { passed: 0, failed: 1, skipped: 0 };
  failures.push(...counted.failures);
  return status !== 0 && counted.failed === 0 ? { ...counted, failed: 1 } : counted;
}

const failures: Failure[] = [];
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !tiers.some((tier) => tier.name === name));
if (unknown.length > 0) {
  console.error(`test: unknown tier ${unknown.join(', ')}; tiers are ${tiers.map((tier) => tier.name).join(', ')}`);
  process.exit(2);
}
const scratch = mkdtempSync(path.join(tmpdir(), 'mqttsec-test-'));
const total: Counts = { passed: 0, failed: 0, skipped: 0 };
const chosen = tiers.filter(({ name }) => wanted.length === 0 || wanted.includes(name));
if (chosen.length > 1 && chosen.at(-1)?.name === 'pods') startPreparation();
for (const tier of chosen) {
  const counts = countsOf(tier, scratch);
  total.passed += counts.passed;
  total.failed += counts.failed;
  total.skipped += counts.skipped;
}
rmSync(scratch, { recursive: true, force: true });
if (process.env['CI'] === 'true') {
  total.failed += total.skipped;
  total.skipped = 0;
}
if (failures.length > 0) console.log(failuresText(failures));
console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0;
