import type { AclLine } from '../acl/file.ts';
import { implicitPatterns } from '../acl/file.ts';
import type { EffectiveRule, RuleAction, TopicPattern } from '../acl/rule.ts';

/**
 * One right in the form in which identities share it: an access word and a topic over `%u`, such as
 * `write sensors/%u/#`.
 */
export type SharedRight = `${'read' | 'write'} ${string}`;

/** The pattern lines of an ACL. `key` is equal exactly where they are. */
export interface Patterns {
  readonly rights: ReadonlySet<SharedRight>;
  readonly lines: readonly AclLine[];
  readonly key: string;
}

const accessOf = { Publish: 'write', Subscribe: 'read' } as const;

/** The patterns that give these rights to everyone, after those that every broker has. */
export function patternsOf(rights: ReadonlySet<SharedRight>): Patterns {
  const sorted = [...rights].sort();
  const topics = new Set(sorted.map(topicOf).sort());
  const lines = [...topics].map((topic) => patternLine(topic, rights));
  return { rights, lines: [...implicitPatterns, ...lines], key: sorted.join('\n') };
}

export const noPatterns = patternsOf(new Set());

function patternLine(topic: string, rights: ReadonlySet<SharedRight>): AclLine {
  const [read, write] = [rights.has(`read ${topic}`), rights.has(`write ${topic}`)];
  if (read && write) return { access: 'readwrite', topic };
  return { access: read ? 'read' : 'write', topic };
}

function topicOf(right: SharedRight): string {
  return right.slice(right.indexOf(' ') + 1);
}

/** Equal sets are one object. */
export type RightsCache = Map<string, ReadonlySet<SharedRight>>;

/** The rights of an identity that others may share: those of Allow rules that do not end. */
export function sharedRights(rules: readonly EffectiveRule[], cache: RightsCache): ReadonlySet<SharedRight> {
  const rights = new Set<SharedRight>();
  for (const rule of rules) {
    const topic = sharedTopic(rule);
    if (topic !== undefined) for (const action of rule.actions) rights.add(`${accessOf[action]} ${topic}`);
  }
  const key = [...rights].join('\n');
  const known = cache.get(key) ?? rights;
  cache.set(key, known);
  return known;
}

/** What is left of the rules once the patterns give these rights. A Deny stays: no pattern's deny beats a user's allow. */
export function rulesBeside(rules: readonly EffectiveRule[], { rights }: Patterns): readonly EffectiveRule[] {
  if (rights.size === 0) return rules;
  return rules.flatMap((rule) => {
    const topic = sharedTopic(rule);
    if (topic === undefined) return [rule];
    const actions = rule.actions.filter((action: RuleAction) => !rights.has(`${accessOf[action]} ${topic}`));
    return actions.length === 0 ? [] : [{ ...rule, actions }];
  });
}

function sharedTopic({ effect, shared, expiresAt }: EffectiveRule): string | undefined {
  return effect === 'Allow' && shared && !expiresAt ? patternTopic(shared) : undefined;
}

/** Undefined where a pattern line would say something else (facts 4.6). */
function patternTopic(pattern: TopicPattern): string | undefined {
  const levels: string[] = [];
  for (const level of pattern) {
    if (level.kind === 'parameter' || (level.kind === 'variable' && level.name !== 'device')) return undefined;
    if (level.kind === 'literal' && level.text.includes('%')) return undefined;
    levels.push(level.kind === 'literal' ? level.text : wildcardText[level.kind]);
  }
  return levels.join('/');
}

const wildcardText = { plus: '+', hash: '#', variable: '%u' } as const;

/** What both have; `undefined` stands for "nobody was asked yet". */
export function commonRights(
  a: ReadonlySet<SharedRight> | undefined,
  b: ReadonlySet<SharedRight> | undefined,
): ReadonlySet<SharedRight> | undefined {
  if (!a || !b) return a ?? b;
  if (a === b || a.isSubsetOf(b)) return a;
  return a.intersection(b);
}
