/** Rules that change nothing: what a Deny takes away whole, what others give already, denies of what nobody has. */
import { filterText, filtersOverlap, isCovered, type TopicFilter } from '../acl/filter.ts';
import type { EffectiveRule } from '../acl/rule.ts';
import type { Finding } from '../finding.ts';
import { findingKinds, type FindingCode } from '../findings.ts';
import type { ResolvedDevice } from '../resolve.ts';
import { devicesText, isCurrent, ruleText, topicPath, writtenKey } from './holders.ts';

/** What a rule does for one device; what is idle says why, in words that follow "it ...". */
type Effect = { readonly isIdle: false } | { readonly isIdle: true; readonly code: FindingCode; readonly why: string };

const busy: Effect = { isIdle: false };

/** A written rule over all who have it. */
interface Use {
  readonly rule: EffectiveRule;
  readonly count: number;
  /** Undefined as soon as it does something for one of them. */
  readonly idle: Extract<Effect, { readonly isIdle: true }> | undefined;
}

/** One finding for each written rule that does nothing for anybody who has it. */
export function idleRules(holders: readonly ResolvedDevice[], now: Date): readonly Finding[] {
  const uses = new Map<string, Use>();
  for (const { rules } of holders) {
    for (const rule of rules) {
      const key = writtenKey(rule);
      const known = uses.get(key);
      if (known && !known.idle) continue;
      const effect = effectOf(rule, rules, now);
      uses.set(key, {
        rule,
        count: (known?.count ?? 0) + 1,
        idle: effect.isIdle ? (known?.idle ?? effect) : undefined,
      });
    }
  }
  return [...uses.values()].flatMap(({ rule, count, idle }) => (idle ? [finding(rule, count, idle)] : []));
}

function finding(rule: EffectiveRule, count: number, { code, why }: NonNullable<Use['idle']>): Finding {
  const message = `${ruleText(rule)}, does nothing for ${devicesText(count)}: ${why}`;
  return { code, severity: findingKinds[code].severity, object: rule.origin.object, path: topicPath(rule), message };
}

function effectOf(rule: EffectiveRule, all: readonly EffectiveRule[], now: Date): Effect {
  if (!isCurrent(rule, now)) {
    return { isIdle: true, code: 'MQS245', why: `it ended at ${rule.expiresAt?.toISOString() ?? ''}` };
  }
  const others = all.filter((other) => other !== rule && isCurrent(other, now));
  return rule.effect === 'Deny' ? denyEffect(rule, others) : allowEffect(rule, others, all.indexOf(rule), all);
}

function denyEffect(rule: EffectiveRule, others: readonly EffectiveRule[]): Effect {
  const isNeeded = others.some(({ effect, filter }) => effect === 'Allow' && filtersOverlap(filter, rule.filter));
  return isNeeded ? busy : { isIdle: true, code: 'MQS242', why: 'no rule allows what it denies' };
}

function allowEffect(
  rule: EffectiveRule,
  others: readonly EffectiveRule[],
  position: number,
  all: readonly EffectiveRule[],
): Effect {
  const denies = others.filter(({ effect }) => effect === 'Deny');
  const denied = coveringText(rule.filter, denies);
  if (denied !== undefined) return { isIdle: true, code: 'MQS240', why: `all of it is denied by ${denied}` };
  // Of two that are equal the first counts.
  const text = filterText(rule.filter);
  const allows = others.filter(
    (other) => other.effect === 'Allow' && (filterText(other.filter) !== text || all.indexOf(other) < position),
  );
  const given = rule.actions.map((action) =>
    coveringText(
      rule.filter,
      allows.filter(({ actions }) => actions.includes(action)),
    ),
  );
  const isGiven = given.every((one) => one !== undefined);
  return isGiven ? { isIdle: true, code: 'MQS241', why: `all of it is given by ${given[0] ?? ''}` } : busy;
}

/** Names the rules that select all of the filter: one of them, or several together. */
function coveringText(filter: TopicFilter, rules: readonly EffectiveRule[]): string | undefined {
  const one = rules.find((rule) => isCovered(filter, [rule.filter]));
  if (one) return ruleText(one);
  const all = rules.map((rule) => rule.filter);
  return isCovered(filter, all) ? 'several rules together' : undefined;
}
