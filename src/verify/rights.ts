import type { Oracle } from '../domain/acl/cani.ts';
import { levelText, type TopicFilter } from '../domain/acl/filter.ts';
import type { RuleAction } from '../domain/acl/rule.ts';
import { type Broker, type Fleet, keyOf } from '../domain/fleet.ts';
import { resolveDevice } from '../domain/resolve.ts';
import type { Identity, World } from './world.ts';

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
function probeTopic(filter: TopicFilter, probe: string, self?: string): string | undefined {
  const levels = filter.map((level) => (level.kind === 'literal' && level.text !== self ? levelText(level) : probe));
  return levels.includes(probe) ? levels.join('/') : undefined;
}

/** Bound of the topics that are tried as one identity. */
const topicsAtMost = 24;

/**
 * Topics of probes that nobody of the fleet uses: one of their own, where an acknowledgement of nobody would go, and for
 * each rule of the identities one of an identity that does not exist.
 */
export function strangeTopics({ identities, rights, probe }: World): readonly string[] {
  const derived = identities.flatMap(({ name }) =>
    filtersOf(rights, name).flatMap((filter) => probeTopic(filter, probe, name) ?? []),
  );
  const own = [`mqttsec-verify/${probe}`, `$mqttsec/${probe}/certificate/ack`];
  return [...new Set([...own, ...derived])].slice(0, topicsAtMost);
}

/** Topics of probes in what the rules give to this identity: with its own name, and `probe` for each wildcard. */
export function ownTopics({ rights, probe }: World, { name }: Identity): readonly string[] {
  const topics = filtersOf(rights, name).flatMap((filter) => probeTopic(filter, probe) ?? []);
  return [...new Set(topics)].slice(0, topicsAtMost);
}

function filtersOf(rights: Rights | undefined, name: string): readonly TopicFilter[] {
  return (['Publish', 'Subscribe'] as const).flatMap((action) => rights?.filters(name, action) ?? []);
}

/** Without manifests nobody may do anything with a topic of a probe. */
export function mayBe({ rights }: World, name: string, action: 'publish' | 'receive', topic: string): boolean {
  return rights?.may(name, action, topic) ?? false;
}
