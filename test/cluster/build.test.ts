import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const script = path.resolve(import.meta.dirname, '../../scripts/control-plane.sh');
const tools = ['sh', 'dirname', 'sed', 'cut', 'cat', 'uname', 'sha256sum'];

describe('programs of a control plane', () => {
  let place: string;

  before(() => {
    place = mkdtempSync(path.join(tmpdir(), 'mqttsec-build-'));
    for (const tool of tools) {
      const file = ['/usr/bin', '/bin'].map((folder) => path.join(folder, tool)).find(existsSync);
      assert.ok(file, tool);
      symlinkSync(file, path.join(place, tool));
    }
  });

  after(() => rmSync(place, { recursive: true }));

  function built(cache: string | undefined): { status: number | null; stdout: string; stderr: string } {
    const env = { HOME: process.env['HOME'], XDG_CACHE_HOME: cache, PATH: place };
    return spawnSync(script, { encoding: 'utf8', env });
  }

  it('are built with Go: without it this is said, and nothing is begun', () => {
    const cache = path.join(place, 'cache');
    const { status, stdout, stderr } = built(cache);
    assert.equal(status, 2);
    assert.equal(stdout, '');
    assert.match(stderr, /^control plane: needs Go .*\n$/);
    assert.equal(existsSync(cache), false);
  });

  it('need no Go once they are built', () => {
    const { status, stdout, stderr } = built(process.env['XDG_CACHE_HOME']);
    assert.equal(status, 0, stderr);
    for (const name of ['etcd', 'kube-apiserver', 'kube-controller-manager', 'cert-manager', 'kubectl']) {
      assert.ok(existsSync(path.join(stdout.trim(), 'bin', name)), name);
    }
  });
});
