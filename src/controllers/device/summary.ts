/** The conditions that sum up all others: Ready, and the pair that says whether waiting helps. */
import type { Reason } from '../../domain/reasons.ts';
import { provedReasons } from '../../domain/status.ts';
import { condition, type ConditionDraft } from '../status.ts';
import type { Expectation } from './expectation.ts';
import { hasTemplate } from './issued.ts';
import type { DeviceFacts, Outcomes } from './plan.ts';
import { messageOf } from './verdict.ts';

export interface SummaryFacts {
  readonly facts: DeviceFacts;
  readonly expectation: Expectation | undefined;
  readonly programmed: ConditionDraft;
  readonly issued: ConditionDraft | undefined;
  readonly outcomes: Outcomes;
}

/** What keeps it from being ready, and whether only a person can help. */
interface Obstacle {
  readonly reason: Reason;
  readonly message: string;
  readonly isStalled: boolean;
}

export function summaryOf(summary: SummaryFacts): readonly ConditionDraft[] {
  const obstacle = obstacleOf(summary);
  if (!obstacle) return [readyCondition(summary)];
  const { reason, message, isStalled } = obstacle;
  const type = isStalled ? 'Stalled' : 'Reconciling';
  return [condition('Ready', 'False', reason, message), condition(type, 'True', reason, message)];
}

function obstacleOf(summary: SummaryFacts): Obstacle | undefined {
  const { facts, programmed, issued, outcomes } = summary;
  const { accepted, resolvedRefs } = facts.verdict;
  if (accepted.status === 'False') return { ...accepted, isStalled: true };
  // What is not there may come in the same breath; a wrong parameter will not right itself.
  if (resolvedRefs.status !== 'True') return { ...resolvedRefs, isStalled: mistakes.has(resolvedRefs.reason) };
  if (outcomes.failure !== undefined) return { reason: 'Pending', message: outcomes.failure, isStalled: false };
  const refusal = refusalOf(summary);
  if (refusal) return refusal;
  const isOff = facts.verdict.device?.suspended === true || isOverByItself(summary);
  if (issued && issued.status !== 'True' && !isOff) return { ...issued, isStalled: isIssuanceStalled(summary) };
  return programmed.status === 'True' ? undefined : { ...programmed, isStalled: false };
}

const mistakes: ReadonlySet<Reason> = new Set(['ParametersInvalid', 'TemplateInvalid', 'BrokerInvalid']);

/** Errors of its password, and what the compiler refuses beyond what `resolveDevice` does. */
function refusalOf({ facts, expectation, outcomes }: SummaryFacts): Obstacle | undefined {
  const { namespace, name } = facts.declared.meta;
  // Other claimants of its identity have their findings there too.
  const own = (expectation?.status.findings ?? []).filter(
    ({ object }) => object?.namespace === namespace && object.name === name,
  );
  const errors = [...outcomes.passwordFindings, ...own].filter(({ severity }) => severity === 'Error');
  const [first] = errors;
  return (
    first && { reason: first.reason ?? 'Invalid', message: messageOf(errors), isStalled: first.reason !== 'Pending' }
  );
}

/** Revoked, or past the end that its own manifest sets. */
function isOverByItself({ facts: { verdict, now } }: SummaryFacts): boolean {
  const { device } = verdict;
  return device?.revoked !== undefined || (device?.expiresAt !== undefined && device.expiresAt <= now);
}

function isIssuanceStalled({ facts, issued }: SummaryFacts): boolean {
  return issued?.reason === 'NotOurs' || (facts.certificates.length === 0 && !hasTemplate(facts));
}

const messages: Readonly<Partial<Record<Reason, string>>> = {
  Ready: 'all is as the manifest says, and proved',
  Suspended: 'the device is denied everything, and that is proved',
  Revoked: 'the device is off for good, and that is proved',
  Locked: 'the device is locked out for a while because of its own acts: it is denied everything, and that is proved',
  Expired: 'the device is past its end and off, and that is proved',
};

function readyCondition({ expectation }: SummaryFacts): ConditionDraft {
  const reason = provedReasons[expectation?.status.state ?? 'Active'];
  return condition('Ready', 'True', reason, messages[reason] ?? '');
}
