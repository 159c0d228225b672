/** Runs what a broker needs beside its bundle: server certificate, pods, the rights of their agents, BrokerInstances. */
import {
  certificates,
  deployments,
  mqttBrokers,
  podDisruptionBudgets,
  roleBindings,
  roles,
  secrets,
  serviceAccounts,
  services,
  stated,
  statefulSets,
} from '../../api/kinds.ts';
import { managedBy, managedByLabel, operatorFieldManager } from '../../api/labels.ts';
import type { Finding } from '../../domain/finding.ts';
import { type Broker, keyOf } from '../../domain/fleet.ts';
import { objectKey, type ObjectKey } from '../../domain/names.ts';
import { ApiError, isConflict, isKindGone, isNotFound } from '../../kube/errors.ts';
import type { KubeObject, ResourceType } from '../../kube/object.ts';
import { done, type Outcome, type Reconcile, RetryAfter } from '../../kube/outcome.ts';
import { appliedChild } from '../apply.ts';
import type { ControllerContext } from '../context.ts';
import type { DeclaredBroker, Meta } from '../declared.ts';
import { isCertManagerServed, isGoing } from '../world.ts';
import type { Child, Present } from './children.ts';
import { expectedInstances, podsOf } from './expected.ts';
import { serverCertificateName, serverSecretName } from './names.ts';
import {
  certManagerAbsent,
  notOurs,
  planWorkload,
  refusedChild,
  type Removal,
  type WorkloadFacts,
  type WorkloadPlan,
} from './plan.ts';
import { rolledSet, rollHeldUntil } from './turn.ts';

export interface WorkloadController {
  readonly reconcile: Reconcile;
  /** What keeps a broker from running as it is declared; the broker is woken when it changes. */
  readonly findings: (broker: Broker) => readonly Finding[];
}

type Needed = Pick<ControllerContext, 'client' | 'world' | 'options' | 'clock' | 'record'> & {
  readonly state: Pick<ControllerContext['state'], 'fleet' | 'brokers'>;
  readonly wake: Pick<ControllerContext['wake'], 'broker'>;
};

interface Run extends Needed {
  readonly signal: AbortSignal;
  /** Since when this process looks for cert-manager, milliseconds. */
  readonly since: number;
  /** Versions of the Certificates whose Secret was looked at since. */
  readonly looked: Map<ObjectKey, string>;
}

/** A finding may be of something that is not watched: it is looked at again after so long. */
const recheckMilliseconds = 30_000;
/** A kind that somebody deletes and puts back is looked for so often. */
const kindMilliseconds = 2_000;
/** cert-manager's kinds are listed within a moment, or they are not there. */
const certManagerPatience = 10_000;

export function workloadController(context: Needed): WorkloadController {
  const known = new Map<ObjectKey, readonly Finding[]>();
  const looked = new Map<ObjectKey, string>();
  const since = context.clock.now().getTime();
  const remember = (key: ObjectKey, declared: DeclaredBroker | undefined, findings: readonly Finding[]) => {
    const former = known.get(key) ?? [];
    if (findings.length > 0) known.set(key, findings);
    else known.delete(key);
    if (JSON.stringify(former) === JSON.stringify(findings)) return;
    if (declared) tellNew(context, declared.meta, former, findings);
    context.wake.broker(key);
  };
  return {
    findings: (broker) => known.get(keyOf(broker)) ?? [],
    async reconcile(key, { signal }) {
      const declared = context.world.brokers.store.get(key);
      const broker = context.state.fleet.fleet.brokers.get(key as ObjectKey);
      if (!declared || !broker || isGoing(context.world, declared.meta)) {
        remember(key as ObjectKey, undefined, []);
        looked.delete(key as ObjectKey);
        return done;
      }
      const run = { ...context, signal, since, looked };
      const facts = await gathered(run, declared, broker);
      const plan = planWorkload(facts);
      const findings = [...plan.findings, ...(await acted(run, broker, plan))];
      remember(declared.key, declared, findings);
      noteLook(run, declared, facts);
      return outcomeOf(run, facts, findings);
    },
  };
}

function outcomeOf({ clock }: Run, facts: WorkloadFacts, findings: readonly Finding[]): Outcome {
  const { certManager, rollHeldUntil: heldUntil } = facts;
  const looksAgain = certManager !== 'Present' || findings.length > 0;
  const milliseconds = certManager === 'Unknown' ? 1_000 : recheckMilliseconds;
  const times = [
    ...(looksAgain ? [clock.now().getTime() + milliseconds] : []),
    ...(heldUntil ? [heldUntil.getTime()] : []),
  ];
  return times.length === 0 ? done : { kind: 'RequeueAt', at: new Date(Math.min(...times)) };
}

async function gathered(run: Run, { key, meta }: DeclaredBroker, broker: Broker): Promise<WorkloadFacts> {
  const { world, options, state } = run;
  const present = presentIn(run, meta.namespace);
  const certManager = certManagerState(run);
  const referred = await referredWorkload(run, broker);
  const rolled = rolledSet(broker, referred);
  return {
    ...{ broker, meta, options, present, certManager, referred },
    rollHeldUntil: rolled && rollHeldUntil(rolled, podsOf(world, broker), run.clock.now()),
    published: state.brokers.get(key)?.published,
    expected: expectedInstances(world, broker),
    instances: world.instances.store.byIndex('broker', key),
    serverSecret: certManager === 'Present' ? await serverSecret(run, key, broker) : undefined,
  };
}

