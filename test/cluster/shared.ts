import assert from 'node:assert/strict';
import { type ControlPlane, startControlPlane } from './control-plane.ts';

let started: Promise<ControlPlane> | undefined;

/**
 * The control plane that all files of the tier share: started at the first call, ended after the last test. A test that
 * harms it (faults, restarts) starts one of its own. What it leaves in it lies in namespaces of its own.
 */
export function sharedControlPlane(): Promise<ControlPlane> {
  started ??= startControlPlane();
  return started;
}

// Outside of any suite this is a hook of the whole run.
after('control plane: no unexpected error in any log', async function () {
  this.timeout(60_000);
  const plane = await started?.catch(() => undefined);
  await plane?.stop();
  assert.deepEqual(plane?.unexpectedErrorLines() ?? [], []);
});
