/** What a broker needs beside its bundle, decided from facts alone. */
import { brokerInstances, certificates, mqttBrokers, secrets, stated } from '../../api/kinds.ts';
import { brokerLabel, bundleHashAnnotation, labelValue } from '../../api/labels.ts';
import { enforcedHash } from '../../domain/bundle/chunks.ts';
import type { Finding } from '../../domain/finding.ts';
import { type FindingCode, findingKinds } from '../../domain/findings.ts';
import { type Broker, type Workload } from '../../domain/fleet.ts';
import { apiVersion } from '../../domain/names.ts';
import type { KubeObject, ObjectMeta, OwnerReference, ResourceType } from '../../kube/object.ts';
import { type DesiredChild, isOwnedBy, ownerReference } from '../apply.ts';
import type { Instance } from '../declared.ts';
import {
  type Child,
  type ChildSite,
  instanceChild,
  managedChildren,
  managedNames,
  rolledWorkload,
  serverCertificate,
  templateMeta,
} from './children.ts';
import type { ExpectedInstance } from './expected.ts';
import { nameProblem, serverCertificateName, serverSecretName } from './names.ts';

export interface WorkloadFacts extends ChildSite {
  readonly expected: readonly ExpectedInstance[];
  /** All that name this broker. */
  readonly instances: readonly Instance[];
  /** `Unknown`: its kinds were not listed yet, which is no reason to say that they are absent. */
  readonly certManager: 'Present' | 'Absent' | 'Unknown';
  /**
   * Metadata of the Secret that our Certificate fills or will fill; `Taken` when it is one that nobody made for us.
   * Undefined when there is none, or it needed no look.
   */
  readonly serverSecret: ObjectMeta | 'Taken' | undefined;
  /** The workload that the broker refers to, as far as it was looked at: with `Roll` only. */
  readonly referred: KubeObject | 'Missing' | undefined;
}

export interface Removal {
  readonly type: ResourceType;
  readonly object: KubeObject;
}

/** Written in this order; each step leaves what the next run can go on from. */
export interface WorkloadPlan {
  readonly children: readonly Child[];
  /** The Secret of the server, to go with the broker and its Certificate: cert-manager leaves it behind. */
  readonly adopt: { readonly uid: string; readonly desired: DesiredChild } | undefined;
  readonly remove: readonly Removal[];
  readonly instances: readonly Child[];
  /** A workload of the user's, with the one annotation that is ours. */
  readonly roll: { readonly object: KubeObject; readonly desired: DesiredChild } | undefined;
  readonly findings: readonly Finding[];
}

export function planWorkload(facts: WorkloadFacts): WorkloadPlan {
  const { broker } = facts;
  const certificate = plannedCertificate(facts);
  const { workload } = broker;
  const managed = workload.kind === 'Managed' ? plannedChildren(facts, workload) : { children: [], findings: [] };
  const rolled = plannedRoll(facts);
  return {
    children: [...certificate.children, ...managed.children],
    adopt: plannedAdoption(facts),
    remove: [...leftChildren(facts), ...leftInstances(facts)],
    instances: facts.expected
      .filter((expected) => !isOccupied(facts, expected))
      .map((one) => instanceChild(facts, one)),
    roll: rolled.roll,
    findings: [...certificate.findings, ...managed.findings, ...rolled.findings],
  };
}

interface Planned {
  readonly children: readonly Child[];
  readonly findings: readonly Finding[];
}

function plannedCertificate(facts: WorkloadFacts): Planned {
  const child = serverCertificate(facts);
  if (!child) return { children: [], findings: [] };
  if (facts.certManager === 'Unknown') return { children: [], findings: [] };
  if (facts.certManager === 'Absent') return { children: [], findings: [certManagerAbsent(facts.broker)] };
  if (facts.serverSecret !== 'Taken') return { children: [child], findings: [] };
  return { children: [], findings: [notOurs(facts.broker, 'Secret', serverSecretName(facts.broker))] };
}

/** Both have to be gone before it goes: a Secret that went before its Certificate is made again, and then has no owner. */
function plannedAdoption({ serverSecret, meta, present }: WorkloadFacts): WorkloadPlan['adopt'] {
  if (serverSecret === undefined || serverSecret === 'Taken') return undefined;
  const { name, namespace = '', uid = '', ownerReferences = [] } = serverSecret;
  const certificate = present(certificates, serverCertificateName(meta.name));
  const owners = [
    ownerReference(mqttBrokers, apiVersion, meta),
    ...(certificate && isOwnedBy(certificate, meta.uid) ? [certificateReference(certificate)] : []),
  ];
  if (owners.every((owner) => ownerReferences.some((one) => one.uid === owner.uid))) return undefined;
  // Not as its controller: cert-manager may be set up to be that.
  const desired = owners.map((owner) => ({ ...owner, controller: false, blockOwnerDeletion: false }));
  return { uid, desired: stated(secrets, { name, namespace, ownerReferences: desired }) };
}

