/** What the status of a broker says. */
import { refusalReason } from '../../domain/broker/dynamic-security.ts';
import { defectFindings } from '../../domain/broker/defects.ts';
import type { BundleIndex } from '../../domain/bundle/content.ts';
import type { Finding, Parsed } from '../../domain/finding.ts';
import type { Broker } from '../../domain/fleet.ts';
import type { Reason } from '../../domain/reasons.ts';
import { condition, type ConditionDraft } from '../status.ts';
import type { ExpectedInstance } from '../workload/expected.ts';
import { reasonOf } from './plan.ts';

export interface BrokerView {
  readonly value: Parsed<Broker>;
  /** Of the broker itself, of what it refers to, trusts and runs on. */
  readonly findings: readonly Finding[];
  /** Why nothing newer is published. */
  readonly problem: Finding | undefined;
  readonly published: BundleIndex | undefined;
  readonly isCurrent: boolean;
  readonly expected: readonly ExpectedInstance[];
  /** How many have proved what is published. */
  readonly programmed: number;
  readonly refusal: string | undefined;
}

export interface BrokerConditions {
  readonly conditions: readonly ConditionDraft[];
  /** True while nothing but time is needed. */
  readonly isUnderWay: boolean;
}

const referenceReasons: ReadonlySet<Reason> = new Set([
  'TemplateNotFound',
  'TemplateInvalid',
  'ParametersInvalid',
  'IssuerNotFound',
  'CaNotFound',
  'CaInUse',
  'CrlInvalid',
  'CrlExpiring',
  'IssuerNotTrusted',
  'LedgerDamaged',
  'SignerForbidden',
  'SignerKeyUnstable',
  'CertManagerAbsent',
  'ClockSkewed',
  'NotOurs',
]);

export function brokerConditions(view: BrokerView): BrokerConditions {
  const faults = [
    ...(view.value.ok ? [] : view.value.findings),
    ...view.findings,
    ...(view.problem ? [view.problem] : []),
  ];
  const own = faults.filter(isOnManifest);
  const references = rootsFirst(faults.filter((finding) => referenceReasons.has(reasonOf(finding))));
  const accepted =
    own.length > 0 ? failed('Accepted', own) : condition('Accepted', 'True', 'Accepted', acceptedText(view));
  const resolved =
    references.length > 0
      ? failed('ResolvedRefs', references)
      : condition('ResolvedRefs', 'True', 'ResolvedRefs', resolvedText(faults));
  const programmed = programmedOf(view);
  const ready = readyOf([accepted, resolved, programmed]);
  const isUnderWay = ready.status !== 'True' && isProgress(ready.reason);
  return { conditions: [accepted, resolved, programmed, ready, ...kstatusOf(ready, isUnderWay)], isUnderWay };
}

/** A weakness of the Mosquitto that was chosen is no fault, and worth knowing. */
function acceptedText({ value }: BrokerView): string {
  const defects = value.ok ? defectFindings(value.value) : [];
  return ['it is valid', ...defects.map(({ message }) => message)].join('; ');
}

/** What is no fault is said all the same. */
function resolvedText(findings: readonly Finding[]): string {
  const advice = findings.filter(({ code }) => code === 'MQS175').map(({ message }) => message);
  return ['everything it refers to was found', ...advice].join('; ');
}

/** Where cert-manager is absent, so are the issuers and CAs that it would have. */
function rootsFirst(findings: readonly Finding[]): readonly Finding[] {
  const isRoot = (finding: Finding) => reasonOf(finding) === 'CertManagerAbsent';
  return [...findings.filter(isRoot), ...findings.filter((finding) => !isRoot(finding))];
}

function isOnManifest(finding: Finding): boolean {
  const reason = reasonOf(finding);
  return finding.severity === 'Error' && !referenceReasons.has(reason) && reason !== 'Pending';
}

function failed(type: 'Accepted' | 'ResolvedRefs', findings: readonly Finding[]): ConditionDraft {
  const [first] = findings;
  return condition(type, 'False', first ? reasonOf(first) : 'Invalid', messageOf(findings));
}

/** Findings that are named in one message. */
const mostFindings = 5;

function messageOf(findings: readonly Finding[]): string {
  const messages = [...new Set(findings.map(({ message }) => message))];
  const more = messages.length - mostFindings;
  return [...messages.slice(0, mostFindings), ...(more > 0 ? [`and ${more} more`] : [])].join('; ');
}

function programmedOf(view: BrokerView): ConditionDraft {
  const { value, problem, published, isCurrent, expected, programmed, refusal } = view;
  const draft = (status: 'True' | 'False' | 'Unknown', reason: Reason, message: string) =>
    condition('Programmed', status, reason, withVersions(message, view));
  const stays = published ? '; the last set stays in force' : '; nothing is published';
  if (!value.ok) return draft('False', 'Invalid', `the manifest is invalid${stays}`);
  if (problem) return draft('False', reasonOf(problem), `${problem.message}${stays}`);
  if (!published || !isCurrent) return draft('False', 'Pending', 'the set is being written');
  if (expected.length === 0) return draft('Unknown', 'NoInstances', 'no instance of the broker is known');
  if (programmed === expected.length) {
    return draft('True', 'Programmed', `${countText(expected.length)} proved what is published`);
  }
  const count = `${programmed} of ${countText(expected.length)} proved what is published`;
  if (refusal !== undefined) {
    const left = 'what an instance proved last stays in force there';
    return draft('False', refusedBy(expected), `${count}; ${refusal}; ${left}`);
  }
  return draft('False', programmed === 0 ? 'Pending' : 'PartiallyProgrammed', `${count}${errors(view)}`);
}

function refusedBy(expected: BrokerView['expected']): Reason {
  return refusalReason(expected.flatMap(({ instance }) => instance?.was?.refused?.refusals ?? []));
}

function countText(count: number): string {
  return count === 1 ? '1 instance' : `${count} instances`;
}

function errors({ expected }: BrokerView): string {
  return expected
    .map(({ name, instance }) => ({ name, error: instance?.was?.lastError ?? '' }))
    .filter(({ error }) => error !== '')
    .map(({ name, error }) => `; ${name}: ${error}`)
    .join('');
}

/** Said wherever it is so, for a set in another dialect may be loaded and still mean something else. */
function withVersions(message: string, { value, expected }: BrokerView): string {
  if (!value.ok) return message;
  const { version } = value.value;
  const others = expected.flatMap(({ name, instance }) => {
    const real = instance?.was?.mosquittoVersion ?? '';
    return real === '' || real === version || real.startsWith(`${version}.`) ? [] : [`${name} runs Mosquitto ${real}`];
  });
  if (others.length === 0) return message;
  return `${message}; ${others.join(', ')}, the manifest says ${version} in \`spec.mosquitto.version\``;
}

function readyOf(conditions: readonly ConditionDraft[]): ConditionDraft {
  const missing = conditions.find(({ status }) => status !== 'True');
  const last = conditions.at(-1);
  if (missing) return { ...missing, type: 'Ready' };
  return condition('Ready', 'True', 'Ready', last?.message ?? '');
}

function isProgress(reason: Reason): boolean {
  return reason === 'Pending' || reason === 'PartiallyProgrammed';
}

/** Neither is there once it is ready, nor while there is nothing that could be. */
function kstatusOf({ status, reason, message }: ConditionDraft, isUnderWay: boolean): readonly ConditionDraft[] {
  if (status === 'True') return [];
  if (isUnderWay || reason === 'NoInstances') return [condition('Reconciling', 'True', reason, message)];
  return [condition('Stalled', 'True', reason, message)];
}
