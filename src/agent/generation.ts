import { chmod, mkdir, open, readdir, readFile, readlink, rename, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { piecesOf, type Text } from '../domain/pieces.ts';

/**
 * Generations of the broker's files. Each is a directory that is complete before anything points to it; links say what it
 * is to the agent. A link changes in one step (rename), so a kill at any point leaves each link on a complete generation.
 *
 *     ROOT/generations/NUMBER/…   the files, mode 0600 in directories of 0700
 *     ROOT/current                what the broker reads; all paths in mosquitto.conf go through it
 *     ROOT/good                   the last one whose enforcement was proved
 *     ROOT/kicked                 the last one after which every session that had to go was ended
 */
export type LinkName = 'current' | 'good' | 'kicked';
const linkNames: readonly LinkName[] = ['current', 'good', 'kicked'];

/** File name, with `/` for a subdirectory, and text. */
export type GenerationFiles = ReadonlyMap<string, Text>;

/** Name of a generation directory: its number. */
export type GenerationName = string;

/** The link that the placement of a broker names as its directory. */
export function currentLink(root: string): string {
  return path.join(root, 'current');
}

/** Where the file of a generation lies. */
function generationFile(root: string, name: GenerationName, file: string): string {
  return path.join(generationsIn(root), name, file);
}

/** Makes the directories and removes what an interrupted write left. */
export async function openGenerations(root: string): Promise<void> {
  await mkdir(generationsIn(root), { recursive: true, mode: 0o700 });
  await Promise.all([root, generationsIn(root)].map((directory) => chmod(directory, 0o700)));
  const names = await readdir(generationsIn(root));
  await Promise.all(names.filter((name) => !isGeneration(name)).map((name) => removeGeneration(root, name)));
}

/** Writes a new generation; nothing points to it yet. */
export async function writtenGeneration(root: string, files: GenerationFiles): Promise<GenerationName> {
  const numbers = (await readdir(generationsIn(root))).filter(isGeneration).map(Number);
  const name = String(Math.max(0, ...numbers) + 1);
  const partial = path.join(generationsIn(root), `${name}.partial`);
  await rm(partial, { recursive: true, force: true });
  await mkdir(partial, { mode: 0o700 });
  const writes = Array.from(files, ([file, text]) =>
    writeFile(path.join(partial, file), bytesOf(piecesOf(text)), { mode: 0o600, flag: 'wx' }),
  );
  const failed = (await Promise.allSettled(writes)).find((result) => result.status === 'rejected');
  if (failed) {
    // On a full disk others need the space.
    await rm(partial, { recursive: true, force: true });
    throw new Error(`write generation ${name}: ${reasonOf(failed.reason)}`, { cause: failed.reason });
  }
  await rename(partial, path.join(generationsIn(root), name));
  return name;
}

/** At most so many bytes are written at a time. */
const bufferBytes = 65_536;

/** Each is the same memory, for the next one overwrites it: to be written before it is asked for the next. */
function* bytesOf(pieces: Iterable<string>): Generator<Uint8Array> {
  const encoder = new TextEncoder();
  const buffer = new Uint8Array(bufferBytes);
  let used = 0;
  for (const piece of pieces) {
    for (let rest = piece; rest !== '';) {
      const { read, written } = encoder.encodeInto(rest, buffer.subarray(used));
      rest = rest.slice(read);
      used += written;
      if (rest !== '') {
        yield buffer.subarray(0, used);
        used = 0;
      }
    }
  }
  yield buffer.subarray(0, used);
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Puts another file into a generation, in one step; what it is made of need not be in memory at once. */
export async function addFile(
  root: string,
  name: GenerationName,
  file: string,
  pieces: Iterable<string>,
): Promise<void> {
  const target = generationFile(root, name, file);
  try {
    await writeFile(`${target}.partial`, bytesOf(pieces), { mode: 0o600 });
    await rename(`${target}.partial`, target);
  } catch (error) {
    await rm(`${target}.partial`, { force: true });
    throw new Error(`write ${file}: ${reasonOf(error)}`, { cause: error });
  }
}

/** Points the link to this generation, in one step. */
export async function setLink(root: string, link: LinkName, name: GenerationName): Promise<void> {
  const temporary = path.join(root, `.${link}.partial`);
  await rm(temporary, { force: true });
  await symlink(path.join('generations', name), temporary);
  await rename(temporary, path.join(root, link));
}

/** The generation that the link points to; undefined when there is none. */
export async function linkedGeneration(root: string, link: LinkName): Promise<GenerationName | undefined> {
  const target = await readlink(path.join(root, link)).catch(missingAsUndefined);
  return target === undefined ? undefined : path.basename(target);
}

/** Text of a file in the generation that the link points to; undefined when there is no such link or file. */
export async function linkedText(root: string, link: LinkName, file: string): Promise<string | undefined> {
  return readFile(path.join(root, link, file), 'utf8').catch(missingAsUndefined);
}

/** Removes the generations that no link points to. */
export async function removeUnlinked(root: string): Promise<void> {
  const linked = new Set(await Promise.all(linkNames.map((link) => linkedGeneration(root, link))));
  const names = await readdir(generationsIn(root));
  await Promise.all(names.filter((name) => !linked.has(name)).map((name) => removeGeneration(root, name)));
}

/**
 * Flushes a generation and the links to the disk. It is not needed for what the broker reads now, only for what an agent
 * finds after a power loss; so it is done after the proof, off the path that a revocation waits for.
 */
export async function flushGeneration(root: string, name: GenerationName): Promise<void> {
  const directory = path.join(generationsIn(root), name);
  const files = (await readdir(directory)).map((file) => path.join(directory, file));
  await Promise.all(files.map(flush));
  for (const parent of [directory, generationsIn(root), root]) await flush(parent);
}

async function flush(file: string): Promise<void> {
  const handle = await open(file, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function generationsIn(root: string): string {
  return path.join(root, 'generations');
}

function isGeneration(name: string): boolean {
  return /^[1-9]\d{0,14}$/.test(name);
}

async function removeGeneration(root: string, name: GenerationName): Promise<void> {
  await rm(path.join(generationsIn(root), name), { recursive: true, force: true });
}

function missingAsUndefined(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT') return undefined;
  throw error;
}
