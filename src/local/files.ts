import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { link, mkdir, open, readFile, readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';

/** Files of the state directory are for their owner alone: keys and passwords are among them. */
const fileMode = 0o600;
const directoryMode = 0o700;

export async function makeDirectory(directory: string): Promise<void> {
  try {
    await madeWithParents(directory);
  } catch (error) {
    throw new Error(`make directory ${directory}: ${reasonOf(error)}`, { cause: error });
  }
}

/** Node's own way of making parents never ends where nothing can be made, as in /proc. */
async function madeWithParents(directory: string, hasParent = false): Promise<void> {
  try {
    await mkdir(directory, { mode: directoryMode });
  } catch (error) {
    if (errorCode(error) === 'EEXIST' && (await stat(directory)).isDirectory()) return;
    if (errorCode(error) !== 'ENOENT' || hasParent) throw error;
    await madeWithParents(path.dirname(directory));
    await madeWithParents(directory, true);
  }
}

const partialEnd = '.tmp';

/** Whether this is the name of a file that `replaceFile` is writing, or was when it was interrupted. */
export function isPartial(name: string): boolean {
  return name.endsWith(partialEnd);
}

/** Puts `text` in place of the file in one step, also across a crash: readers see all of the old text or all of the new. */
export async function replaceFile(file: string, text: string, mode = fileMode): Promise<void> {
  const temporary = draftOf(file);
  try {
    await writeDurably(temporary, text, mode);
    await rename(temporary, file);
    await syncDirectory(path.dirname(file));
  } catch (error) {
    await rm(temporary, { force: true });
    throw new Error(`write ${file}: ${reasonOf(error)}`, { cause: error });
  }
}

/** Makes the file, which appears with all of its text. False when there is one: of any number at once one makes it. */
export async function createFile(file: string, text: string): Promise<boolean> {
  const draft = draftOf(file);
  try {
    await writeDurably(draft, text, fileMode);
    await link(draft, file);
    await syncDirectory(path.dirname(file));
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw new Error(`write ${file}: ${reasonOf(error)}`, { cause: error });
  } finally {
    await rm(draft, { force: true });
  }
}

/**
 * Adds a line to the file, or makes it of this line. Nobody needs a lock for it: the system puts each line behind all
 * that is there (O_APPEND, open(2); not over NFS), so of any number at once none is lost.
 */
export async function appendLine(file: string, line: string): Promise<void> {
  const text = `${line}\n`;
  // Others may make or remove the file in between.
  while (!(await isAppended(file, text)) && !(await createFile(file, text)));
}

/** False when there is no such file. */
async function isAppended(file: string, text: string): Promise<boolean> {
  try {
    const handle = await open(file, constants.O_WRONLY | constants.O_APPEND);
    try {
      await handle.writeFile(text);
      await handle.datasync();
    } finally {
      await handle.close();
    }
    return true;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false;
    throw new Error(`write ${file}: ${reasonOf(error)}`, { cause: error });
  }
}

function draftOf(file: string): string {
  return path.join(path.dirname(file), `.${path.basename(file)}.${randomBytes(6).toString('hex')}${partialEnd}`);
}

async function writeDurably(file: string, text: string, mode: number): Promise<void> {
  const handle = await open(file, 'wx', mode);
  try {
    await handle.writeFile(text);
    await handle.datasync();
  } finally {
    await handle.close();
  }
}

/** A rename is on the disk only when its directory is. */
async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

export async function textOf(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw new Error(`read ${file}: ${reasonOf(error)}`, { cause: error });
  }
}

/** Names in a directory, sorted; none when there is no such directory. */
export async function namesIn(directory: string): Promise<readonly string[]> {
  try {
    return (await readdir(directory)).sort();
  } catch (error) {
    if (isMissing(error)) return [];
    throw new Error(`read ${directory}: ${reasonOf(error)}`, { cause: error });
  }
}

/** Runs over all, some at a time: each waits for the disk. */
export async function inGroups<T>(items: readonly T[], run: (item: T) => Promise<void>): Promise<void> {
  const groupSize = 32;
  for (let at = 0; at < items.length; at += groupSize) await Promise.all(items.slice(at, at + groupSize).map(run));
}

function isMissing(error: unknown): boolean {
  return errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR';
}

export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** What went wrong, in a few words, without the path that Node puts into its message. */
export function reasonOf(error: unknown): string {
  const texts: Readonly<Record<string, string>> = {
    ENOENT: 'no such file or directory',
    EACCES: 'permission denied',
    ENOSPC: 'no space left on the device',
    EROFS: 'read-only file system',
    EISDIR: 'it is a directory',
    ENOTDIR: 'a part of the path is no directory',
    EEXIST: 'a file is in its place',
  };
  const code = errorCode(error);
  return (code === undefined ? undefined : texts[code]) ?? (error instanceof Error ? error.message : String(error));
}
