/** Has promtool read the alert rules that ship, and try them on series of their own (test/docs/alerts.yaml). */
import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { load } from 'js-yaml';

const root = path.resolve(import.meta.dirname, '..');
const manifest = load(readFileSync(path.join(root, 'deploy/monitoring/prometheus-rules.yaml'), 'utf8'));
const promtool = execFileSync(path.join(root, 'scripts/promtool.sh'), {
  encoding: 'utf8',
  stdio: ['ignore', 'pipe', 'inherit'],
}).trim();

/** Exit code of promtool; what it says goes to the terminal. */
function exitCode(...words: readonly string[]): number {
  return spawnSync(promtool, words, { cwd: scratch, stdio: ['ignore', 'inherit', 'inherit'] }).status ?? 1;
}

const scratch = mkdtempSync(path.join(tmpdir(), 'mqttsec-rules-'));
try {
  // JSON is YAML, and the `spec` of a PrometheusRule is a rule file.
  writeFileSync(path.join(scratch, 'rules.yaml'), JSON.stringify((manifest as { readonly spec: unknown }).spec));
  copyFileSync(path.join(root, 'test/docs/alerts.yaml'), path.join(scratch, 'alerts.yaml'));
  process.exitCode = exitCode('check', 'rules', 'rules.yaml') || exitCode('test', 'rules', 'alerts.yaml');
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
