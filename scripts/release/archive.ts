/** Archives that depend on nothing but what is in them, and sums of files. */
import { execFileSync } from 'node:child_process';
import { hash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

export interface ArchiveContent {
  /** Folder that the names are relative to. */
  readonly root: string;
  /** Files and folders. */
  readonly files: readonly string[];
  /** Of everything in it. */
  readonly time: Date;
}

/** Writes a .tar.gz: sorted, owned by nobody in particular, without times of its own. Errors: what tar says. */
export function writeArchive(file: string, { root, files, time }: ArchiveContent): void {
  const same = ['--sort=name', '--owner=0', '--group=0', '--numeric-owner', '--mode=u+rwX,go+rX-w', '--format=ustar'];
  const words = [...same, `--mtime=${time.toISOString()}`, '--create', '--file=-', '--directory', root, ...files];
  writeFileSync(file, gzipSync(execFileSync('tar', words, { maxBuffer: 1 << 30 }), { level: 9 }));
}

export interface Digest {
  readonly name: string;
  /** Hexadecimal. */
  readonly sha256: string;
}

export function digestOf(file: string): string {
  return hash('sha256', readFileSync(file));
}

/** As `sha256sum --check` reads it. */
export function sumsText(digests: readonly Digest[]): string {
  return digests.map(({ name, sha256 }) => `${sha256}  ${name}\n`).join('');
}