function presentIn({ world }: Run, namespace: string): Present {
  const stores = new Map<ResourceType, { readonly get: (key: string) => KubeObject | undefined }>([
    [certificates, world.certificates.store],
    [statefulSets, world.statefulSets.store],
    [services, world.services.store],
    [serviceAccounts, world.serviceAccounts.store],
    [roles, world.roles.store],
    [roleBindings, world.roleBindings.store],
    [podDisruptionBudgets, world.disruptionBudgets.store],
  ]);
  return (type, name) => stores.get(type)?.get(objectKey(namespace, name));
}

function certManagerState({ world, clock, since }: Run): WorkloadFacts['certManager'] {
  if (world.certificates.hasSynced) return isCertManagerServed(world) ? 'Present' : 'Absent';
  return clock.now().getTime() - since < certManagerPatience ? 'Unknown' : 'Absent';
}

/** Looked at before there is a Certificate, and once for each version of it. */
async function serverSecret(run: Run, key: ObjectKey, broker: Broker): Promise<WorkloadFacts['serverSecret']> {
  const { client, signal, world, looked } = run;
  const { name, namespace } = broker.origin;
  if (broker.tls.server.kind !== 'Issuer') return undefined;
  const certificate = world.certificates.store.get(objectKey(namespace, serverCertificateName(name)));
  const version = certificate?.metadata.resourceVersion;
  if (version !== undefined && looked.get(key) === version) return undefined;
  const secret = await orUndefined(client.get(secrets, namespace, serverSecretName(broker), { signal }));
  if (!secret) return undefined;
  if (secret.metadata.labels?.[managedByLabel] === managedBy) return secret.metadata;
  return certificate ? undefined : 'Taken';
}

/** Only when the run has done all: one that failed looks again. */
function noteLook(
  { looked }: Run,
  { key, meta }: DeclaredBroker,
  { serverSecret: seen, present }: WorkloadFacts,
): void {
  const version = present(certificates, serverCertificateName(meta.name))?.metadata.resourceVersion;
  if (seen !== undefined && seen !== 'Taken' && version !== undefined) looked.set(key, version);
}

async function referredWorkload(run: Run, { origin, workload, update }: Broker): Promise<WorkloadFacts['referred']> {
  if (workload.kind !== 'Ref' || update.strategy !== 'Roll') return undefined;
  const type = workload.workload === 'StatefulSet' ? statefulSets : deployments;
  const { client, signal } = run;
  return (await orUndefined(client.get(type, origin.namespace, workload.name, { signal }))) ?? 'Missing';
}

async function orUndefined<T>(object: Promise<T>): Promise<T | undefined> {
  try {
    return await object;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/** Does what was planned; gives what the API server or somebody else stands in the way of. */
async function acted(run: Run, broker: Broker, plan: WorkloadPlan): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const child of plan.children) findings.push(...(await applied(run, broker, child)));
  if (plan.adopt) await adopted(run, plan.adopt);
  for (const removal of plan.remove) await removed(run, removal);
  for (const child of plan.instances) findings.push(...(await applied(run, broker, child)));
  if (plan.roll) await rolled(run, plan.roll);
  return findings;
}

async function applied(run: Run, broker: Broker, { type, desired, present }: Child): Promise<readonly Finding[]> {
  const { name } = desired.metadata;
  try {
    const result = await appliedChild(run, type, desired, present);
    return result === 'NotOurs' ? [notOurs(broker, type.kind, name)] : [];
  } catch (error) {
    if (type === certificates && isKindGone(error)) return [certManagerAbsent(broker)];
    if (isKindGone(error)) throw new RetryAfter(error.message, kindMilliseconds, { cause: error });
    if (isInvalid(error)) return [refusedChild(broker, type.kind, name, error.message)];
    throw error;
  }
}

/** A field that may not have this value, or may not be changed. */
function isInvalid(error: unknown): error is ApiError {
  return error instanceof ApiError && error.status === 422;
}

async function adopted({ client, signal }: Run, adopt: NonNullable<WorkloadPlan['adopt']>): Promise<void> {
  const { uid, desired } = adopt;
  await client.apply(secrets, desired, { fieldManager: operatorFieldManager, force: true, uid, signal });
}

/** Another object under the name, or one that is gone, is as good as removed. */
async function removed({ client, signal }: Run, { type, object }: Removal): Promise<void> {
  const { namespace, name, uid = '' } = object.metadata;
  try {
    await client.delete(type, namespace, name, { uid, propagation: 'Background', signal });
  } catch (error) {
    if (!isNotFound(error) && !isConflict(error)) throw error;
  }
}

async function rolled({ client, signal }: Run, { object, desired }: NonNullable<WorkloadPlan['roll']>): Promise<void> {
  const type = object.kind === 'StatefulSet' ? statefulSets : deployments;
  const { uid = '' } = object.metadata;
  await client.apply(type, desired, { fieldManager: operatorFieldManager, force: true, uid, signal });
}

function tellNew(
  { record }: Needed,
  { namespace, name, uid }: Meta,
  former: readonly Finding[],
  findings: readonly Finding[],
): void {
  const told = new Set(former.map(({ message }) => message));
  for (const { message, reason = 'WorkloadRefused' } of findings) {
    if (told.has(message)) continue;
    const regarding = stated(mqttBrokers, { namespace, name, uid });
    record({ type: 'Warning', reason, action: 'ApplyWorkload', note: message, regarding });
  }
}