function certificateReference({ apiVersion: version, metadata: { name, uid = '' } }: KubeObject): OwnerReference {
  return ownerReference(certificates, version, { name, uid });
}

function plannedChildren(facts: WorkloadFacts, workload: Extract<Workload, { kind: 'Managed' }>): Planned {
  const problem = nameProblem(facts.broker.origin.name);
  if (problem === undefined) return { children: managedChildren(facts, workload), findings: [] };
  return { children: [], findings: [finding(facts.broker, 'MQS137', 'metadata.name', problem)] };
}

/** What ran a broker that is not managed any more, and a Certificate that is not needed any more. */
function leftChildren({ broker, meta, present }: WorkloadFacts): readonly Removal[] {
  const { name } = broker.origin;
  const unneeded: readonly (readonly [ResourceType, string])[] = [
    ...(broker.workload.kind === 'Managed' ? [] : managedNames(name)),
    ...(broker.tls.server.kind === 'Secret' ? ([[certificates, serverCertificateName(name)]] as const) : []),
  ];
  return unneeded.flatMap(([type, child]) => {
    const object = present(type, child);
    return object && isOwnedBy(object, meta.uid) ? [{ type, object }] : [];
  });
}

/** Instances of pods that are gone, or that have become others; those of somebody else are not ours to take away. */
function leftInstances({ instances, expected, meta }: WorkloadFacts): readonly Removal[] {
  const wanted = new Set(expected.map(({ instance }) => instance));
  return instances
    .filter((instance) => !wanted.has(instance) && !instance.meta.isDeleting && isOwnedBy(instance.made, meta.uid))
    .map(({ made }) => ({ type: brokerInstances, object: made }));
}

/** True while an instance of a former pod of this name is there: the next run makes the new one. */
function isOccupied({ instances, meta }: WorkloadFacts, { name, instance }: ExpectedInstance): boolean {
  return (
    instance === undefined && instances.some((other) => other.meta.name === name && isOwnedBy(other.made, meta.uid))
  );
}

function plannedRoll(facts: WorkloadFacts): Pick<WorkloadPlan, 'roll' | 'findings'> {
  const { broker, published, referred, rollHeldUntil } = facts;
  const { workload } = broker;
  if (workload.kind !== 'Ref' || referred === undefined) return { roll: undefined, findings: [] };
  const path = 'spec.workload.ref';
  const what = `${workload.workload} ${workload.name}`;
  if (referred === 'Missing') {
    return { roll: undefined, findings: [finding(broker, 'MQS139', path, `${what} does not exist`)] };
  }
  const label = labelValue(broker.origin.name);
  const isLabelled = templateMeta(referred).labels?.[brokerLabel] === label;
  // Its owner did not say that it is this broker's: it may be anybody's.
  if (!isLabelled) {
    const message = `the pods of ${what} lack the label ${brokerLabel}=${label}: they are left alone`;
    return { roll: undefined, findings: [finding(broker, 'MQS139', path, message)] };
  }
  const present = templateMeta(referred).annotations?.[bundleHashAnnotation];
  const hash = published && enforcedHash(published.parts);
  const isHeld = rollHeldUntil !== undefined && present !== undefined;
  if (hash === undefined || present === hash || isHeld) return { roll: undefined, findings: [] };
  return { roll: { object: referred, desired: rolledWorkload(referred, hash) }, findings: [] };
}

/** Something of this kind and name is there that is not a child of this broker. */
export function notOurs(broker: Broker, kind: string, name: string): Finding {
  const message = `${kind} ${broker.origin.namespace}/${name} was made by somebody else`;
  return { ...finding(broker, 'MQS156', 'metadata.name', message), reason: 'NotOurs' };
}

export function certManagerAbsent(broker: Broker): Finding {
  const message = `Certificate ${serverCertificateName(broker.origin.name)} cannot be made: cert-manager is not there`;
  return { ...finding(broker, 'MQS155', 'spec.tls.serverCertificate', message), reason: 'CertManagerAbsent' };
}

/** The API server will not have it; `why` is what it says. */
export function refusedChild(broker: Broker, kind: string, name: string, why: string): Finding {
  return finding(broker, 'MQS138', 'spec.workload', `${kind} ${name}: ${why}`);
}

function finding({ origin }: Broker, code: FindingCode, path: string, message: string): Finding {
  const object = { kind: 'MqttBroker', namespace: origin.namespace, name: origin.name } as const;
  return { code, severity: findingKinds[code].severity, message, path, object };
}
