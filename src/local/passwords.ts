import { rm } from 'node:fs/promises';
import path from 'node:path';
import { type ObjectKey } from '../domain/names.ts';
import { makeDirectory, replaceFile, textOf } from './files.ts';
import { type StoredPassword } from './plan.ts';
import { objectKeysIn, objectPath } from './state.ts';

/** The files of one device, as the keys of its Secret would be called; `hash` is the line that the broker was given. */
const names = ['username', 'password', 'revision', 'hash'] as const;

export async function keepPassword(directory: string, device: ObjectKey, stored: StoredPassword): Promise<void> {
  const place = objectPath(directory, device);
  await makeDirectory(place);
  // The revision goes last: an interrupted change is made again.
  await replaceFile(path.join(place, 'username'), stored.username);
  await replaceFile(path.join(place, 'password'), stored.password);
  await replaceFile(path.join(place, 'revision'), String(stored.revision));
}

export async function keepHash(directory: string, device: ObjectKey, hash: string): Promise<void> {
  const place = objectPath(directory, device);
  await makeDirectory(place);
  await replaceFile(path.join(place, 'hash'), hash);
}

export async function forgetPassword(directory: string, device: ObjectKey): Promise<void> {
  await rm(objectPath(directory, device), { recursive: true, force: true });
}

/** Generated passwords, and the hashes that were made of passwords, by device. */
export interface PasswordState {
  readonly passwords: ReadonlyMap<ObjectKey, StoredPassword>;
  readonly hashes: ReadonlyMap<ObjectKey, string>;
}

export async function readPasswords(directory: string): Promise<PasswordState> {
  const passwords = new Map<ObjectKey, StoredPassword>();
  const hashes = new Map<ObjectKey, string>();
  for (const device of await objectKeysIn(directory)) {
    const place = objectPath(directory, device);
    const [username, password, revision, hash] = await Promise.all(names.map((name) => textOf(path.join(place, name))));
    if (username !== undefined && password !== undefined && revision !== undefined) {
      passwords.set(device, { username, password, revision: Number(revision) });
    }
    if (hash !== undefined) hashes.set(device, hash);
  }
  return { passwords, hashes };
}
