import type { Cluster } from '../cluster/connection.ts';
import { declaredSizeFindings } from '../domain/bundle/rendered.ts';
import { type Finding, type Severity } from '../domain/finding.ts';
import { type Fleet, type Origin } from '../domain/fleet.ts';
import { findingsJson, findingsSarif, findingsText, reportable, severities } from '../parse/report.ts';
import { withPositions } from '../parse/manifests.ts';
import { validationFindings } from '../parse/validation.ts';
import { allNamespacesOption, clusterOptions, refuseClusterFlags, withCluster } from './cluster-options.ts';
import { choiceOf, commandOf } from './command.ts';
import { clusterInput, fleetInput, type FleetInput } from './fleet-input.ts';
import { type ExitCode, type Io } from './io.ts';

export const command = commandOf({
  synopsis: '[PATH…] [--severity LEVEL] [-o FORMAT]',
  about: `Checks manifests: syntax, schemas, rules between fields and between objects, without a cluster.
Without PATH it checks what a namespace of the cluster holds.
Exit code 0: nothing wrong. 1: findings. 2: something cannot be read.`,
  options: {
    severity: {
      type: 'string',
      value: 'LEVEL',
      about: 'Info, Warning or Error: the least that is shown and counts (default: Warnings are shown, Errors count)',
    },
    ...clusterOptions,
    'all-namespaces': allNamespacesOption,
    output: { type: 'string', short: 'o', value: 'FORMAT', about: 'table (default), json or sarif' },
  },
  run: async ({ options, operands, io }) => {
    const format = choiceOf('output', options.output, ['table', 'json', 'sarif']) ?? 'table';
    const severity = choiceOf('severity', options.severity, severities);
    const shownFor = (input: Checked) => {
      const shown = reportable(input.findings, severity ?? 'Warning');
      io.out(
        { table: () => table(shown, input), json: () => findingsJson(shown), sarif: () => findingsSarif(shown) }[
          format
        ](),
      );
      return exitCodeOf(input, severity ?? 'Error');
    };
    if (operands.length === 0)
      return withCluster(options, 'PATH', async (cluster) => shownFor(await checkedCluster(cluster, io)));
    refuseClusterFlags(options, 'PATH');
    return shownFor(checkedManifests(await fleetInput(operands, io)));
  },
});

/** Everything that was looked at. */
interface Checked {
  readonly findings: readonly Finding[];
  /** `20 objects in 7 files`. */
  readonly extent: string;
  readonly isUnreadable: boolean;
}

function checkedManifests(input: FleetInput): Checked {
  const sizes = withPositions(declaredSizeFindings(input.fleet), input);
  const findings = [...input.unreadable, ...validationFindings(input), ...sizes];
  const isUnreadable = input.unreadable.length > 0 || findings.some(({ code }) => unreadableCodes.has(code));
  return {
    findings,
    extent: `${String(objectsIn(input.fleet))} objects in ${String(input.files)} files`,
    isUnreadable,
  };
}

async function checkedCluster(cluster: Cluster, io: Io): Promise<Checked> {
  const { namespace, isEveryNamespace } = cluster;
  const input = await clusterInput({ cluster, broker: undefined, isWhole: true }, io);
  const isMeant = (object: { readonly namespace: string } | undefined) =>
    isEveryNamespace || object === undefined || object.namespace === namespace;
  const all = [...validationFindings(input), ...declaredSizeFindings(input.fleet)];
  const findings = all.filter(({ object }) => isMeant(object));
  const place = isEveryNamespace ? 'all namespaces' : `namespace ${namespace}`;
  const count = objectsIn(input.fleet, ({ origin }) => isMeant(origin));
  return { findings, extent: `${String(count)} objects in ${place}`, isUnreadable: false };
}

type Counted = { readonly origin: Origin };

function objectsIn(
  { brokers, templates, devices, certificates }: Fleet,
  isMeant: (object: Counted) => boolean = () => true,
) {
  const all: Iterable<Counted>[] = [
    brokers.values(),
    templates.values(),
    [...devices.values()].flat(),
    certificates.values(),
  ];
  return all.reduce((count, objects) => count + [...objects].filter(isMeant).length, 0);
}

function table(findings: readonly Finding[], { extent }: Checked): string {
  return findings.length > 0 ? findingsText(findings) : `${extent}: nothing wrong\n`;
}

const unreadableCodes: ReadonlySet<string> = new Set(['MQS001', 'MQS002']);

function exitCodeOf({ findings, isUnreadable }: Checked, severity: Severity): ExitCode {
  if (isUnreadable) return 2;
  return reportable(findings, severity).length > 0 ? 1 : 0;
}
