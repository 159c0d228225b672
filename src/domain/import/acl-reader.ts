/** Reads acl_files as Mosquitto does, with all that `parseAcl` would refuse (facts 4.1, 4.2, 4.7). */
import { type AclAccess, accessWords, untilPrefix } from '../acl/file.ts';
import { filterProblem } from '../acl/filter.ts';
import type { Note } from './note.ts';

export interface ForeignLine {
  readonly access: AclAccess;
  readonly topic: string;
  readonly line: number;
}

export interface ForeignAcl {
  /** Lines before the first user: for clients without a user name. */
  readonly anonymous: readonly ForeignLine[];
  /** Blocks of the same user are one. */
  readonly users: ReadonlyMap<string, readonly ForeignLine[]>;
  readonly patterns: readonly ForeignLine[];
}

export type ForeignAclRead =
  { readonly ok: true; readonly acl: ForeignAcl } | { readonly ok: false; readonly problems: readonly Note[] };

interface Reading {
  readonly anonymous: ForeignLine[];
  readonly users: Map<string, ForeignLine[]>;
  readonly patterns: ForeignLine[];
  user: string | undefined;
}

const accessOfWord: ReadonlyMap<string, AclAccess> = new Map(accessWords.map((word) => [word, word]));

/** Refused is what Mosquitto itself refuses, and what versions of it read differently. */
export function readForeignAcl(text: string): ForeignAclRead {
  const reading: Reading = { anonymous: [], users: new Map(), patterns: [], user: undefined };
  const problems: Note[] = [];
  if (text.startsWith('\uFEFF'))
    problems.push({ file: 'acl', line: 1, message: 'begins with a byte order mark, which Mosquitto refuses' });
  for (const [index, raw] of text.split('\n').entries()) {
    const message = readLine(reading, raw.replace(/\r+$/, ''), index + 1);
    if (message !== undefined) problems.push({ file: 'acl', line: index + 1, message });
  }
  const { anonymous, users, patterns } = reading;
  return problems.length === 0 ? { ok: true, acl: { anonymous, users, patterns } } : { ok: false, problems };
}

/** Takes one line; answers with what refuses it. */
function readLine(reading: Reading, raw: string, number: number): string | undefined {
  if (raw.startsWith(untilPrefix))
    return 'was rendered from manifests: import is for files of others, and would forget when this ends';
  if (raw.startsWith('#')) return undefined;
  if (/[\0\r]/.test(raw)) return 'holds a NUL or a carriage return within the line';
  const line = raw.replace(/^ +/, '');
  if (line === '') return undefined;
  const keyword = line.split(' ', 1)[0] ?? '';
  const rest = line.slice(keyword.length).trim();
  if (keyword === 'user') return readUser(reading, rest);
  if (keyword !== 'topic' && keyword !== 'pattern') return 'is none of user, topic, pattern or a comment';
  const rule = ruleOf(rest);
  if (typeof rule === 'string') return rule;
  const lines = keyword === 'pattern' ? reading.patterns : linesOf(reading);
  lines.push({ ...rule, line: number });
  return undefined;
}

function readUser(reading: Reading, name: string): string | undefined {
  if (name === '') return 'names no user';
  reading.user = name;
  if (!reading.users.has(name)) reading.users.set(name, []);
  return undefined;
}

function linesOf({ users, user, anonymous }: Reading): ForeignLine[] {
  return (user === undefined ? undefined : users.get(user)) ?? anonymous;
}

/** Without a second word the first one is the topic, also when it is an access word. */
function ruleOf(rest: string): { readonly access: AclAccess; readonly topic: string } | string {
  const space = rest.indexOf(' ');
  const word = space < 0 ? undefined : rest.slice(0, space);
  const topic = space < 0 ? rest : rest.slice(space + 1).trim();
  const access = word === undefined ? 'readwrite' : accessOfWord.get(word);
  if (access === undefined)
    return `has "${word ?? ''}" where ${accessWords.join(', ')} is meant, which Mosquitto refuses`;
  const problem = filterProblem(topic);
  return problem === undefined ? { access, topic } : `has a topic that ${problem}`;
}
