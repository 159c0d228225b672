/**
 * The controller of the status of MqttBrokers, which also tells in Events what a person has to do. Apart from what compiles
 * and publishes, for the next set of a broker waits for no answer to a status.
 */
import { mqttBrokers, stated } from '../../api/kinds.ts';
import { refused } from '../../domain/finding.ts';
import { isOfBroker } from './plan.ts';
import type { Finding } from '../../domain/finding.ts';
import type { Reason } from '../../domain/reasons.ts';
import type { KubeClient } from '../../kube/client.ts';
import type { Key } from '../../kube/object.ts';
import { done, type Reconcile } from '../../kube/outcome.ts';
import { appliedStatus } from '../apply.ts';
import type { BrokerState, ControllerContext } from '../context.ts';
import type { DeclaredBroker } from '../declared.ts';
import {
  type ConditionDraft,
  type NextStatus,
  nextStatus,
  seenStatus,
  type SeenStatus,
  type StatusDraft,
} from '../status.ts';
import { isGoing } from '../world.ts';
import { type BrokerConditions, brokerConditions } from './conditions.ts';
import { bytesOf, certificateFigures, certificatesPerCa, crlFigures, identityCount } from './figures.ts';
import type { BrokerFacts } from './gather.ts';
import { programmedCount } from './sets.ts';
import type { BrokerMemories, BrokerMemory } from './states.ts';
import { shortProgress, statusDueAt } from './status-plan.ts';

type Writing = Pick<ControllerContext, 'client' | 'world' | 'state' | 'clock' | 'record'>;

/** What this process wrote last. */
interface WrittenStatus {
  readonly uid: string;
  readonly at: Date;
  /** Of the object that was seen then: until the store has a later one, the status is what was written. */
  readonly resourceVersion: string;
  readonly seen: SeenStatus;
}

/** Woken by each pass over a broker. */
export function brokerStatusReconcile(
  context: Writing,
  states: Pick<BrokerMemories, 'memoryOf'>,
  later: KubeClient = context.client,
): Reconcile {
  const writings = new Map<Key, WrittenStatus>();
  return async (key, { signal }) => {
    const declared = context.world.brokers.store.get(key);
    if (!declared) writings.delete(key);
    if (!declared || isGoing(context.world, declared.meta)) return done;
    const memory = states.memoryOf(declared.key, declared.meta.uid);
    // Of a generation that no pass has looked at there is nothing to say.
    if (memory?.seen?.generation !== declared.meta.generation) return done;
    const known = writings.get(key);
    const former = known?.uid === declared.meta.uid ? known : undefined;
    const { conditions, next, seen, dueAt } = plannedStatus(context, declared, memory, former);
    const now = context.clock.now();
    if (!dueAt) return done;
    if (dueAt > now) return { kind: 'RequeueAt', at: dueAt };
    await appliedStatus({ client: later, signal }, mqttBrokers, declared.meta, next);
    const { uid, resourceVersion } = declared.meta;
    writings.set(key, { uid, at: now, resourceVersion, seen: seenStatus(next.status) });
    tell(context, declared, seen, conditions);
    return done;
  };
}

interface PlannedStatus {
  readonly conditions: readonly ConditionDraft[];
  readonly next: NextStatus;
  readonly seen: SeenStatus;
  /** Undefined: there is nothing new to say. */
  readonly dueAt: Date | undefined;
}

function plannedStatus(
  { state, clock }: Writing,
  declared: DeclaredBroker,
  memory: BrokerMemory,
  former: WrittenStatus | undefined,
): PlannedStatus {
  const now = clock.now();
  const facts = memory.seen?.facts;
  const { conditions, isUnderWay } = conditionsOf(declared, facts, memory.state);
  const fields = {
    ...declared.was,
    ...(facts && memory.state && fieldsOf(state, declared, facts, memory.state)),
    ...renewalFields(memory),
  };
  const draft: StatusDraft = { generation: declared.meta.generation, conditions, fields };
  const seen = seenNow(declared, former);
  const next = nextStatus(seen, draft, now);
  const grace = memory.trouble ? graceOf(memory.state?.problem, isUnderWay) : 0;
  const since = passed(memory.trouble?.since, now);
  const dueAt = statusDueAt({ seen, draft, next, isUnderWay, grace, since, writtenAt: former?.at }, now);
  return { conditions, next, seen, dueAt };
}

