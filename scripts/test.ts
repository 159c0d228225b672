/**
 * Runs the test tiers one after another and closes with one line that adds them up: `N passed, N failed, N skipped`.
 * Usage: test.ts [TIER…]; without arguments all tiers. With CI=true a tier that cannot run is a failure, not a skip.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { globSync } from 'node:fs';

interface Tier {
  readonly name: string;
  readonly files: () => string[];
  /** Prepares what the tier needs; answers with what is missing on this machine. */
  readonly lack?: () => string | undefined;
}

const root = path.resolve(import.meta.dirname, '..');
const isIn = (folder: string) => (file: string) => file.startsWith(`test${path.sep}${folder}${path.sep}`);
const needBroker = isIn('broker');
const needCluster = isIn('cluster');
const allTests = () => globSync('test/**/*.test.ts', { cwd: root }).sort();

/** Builds the control plane in view of whoever waits for it. A build that fails is no lack: its tests then fail. */
function clusterLack(): string | undefined {
  const { status } = spawnSync(path.join(root, 'scripts/control-plane.sh'), { stdio: ['ignore', 'ignore', 'inherit'] });
  return status === 2 ? 'a control plane needs Go to be built' : undefined;
}

const tiers: readonly Tier[] = [
  { name: 'pure', files: () => allTests().filter((file) => !needBroker(file) && !needCluster(file)) },
  { name: 'broker', files: () => allTests().filter(needBroker) },
  { name: 'cluster', files: () => allTests().filter(needCluster), lack: clusterLack },
];

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

function countsIn(file: string): Counts[] {
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Counts);
}

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
  const { status } = spawnSync(process.execPath, [path.join(root, 'node_modules/mocha/bin/mocha.js'), ...files], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, MQTTSEC_TEST_COUNTS: counts },
  });
  const [counted] = countsIn(counts);
  if (!counted) return { passed: 0, failed: 1, skipped: 0 };
  return status !== 0 && counted.failed === 0 ? { ...counted, failed: 1 } : counted;
}

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !tiers.some((tier) => tier.name === name));
if (unknown.length > 0) {
  console.error(`test: unknown tier ${unknown.join(', ')}; tiers are ${tiers.map((tier) => tier.name).join(', ')}`);
  process.exit(2);
}
const scratch = mkdtempSync(path.join(tmpdir(), 'mqttsec-test-'));
const total: Counts = { passed: 0, failed: 0, skipped: 0 };
for (const tier of tiers.filter(({ name }) => wanted.length === 0 || wanted.includes(name))) {
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
console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0;
