import type { Oracle } from '../domain/acl/cani.ts';
import { levelText, type TopicFilter } from '../domain/acl/filter.ts';
import type { RuleAction } from '../domain/acl/rule.ts';
import { type Broker, type Fleet, keyOf } from '../domain/fleet.ts';
import { resolveDevice } from '../domain/resolve.ts';

/** Who may do what, as manifests say. */
export interface Rights {
  may(identity: string, action: 'publish' | 'receive', topic: string): boolean;
  /** Of the rules that allow the identity something; none for who is unknown. */
  filters(identity: string, action: RuleAction): readonly TopicFilter[];
}

export function rightsOf(fleet: Fleet, broker: Broker, oracle: Oracle): Rights {
  return {
    may: (identity, action, topic) => oracle.verdict({ identity, action, topic }).allowed,
    filters: (identity, action) => {
      const claimants = (fleet.devices.get(identity) ?? []).filter((device) => device.broker === keyOf(broker));
      const rules = claimants.flatMap((device) => {
        const resolved = resolveDevice(fleet, device);
        return resolved.ok ? resolved.value.rules : [];
      });
      return rules
        .filter(({ effect, actions }) => effect === 'Allow' && actions.includes(action))
        .map(({ filter }) => filter);
    },
  };
}

/**
 * A topic that the filter matches with `probe` in the place of each wildcard, so that nobody takes it for one of the
 * fleet's; undefined where the filter has no wildcard. `self`: an identity that `probe` stands for, too.
 */
export function probeTopic(filter: TopicFilter, probe: string, self?: string): string | undefined {
  const levels = filter.map((level) => (level.kind === 'literal' && level.text !== self ? levelText(level) : probe));
  return levels.includes(probe) ? levels.join('/') : undefined;
}
