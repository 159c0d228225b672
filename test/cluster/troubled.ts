import { type ControlPlane, startControlPlane } from './control-plane.ts';

let started: Promise<ControlPlane> | undefined;

/**
 * A control plane that all tests share whose clients break off in the middle, or are killed: it logs that as errors, so
 * nobody looks at its logs.
 */
export function troubledControlPlane(): Promise<ControlPlane> {
  started ??= startControlPlane();
  return started;
}

// Outside of any suite this is a hook of the whole run.
after('control plane of broken clients: stopped', async function () {
  this.timeout(60_000);
  await (await started?.catch(() => undefined))?.stop();
});
