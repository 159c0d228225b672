import type { Cluster } from '../cluster/connection.ts';
import { auditOf, type Audit } from '../domain/audit/audit.ts';
import { reachRow } from '../domain/audit/rights.ts';
import type { Finding, Severity } from '../domain/finding.ts';
import type { KnownEnds } from '../domain/audit/credentials.ts';
import { type ObjectRef, refText } from '../domain/names.ts';
import { withPositions } from '../parse/manifests.ts';
import { findingsJson, findingsSarif, findingsText, reportable, severities } from '../parse/report.ts';
import { validationFindings } from '../parse/validation.ts';
import { allNamespacesOption, clusterOptions, refuseClusterFlags, withCluster } from './cluster-options.ts';
import { choiceOf, commandOf, nowOption } from './command.ts';
import { clusterInput, errorsAmong, fleetInput, type FleetInput, isRefused } from './fleet-input.ts';
import { type ExitCode, type Io, UsageError } from './io.ts';
import { tableText } from './table.ts';

export const command = commandOf({
  synopsis: '[PATH…] [--reach] [--severity LEVEL] [-o FORMAT]',
  about: `Looks for what is allowed and unwise: rules that reach other devices or everything, rules that do nothing,
templates nobody uses, administrators, long lives and weak keys of certificates, CAs of others, passwords without TLS.
Without PATH it looks at a namespace of the cluster. Every finding has a code with what to do in docs/reference/findings.md.
--reach lists who can send to, or receive, the topics of other devices, for all roles.
Exit code 0: nothing. 1: findings that are no mere Info. 2: something is invalid or cannot be read.`,
  options: {
    reach: { type: 'boolean', about: 'show who reaches the topics of whom, instead of findings' },
    severity: {
      type: 'string',
      value: 'LEVEL',
      about: 'Info, Warning or Error: the least that is shown and counts (default: all are shown, Warnings count)',
    },
    now: nowOption,
    ...clusterOptions,
    'all-namespaces': allNamespacesOption,
    output: { type: 'string', short: 'o', value: 'FORMAT', about: 'table (default), json or sarif' },
  },
  run: async ({ options, operands, io }) => {
    const format = choiceOf('output', options.output, ['table', 'json', 'sarif']) ?? 'table';
    const severity = choiceOf('severity', options.severity, severities);
    const told = (audit: Audit) => {
      if (options.reach === true) return reachesTold(audit, format, io);
      const shown = reportable(audit.findings, severity ?? 'Info');
      io.out(
        { table: () => table(shown), json: () => findingsJson(shown), sarif: () => findingsSarif(shown) }[format](),
      );
      return exitCodeOf(shown, severity ?? 'Warning');
    };
    if (operands.length === 0) {
      return withCluster(options, 'PATH', async (cluster) => told(await auditedCluster(cluster, io)));
    }
    refuseClusterFlags(options, 'PATH');
    const input = await fleetInput(operands, io);
    if (isRefused([...input.unreadable, ...errorsAmong(validationFindings(input))], io)) return 2;
    return told(audited(input, new Map(), io));
  },
});

function audited(input: FleetInput, ends: KnownEnds, io: Io): Audit {
  const audit = auditOf(input.fleet, ends, io.now());
  return { ...audit, findings: withPositions(audit.findings, input) };
}

/** The whole cluster is looked at, for reach knows no namespaces; what is told is of those that are meant. */
async function auditedCluster(cluster: Cluster, io: Io): Promise<Audit> {
  const { namespace, isEveryNamespace } = cluster;
  const input = await clusterInput({ cluster, broker: undefined, isWhole: true }, io);
  const isMeant = (object: { readonly namespace: string } | undefined) =>
    isEveryNamespace || object === undefined || object.namespace === namespace;
  const refused = refusedObjects(input).filter(isMeant);
  if (refused.length > 0) {
    const names = [...new Set(refused.map(refText))].sort().join(', ');
    io.err(`not looked at, for they are refused (see mqttsec validate): ${names}\n`);
  }
  const { findings, reaches } = audited(input, input.ends, io);
  return {
    findings: findings.filter(({ object }) => isMeant(object)),
    reaches: reaches.filter(
      ({ broker, rule }) => isMeant({ namespace: broker.split('/')[0] ?? '' }) || isMeant(rule.origin.object),
    ),
  };
}

function refusedObjects(input: FleetInput): readonly ObjectRef[] {
  return errorsAmong(validationFindings(input)).flatMap(({ object }) => object ?? []);
}

function table(findings: readonly Finding[]): string {
  return findings.length > 0 ? findingsText(findings) : 'nothing found\n';
}

const headings = ['BROKER', 'ROLE', 'RULE', 'TOPIC', 'DOES', 'DEVICES', 'REACH', 'SUCH AS'];

function reachesTold({ reaches }: Audit, format: 'table' | 'json' | 'sarif', io: Io): ExitCode {
  if (format === 'sarif') throw new UsageError('--reach is shown as table or json');
  const records = reaches.map(({ rule, ...rest }) => ({
    ...rest,
    rule: { object: rule.origin.object, index: rule.origin.index, topic: rule.origin.topic },
  }));
  if (format === 'json') io.out(`${JSON.stringify({ reach: records }, null, 2)}\n`);
  else
    io.out(
      reaches.length > 0 ? tableText(headings, reaches.map(reachRow)) : 'nobody reaches topics of another device\n',
    );
  return 0;
}

function exitCodeOf(findings: readonly Finding[], severity: Severity): ExitCode {
  return reportable(findings, severity).length > 0 ? 1 : 0;
}
