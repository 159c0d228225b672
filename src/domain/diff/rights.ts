/** What one set of rules allows that another does not. */
import { filterText, intersection, isCovered, type TopicFilter } from '../acl/filter.ts';
import type { EffectiveRule, RuleAction } from '../acl/rule.ts';

/** A part of what was gained or lost: some topic of the filter at least, and none beyond it. */
export interface Right {
  readonly action: RuleAction;
  readonly topics: string;
}

/** Rules as Mosquitto weighs them: a Deny beats every Allow (facts 4.1). */
interface Weighed {
  readonly allows: readonly TopicFilter[];
  readonly denies: readonly TopicFilter[];
}

const actions: readonly RuleAction[] = ['Publish', 'Subscribe'];

/**
 * What `after` allows and `before` does not, complete: each such topic is in one of these. An Allow that was there in
 * parts is named whole; one that a Deny had taken is named as far as the Deny did.
 */
export function rightsGained(before: readonly EffectiveRule[], after: readonly EffectiveRule[]): readonly Right[] {
  return actions.flatMap((action) => {
    const [former, present] = [weighed(before, action), weighed(after, action)];
    const topics = new Set(present.allows.flatMap((allow) => gainedWithin(allow, former, present)).map(filterText));
    return [...topics].sort().map((text) => ({ action, topics: text }));
  });
}

function weighed(rules: readonly EffectiveRule[], action: RuleAction): Weighed {
  const isAllowing = ({ effect, actions: given }: EffectiveRule) => effect === 'Allow' && given.includes(action);
  return {
    allows: rules.filter(isAllowing).map(({ filter }) => filter),
    denies: rules.filter(({ effect }) => effect === 'Deny').map(({ filter }) => filter),
  };
}

function gainedWithin(allow: TopicFilter, former: Weighed, present: Weighed): readonly TopicFilter[] {
  if (!isCovered(allow, [...former.allows, ...present.denies])) return [allow];
  return former.denies.flatMap((deny) => {
    const freed = intersection(allow, deny);
    return freed && !isCovered(freed, present.denies) ? [freed] : [];
  });
}
