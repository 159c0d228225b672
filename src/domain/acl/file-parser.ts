import { type Finding, mostFindings, parsed, type Parsed, refused } from '../finding.ts';
import { linesOf, piecesOf, type Text } from '../pieces.ts';
import {
  type AclAccess,
  accessWords,
  type AclFile,
  type AclLine,
  type AclUser,
  lineProblem,
  untilPrefix,
  userNameProblem,
} from './file.ts';

/** What has been read so far. `until` is of the line before, and must be used by this one. */
interface Reading {
  readonly patterns: AclLine[];
  /** The user whose lines are being read. */
  user: OpenUser | undefined;
  /** Gets each user when its lines have been read. */
  readonly take: (user: AclUser) => void;
  readonly names: Set<string>;
  readonly findings: Finding[];
  until: Date | undefined;
}

interface OpenUser extends AclUser {
  readonly lines: AclLine[];
}

const accessOfWord: ReadonlyMap<string, AclAccess> = new Map(accessWords.map((word) => [word, word]));

// NUL makes Mosquitto swallow the following lines, a leading TAB is an error, CR becomes part of a value (facts 4.7).
const controlCharacter = /[\0-\x09\x0b-\x1f\x7f]/;

/**
 * Reads an acl_file, far more strictly than Mosquitto: only what `aclText` writes, blank lines and comments. So nothing
 * passes on which Mosquitto 2.0 would open the broker or 2.1 would end (facts 1.1). Findings (MQS061) name the line.
 */
export function parseAcl(text: Text): Parsed<AclFile> {
  const users: AclUser[] = [];
  const patterns = readAcl(text, (user) => users.push(user));
  return patterns.ok ? parsed({ patterns: patterns.value, users }) : patterns;
}

/**
 * Reads an acl_file as `parseAcl` does, and gives each user to `take` instead of keeping it, also where the file is refused
 * for what comes later; what is left are the patterns.
 */
export function readAcl(text: Text, take: (user: AclUser) => void): Parsed<readonly AclLine[]> {
  const reading: Reading = { patterns: [], user: undefined, take, names: new Set(), findings: [], until: undefined };
  const bad = piecesOf(text).findIndex((piece) => controlCharacter.test(piece));
  if (bad >= 0) return refused(malformed(controlLine(piecesOf(text).slice(0, bad + 1)), 'holds a control character'));
  let number = 0;
  for (const line of linesOf(text)) {
    number += 1;
    if (!line.endsWith('\n'))
      return refused(...reading.findings, malformed(number, 'does not end: the file is cut off'));
    const problem = readLine(reading, line.slice(0, -1));
    if (problem !== undefined) reading.findings.push(malformed(number, problem));
    if (reading.findings.length >= mostFindings) break;
  }
  if (reading.until) reading.findings.push(malformed(number, 'ends nothing: no rule and no user follows'));
  closeUser(reading);
  const { patterns, findings } = reading;
  return findings.length === 0 ? parsed(patterns) : refused(...findings);
}

/** Number of the first line with a control character. */
function controlLine(text: Text): number {
  return [...linesOf(text)].findIndex((line) => controlCharacter.test(line)) + 1;
}

function malformed(line: number, problem: string): Finding {
  const position = { file: 'acl', line, column: 1 };
  return { code: 'MQS061', severity: 'Error', message: `line ${line} ${problem}`, path: `acl:${line}`, position };
}

/** Takes one line into `reading`; answers with the problem that refuses it. */
function readLine(reading: Reading, line: string): string | undefined {
  const { until } = reading;
  reading.until = undefined;
  if (line.startsWith('topic ')) return readRule(reading, 'topic', line, until);
  if (line.startsWith('user ')) return readUser(reading, line.slice(5), until);
  if (line.startsWith('pattern ')) return readRule(reading, 'pattern', line, until);
  if (until) return 'comes after "# until", where only a rule or a user may follow';
  if (line.startsWith(untilPrefix)) return readUntil(reading, line.slice(untilPrefix.length));
  return line === '' || line.startsWith('#') ? undefined : 'is none of user, topic, pattern or a comment';
}

function readUntil(reading: Reading, text: string): string | undefined {
  const until = new Date(text);
  if (Number.isNaN(until.getTime()) || until.toISOString() !== text)
    return 'has no time such as 2026-01-31T12:00:00.000Z';
  reading.until = until;
  return undefined;
}

function readUser(reading: Reading, name: string, until: Date | undefined): string | undefined {
  const problem = userNameProblem(name);
  if (problem !== undefined) return `has a user name that ${problem}`;
  if (reading.names.has(name)) return `has user ${name} again: each has one block`;
  reading.names.add(name);
  closeUser(reading);
  reading.user = until ? { name, lines: [], until } : { name, lines: [] };
  return undefined;
}

/** A list that grew has room for many more lines: of very many users that is more memory than what they have. */
function closeUser({ user, take }: Reading): void {
  if (user) take({ ...user, lines: user.lines.slice() });
}

function readRule(
  reading: Reading,
  keyword: 'topic' | 'pattern',
  text: string,
  until: Date | undefined,
): string | undefined {
  const start = keyword.length + 1;
  const space = text.indexOf(' ', start);
  const access = accessOfWord.get(text.slice(start, space < 0 ? undefined : space));
  if (access === undefined || space < 0) return `has no access word and topic: ${accessWords.join(', ')}`;
  const topic = text.slice(space + 1);
  const line: AclLine = until ? { access, topic, until } : { access, topic };
  const problem = lineProblem(keyword, line);
  if (problem !== undefined) return `is refused: ${problem}`;
  const lines = keyword === 'topic' ? reading.user?.lines : patternsOf(reading);
  if (!lines) return keyword === 'topic' ? 'is a rule before the first user' : 'is a pattern after the first user';
  lines.push(line);
  return undefined;
}

function patternsOf({ user, patterns }: Reading): AclLine[] | undefined {
  return user ? undefined : patterns;
}
