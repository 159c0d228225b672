import { type AclLine, implicitPatterns } from '../domain/acl/file.ts';
import { parseAcl } from '../domain/acl/file-parser.ts';
import { parseIdentities } from '../domain/bundle/identities.ts';
import { type Candidate, readable } from './candidate.ts';
import { joined } from '../domain/pieces.ts';
import { linkedText } from './generation.ts';

/** What a former agent put in place last, whether or not it was proved: parts as the broker got them. */
export interface Placed {
  readonly acl: string;
  readonly identities: string;
}

/** Undefined where nothing was put in place. */
export async function placedSet(root: string): Promise<Placed | undefined> {
  const [acl, identities] = await Promise.all([
    linkedText(root, 'current', 'acl'),
    linkedText(root, 'current', 'identities'),
  ]);
  return acl === undefined || identities === undefined ? undefined : { acl, identities };
}

/**
 * Why `next`, which is the older one, would give something back that the set put in place last took away: an identity, a
 * former password, a rule, or freedom from a rule that denies. What has ended by itself is given back by neither.
 */
export function givenBackProblem(next: Candidate, placed: Placed, now: Date): string | undefined {
  const { acl, identities } = next.bundle.parts;
  if (joined(identities) === placed.identities && placed.acl.startsWith(joined(acl))) return undefined;
  return identityProblem(next, placed, now) ?? ruleProblem(next, placed, now);
}

interface Ending {
  readonly until?: Date | undefined;
}

const holdsAt = (now: Date) => (one: Ending) => one.until === undefined || one.until > now;

function identityProblem(next: Candidate, { identities }: Placed, now: Date): string | undefined {
  const [given, last] = [readable(next.identities()), readable(parseIdentities(identities))];
  if (!given || !last) return undefined;
  const isBack = [...given.values()]
    .filter(holdsAt(now))
    .find(({ identity, credentialHash }) => last.get(identity)?.credentialHash !== credentialHash);
  return isBack && `${isBack.identity} has another credential since, or none`;
}

function ruleProblem(next: Candidate, { acl }: Placed, now: Date): string | undefined {
  const [given, last] = [readable(parseAcl(next.bundle.parts.acl)), readable(parseAcl(acl))];
  if (!given || !last) return undefined;
  const holds = holdsAt(now);
  const linesOf = new Map(last.users.map(({ name, lines }) => [name, lines]));
  if (added(given.patterns.filter(holds), [...implicitPatterns, ...last.patterns]))
    return 'rules of all were taken back since';
  const hasEnded = (name: string): boolean => !holds(readable(next.identities())?.get(name) ?? {});
  const isBack = given.users.find(
    (user) => holds(user) && !hasEnded(user.name) && isWider(user.lines.filter(holds), linesOf.get(user.name) ?? []),
  );
  return isBack && `rules of ${isBack.name} were taken back since`;
}

function isWider(lines: readonly AclLine[], last: readonly AclLine[]): boolean {
  return added(lines.filter(isAllow), last) || added(last.filter(isDeny), lines);
}

/** True if one of these lines is not among the others. */
function added(lines: readonly AclLine[], others: readonly AclLine[]): boolean {
  const known = new Set(others.map(({ access, topic }) => `${access} ${topic}`));
  return lines.some(({ access, topic }) => !known.has(`${access} ${topic}`));
}

const isDeny = ({ access }: AclLine): boolean => access === 'deny';
const isAllow = (line: AclLine): boolean => !isDeny(line);
