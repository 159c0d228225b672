/** What docs/install.md says is tested with is what the tests use. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '../..');
const text = (file: string) => readFileSync(path.join(root, file), 'utf8');

describe('the versions in docs/install.md', () => {
  const rows = [
    ['Kubernetes', 'test/cluster/go.mod', 'k8s.io/kubernetes'],
    ['cert-manager', 'test/cluster/go.mod', 'github.com/cert-manager/cert-manager'],
    ['Helm', 'scripts/tools/go.mod', 'helm.sh/helm/v4'],
  ] as const;
  for (const [name, module, dependency] of rows) {
    it(`are those of the tests: ${name}`, () => {
      const [, tested] = new RegExp(`^\\| ${name} .*\\| (\\S+) +\\|$`, 'm').exec(text('docs/install.md')) ?? [];
      const [, used] = new RegExp(`^\\s${dependency} v(\\S+)`, 'm').exec(text(module)) ?? [];
      assert.ok(used);
      assert.equal(tested, used);
    });
  }
});
