/** What a device is, and whether it may be one: from the fleet alone. */
import type { Finding, Parsed } from '../../domain/finding.ts';
import { type Device, type Fleet, keyOf } from '../../domain/fleet.ts';
import type { Reason } from '../../domain/reasons.ts';
import { isMistake, resolveDevice, type ResolvedDevice, supersededTemplates } from '../../domain/resolve.ts';
import type { DeclaredDevice } from '../declared.ts';
import { condition, type ConditionDraft } from '../status.ts';

export interface Verdict {
  readonly accepted: ConditionDraft;
  readonly resolvedRefs: ConditionDraft;
  /** The device in force: as it is declared, or while that is invalid as it last was when it was good. */
  readonly device: Device | undefined;
  /** Present where it has rights on its broker. */
  readonly resolved: ResolvedDevice | undefined;
  /** It is refused because of mistakes alone, and keeps what was published for it. */
  readonly isMistaken: boolean;
}

export function verdictOf(declared: DeclaredDevice, fleet: Fleet): Verdict {
  const device = deviceInForce(declared, fleet);
  const resolution = device && resolveDevice(fleet, device);
  const refusals = resolution && !resolution.ok ? resolution.findings : [];
  const superseded = device ? supersededTemplates(fleet, device) : [];
  const findings = [...refusals, ...superseded];
  const isMistaken = refusals.length > 0 && refusals.every(isMistake);
  const isKept = superseded.length > 0 || (isMistaken && declared.rulesHash !== undefined);
  const rest = isKept ? '; its former rights stay in force' : '';
  return {
    accepted: acceptedCondition(declared.value, findings.filter(isOnItself), device, rest),
    resolvedRefs: refsCondition(
      findings.filter((finding) => !isOnItself(finding)),
      device,
      rest,
    ),
    ...{ device, isMistaken },
    resolved: resolution?.ok ? resolution.value : undefined,
  };
}

/** The value that the fleet has of it, which is what the brokers are told; one that the fleet does not know yet, as it is declared. */
function deviceInForce({ key, value, formerIdentity }: DeclaredDevice, fleet: Fleet): Device | undefined {
  const identity = value.ok ? value.value.identity : formerIdentity;
  const held = identity === undefined ? undefined : fleet.devices.get(identity)?.find((one) => keyOf(one) === key);
  return held ?? (value.ok ? value.value : undefined);
}

const referenceReasons: ReadonlySet<Reason> = new Set([
  'TemplateNotFound',
  'TemplateInvalid',
  'BrokerNotFound',
  'BrokerInvalid',
  'ParametersInvalid',
]);

function isOnItself({ reason = 'Invalid' }: Finding): boolean {
  return !referenceReasons.has(reason);
}

function acceptedCondition(
  value: Parsed<Device>,
  findings: readonly Finding[],
  inForce: Device | undefined,
  rest: string,
): ConditionDraft {
  if (!value.ok) {
    const state = inForce ? 'the last good version stays in force' : 'it has no rights';
    return condition('Accepted', 'False', 'Invalid', `${messageOf(value.findings)}; ${state}`);
  }
  if (findings.length > 0) return refusal('Accepted', findings, rest);
  return condition('Accepted', 'True', 'Accepted', 'the object is valid');
}

function refsCondition(findings: readonly Finding[], device: Device | undefined, rest: string): ConditionDraft {
  if (!device || device.isUnreadable)
    return condition('ResolvedRefs', 'Unknown', 'Invalid', 'an invalid object refers to nothing');
  if (findings.length > 0) return refusal('ResolvedRefs', findings, rest);
  return condition('ResolvedRefs', 'True', 'ResolvedRefs', 'everything it refers to was found');
}

function refusal(type: 'Accepted' | 'ResolvedRefs', findings: readonly Finding[], rest: string): ConditionDraft {
  return condition(type, 'False', findings[0]?.reason ?? 'Invalid', messageOf(findings) + rest);
}

/** Findings that are named in one message. */
const mostFindings = 5;

/** Several findings in one message, the first ones of many. */
export function messageOf(findings: readonly Finding[]): string {
  const named = findings.slice(0, mostFindings).map(({ message }) => message);
  const more = findings.length - named.length;
  return [...named, ...(more > 0 ? [`and ${more} more`] : [])].join('; ');
}
