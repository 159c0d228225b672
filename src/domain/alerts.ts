/** Who could write alerts that no agent wrote. */
import { filterMatches } from './acl/filter.ts';
import type { EffectiveRule, Role } from './acl/rule.ts';
import type { Finding } from './finding.ts';
import { type Broker, type Device } from './fleet.ts';
import { refText } from './names.ts';

/**
 * The finding on a device whose rules let it publish on the topic of its broker's alerts: refused, but for an Admin, who is
 * warned of. A Deny on that topic is as good as no rule; a rule that has ended counts as one that has not.
 */
export function forgeryFindings(
  { monitoring, origin }: Broker,
  device: Device,
  role: Role,
  rules: readonly EffectiveRule[],
): readonly Finding[] {
  const topic = monitoring?.alertTopic;
  if (topic === undefined) return [];
  const levels = topic.split('/');
  const reaching = rules.filter(({ filter }) => filterMatches(filter, levels));
  const writing = reaching.find(({ effect, actions }) => effect === 'Allow' && actions.includes('Publish'));
  if (!writing || reaching.some(({ effect }) => effect === 'Deny')) return [];
  const { object, index, topic: pattern } = writing.origin;
  const path = object.kind === 'MqttDevice' ? `spec.rules[${index}].topic` : 'spec.templateRefs';
  const message = `rule ${index} of ${refText(object)} (topic "${pattern}") may publish on ${topic}, where ${refText(origin)} has its alerts`;
  const common = { path, message, object: device.origin };
  return role === 'Admin'
    ? [{ ...common, code: 'MQS056', severity: 'Warning' }]
    : [{ ...common, code: 'MQS055', severity: 'Error', reason: 'OverBroad' }];
}
