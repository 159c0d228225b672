import { Counter, type Registry } from 'prom-client';
import type { Counted } from '../monitor/settings.ts';
import type { DeviceCounts } from './monitoring.ts';

/** Of so many identities at a time there are series of their own, of five acts each at most. */
const mostIdentities = 1_000;

/** Stands for all others; no identity begins like it. */
const others = '_others';

/**
 * Acts of identities as a metric with their name, where it is asked for. Whoever acts first gets one of the places, and
 * keeps it until it is an identity of the broker no more; all others are one more series. Names come from manifests, never
 * from what a client claims.
 */
export function deviceMetrics(registry: Registry, most = mostIdentities): DeviceCounts {
  const acts = new Counter({
    name: 'mqttsec_agent_device_acts_total',
    help: `Acts by identity, where \`monitoring.deviceMetrics\` is enabled; of more than ${most} the others are ${others}.`,
    labelNames: ['identity', 'act'] as const,
    registers: [registry],
  });
  const named = new Map<string, Set<Counted>>();
  let isOn = false;
  return {
    follow(identities) {
      isOn = identities !== undefined;
      if (!isOn) acts.reset();
      for (const [identity, kinds] of named) {
        if (identities?.has(identity)) continue;
        for (const kind of kinds) acts.remove({ identity, act: actOf(kind) });
        named.delete(identity);
      }
    },
    note(identity, kind) {
      if (!isOn) return;
      const kinds = named.get(identity) ?? (named.size < most ? new Set<Counted>() : undefined);
      if (kinds) named.set(identity, kinds.add(kind));
      acts.inc({ identity: kinds ? identity : others, act: actOf(kind) });
    },
  };
}

/** A connection is one, be there a storm of them or not. */
function actOf(kind: Counted): string {
  return kind === 'ConnectStorm' ? 'Connect' : kind;
}
