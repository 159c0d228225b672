/** Who has which rules: the ground of everything that an audit says about rights. */
import type { EffectiveRule } from '../acl/rule.ts';
import type { Fleet } from '../fleet.ts';
import { refText } from '../names.ts';
import { resolveDevice, type ResolvedDevice } from '../resolve.ts';

/** Devices that may come in at all, now or once they are released: neither refused nor revoked nor past their end. */
export function holdersIn(fleet: Fleet, now: Date): readonly ResolvedDevice[] {
  return [...fleet.devices.values()].flat().flatMap((device) => {
    if (device.revoked || (device.expiresAt && device.expiresAt <= now)) return [];
    const resolved = resolveDevice(fleet, device);
    return resolved.ok ? [resolved.value] : [];
  });
}

/** One text for each rule that was written; two groups of a device have the same one twice. */
export function writtenKey({ origin: { object, index } }: EffectiveRule): string {
  return `${refText(object)} ${index}`;
}

/** `rule 2, Allow Publish "a/{device}/#", of AclTemplate plant/sensor`. */
export function ruleText({ effect, actions, origin: { object, index, topic } }: EffectiveRule): string {
  return `rule ${index}, ${[effect, ...(effect === 'Allow' ? actions : [])].join(' ')} "${topic}", of ${refText(object)}`;
}

/** `1 device`, `12 devices`. */
export function devicesText(count: number): string {
  return count === 1 ? '1 device' : `${count} devices`;
}

export function isCurrent({ expiresAt }: EffectiveRule, now: Date): boolean {
  return expiresAt === undefined || expiresAt > now;
}

/** Where the topic of a rule stands in its object. */
export function topicPath({ origin: { index } }: EffectiveRule): string {
  return `spec.rules[${index}].topic`;
}
