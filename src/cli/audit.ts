import { readFile } from 'node:fs/promises';
import type { Cluster } from '../cluster/connection.ts';
import { auditOf, type Audit, type Seen } from '../domain/audit/audit.ts';
import { reachRow } from '../domain/audit/rights.ts';
import { parseSightings, type Sightings } from '../domain/audit/sightings.ts';
import { unwatchedBrokers } from '../domain/audit/unseen.ts';
import type { Finding, Severity } from '../domain/finding.ts';
import type { KnownEnds } from '../domain/audit/credentials.ts';
import { type ObjectRef, refText } from '../domain/names.ts';
import { reasonOf } from '../local/files.ts';
import { withPositions } from '../parse/manifests.ts';
import { findingsJson, findingsSarif, findingsText, reportable, severities } from '../parse/report.ts';
import { validationFindings } from '../parse/validation.ts';
import { allNamespacesOption, clusterOptions, refuseClusterFlags, withCluster } from './cluster-options.ts';
import { choiceOf, commandOf, nowOption } from './command.ts';
import { clusterInput, errorsAmong, fleetInput, type FleetInput, isRefused } from './fleet-input.ts';
import { type ExitCode, type Io, UsageError } from './io.ts';
import { tableText } from './table.ts';

/** Days that a device may stay away before that is told. */
const defaultDays = 30;

export const command = commandOf({
  synopsis: '[PATH…] [--reach] [--sightings FILE]… [--severity LEVEL] [-o FORMAT]',
  about: `Looks for what is allowed and unwise: rules that reach other devices or everything, rules that do nothing,
templates nobody uses, administrators, long lives and weak keys of certificates, CAs of others, passwords without TLS.
Without PATH it looks at a namespace of the cluster. Every finding has a code with what to do in docs/reference/findings.md.
With --sightings it also tells which devices did not come to their broker: the files are those that 'mqttsec sightings'
prints beside the agents, one of each instance of a broker.
--reach lists who can send to, or receive, the topics of other devices, for all roles.
Exit code 0: nothing. 1: findings that are no mere Info. 2: something is invalid or cannot be read.`,
  options: {
    reach: { type: 'boolean', about: 'show who reaches the topics of whom, instead of findings' },
    severity: {
      type: 'string',
      value: 'LEVEL',
      about: 'Info, Warning or Error: the least that is shown and counts (default: all are shown, Warnings count)',
    },
    sightings: { type: 'string', multiple: true, value: 'FILE', about: 'what an agent saw; one for each instance' },
    'unseen-days': { type: 'string', value: 'N', about: `days that a device may stay away (${defaultDays})` },
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
    const seen = await seenIn(options.sightings ?? [], daysOf(options['unseen-days']), io);
    if (!seen) return 2;
    if (operands.length === 0) {
      return withCluster(options, 'PATH', async (cluster) => told(await auditedCluster(cluster, seen, io)));
    }
    refuseClusterFlags(options, 'PATH');
    const input = await fleetInput(operands, io);
    if (isRefused([...input.unreadable, ...errorsAmong(validationFindings(input))], io)) return 2;
    return told(audited(input, new Map(), seen, io));
  },
});

function daysOf(text: string | undefined): number {
  if (text === undefined) return defaultDays;
  if (/^[1-9]\d{0,3}$/.test(text)) return Number(text);
  throw new UsageError(`--unseen-days '${text}' is not a number of days from 1 to 9999`);
}

/** Undefined where a file cannot be read, which was told. */
async function seenIn(files: readonly string[], days: number, io: Io): Promise<Seen | undefined> {
  const sightings: Sightings[] = [];
  for (const file of files) {
    const text = await readFile(file, 'utf8').catch((error: unknown) => {
      throw new Error(`read sightings ${file}: ${reasonOf(error)}`, { cause: error });
    });
    const read = parseSightings(text);
    if (isRefused(read.ok ? [] : withFile(read.findings, file), io)) return undefined;
    if (read.ok) sightings.push(read.value);
  }
  const seen = { sightings, days };
  for (const reason of unwatchedBrokers(seen, io.now())) io.err(`not told who stayed away from ${reason}\n`);
  return seen;
}

function withFile(findings: readonly Finding[], file: string): readonly Finding[] {
  return findings.map((finding) => ({ ...finding, position: { file, line: 1, column: 1 } }));
}

function audited(input: FleetInput, ends: KnownEnds, seen: Seen, io: Io): Audit {
  const audit = auditOf(input.fleet, ends, io.now(), seen);
  return { ...audit, findings: withPositions(audit.findings, input) };
}

/** The whole cluster is looked at, for reach knows no namespaces; what is told is of those that are meant. */
async function auditedCluster(cluster: Cluster, seen: Seen, io: Io): Promise<Audit> {
  const { namespace, isEveryNamespace } = cluster;
  const input = await clusterInput({ cluster, broker: undefined, isWhole: true }, io);
  const isMeant = (object: { readonly namespace: string } | undefined) =>
    isEveryNamespace || object === undefined || object.namespace === namespace;
  const refused = refusedObjects(input).filter(isMeant);
  if (refused.length > 0) {
    const names = [...new Set(refused.map(refText))].sort().join(', ');
    io.err(`not looked at, for they are refused (see mqttsec validate): ${names}\n`);
  }
  const { findings, reaches } = audited(input, input.ends, seen, io);
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
