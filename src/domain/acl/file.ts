import { type Finding, mostFindings, parsed, type Parsed, refused } from '../finding.ts';
import { filterProblem, filterText } from './filter.ts';
import { levelValueOf } from './pattern.ts';
import type { EffectiveRule } from './rule.ts';

/** The access words of Mosquitto's acl_file. `deny` denies reading and writing; there is no less. */
export const accessWords = ['read', 'write', 'readwrite', 'deny'] as const;
export type AclAccess = (typeof accessWords)[number];

export interface AclLine {
  readonly access: AclAccess;
  /** A topic filter; in a pattern line a whole level may be `%u`, the user name. */
  readonly topic: string;
  /** The line holds until then. Never on a `deny`: dropping it would widen, and only the operator widens. */
  readonly until?: Date;
}

export interface AclUser {
  readonly name: string;
  readonly lines: readonly AclLine[];
  /** The user has rights until then, and none afterwards. */
  readonly until?: Date;
}

/** What Mosquitto's acl_file says. Patterns are for every user; a user's own lines are looked at first (facts 4.1). */
export interface AclFile {
  readonly patterns: readonly AclLine[];
  readonly users: readonly AclUser[];
}

/** Line that comes before the line or the user that ends at the time it names; a comment to Mosquitto. */
export const untilPrefix = '# until ';

/** Rights of every identity whatever its rules: to be told of its next certificate, and to say that it uses it. */
export const implicitPatterns: readonly AclLine[] = [
  { access: 'read', topic: '$mqttsec/%u/certificate' },
  { access: 'write', topic: '$mqttsec/%u/certificate/ack' },
];

/**
 * The text of an acl_file, patterns first. Refused (MQS060) if it would read back as anything else: the parts are
 * checked one by one as `parseAcl` does.
 */
export function aclText(file: AclFile): Parsed<string> {
  const findings: Finding[] = [];
  const blocks: string[] = [];
  for (const block of [patternsText(file.patterns), ...file.users.map(userText)]) {
    if (block.ok) blocks.push(block.value);
    else findings.push(...block.findings);
  }
  return findings.length === 0 ? parsed(blocks.join('')) : refused(...findings.slice(0, mostFindings));
}

/** The text of pattern lines; these come before the first user. */
export function patternsText(patterns: readonly AclLine[]): Parsed<string> {
  return linesText('pattern', patterns);
}

/** The block of one user. */
export function userText(user: AclUser): Parsed<string> {
  const problem = userNameProblem(user.name);
  if (problem !== undefined) return refused(unwritable(`user name ${JSON.stringify(user.name)} ${problem}`));
  const lines = linesText('topic', user.lines);
  return lines.ok ? parsed(`${untilText(user.until)}user ${user.name}\n${lines.value}`) : lines;
}

function linesText(keyword: 'topic' | 'pattern', lines: readonly AclLine[]): Parsed<string> {
  let text = '';
  for (const line of lines) {
    const problem = lineProblem(keyword, line);
    if (problem !== undefined) return refused(unwritable(problem));
    text += `${untilText(line.until)}${keyword} ${line.access} ${line.topic}\n`;
  }
  return parsed(text);
}

function untilText(until: Date | undefined): string {
  return until ? `${untilPrefix}${until.toISOString()}\n` : '';
}

function unwritable(message: string): Finding {
  return { code: 'MQS060', severity: 'Error', message, path: 'acl' };
}

/** What keeps `name` from being a user of the file, if anything. */
export function userNameProblem(name: string): string | undefined {
  const level = levelValueOf(name);
  return level.ok ? undefined : level.problem;
}

/** What keeps a line from being written, or taken when read, if anything. */
export function lineProblem(keyword: 'topic' | 'pattern', { access, topic, until }: AclLine): string | undefined {
  const problem = filterProblem(topic) ?? (topic.includes('%') ? placeholderProblem(keyword, topic) : undefined);
  if (problem !== undefined) return `topic ${JSON.stringify(topic)} ${problem}`;
  if (until && access === 'deny')
    return `topic ${JSON.stringify(topic)} is denied and ends by itself, which would widen`;
  return undefined;
}

