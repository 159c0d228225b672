import { type Finding, type Severity } from '../domain/finding.ts';
import { findingsJson, findingsSarif, findingsText, reportable, severities } from '../parse/report.ts';
import { validationFindings } from '../parse/validation.ts';
import { choiceOf, commandOf } from './command.ts';
import { fleetInput, type FleetInput } from './fleet-input.ts';
import { type ExitCode } from './io.ts';

export const command = commandOf({
  synopsis: 'PATH… [--severity LEVEL] [-o FORMAT]',
  about: `Checks manifests: syntax, schemas, rules between fields and between objects, without a cluster.
Exit code 0: nothing wrong. 1: findings. 2: something cannot be read.`,
  options: {
    severity: {
      type: 'string',
      value: 'LEVEL',
      about: 'Info, Warning or Error: the least that is shown and counts (default: Warnings are shown, Errors count)',
    },
    output: { type: 'string', short: 'o', value: 'FORMAT', about: 'table (default), json or sarif' },
  },
  run: async ({ options, operands, io }) => {
    const format = choiceOf('output', options.output, ['table', 'json', 'sarif']) ?? 'table';
    const severity = choiceOf('severity', options.severity, severities);
    const input = await fleetInput(operands, io);
    const findings = [...input.unreadable, ...validationFindings(input)];
    const shown = reportable(findings, severity ?? 'Warning');
    io.out(
      { table: () => table(shown, input), json: () => findingsJson(shown), sarif: () => findingsSarif(shown) }[
        format
      ](),
    );
    return exitCodeOf(findings, severity ?? 'Error', input);
  },
});

function table(findings: readonly Finding[], { fleet, files }: FleetInput): string {
  if (findings.length > 0) return findingsText(findings);
  const { brokers, templates, devices, certificates } = fleet;
  const count = brokers.size + templates.size + devices.size + certificates.size;
  return `${String(count)} objects in ${String(files)} files: nothing wrong\n`;
}

const unreadableCodes: ReadonlySet<string> = new Set(['MQS001', 'MQS002']);

function exitCodeOf(findings: readonly Finding[], severity: Severity, { unreadable }: FleetInput): ExitCode {
  if (unreadable.length > 0 || findings.some(({ code }) => unreadableCodes.has(code))) return 2;
  return reportable(findings, severity).length > 0 ? 1 : 0;
}
