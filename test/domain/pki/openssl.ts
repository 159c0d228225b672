import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** What an `openssl` command answered. */
export interface OpensslAnswer {
  readonly status: number | null;
  /** Both output streams. */
  readonly text: string;
  readonly stdout: string;
}

/** Files by name in a directory of their own, for as long as `use` runs. */
export function withFiles<T>(files: Readonly<Record<string, string>>, use: (directory: string) => T): T {
  const directory = mkdtempSync(path.join(tmpdir(), 'mqttsec-pki-'));
  try {
    for (const [name, text] of Object.entries(files)) writeFileSync(path.join(directory, name), text);
    return use(directory);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Runs `openssl ARGUMENTS` among these files; both output streams in one text. */
export function openssl(args: readonly string[], files: Readonly<Record<string, string>> = {}): OpensslAnswer {
  return withFiles(files, (cwd) => opensslIn(cwd, args));
}

export function opensslIn(cwd: string, args: readonly string[]): OpensslAnswer {
  const { status, stdout, stderr, error } = spawnSync('openssl', args, { cwd, encoding: 'utf8' });
  if (error) throw new Error(`run openssl: ${error.message}`, { cause: error });
  return { status, text: stdout + stderr, stdout };
}
