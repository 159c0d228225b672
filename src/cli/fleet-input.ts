import type { Cluster } from '../cluster/connection.ts';
import type { KnownEnds } from '../domain/audit/credentials.ts';
import { type Finding } from '../domain/finding.ts';
import { readManifests } from '../local/manifests.ts';
import { parseManifests, type ParseResult } from '../parse/manifests.ts';
import { findingsText, reportable } from '../parse/report.ts';
import { tellNotes } from './cluster-options.ts';
import { UsageError, type Io } from './io.ts';

/** Manifests as a command was given them. */
export interface FleetInput extends ParseResult {
  /** Number of files that were read. */
  readonly files: number;
  /** What could not be read at all. */
  readonly unreadable: readonly Finding[];
}

/** What a cluster declares, as if it were manifests, and what its operator has seen. */
export interface ClusterInput extends FleetInput {
  /** Why an identity has no rights at the broker although it is given some. */
  readonly blocks: ReadonlyMap<string, string>;
  /** When certificates end that are in use. */
  readonly ends: KnownEnds;
}

interface ClusterAsk {
  readonly cluster: Cluster;
  readonly broker: string | undefined;
  /** All brokers, whatever namespace is meant. */
  readonly isWhole?: boolean;
}

/**
 * Everything on the cluster that may be seen, with those brokers that are meant: the one of the name (`NAME` is in the
 * namespace that is meant), else those of the namespace and of its devices, else with --all-namespaces all.
 */
export async function clusterInput({ cluster, broker, isWhole }: ClusterAsk, io: Io): Promise<ClusterInput> {
  const { clusterFleet, fleetAround, observedBlocks, observedEnds } = await import('../cluster/fleet.ts');
  const { fleet: whole, findings, statuses, notes } = await clusterFleet(cluster);
  tellNotes(notes, io);
  const isWide = isWhole === true || cluster.isEveryNamespace || broker?.includes('/') === true;
  const fleet = isWide ? whole : fleetAround(whole, cluster.namespace);
  if (fleet.brokers.size === 0 && isWhole !== true) throw noBroker(cluster);
  return {
    fleet,
    findings,
    values: new Map(),
    positionOf: () => undefined,
    files: 0,
    unreadable: [],
    blocks: observedBlocks({ fleet, statuses }, io.now()),
    ends: observedEnds({ fleet, statuses }),
  };
}

function noBroker({ namespace, isEveryNamespace }: Cluster): Error {
  const place = isEveryNamespace ? 'the cluster' : `namespace ${namespace}`;
  const hint = isEveryNamespace ? '' : ', and no device of one; -n names another, -A means all';
  return new Error(`find MqttBroker: ${place} has none${hint}`);
}

/** Reads the manifests that `paths` name: files, directories, `-` for standard input. */
export async function fleetInput(paths: readonly string[], io: Io): Promise<FleetInput> {
  if (paths.length === 0) throw new UsageError('give the manifests: files, directories or - for standard input');
  const { files, findings } = await readManifests(paths, () => io.stdin);
  return { ...parseManifests(files), files: files.length, unreadable: findings };
}

export function errorsAmong(findings: readonly Finding[]): readonly Finding[] {
  return findings.filter(({ severity }) => severity === 'Error');
}

/** Shows findings on standard error and tells whether one of them is an Error, which makes the input unusable. */
export function isRefused(findings: readonly Finding[], io: Io): boolean {
  io.err(findingsText(reportable(findings, 'Warning')));
  return errorsAmong(findings).length > 0;
}
