import type { Role } from '../domain/acl/rule.ts';
import type { WatchRule } from '../domain/fleet.ts';
import { type Counted, defaultRules, type Rule, type Rules } from './settings.ts';

/** How long an identity may be away where a rule asks for that and does not say, seconds. */
const defaultSilence = 3600;

/** What is told of the identities of this role, by the rules of a broker: the one of the role, that of `Any`, the default. */
function rulesOf(role: Role | 'Any', rules: readonly WatchRule[]): Rules {
  const ruleOf = (event: WatchRule['event']): WatchRule | undefined => {
    const of = (whose: WatchRule['role']) => rules.find((rule) => rule.event === event && rule.role === whose);
    return of(role) ?? of('Any');
  };
  const counted = (Object.keys(defaultRules) as Counted[]).flatMap((kind) => {
    const rule = ruleWith(defaultRules[kind], ruleOf(kind));
    return rule ? [[kind, rule] as const] : [];
  });
  const silence = ruleOf('Silent');
  return {
    rules: Object.fromEntries(counted),
    ...(silence?.alert === 'Enabled' && { silentAfterSeconds: silence.windowSeconds ?? defaultSilence }),
  };
}

function ruleWith(given: Rule, rule: WatchRule | undefined): Rule | undefined {
  if (!rule) return given;
  const { alert, threshold = given.threshold, windowSeconds = given.windowSeconds } = rule;
  return alert === 'Enabled' ? { threshold, windowSeconds } : undefined;
}

/** What is told of each identity, whose role is given by `roleOf`. */
export function watchSettings(
  rules: readonly WatchRule[],
  roleOf: (identity: string) => Role,
): Rules & { readonly rulesOf: (identity: string) => Rules | undefined } {
  const byRole = new Map((['Device', 'Backend', 'Admin'] as const).map((role) => [role, rulesOf(role, rules)]));
  return { ...rulesOf('Any', rules), rulesOf: (identity) => byRole.get(roleOf(identity)) };
}
