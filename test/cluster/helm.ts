/** Helm against a control plane, as the administrator. */
import { execFile } from 'node:child_process';
import path from 'node:path';
import { chartTools } from '../../scripts/chart/render.ts';
import { chartFolder } from '../../scripts/chart/source.ts';
import { administrator, type CommandResult, type ControlPlane } from './control-plane.ts';

export const chart = path.resolve(import.meta.dirname, '../..', chartFolder);

export interface Helm {
  readonly run: (...words: readonly string[]) => Promise<CommandResult>;
  /** What it said; fails when it fails, or warns of something. */
  readonly said: (...words: readonly string[]) => Promise<string>;
}

/** Its caches are in the directory of the control plane. */
export async function helmFor(plane: ControlPlane): Promise<Helm> {
  const file = path.join(chartTools(), 'helm');
  const home = path.join(plane.directory, 'helm');
  const env = { PATH: process.env['PATH'], HOME: home, KUBECONFIG: await plane.kubeconfig(administrator) };
  const run: Helm['run'] = (...words) =>
    new Promise((resolve) => {
      const child = execFile(file, [...words], { env, maxBuffer: 64 << 20 }, (_error, stdout, stderr) => {
        resolve({ code: child.exitCode ?? -1, stdout, stderr });
      });
    });
  return {
    run,
    said: async (...words) => {
      const { code, stdout, stderr } = await run(...words);
      if (code !== 0 || stderr !== '') throw new Error(`helm ${words.join(' ')}: ${code} ${stderr}`);
      return stdout;
    },
  };
}
