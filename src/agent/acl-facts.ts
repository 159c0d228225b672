import { type AclLine, type AclUser, implicitPatterns } from '../domain/acl/file.ts';
import { readAcl } from '../domain/acl/file-parser.ts';
import type { Parsed } from '../domain/finding.ts';
import type { Text } from '../domain/pieces.ts';
import { ownNamePrefix, ownTopicRoot } from './overlay.ts';

/** What gate and assembly have to know of an ACL: the lines of very many users would take more memory than all else. */
export interface AclFacts {
  readonly patterns: readonly AclLine[];
  /** Users that have any right. */
  readonly granted: readonly string[];
  /** Identities that it denies everything: those that are suspended or locked out. */
  readonly denied: ReadonlySet<string>;
  /** Users with a name as the agent's own have. */
  readonly reserved: readonly string[];
  /** A topic that only the agent may be granted, if there is one. */
  readonly probeTopic: string | undefined;
  /** When lines and users end, milliseconds since the epoch. */
  readonly ends: ReadonlySet<number>;
}

/** Reads an ACL as strictly as `parseAcl`, and keeps no line of its users. */
export function aclFacts(text: Text): Parsed<AclFacts> {
  const granted: string[] = [];
  const denied = new Set<string>();
  const reserved: string[] = [];
  const ends = new Set<number>();
  let probeTopic: string | undefined;
  const patterns = readAcl(text, (user) => {
    const { name, lines } = user;
    if (lines.some(isGrant)) granted.push(name);
    if (lines.some(deniesAll)) denied.add(name);
    if (name.startsWith(ownNamePrefix)) reserved.push(name);
    probeTopic ??= lines.find(isOwn)?.topic;
    addEnds(ends, user);
  });
  if (!patterns.ok) return patterns;
  probeTopic = patterns.value.find((line) => isOwn(line) && !isImplicit(line))?.topic ?? probeTopic;
  addEnds(ends, { lines: patterns.value });
  return { ok: true, value: { patterns: patterns.value, granted, denied, reserved, probeTopic, ends } };
}

function addEnds(ends: Set<number>, user: Pick<AclUser, 'lines' | 'until'>): void {
  for (const { until } of [user, ...user.lines]) if (until) ends.add(until.getTime());
}

function isGrant({ access }: AclLine): boolean {
  return access !== 'deny';
}

function deniesAll({ access, topic }: AclLine): boolean {
  return access === 'deny' && topic === '#';
}

function isOwn(line: AclLine): boolean {
  return isGrant(line) && (line.topic === ownTopicRoot || line.topic.startsWith(`${ownTopicRoot}/`));
}

function isImplicit({ access, topic }: AclLine): boolean {
  return implicitPatterns.some((own) => own.access === access && own.topic === topic);
}
