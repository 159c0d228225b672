import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { isUtf8 } from 'node:buffer';
import type { Finding } from '../domain/finding.ts';
import { fileLimit, tooLarge, unreadable, type SourceFile } from '../parse/yaml.ts';

/** A file of manifests as it was read. */
interface ManifestFile extends SourceFile {
  /** Lower-case hex of the SHA-256 of its bytes: an equal hash needs no new parse. */
  readonly hash: string;
}

export interface ManifestReading {
  readonly files: readonly ManifestFile[];
  readonly findings: readonly Finding[];
}

/** Name under which findings speak of standard input. */
export const stdinName = '<stdin>';

/**
 * The files that `paths` mean, each once: a file, a directory (its .yaml, .yml and .json files at any depth, sorted,
 * without names that begin with a dot and without node_modules) or `-`, standard input. What cannot be read is a finding
 * and holds up nothing else; so is a path that holds no file.
 */
export async function readManifests(
  paths: readonly string[],
  stdin: () => AsyncIterable<Uint8Array> = () => createReadStream('', { fd: 0, autoClose: false }),
): Promise<ManifestReading> {
  const files: ManifestFile[] = [];
  const findings: Finding[] = [];
  const seen = new Set<string>();
  for (const { name, problem, read } of await sourcesOf(paths, stdin)) {
    if (problem !== undefined) {
      findings.push(problem);
      continue;
    }
    const key = name === stdinName ? name : await realpath(name).catch(() => name);
    if (seen.has(key)) continue;
    seen.add(key);
    const file = await fileOf(name, read);
    if ('text' in file) files.push(file);
    else findings.push(file);
  }
  return { files, findings };
}

/** A file to read, or why there is none. */
interface Source {
  readonly name: string;
  readonly problem?: Finding;
  readonly read: () => AsyncIterable<Uint8Array>;
}

async function sourcesOf(paths: readonly string[], stdin: () => AsyncIterable<Uint8Array>): Promise<Source[]> {
  const sources: Source[] = [];
  for (const name of paths) {
    if (name === '-') sources.push({ name: stdinName, read: stdin });
    else sources.push(...(await sourcesAt(name)));
  }
  return sources;
}

async function sourcesAt(name: string): Promise<Source[]> {
  try {
    if (!(await stat(name)).isDirectory()) return [fileSource(name)];
    const found: Source[] = [];
    await walk(name, new Set(), found);
    if (found.length > 0) return found;
    return [problemSource(name, 'directory holds no .yaml, .yml or .json file')];
  } catch (error) {
    return [problemSource(name, readProblem(error))];
  }
}

function fileSource(name: string): Source {
  return { name, read: () => createReadStream(name) };
}

function problemSource(name: string, message: string): Source {
  return { ...fileSource(name), problem: unreadable(name, message) };
}

/** Collects into `found`; `entered` holds real paths, so that a loop of links ends. */
async function walk(directory: string, entered: Set<string>, found: Source[]): Promise<void> {
  const real = await realpath(directory);
  if (entered.has(real)) return;
  entered.add(real);
  for (const name of (await readdir(directory)).sort()) {
    if (name.startsWith('.') || name === 'node_modules') continue;
    const full = path.join(directory, name);
    try {
      const entry = await stat(full);
      if (entry.isDirectory()) await walk(full, entered, found);
      else if (entry.isFile() && /\.(?:ya?ml|json)$/i.test(name)) found.push(fileSource(full));
    } catch (error) {
      found.push(problemSource(full, readProblem(error)));
    }
  }
}

async function fileOf(name: string, read: () => AsyncIterable<Uint8Array>): Promise<ManifestFile | Finding> {
  try {
    const bytes = await limitedBytes(read());
    if (!bytes) return unreadable(name, tooLarge);
    if (!isUtf8(bytes)) return invalidUtf8(name, bytes);
    return { name, text: bytes.toString('utf8'), hash: createHash('sha256').update(bytes).digest('hex') };
  } catch (error) {
    return unreadable(name, readProblem(error));
  }
}

/** All bytes of a stream; undefined, with the rest unread, when there are more than `fileLimit`. */
async function limitedBytes(stream: AsyncIterable<Uint8Array>): Promise<Buffer | undefined> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of stream) {
    length += part.length;
    if (length > fileLimit) return undefined;
    parts.push(part);
  }
  return Buffer.concat(parts);
}

function invalidUtf8(name: string, bytes: Buffer): Finding {
  const lines = bytes.toString('latin1').split('\n');
  const line = lines.findIndex((text) => !isUtf8(Buffer.from(text, 'latin1')));
  return unreadable(name, 'text is not UTF-8: convert it', line + 1);
}

const problems: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or directory',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  ELOOP: 'symbolic links form a loop',
  EISDIR: 'is a directory',
  ENAMETOOLONG: 'name is too long',
};

function readProblem(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return `cannot be read: ${problems[code] ?? error.message}`;
}
