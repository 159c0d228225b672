import type { Finding } from '../finding.ts';
import type { Broker } from '../fleet.ts';
import { limitDefectFindings } from './limit-defects.ts';
import { reloadDefectFindings } from './reload-defects.ts';

/** What the Mosquitto of this broker does otherwise than it should: it refuses nothing, and is worth knowing. */
export function defectFindings(broker: Broker): readonly Finding[] {
  return [...reloadDefectFindings(broker), ...limitDefectFindings(broker)];
}
