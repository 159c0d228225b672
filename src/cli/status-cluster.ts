import { dump } from 'js-yaml';
import type { Cluster } from '../cluster/connection.ts';
import { guardLines, guardsOf } from '../cluster/guards.ts';
import { conditionLine, type State } from '../cluster/conditions.ts';
import { overview, type Overview } from '../cluster/overview.ts';
import { foundObject, targetOf, type Target } from '../cluster/targets.ts';
import { isReady, statusTree, type StatusNode } from '../cluster/tree.ts';
import { type ExitCode, type Io } from './io.ts';
import { tableText } from './table.ts';

export interface StatusAsk {
  /** `NAME`, `NAMESPACE/NAME` or `KIND/NAME`; none: everything in the namespace. */
  readonly names: readonly string[];
  readonly broker: string | undefined;
  readonly format: 'table' | 'json' | 'yaml' | 'name';
}

/** Shows what the cluster says of objects and of all that they depend on. 0: all of them are ready. */
export async function clusterStatus(cluster: Cluster, ask: StatusAsk, io: Io): Promise<ExitCode> {
  const { names, broker } = ask;
  const targets = [...names.map(targetOf), ...(broker === undefined ? [] : [brokerTarget(broker)])];
  return targets.length === 0 ? overallStatus(cluster, ask, io) : namedStatus(cluster, targets, ask, io);
}

function brokerTarget(word: string): Target {
  return { ...targetOf(word), kind: 'MqttBroker' };
}

async function overallStatus(cluster: Cluster, { format }: StatusAsk, io: Io): Promise<ExitCode> {
  const [found, guards] = await Promise.all([overview(cluster), guardsOf(cluster.client)]);
  const all = { ...found, guards };
  const rows = [...all.brokers, ...all.devices];
  if (rows.length === 0 && format !== 'json' && format !== 'yaml') {
    const place = cluster.isEveryNamespace ? 'the cluster' : `namespace ${cluster.namespace}`;
    const hint = cluster.isEveryNamespace ? '' : '; -n names another, -A means all';
    io.err(`mqttsec: ${place} has no MqttBroker and no MqttDevice${hint}\n`);
  }
  if (format === 'table') for (const line of guardLines(guards)) io.err(`mqttsec: ${line}\n`);
  io.out(
    {
      table: () => overviewText(all, cluster.isEveryNamespace, io),
      json: () => jsonText(all),
      yaml: () => dump(all),
      name: () => nameLines(all),
    }[format](),
  );
  return rows.every(({ ready }) => ready.status === 'True') ? 0 : 1;
}

function jsonText(value: object): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

function nameLines({ brokers, devices }: Overview): string {
  const lines = (kind: string, rows: readonly { readonly namespace: string; readonly name: string }[]) =>
    rows.map(({ namespace, name }) => `${kind}/${namespace}/${name}\n`).join('');
  return lines('mqttbroker', brokers) + lines('mqttdevice', devices);
}

function overviewText({ brokers, devices }: Overview, isEveryNamespace: boolean, io: Pick<Io, 'colour'>): string {
  const place = (namespace: string) => (isEveryNamespace ? [namespace] : []);
  const namespaceHeading = isEveryNamespace ? ['NAMESPACE'] : [];
  const brokerRows = brokers.map(({ namespace, name, ready, revision, identities, instances, proved }) => [
    ...place(namespace),
    ...[name, ready.status, ready.reason, numberText(revision), `${String(proved)}/${String(instances)}`],
    numberText(identities),
  ]);
  const deviceRows = devices.map(({ namespace, name, identity, broker, authentication, notAfter, ready }) => [
    ...place(namespace),
    ...[name, identity ?? '-', broker ?? '-', authentication ?? '-'],
    ...[notAfter?.slice(0, 16).replace('T', ' ') ?? '-', ready.status, ready.reason],
  ]);
  const brokerHeadings = ['BROKER', 'READY', 'REASON', 'REVISION', 'PROVED', 'IDENTITIES'];
  const deviceHeadings = ['DEVICE', 'IDENTITY', 'BROKER', 'AUTHENTICATION', 'NOT-AFTER', 'READY', 'REASON'];
  const tables = [
    ...(brokers.length > 0 ? [tableText([...namespaceHeading, ...brokerHeadings], brokerRows)] : []),
    ...(devices.length > 0 ? [tableText([...namespaceHeading, ...deviceHeadings], deviceRows)] : []),
  ];
  return coloured(tables.join('\n'), io);
}

function numberText(value: number | undefined): string {
  return value === undefined ? '-' : String(value);
}

function coloured(text: string, { colour }: Pick<Io, 'colour'>): string {
  return colour ? text.replaceAll(/\b(?:False|Ready=False[^\n(]*)/g, '\u001b[31m$&\u001b[0m') : text;
}

async function namedStatus(
  cluster: Cluster,
  targets: readonly Target[],
  { format }: StatusAsk,
  io: Io,
): Promise<ExitCode> {
  const trees: StatusNode[] = [];
  for (const target of targets) {
    trees.push(await statusTree(cluster.client, await foundObject(cluster, target)));
  }
  io.out(
    {
      table: () => coloured(trees.map((tree) => treeText(tree)).join('\n'), io),
      json: () => jsonText({ objects: trees }),
      yaml: () => dump({ objects: trees }),
      name: () => trees.map(({ kind, namespace, name }) => `${kind.toLowerCase()}/${namespace}/${name}\n`).join(''),
    }[format](),
  );
  return trees.every(isReady) ? 0 : 1;
}

function treeText(tree: StatusNode): string {
  const events = (tree.events ?? []).map(({ at, type, reason, note }) => `  ${at}  ${type}  ${reason}: ${note}\n`);
  return nodeLines(tree, '', '').join('') + (events.length > 0 ? `events\n${events.join('')}` : '');
}

/** `first` leads the line of the node itself, `rest` what stands below it. */
function nodeLines(node: StatusNode, first: string, rest: string): readonly string[] {
  const { conditions = [], children } = node;
  const below = children.length > 0 ? `${rest}│    ` : `${rest}     `;
  return [
    `${first}${nodeText(node)}\n`,
    ...conditions.map((condition) => `${below}${conditionLine(condition)}\n`),
    ...children.flatMap((child, index) => {
      const isLast = index === children.length - 1;
      return nodeLines(child, `${rest}${isLast ? '└─ ' : '├─ '}`, `${rest}${isLast ? '   ' : '│  '}`);
    }),
  ];
}

function nodeText({ kind, namespace, name, ready, facts, conditions = [], problem }: StatusNode): string {
  const known = Object.entries(facts).map(([fact, value]) => `${fact} ${String(value)}`);
  const details = known.length > 0 ? `  (${known.join(', ')})` : '';
  const state = problem ?? (ready ? stateText(ready, conditions.length > 0) : undefined);
  return `${kind} ${namespace}/${name}${state === undefined ? '' : `  ${state}`}${details}`;
}

function stateText({ status, reason, message }: State, isToldBelow: boolean): string {
  const said = isToldBelow || status === 'True' || message === '' ? '' : `: ${message}`;
  return status === 'True' && reason === 'Ready' ? 'Ready' : `Ready=${status} ${reason}${said}`;
}
