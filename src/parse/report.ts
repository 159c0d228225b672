import type { Finding, Position, Severity } from '../domain/finding.ts';
import { findingKinds, type FindingCode, type FindingKind } from '../domain/findings.ts';
import { refText } from '../domain/names.ts';

/** From mild to grave. */
export const severities = ['Info', 'Warning', 'Error'] as const satisfies readonly Severity[];

/** What a report shows: findings of at least `severity`, each once, by file, line, column, code and message. */
export function reportable(findings: readonly Finding[], severity: Severity = 'Info'): readonly Finding[] {
  const grave = findings.filter((finding) => severities.indexOf(finding.severity) >= severities.indexOf(severity));
  const unique = new Map(grave.map((finding) => [findingLine(finding), finding]));
  return [...unique.values()].sort(inReadingOrder);
}

const nowhere: Position = { file: '', line: 0, column: 0 };

function inReadingOrder(a: Finding, b: Finding): number {
  const [left, right] = [a.position ?? nowhere, b.position ?? nowhere];
  return (
    compared(left.file, right.file) ||
    left.line - right.line ||
    left.column - right.column ||
    compared(a.code, b.code) ||
    compared(a.message, b.message)
  );
}

function compared(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

/** `file:line:column Severity MQSnnn Kind namespace/name: message`, one line whatever the input holds. */
export function findingLine({ code, severity, message, object, position }: Finding): string {
  const place = position ? `${position.file}:${position.line}:${position.column} ` : '';
  const subject = object && !message.includes(refText(object)) ? `${refText(object)}: ` : '';
  return printable(`${place}${severity} ${code} ${subject}${message}`);
}

/** A terminal obeys control characters and turns text around for direction marks: both are shown as escapes. */
function printable(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
}

/** One line per finding; empty when there is none. Callers pass what `reportable` gave. */
export function findingsText(findings: readonly Finding[]): string {
  return findings.map((finding) => `${findingLine(finding)}\n`).join('');
}

/** `{"findings": [{code, severity, message, fix, file, line, column, path, object}]}`; fields that are not known are absent. */
export function findingsJson(findings: readonly Finding[]): string {
  return `${JSON.stringify({ findings: findings.map(findingRecord) }, null, 2)}\n`;
}

function findingRecord({ code, severity, message, path, object, position }: Finding) {
  return {
    code,
    severity,
    message,
    fix: findingKinds[code].fix,
    ...position,
    ...(path !== '' && { path }),
    ...(object && { object: { kind: object.kind, namespace: object.namespace, name: object.name } }),
  };
}

const sarifLevels = { Info: 'note', Warning: 'warning', Error: 'error' } as const satisfies Record<Severity, string>;

/** SARIF 2.1.0 log of one run (OASIS sarif-v2.1.0): rules are the codes that occur, results refer to them. */
export function findingsSarif(findings: readonly Finding[]): string {
  const codes = [...new Set(findings.map((finding) => finding.code))].sort();
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'mqttsec', rules: codes.map(sarifRule) } },
        columnKind: 'utf16CodeUnits',
        results: findings.map((finding) => sarifResult(finding, codes.indexOf(finding.code))),
      },
    ],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}

function sarifRule(code: FindingCode) {
  const { severity, title, fix }: FindingKind = findingKinds[code];
  return {
    id: code,
    shortDescription: { text: title },
    help: { text: fix },
    defaultConfiguration: { level: sarifLevels[severity] },
  };
}

function sarifResult({ code, severity, message, object, position }: Finding, ruleIndex: number) {
  const physicalLocation = position && {
    artifactLocation: { uri: uriOf(position.file) },
    region: { startLine: position.line, startColumn: position.column },
  };
  const logicalLocations = object && [{ fullyQualifiedName: refText(object), kind: 'object' }];
  return {
    ruleId: code,
    ruleIndex,
    level: sarifLevels[severity],
    message: { text: message },
    ...((physicalLocation ?? logicalLocations) && {
      locations: [{ ...(physicalLocation && { physicalLocation }), ...(logicalLocations && { logicalLocations }) }],
    }),
  };
}

/** A URI reference (RFC 3986): absolute paths become file URIs, others stay relative. */
function uriOf(file: string): string {
  const uri = file.toWellFormed().split('/').map(encodeURIComponent).join('/');
  return uri.startsWith('/') ? `file://${uri}` : uri;
}
