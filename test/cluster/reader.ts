/** Whoever reads docs: types what stands there, with kubectl and the rights of the administrator. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { openedTerminal, type Terminal } from '../broker/docs/terminal.ts';
import { root } from '../cli/program.ts';
import { administrator, type ControlPlane } from './control-plane.ts';

/** The fenced texts of a guide that are about a cluster, by language and in order. */
export function guideTexts(guide: string, language: 'sh' | 'yaml'): readonly string[] {
  return pageTexts(`docs/guides/${guide}`, language);
}

/** The same of any page of this repository. */
export function pageTexts(file: string, language: 'sh' | 'yaml'): readonly string[] {
  const page = readFileSync(path.join(root, file), 'utf8');
  return [...page.matchAll(new RegExp(`^( *)\`\`\`${language} cluster\\n([^]*?)^\\1\`\`\`$`, 'gm'))].map(
    ([, indent = '', text = '']) => text.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
  );
}

export interface Reader {
  /** Where the commands run: a copy of a checkout, with what is applied from there. */
  readonly home: string;
  /** Exit code, and all that the commands print. */
  readonly shell: (commands: string) => Promise<{ readonly code: number | null; readonly out: string }>;
  /** The same of commands that have to succeed. */
  readonly typed: (commands: string) => Promise<string>;
  /** A terminal of its own that stays with the last of these commands. */
  readonly opened: (commands: string) => Terminal;
}

/** `functions` stand for what there is not: shell functions of the names of programs. */
export async function readerOf(plane: ControlPlane, functions = ''): Promise<Reader> {
  const HOME = mkdtempSync(path.join(plane.directory, 'reader-'));
  const home = path.join(HOME, 'mqtt-security-operator');
  for (const name of ['charts', 'crds', 'deploy']) {
    const filter = (source: string) => path.basename(source) !== '.mqttsec';
    cpSync(path.join(root, name), path.join(home, name), { recursive: true, filter });
  }
  const KUBECONFIG = await plane.kubeconfig(administrator);
  const env = { HOME, KUBECONFIG, PATH: `${plane.programs}:${process.env['PATH'] ?? ''}` };
  const shell: Reader['shell'] = (commands) =>
    new Promise((resolve) => {
      const words = ['-c', `${functions}\n{\n${commands}\n} 2>&1`];
      const child = execFile('bash', words, { cwd: home, env }, (_, out) => {
        resolve({ code: child.exitCode, out });
      });
      child.stdin?.end();
    });
  return {
    home,
    shell,
    async typed(commands) {
      // What a command of several lines ends with says nothing of those before it.
      const { code, out } = await shell(`set -e\n${commands}`);
      assert.equal(code, 0, out);
      return out;
    },
    opened: (commands) => openedTerminal(`${functions}\n${commands}`, { cwd: home, env }),
  };
}
