import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, readFile, realpath, stat } from 'node:fs/promises';
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
  const sources = withoutRepeats(await sourcesOf(paths, stdin));
  const readings = await eachRead(sources);
  return {
    files: readings.filter((reading) => 'text' in reading),
    findings: readings.filter((reading) => 'message' in reading),
  };
}

/** A file to read, or why there is none. */
type Source =
  | {
      readonly name: string;
      /** The same for all names of one file. */
      readonly key: string;
      readonly bytes: () => Promise<Buffer | undefined>;
    }
  | Finding;

/** What is said in the first place stays. */
function withoutRepeats(sources: readonly Source[]): readonly Source[] {
  const seen = new Set<string>();
  return sources.filter((source) => !('key' in source) || (!seen.has(source.key) && seen.add(source.key)));
}

async function sourcesOf(paths: readonly string[], stdin: () => AsyncIterable<Uint8Array>): Promise<Source[]> {
  const sources: Source[] = [];
  for (const name of paths) {
    if (name === '-') sources.push({ name: stdinName, key: stdinName, bytes: () => limitedBytes(stdin()) });
    else sources.push(...(await sourcesAt(name)));
  }
  return sources;
}

async function sourcesAt(name: string): Promise<Source[]> {
  try {
    if (!(await stat(name)).isDirectory()) return [fileSource(name, await realpath(name).catch(() => name))];
    const found: Source[] = [];
    await walk(name, new Set(), found);
    if (found.length > 0) return found;
    return [unreadable(name, 'directory holds no .yaml, .yml or .json file')];
  } catch (error) {
    return [unreadable(name, readProblem(error))];
  }
}

function fileSource(name: string, key: string): Source {
  return { name, key, bytes: () => fileBytes(name) };
}

/** Collects into `found`; `entered` holds real paths, so that a loop of links ends. */
async function walk(directory: string, entered: Set<string>, found: Source[]): Promise<void> {
  const real = await realpath(directory);
  if (entered.has(real)) return;
  entered.add(real);
  const entries = await readdir(directory, { withFileTypes: true });
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const { name } = entry;
    if (name.startsWith('.') || name === 'node_modules') continue;
    const full = path.join(directory, name);
    try {
      const isLink = entry.isSymbolicLink();
      const target = isLink ? await stat(full) : entry;
      if (target.isDirectory()) await walk(full, entered, found);
      else if (target.isFile() && /\.(?:ya?ml|json)$/i.test(name))
        found.push(fileSource(full, isLink ? await realpath(full) : path.join(real, name)));
    } catch (error) {
      found.push(unreadable(full, readProblem(error)));
    }
  }
}

type Reading = ManifestFile | Finding;

/** Each read waits for the disk several times: so many files are read at once. */
const concurrentReads = 16;

/** The readings in the order of the sources. */
async function eachRead(sources: readonly Source[]): Promise<readonly Reading[]> {
  const readings: Reading[] = [];
  const queue = sources.entries();
  const worker = async (): Promise<void> => {
    for (const [index, source] of queue)
      readings[index] = 'key' in source ? await fileOf(source.name, source.bytes) : source;
  };
  await Promise.all(Array.from({ length: concurrentReads }, worker));
  return readings;
}

async function fileOf(name: string, read: () => Promise<Buffer | undefined>): Promise<Reading> {
  try {
    const bytes = await read();
    if (!bytes) return unreadable(name, tooLarge);
    if (!isUtf8(bytes)) return invalidUtf8(name, bytes);
    return { name, text: bytes.toString('utf8'), hash: createHash('sha256').update(bytes).digest('hex') };
  } catch (error) {
    return unreadable(name, readProblem(error));
  }
}

/** All bytes of a file; undefined when there are more than `fileLimit`. A pipe or device tells no size, so it is a stream. */
async function fileBytes(name: string): Promise<Buffer | undefined> {
  const found = await stat(name);
  if (!found.isFile()) return limitedBytes(createReadStream(name));
  if (found.size > fileLimit) return undefined;
  const bytes = await readFile(name);
  return bytes.length > fileLimit ? undefined : bytes;
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
