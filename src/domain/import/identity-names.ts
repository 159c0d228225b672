/** Names of objects for user names of a Mosquitto. */
import { reservedIdentityPrefix } from '../names.ts';
import type { Note } from './note.ts';
import type { ForeignPasswords } from './password-reader.ts';

/** As `spec.identity` of an MqttDevice takes it. */
const identityForm = /^[A-Za-z0-9](?:[A-Za-z0-9._:@-]{0,62}[A-Za-z0-9])?$/;

export interface IdentityNames {
  /** Name of the object by identity, in the order given; who cannot be a device is left out. */
  readonly names: ReadonlyMap<string, string>;
  readonly notes: readonly Note[];
}

export function identityNames(identities: readonly string[], passwords: ForeignPasswords): IdentityNames {
  const names = new Map<string, string>();
  const taken = new Set<string>();
  const notes: Note[] = [];
  for (const identity of identities) {
    const problem = identityProblem(identity, passwords.hashes.has(identity));
    if (problem !== undefined) {
      const file = passwords.hashes.has(identity) ? 'passwords' : 'acl';
      notes.push({ file, message: `user ${JSON.stringify(identity)} is left out: it ${problem}` });
      continue;
    }
    const name = freeName(identity, taken);
    taken.add(name);
    names.set(identity, name);
  }
  return { names, notes };
}

function identityProblem(identity: string, hasPassword: boolean): string | undefined {
  if (identity.startsWith(reservedIdentityPrefix))
    return `begins with ${reservedIdentityPrefix}, as agents and their probes do`;
  if (!identityForm.test(identity)) return 'is no identity: at most 64 letters, digits and `._:@-` between them';
  return hasPassword && identity.includes(':') ? 'has a colon, which ends a user name in a password file' : undefined;
}

/** RFC 1123: lower-case letters, digits, `-` and `.`, each part of them between dots with a letter or digit at both ends. */
function freeName(identity: string, taken: ReadonlySet<string>): string {
  const plain = identity
    .toLowerCase()
    .replaceAll(/[^a-z0-9.-]/g, '-')
    .replaceAll(/[.-]*\.[.-]*/g, '.');
  for (let count = 1; ; count += 1) {
    const name = count === 1 ? plain : `${plain}-${count}`;
    if (!taken.has(name)) return name;
  }
}
