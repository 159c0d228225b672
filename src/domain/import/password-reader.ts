/** Reads password_files as Mosquitto 2.0 does: what it drops is told (facts 1.1, 5.3). */
import { passwordHashProblem } from '../broker/passwords.ts';
import type { Note } from './note.ts';

export interface ForeignPasswords {
  /** By user name: a hash that both versions read, or undefined where a new password is needed. */
  readonly hashes: ReadonlyMap<string, string | undefined>;
  readonly notes: readonly Note[];
}

export function readForeignPasswords(text: string): ForeignPasswords {
  const hashes = new Map<string, string | undefined>();
  const notes: Note[] = [];
  const told = (line: number, message: string) => void notes.push({ file: 'passwords', line, message });
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    const colon = line.indexOf(':');
    const name = line.slice(0, Math.max(colon, 0));
    if (name === '') told(index + 1, 'is left out: it has no user name and colon, so Mosquitto passes over it');
    else if (hashes.has(name)) told(index + 1, `is left out: ${name} has a line already, and the first one counts`);
    else {
      const hash = line.slice(colon + 1);
      const problem = passwordHashProblem(hash);
      hashes.set(name, problem === undefined ? hash : undefined);
      if (problem !== undefined)
        told(index + 1, `is not kept: ${name} gets a generated password, for of this one ${problem}`);
    }
  }
  return { hashes, notes };
}