/** A time that is still to come was read from a clock that was set back since. */
function passed(time: Date | undefined, now: Date): Date {
  return time && time < now ? time : now;
}

/** Our own last write counts before the store has it. */
function seenNow({ meta, status }: DeclaredBroker, written: WrittenStatus | undefined): SeenStatus {
  return written?.resourceVersion === meta.resourceVersion ? written.seen : status;
}

/** What was not read yet after a start says nothing against a broker that was ready, milliseconds. */
const graces: Readonly<Partial<Record<Finding['code'], number>>> = { MQS157: 60_000 };

function graceOf(problem: Finding | undefined, isUnderWay: boolean): number {
  const grace = problem && graces[problem.code];
  return grace ?? (isUnderWay ? shortProgress : 0);
}

function conditionsOf(
  { value }: DeclaredBroker,
  facts: BrokerFacts | undefined,
  state: BrokerState | undefined,
): BrokerConditions {
  if (!facts || !state) {
    const unknown = { problem: undefined, published: undefined, isCurrent: false, refusal: undefined };
    return brokerConditions({
      value: value.ok ? refused() : value,
      findings: [],
      expected: [],
      programmed: 0,
      ...unknown,
    });
  }
  const { problem, published, isCurrent, refusal, compiled } = state;
  const { expected, findings } = facts;
  const programmed = programmedCount(expected, published);
  const all = [...findings, ...compiled.findings.filter(isOfBroker)];
  return brokerConditions({ value, findings: all, problem, published, isCurrent, expected, programmed, refusal });
}

type Fields = Readonly<Record<string, unknown>>;

/** Numbers that are not known now stay as they were. */
function fieldsOf(
  { issued }: ControllerContext['state'],
  { was }: DeclaredBroker,
  { expected }: BrokerFacts,
  state: BrokerState,
): Fields {
  const { published, trust, compiled } = state;
  const instances = { expected: expected.length, programmed: programmedCount(expected, published) };
  const isCounted = trust !== undefined && issued.isKnown;
  return {
    bundle: bundleFields(state) ?? was?.bundle,
    instances,
    ...(trust && { crls: crlFigures(trust) }),
    ...(isCounted && {
      certificatesPerCa: certificateFigures(trust, certificatesPerCa(compiled.statuses, issued.byIdentity)),
    }),
  };
}

/** Those of before, as long as nothing else is known. */
function renewalFields({ state, forecast }: BrokerMemory): Fields {
  if (forecast) return { renewals: forecast.forecast };
  return state && !state.broker.clientCertificates ? { renewals: undefined } : {};
}

function bundleFields({ published, isCurrent, compiled: { content, statuses } }: BrokerState): Fields | undefined {
  if (!published || !isCurrent || !content) return undefined;
  const { revision, hash } = published;
  return { revision, hash, identities: identityCount(statuses), bytes: bytesOf(content) };
}

/** Reasons of conditions that are told in Events, with what was done when they came up. */
const told: Readonly<Record<string, { readonly action: string; readonly reasons: ReadonlySet<Reason> }>> = {
  Programmed: {
    action: 'Publish',
    reasons: new Set(['Refused', 'DynamicSecurity', 'TooLarge', 'NotOurs', 'CertManagerAbsent']),
  },
  ResolvedRefs: {
    action: 'Trust',
    reasons: new Set([
      'CaInUse',
      'CrlInvalid',
      'CrlExpiring',
      'IssuerNotTrusted',
      'SignerForbidden',
      'SignerKeyUnstable',
    ]),
  },
};

/** An Event for each of these reasons when it comes up; one that was there before a restart is not told again. */
function tell(
  { record }: Pick<Writing, 'record'>,
  { meta }: DeclaredBroker,
  { conditions: seen }: SeenStatus,
  conditions: readonly ConditionDraft[],
): void {
  const { namespace, name, uid } = meta;
  const regarding = stated(mqttBrokers, { namespace, name, uid });
  for (const { type, reason, message } of conditions) {
    const { action, reasons } = told[type] ?? {};
    if (action === undefined || !reasons?.has(reason) || seen.get(type)?.reason === reason) continue;
    record({ type: 'Warning', reason, action, note: message, regarding });
  }
}
