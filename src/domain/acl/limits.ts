import { patternText } from './pattern.ts';
import type { PatternLevel, Role, Rule, TopicPattern } from './rule.ts';

/** Whose limits a rule has: of its template, or for a device's own rules the highest among its templates. */
export interface RuleLimits {
  readonly role: Role;
  /** `allowControl` of an Admin template: rules may reach `$CONTROL`, the administration of the broker. */
  readonly allowControl: boolean;
}

/** Limits of who has no template. */
export const leastLimits: RuleLimits = { role: 'Device', allowControl: false };

const ranks: Readonly<Record<Role, number>> = { Device: 0, Backend: 1, Admin: 2 };

/** The limits of who has all of these: the highest role, and `$CONTROL` if one allows it. */
export function highestLimits(all: readonly RuleLimits[]): RuleLimits {
  return all.reduce(
    (highest, { role, allowControl }) => ({
      role: ranks[role] > ranks[highest.role] ? role : highest.role,
      allowControl: highest.allowControl || allowControl,
    }),
    leastLimits,
  );
}

/** A limit answers with why a rule is over it and what to write instead, or with nothing. */
interface Limit {
  /** `Allow`: a Deny only narrows, so it may reach as far as it likes. */
  readonly on: 'Allow' | 'Both';
  readonly roles: readonly Role[];
  readonly refuses: (rule: Rule, limits: RuleLimits) => string | undefined;
}

const everyone: readonly Role[] = ['Device', 'Backend', 'Admin'];

/** The role limits of DESIGN section 3; the first that is exceeded is the one that is told. */
const ruleLimits: readonly Limit[] = [
  {
    on: 'Both',
    roles: everyone,
    refuses: ({ pattern }) =>
      rootOf(pattern).startsWith('$mqttsec')
        ? 'no rule may begin with $mqttsec: every identity has its own certificate notices there already. Remove the rule'
        : undefined,
  },
  {
    on: 'Both',
    roles: everyone,
    refuses: ({ pattern }) =>
      rootOf(pattern).startsWith('$share')
        ? 'no message has a topic under $share: a shared subscription needs the rights of the filter behind its group. Write the filter alone'
        : undefined,
  },
  {
    on: 'Allow',
    roles: everyone,
    refuses: ({ pattern }, { role, allowControl }) =>
      rootOf(pattern).startsWith('$CONTROL') && !(role === 'Admin' && allowControl)
        ? '$CONTROL administers the broker. Use an Admin template with `allowControl: true`'
        : undefined,
  },
  {
    on: 'Allow',
    roles: ['Device'],
    refuses: ({ pattern }) =>
      rootOf(pattern).startsWith('$')
        ? 'topics of the broker are not for devices. Write a topic that does not begin with $, or use role Backend'
        : undefined,
  },
  {
    on: 'Allow',
    roles: ['Backend', 'Admin'],
    refuses: ({ pattern, actions }) =>
      actions.includes('Publish') && rootOf(pattern).startsWith('$') && !rootOf(pattern).startsWith('$CONTROL')
        ? 'topics that begin with $ are the broker’s own and not for publishing. Leave only the action Subscribe'
        : undefined,
  },
  {
    on: 'Allow',
    roles: ['Device'],
    refuses: ({ pattern, actions }) =>
      actions.includes('Publish') && !isOwnPlace(pattern)
        ? `a device publishes only where no other may: {device} stands before the first wildcard, or there is no wildcard and a level {device} or {group}. ${insteadText(pattern)}`
        : undefined,
  },
  {
    on: 'Allow',
    roles: ['Device'],
    refuses: ({ pattern, actions }) =>
      actions.includes('Subscribe') && isWildcard(pattern[0])
        ? `a device receives only below a level that is named: a name or variable stands before the first wildcard. ${insteadText(pattern)}`
        : undefined,
  },
  {
    on: 'Allow',
    roles: ['Backend'],
    refuses: ({ pattern }) =>
      isEverything(pattern)
        ? `${patternText(pattern)} is every topic there is. Name the first level, such as sensors/#, or use role Admin`
        : undefined,
  },
];

/** Why a rule reaches further than its role may, with what to write instead; nothing if it does not. */
export function limitProblem(rule: Rule, limits: RuleLimits): string | undefined {
  for (const { on, roles, refuses } of ruleLimits) {
    if (on !== 'Both' && rule.effect !== on) continue;
    const problem = roles.includes(limits.role) ? refuses(rule, limits) : undefined;
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/** The literal first level; empty when a wildcard or a variable comes first, whose value never begins with `$`. */
function rootOf(pattern: TopicPattern): string {
  const first = pattern[0];
  return first?.kind === 'literal' ? first.text : '';
}

function isWildcard(level: PatternLevel | undefined): boolean {
  return level?.kind === 'plus' || level?.kind === 'hash';
}

function isOwnPlace(pattern: TopicPattern): boolean {
  const wildcard = pattern.findIndex(isWildcard);
  const fixed = wildcard < 0 ? pattern : pattern.slice(0, wildcard);
  return fixed.some(
    (level) => level.kind === 'variable' && (level.name === 'device' || (level.name === 'group' && wildcard < 0)),
  );
}

/** `#`, and `+/#`, which is the same. */
function isEverything(pattern: TopicPattern): boolean {
  const [first, second] = pattern;
  return first?.kind === 'hash' || (first?.kind === 'plus' && second?.kind === 'hash');
}

/** The same topic with `{device}` at the first wildcard, or at the end where there is none. */
function insteadText(pattern: TopicPattern): string {
  const wildcard = pattern.findIndex(isWildcard);
  const device: PatternLevel = { kind: 'variable', name: 'device' };
  const at = wildcard < 0 ? pattern.length : wildcard;
  const rest = pattern.slice(pattern[at]?.kind === 'plus' ? at + 1 : at);
  return `Write ${patternText([...pattern.slice(0, at), device, ...rest])}`;
}
