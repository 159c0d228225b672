/** Writes the status of a broker, and tells in Events what a person has to do. */
import { mqttBrokers, stated } from '../../api/kinds.ts';
import { refused } from '../../domain/finding.ts';
import { isOfBroker } from './plan.ts';
import type { Finding } from '../../domain/finding.ts';
import type { Reason } from '../../domain/reasons.ts';
import { appliedStatus } from '../apply.ts';
import type { BrokerState, ControllerContext } from '../context.ts';
import type { DeclaredBroker } from '../declared.ts';
import { type ConditionDraft, nextStatus, seenStatus, type SeenStatus, type StatusDraft } from '../status.ts';
import { type BrokerConditions, brokerConditions } from './conditions.ts';
import { bytesOf, certificateFigures, certificatesPerCa, crlFigures, identityCount } from './figures.ts';
import type { BrokerFacts } from './gather.ts';
import { programmedCount } from './sets.ts';
import type { BrokerMemory } from './states.ts';
import { shortProgress, statusDueAt } from './status-plan.ts';

type Writing = Pick<ControllerContext, 'client' | 'state' | 'clock' | 'record'>;

/** What was written, and when the status is due if it is not now. */
export interface StatusStep {
  readonly memory: BrokerMemory;
  readonly dueAt: Date | undefined;
}

/** `facts` are undefined while there was never a good version of the broker. */
export async function statusStep(
  context: Writing,
  declared: DeclaredBroker,
  facts: BrokerFacts | undefined,
  memory: BrokerMemory,
  signal: AbortSignal,
): Promise<StatusStep> {
  const now = context.clock.now();
  const { conditions, isUnderWay } = conditionsOf(declared, facts, memory.state);
  const fields = {
    ...declared.was,
    ...(facts && memory.state && fieldsOf(context.state, declared, facts, memory.state)),
    ...renewalFields(memory),
  };
  const draft: StatusDraft = { generation: declared.meta.generation, conditions, fields };
  const seen = seenNow(declared, memory);
  const next = nextStatus(seen, draft, now);
  const grace = memory.trouble ? graceOf(memory.state?.problem, isUnderWay) : 0;
  const since = passed(memory.trouble?.since, now);
  const { statusWrittenAt: writtenAt } = memory;
  const dueAt = statusDueAt({ seen, draft, next, isUnderWay, grace, since, writtenAt }, now);
  if (!dueAt || dueAt > now) return { memory, dueAt };
  await appliedStatus({ client: context.client, signal }, mqttBrokers, declared.meta, next);
  tell(context, declared, seen, conditions);
  const written = { resourceVersion: declared.meta.resourceVersion, seen: seenStatus(next.status) };
  return { memory: { ...memory, statusWrittenAt: now, written }, dueAt: undefined };
}

/** A time that is still to come was read from a clock that was set back since. */
function passed(time: Date | undefined, now: Date): Date {
  return time && time < now ? time : now;
}

/** Our own last write counts before the store has it. */
function seenNow({ meta, status }: DeclaredBroker, { written }: BrokerMemory): SeenStatus {
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
  { record }: Writing,
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
