import type { InstanceReport } from '../ports.ts';
import type { AgentState } from './state.ts';

/** What there is to say about the broker; nothing before there is anything. */
export function reportOf(state: AgentState): InstanceReport | undefined {
  const { options, mosquittoVersion, loaded, refused, errors } = state;
  const lastError = errors.size > 0 ? [...errors.values()].join('; ') : undefined;
  const acknowledgements = state.desk.acknowledgements();
  const lockouts = state.monitoring.lockouts();
  if (!loaded && !refused && lastError === undefined) return undefined;
  return {
    broker: options.broker,
    instance: options.instance,
    mosquittoVersion,
    ...(loaded && { loaded }),
    ...(refused && { refused }),
    ...(lastError !== undefined && { lastError }),
    ...(acknowledgements.length > 0 && { acknowledgements }),
    ...(lockouts && { lockouts }),
  };
}
