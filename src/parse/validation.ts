import type { Finding } from '../domain/finding.ts';
import { refText } from '../domain/names.ts';
import { fleetFindings } from '../domain/resolve.ts';
import { csrFindings } from '../domain/pki/csr-findings.ts';
import { withPositions, type ParseResult } from './manifests.ts';

/** Everything that is wrong with manifests, each object for itself and between them, with places. */
export function validationFindings(result: ParseResult): readonly Finding[] {
  const { fleet, findings } = result;
  const between = [...fleetFindings(fleet).map(withCause(result)), ...csrFindings(fleet)];
  return [...findings, ...withPositions(between, result)];
}

/** To the fleet an object that was refused does not exist; who reads the findings sees it in the file. */
function withCause({ findings }: ParseResult): (finding: Finding) => Finding {
  const refused = new Map(
    findings.flatMap(({ object, severity }) =>
      object && severity === 'Error'
        ? [[`${refText(object)} does not exist`, `${refText(object)} is refused: see what is said about it`]]
        : [],
    ),
  );
  return (finding) => ({ ...finding, message: refused.get(finding.message) ?? finding.message });
}
