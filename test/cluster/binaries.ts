import { spawnSync } from 'node:child_process';
import path from 'node:path';

const script = path.resolve(import.meta.dirname, '../../scripts/control-plane.sh');

/** Folder with the programs of a control plane (`bin/`) and cert-manager's kinds (`crds/`); builds them if need be. */
export function controlPlaneFolder(): string {
  const { status, stdout } = spawnSync(script, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  if (status !== 0) throw new Error('build control plane: see the lines above');
  return stdout.trim();
}
