/** A directory of manifests as the source of an authorization service. */
import { keyOf } from '../domain/fleet.ts';
import { fleetSource, type FleetSourceOptions } from '../local/fleet-source.ts';
import { systemClock } from '../local/system.ts';
import { findingsText, reportable } from '../parse/report.ts';
import type { AuthzSource, SourceSurroundings } from './authz-process.ts';

/** Errors: manifests without the broker, or with several and none is named. */
export async function directorySource(
  options: Pick<FleetSourceOptions, 'manifests' | 'state' | 'broker'>,
  { log }: SourceSurroundings,
): Promise<AuthzSource> {
  let told = '';
  const { broker, ...source } = await fleetSource({
    ...options,
    clock: systemClock(),
    onProblem: (problem) => log.error({ problem }, 'the source cannot be read: what was read before goes on'),
    onFindings(all) {
      // What is no more than worth knowing is about Mosquitto.
      const findings = reportable(all, 'Warning');
      const text = findingsText(findings);
      if (text === told) return;
      told = text;
      for (const { code, severity, message, object } of findings) {
        const fields = { code, severity, finding: message, ...(object && { object }) };
        log.warn(fields, 'something is wrong in the manifests');
      }
    },
  });
  return { ...source, broker: keyOf(broker) };
}
