import { defectFindings } from '../domain/broker/defects.ts';
import type { Finding } from '../domain/finding.ts';
import { refText } from '../domain/names.ts';
import { fleetFindings } from '../domain/resolve.ts';
import { csrFindings } from '../domain/pki/csr-findings.ts';
import { withPositions, type ParseResult } from './manifests.ts';

/** Everything that is wrong with manifests, each object for itself and between them, with places. */
export function validationFindings(result: ParseResult): readonly Finding[] {
  const { fleet, findings } = result;
  const between = fleetFindings(fleet);
  const told = saidElsewhere(findings, between);
  const shortened = between.map((finding) => ({ ...finding, message: told.get(finding.message) ?? finding.message }));
  const defects = [...fleet.brokers.values()].flatMap(defectFindings);
  return [...findings, ...withPositions([...shortened, ...csrFindings(fleet), ...defects], result)];
}

/**
 * What is said to each device about another object that is refused, by message: it points to what is said about that
 * object. To the fleet an object that the parser refused does not exist; who reads the findings sees it in the file.
 */
function saidElsewhere(parsed: readonly Finding[], between: readonly Finding[]): ReadonlyMap<string, string> {
  const told = new Map<string, string>();
  for (const { object, severity, message } of [...parsed, ...between]) {
    if (!object || severity !== 'Error') continue;
    const pointer = `${refText(object)} is refused: see what is said about it`;
    told.set(`${refText(object)} does not exist`, pointer);
    told.set(`${refText(object)} is refused: ${message}`, pointer);
  }
  return told;
}
