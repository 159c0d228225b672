/** Everything that the plan for a broker is made from. */
import type { BundleIndex } from '../../domain/bundle/content.ts';
import type { Finding } from '../../domain/finding.ts';
import type { Broker } from '../../domain/fleet.ts';
import type { ReportedLockout } from '../../domain/lockout.ts';
import type { ObjectKey } from '../../domain/names.ts';
import { brokerFindings } from '../../domain/resolve.ts';
import type { PublishedIndex, Publisher } from '../bundle/published.ts';
import { bundleSite } from '../bundle/site.ts';
import type { PartName } from '../../domain/bundle/content.ts';
import type { ControllerContext, Trust } from '../context.ts';
import type { DeclaredBroker } from '../declared.ts';
import { type ExpectedInstance, expectedInstances, isInstanceOf } from '../workload/expected.ts';
import type { LookForInstances } from '../workload/liveness.ts';
import { isCertManagerServed } from '../world.ts';
import { reportedLockouts } from './lockouts.ts';

/** What the controller of brokers needs beside its context. */
export interface BrokerPorts {
  readonly publisher: Publisher;
  /** Of `Passwords`. */
  readonly adoptPasswords: (broker: ObjectKey) => Promise<void>;
  /** What is wrong with what the broker runs on, its server certificate included. */
  readonly workloadFindings: (broker: Broker) => readonly Finding[];
  /** Instances outside of the cluster are expected from when they live first. */
  readonly lookForInstances: LookForInstances;
}

export interface BrokerFacts {
  readonly declared: DeclaredBroker;
  /** The last good version. */
  readonly broker: Broker;
  readonly trust: Trust | undefined;
  readonly published: PublishedIndex<PartName>;
  readonly expected: readonly ExpectedInstance[];
  /** When it has to be looked again which instances live. */
  readonly lookAt: Date | undefined;
  /** The highest revision that any instance has loaded. */
  readonly loadedRevision: number;
  /** What all instances report. */
  readonly lockouts: readonly ReportedLockout[];
  readonly findings: readonly Finding[];
}

export async function gatheredFacts(
  { world, state }: ControllerContext,
  { publisher, workloadFindings, lookForInstances }: BrokerPorts,
  declared: DeclaredBroker,
  signal: AbortSignal,
): Promise<BrokerFacts | undefined> {
  const present = state.fleet.fleet.brokers.get(declared.key);
  if (!present) return undefined;
  const { live, lookAt } = await lookForInstances(present, signal);
  const published = await publisher.index(bundleSite(declared.meta), signal);
  // From here to the compile nothing is waited for: all facts are of one moment.
  const { fleet } = state.fleet;
  const broker = fleet.brokers.get(declared.key);
  if (!broker) return undefined;
  const trust = trustOf(state.authorities.trustOf(declared.key), broker);
  const instances = world.instances.store
    .byIndex('broker', declared.key)
    .filter((instance) => isInstanceOf(instance, broker));
  return {
    declared,
    broker,
    trust,
    published,
    lookAt,
    expected: expectedInstances(world, broker).filter((one) => isAwaited(one, live)),
    loadedRevision: instances.reduce((highest, { was }) => Math.max(highest, was?.loadedRevision ?? 0), 0),
    lockouts: reportedLockouts(instances),
    findings: [
      ...brokerFindings(fleet, broker),
      ...(trust?.findings ?? []),
      ...workloadFindings(broker),
      ...issuanceFindings(world, broker),
    ],
  };
}

/** What was issued is still known, and published; nothing new is issued or renewed. */
function issuanceFindings(
  world: ControllerContext['world'],
  { origin, clientCertificates }: Broker,
): readonly Finding[] {
  if (!clientCertificates || isCertManagerServed(world)) return [];
  const message = 'the kinds of cert-manager are not there: nothing is issued or renewed';
  const path = 'spec.clientCertificates';
  return [{ code: 'MQS155', severity: 'Warning', reason: 'CertManagerAbsent', message, path, object: origin }];
}

/** One that does not live and has loaded something may serve it still: only the manifest says that it is gone. */
function isAwaited({ name, podUid, instance }: ExpectedInstance, live: readonly string[]): boolean {
  return podUid !== undefined || live.includes(name) || (instance?.was?.loadedRevision ?? 0) > 0;
}

/** A broker without certificates trusts nobody, whether anyone looked or not. */
function trustOf(trust: Trust | undefined, { clientCertificates }: Broker): Trust | undefined {
  if (trust || clientCertificates) return trust;
  return noTrust;
}

const noTrust: Trust = { cas: [], crls: [], revocations: [], findings: [], nextChangeAt: undefined };

/** The index as states and reports have it. */
export function indexOf(published: PublishedIndex<PartName>, { key }: DeclaredBroker): BundleIndex | undefined {
  return published.kind === 'Published' ? { broker: key, ...published.index } : undefined;
}
