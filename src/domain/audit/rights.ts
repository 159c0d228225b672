/** Rights that reach far: across devices, over everything, over the broker itself; and devices that have none. */
import { filterContains, filterText, hashLevel } from '../acl/filter.ts';
import type { EffectiveRule } from '../acl/rule.ts';
import type { Finding } from '../finding.ts';
import { type Broker, keyOf, type Template } from '../fleet.ts';
import type { ResolvedDevice } from '../resolve.ts';
import { devicesText, isCurrent, ruleText, topicPath, writtenKey } from './holders.ts';
import type { Reach } from './reach.ts';

/** Devices are to speak for themselves alone; for backends and administrators reach is what they are there for. */
export function crossDeviceRules(reaches: readonly Reach[]): readonly Finding[] {
  return reaches
    .filter(({ role }) => role === 'Device')
    .map(({ rule, action, subjects, others, example: { subject, other, topics } }) => {
      const verb = action === 'Publish' ? 'send to' : 'receive';
      const message = `${ruleText(rule)}, lets ${devicesText(subjects)} ${verb} topics of up to ${others} others, as ${subject} those of ${other}: ${topics}`;
      const { object } = rule.origin;
      return { code: 'MQS243', severity: 'Warning', object, path: topicPath(rule), message };
    });
}

/** Rules that give every topic there is, which only administrators may have. */
export function boundlessRules(holders: readonly ResolvedDevice[], now: Date): readonly Finding[] {
  const rules = new Map<string, { readonly rule: EffectiveRule; count: number }>();
  for (const { rules: own } of holders) {
    for (const rule of own.filter((one) => one.effect === 'Allow' && isCurrent(one, now))) {
      if (!filterContains(rule.filter, [hashLevel])) continue;
      const known = rules.get(writtenKey(rule));
      if (known) known.count += 1;
      else rules.set(writtenKey(rule), { rule, count: 1 });
    }
  }
  return [...rules.values()].map(({ rule, count }) => {
    const message = `${ruleText(rule)}, gives ${devicesText(count)} every topic`;
    return { code: 'MQS244', severity: 'Warning', object: rule.origin.object, path: topicPath(rule), message };
  });
}

/** The most identities that a message names. */
const mostNamed = 10;

/** Administrators of each broker, by identity. */
export function administrators(holders: readonly ResolvedDevice[]): readonly Finding[] {
  const admins = Map.groupBy(
    holders.filter(({ role }) => role === 'Admin'),
    ({ broker }) => broker,
  );
  return [...admins].map(([broker, devices]) => {
    const message = `${devicesText(devices.length)} with role Admin: ${namesText(devices)}`;
    return { code: 'MQS247', severity: 'Info', object: broker.origin, path: '', message };
  });
}

function namesText(devices: readonly ResolvedDevice[]): string {
  const names = devices.map(({ device: { identity } }) => identity).sort();
  const more = names.length - mostNamed;
  return `${names.slice(0, mostNamed).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

/** Devices that may do nothing at all, though nobody took anything away. */
export function devicesWithoutRights(holders: readonly ResolvedDevice[], now: Date): readonly Finding[] {
  const hasRight = ({ rules }: ResolvedDevice) => rules.some((rule) => rule.effect === 'Allow' && isCurrent(rule, now));
  return holders
    .filter((holder) => !holder.device.suspended && !hasRight(holder))
    .map(({ device: { origin, identity } }) => {
      const message = `${identity} may come in and do nothing: no rule allows it anything`;
      return { code: 'MQS253', severity: 'Info', object: origin, path: 'spec', message };
    });
}

/** Templates that neither a device nor a broker names. */
export function unusedTemplates(
  templates: Iterable<Template>,
  brokers: Iterable<Broker>,
  uses: ReadonlySet<string>,
): readonly Finding[] {
  const used = new Set(uses);
  for (const { origin, acl } of brokers)
    for (const { name } of acl.defaultTemplates) used.add(`${origin.namespace}/${name}`);
  return [...templates]
    .filter((template) => !used.has(keyOf(template)))
    .map(({ origin }) => {
      const message = 'no device and no broker uses it';
      return { code: 'MQS246', severity: 'Info', object: origin, path: '', message };
    });
}

/** A line of the table of who reaches whom. */
export function reachRow({ rule, action, role, broker, subjects, others, example }: Reach): readonly string[] {
  const { object, index } = rule.origin;
  const verb = action === 'Publish' ? 'sends to' : 'receives';
  return [
    broker,
    role,
    `${object.kind} ${object.namespace}/${object.name} rules[${index}]`,
    filterText(rule.filter),
    verb,
    String(subjects),
    String(others),
    `${example.subject}: ${example.other}`,
  ];
}
