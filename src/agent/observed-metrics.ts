import { Counter, Gauge, type Registry } from 'prom-client';
import type { ObservedCounts } from '../monitor/observe.ts';

/** Follows what an agent reads of what is published; another observer counts from nothing. */
export function observedMetrics(registry: Registry): (counts: ObservedCounts) => void {
  const registers = [registry];
  const counter = (name: string, help: string) =>
    new Counter({ name: `mqttsec_agent_observed_${name}_total`, help, registers });
  const messages = counter('messages', 'Messages that were read, where `monitoring.observe` is enabled.');
  const bytes = counter('bytes', 'Payload of the messages that were read.');
  const leftOut = counter(
    'left_out',
    'Messages, and identities, whose topics were left out or forgotten to make room.',
  );
  const identities = new Gauge({
    ...{ name: 'mqttsec_agent_observed_identities', registers },
    help: 'Identities of which topics are remembered.',
  });
  let former: ObservedCounts | undefined;
  return (counts) => {
    const base = former && former.messages <= counts.messages ? former : undefined;
    messages.inc(counts.messages - (base?.messages ?? 0));
    bytes.inc(counts.bytes - (base?.bytes ?? 0));
    leftOut.inc(Math.max(0, counts.forgotten - (base?.forgotten ?? 0)));
    identities.set(counts.identities);
    former = counts;
  };
}