function placeholderProblem(keyword: 'topic' | 'pattern', topic: string): string | undefined {
  // Versions differ on what they replace but for a whole level `%u` in a pattern line (facts 4.6).
  const levels = topic.split('/').filter((level) => keyword === 'topic' || level !== '%u');
  const bad = levels.find((level) => level.includes('%u') || level.includes('%c'));
  return bad === undefined ? undefined : `has "${bad}", which versions of Mosquitto read differently`;
}

/**
 * The lines for one identity's rules that are in force at `now`: denies first, otherwise in the order of the rules; a
 * filter that may be read and written equally long gets one line; each line is there once.
 */
export function aclLines(rules: readonly EffectiveRule[], now: Date): readonly AclLine[] {
  const denied = new Set<string>();
  const allowed = new Map<string, Ends>();
  for (const rule of rules) {
    if (rule.expiresAt && rule.expiresAt <= now) continue;
    const topic = filterText(rule.filter);
    if (rule.effect === 'Deny') denied.add(topic);
    else allowed.set(topic, laterEnds(allowed.get(topic), rule));
  }
  const lines: AclLine[] = [];
  for (const topic of denied) lines.push({ access: 'deny', topic });
  for (const [topic, { read, write }] of allowed) addAllows(lines, topic, read, write);
  return lines;
}

/** Until when a topic may be read and written: `Infinity` is for good, `-Infinity` is not at all. Milliseconds. */
interface Ends {
  readonly read: number;
  readonly write: number;
}

const never: Ends = { read: -Infinity, write: -Infinity };

function laterEnds(ends: Ends | undefined, { actions, expiresAt }: EffectiveRule): Ends {
  const { read, write } = ends ?? never;
  const end = expiresAt?.getTime() ?? Infinity;
  return {
    read: actions.includes('Subscribe') ? Math.max(read, end) : read,
    write: actions.includes('Publish') ? Math.max(write, end) : write,
  };
}

function addAllows(lines: AclLine[], topic: string, read: number, write: number): void {
  if (read === write) addAllow(lines, 'readwrite', topic, read);
  else {
    addAllow(lines, 'read', topic, read);
    addAllow(lines, 'write', topic, write);
  }
}

function addAllow(lines: AclLine[], access: AclAccess, topic: string, end: number): void {
  if (end === Infinity) lines.push({ access, topic });
  else if (end !== -Infinity) lines.push({ access, topic, until: new Date(end) });
}

/**
 * The lines of an identity that is to have nothing, beside these patterns: a user's deny beats a pattern's allow, and
 * `#` reaches no `$` root (facts 4.1, 4.4).
 */
export function deniedLines(patterns: readonly AclLine[]): readonly AclLine[] {
  const roots = new Set(patterns.map(({ topic }) => topic.split('/', 1)[0] ?? ''));
  const dollars = [...roots].filter((root) => root.startsWith('$')).sort();
  return ['#', ...dollars.map((root) => `${root}/#`)].map((topic) => ({ access: 'deny', topic }));
}

/** The file as it holds at `now`: without the lines that have ended, and nothing granted to users that have. */
export function aclAt(file: AclFile, now: Date): AclFile {
  const denied = deniedLines(file.patterns);
  return { patterns: linesAt(file.patterns, now), users: file.users.map((user) => userAt(user, denied, now)) };
}

export function linesAt(lines: readonly AclLine[], now: Date): readonly AclLine[] {
  return lines.filter((line) => holdsAt(line, now));
}

/** A user as it holds at `now`; one that has ended has the lines of those who are `denied` everything. */
export function userAt(user: AclUser, denied: readonly AclLine[], now: Date): AclUser {
  return holdsAt(user, now) ? { ...user, lines: linesAt(user.lines, now) } : { name: user.name, lines: denied };
}

function holdsAt({ until }: { readonly until?: Date }, now: Date): boolean {
  return until === undefined || until > now;
}
