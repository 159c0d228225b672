/** Rights to publish that nobody used although somebody was reading. */
import { filterMatches, type TopicFilter } from '../acl/filter.ts';
import type { EffectiveRule } from '../acl/rule.ts';
import type { Finding } from '../finding.ts';
import { keyOf } from '../fleet.ts';
import type { ResolvedDevice } from '../resolve.ts';
import { devicesText, isCurrent, ruleText, topicPath, writtenKey } from './holders.ts';
import { anyTopic, type Day, dayOf, daysBefore, identityMark, type Sightings } from './sightings.ts';

type Levels = readonly string[];

/** What was published on one broker: on all its instances together. */
interface Heard {
  readonly since: Day;
  /** By the identity that they name; 'Any' where they were too many. */
  readonly byIdentity: ReadonlyMap<string, readonly Levels[] | 'Any'>;
  readonly all: readonly Levels[];
}

/** A written rule over all who have it, until one of them used it. */
interface Use {
  readonly rule: EffectiveRule;
  readonly since: Day;
  count: number;
  isUsed: boolean;
}

/**
 * One finding for each written rule that allows to publish, where no topic of it was published for `days` by any device
 * that has it. Of rights to receive nothing is known. A topic does not say who published it, so one that a rule
 * selects counts as a use of that rule, whoever else may publish it.
 */
export function unusedGrants(
  holders: readonly ResolvedDevice[],
  { sightings, days }: { readonly sightings: readonly Sightings[]; readonly days: number },
  now: Date,
): readonly Finding[] {
  const heard = heardOn(sightings, daysBefore(dayOf(now), days));
  const uses = new Map<string, Use>();
  for (const { device, broker, rules } of holders) {
    const on = heard.get(keyOf(broker));
    for (const rule of rules) {
      if (!rule.actions.includes('Publish') || !isCurrent(rule, now)) continue;
      const key = writtenKey(rule);
      const use = uses.get(key) ?? { rule, since: on?.since ?? '', count: 0, isUsed: false };
      uses.set(key, use);
      use.count += 1;
      use.isUsed ||= !on || device.suspended || isUsed(on, device.identity, rule.filter);
    }
  }
  return [...uses.values()].filter(({ isUsed: used }) => !used).map(finding);
}

function finding({ rule, since, count }: Use): Finding {
  const message = `${ruleText(rule)}: nothing was published by it since ${since}, though ${devicesText(count)} may`;
  return { code: 'MQS255', severity: 'Info', object: rule.origin.object, path: topicPath(rule), message };
}

/** A rule that names the identity selects topics that name it, and no others. */
function isUsed({ byIdentity, all }: Heard, identity: string, filter: TopicFilter): boolean {
  const own = byIdentity.get(identity) ?? [];
  if (own === 'Any') return true;
  const isOwn = filter.some((level) => level.kind === 'literal' && level.text === identity);
  return (isOwn ? own : all).some((topic) => filterMatches(filter, topic));
}

/** Brokers on whose every instance all was read since `limit` at the latest, and was still lately. */
function heardOn(sightings: readonly Sightings[], limit: Day): ReadonlyMap<string, Heard> {
  const heard = new Map<string, Heard>();
  for (const [broker, instances] of Map.groupBy(sightings, (one) => one.broker)) {
    const read = instances.flatMap(({ published, until }) => (published ? [{ ...published, until }] : []));
    const isEnough = read.every(({ isComplete, since, until }) => isComplete && since <= limit && until > limit);
    if (!isEnough || read.length < instances.length) continue;
    heard.set(broker, heardBy(read));
  }
  return heard;
}

function heardBy(read: readonly NonNullable<Sightings['published']>[]): Heard {
  const byIdentity = new Map<string, Levels[] | 'Any'>();
  for (const [identity, topics] of read.flatMap((one) => [...one.topics])) {
    const known = byIdentity.get(identity) ?? [];
    if (known === 'Any' || topics.includes(anyTopic)) byIdentity.set(identity, 'Any');
    else byIdentity.set(identity, [...known, ...topics.map((topic) => levelsOf(topic, identity))]);
  }
  const all = [...byIdentity.values()].flatMap((topics) => (topics === 'Any' ? [] : topics));
  return {
    since:
      read
        .map(({ since }) => since)
        .sort()
        .at(-1) ?? '',
    byIdentity,
    all,
  };
}

function levelsOf(topic: string, identity: string): Levels {
  const levels = topic.split('/');
  const mark = levels.indexOf(identityMark);
  return identity === '' || mark < 0 ? levels : levels.with(mark, identity);
}
