/**
 * Who reaches the topics of whom. A device's own topics are those of its rules that name it as a level; whoever else may
 * send to one of them, or receive it, reaches that device.
 */
import { filterText, intersection, isCovered, type TopicFilter } from '../acl/filter.ts';
import type { EffectiveRule, Role, RuleAction } from '../acl/rule.ts';
import type { ObjectKey } from '../names.ts';
import type { ResolvedDevice } from '../resolve.ts';
import { keyOf } from '../fleet.ts';
import { isCurrent, writtenKey } from './holders.ts';
import { createPlaces, type Places } from './places.ts';

/** What one written rule lets those who have it do to others. */
export interface Reach {
  readonly rule: EffectiveRule;
  readonly action: RuleAction;
  readonly role: Role;
  readonly broker: ObjectKey;
  /** How many devices have it and reach somebody by it. */
  readonly subjects: number;
  /** How many others one of them reaches at most. */
  readonly others: number;
  /** One of them, by identity: who, whom, and on which topics. */
  readonly example: { readonly subject: string; readonly other: string; readonly topics: string };
}

/** Sorted by broker, then role from the least, then by how many are reached. */
export function reachIn(holders: readonly ResolvedDevice[], now: Date): readonly Reach[] {
  const byBroker = Map.groupBy(holders, ({ broker }) => keyOf(broker));
  return [...byBroker].flatMap(([broker, devices]) => reachAmong(broker, devices, now)).sort(inOrder);
}

function reachAmong(broker: ObjectKey, devices: readonly ResolvedDevice[], now: Date): readonly Reach[] {
  const places = placesOf(devices, now);
  const reaches = new Map<string, Reach>();
  for (const { device, role, rules } of devices) {
    const denies = rules.filter((rule) => rule.effect === 'Deny' && isCurrent(rule, now)).map(({ filter }) => filter);
    for (const rule of rules.filter((one) => one.effect === 'Allow' && isCurrent(one, now))) {
      const { count, first } = reachedBy(places, device.identity, rule.filter, denies);
      if (!first) continue;
      for (const action of rule.actions) {
        const key = `${role} ${action} ${writtenKey(rule)}`;
        const known = reaches.get(key);
        const example = { subject: device.identity, other: first.identity, topics: filterText(first.topics) };
        reaches.set(key, {
          ...(known ?? { rule, action, role, broker, example }),
          subjects: (known?.subjects ?? 0) + 1,
          others: Math.max(known?.others ?? 0, count),
        });
      }
    }
  }
  return [...reaches.values()];
}

/** The own topics of all devices. */
function placesOf(devices: readonly ResolvedDevice[], now: Date): Places {
  const places = createPlaces();
  for (const { device, rules } of devices) {
    const { identity } = device;
    const isOwn = ({ effect, filter, ...rule }: EffectiveRule) =>
      effect === 'Allow' &&
      isCurrent({ effect, filter, ...rule }, now) &&
      filter.some((level) => level.kind === 'literal' && level.text === identity);
    for (const { filter } of rules.filter(isOwn)) places.add(filter, identity);
  }
  return places;
}

interface Reached {
  readonly count: number;
  readonly first: { readonly identity: string; readonly topics: TopicFilter } | undefined;
}

function reachedBy(places: Places, self: string, filter: TopicFilter, denies: readonly TopicFilter[]): Reached {
  const cutting = denies.filter((deny) => intersection(deny, filter) !== undefined);
  const met = places.meeting(filter);
  if (cutting.length === 0) {
    const count = met.identities.size - (met.identities.has(self) ? 1 : 0);
    const other = met.first(self);
    return { count, first: other && shared(filter, other) };
  }
  const left = met.all().filter(({ identity, topics }) => {
    const common = intersection(filter, topics);
    return identity !== self && common !== undefined && !isCovered(common, cutting);
  });
  return { count: new Set(left.map(({ identity }) => identity)).size, first: left[0] && shared(filter, left[0]) };
}

function shared(
  filter: TopicFilter,
  { identity, topics }: NonNullable<Reached['first']>,
): NonNullable<Reached['first']> {
  return { identity, topics: intersection(filter, topics) ?? topics };
}

const ranks: Readonly<Record<Role, number>> = { Device: 0, Backend: 1, Admin: 2 };

function inOrder(a: Reach, b: Reach): number {
  if (a.broker !== b.broker) return a.broker < b.broker ? -1 : 1;
  return ranks[a.role] - ranks[b.role] || b.others - a.others || b.subjects - a.subjects;
}
