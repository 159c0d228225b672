/** When the set of a broker is written, and what keeps it from that. */
import type { Compiled } from '../../domain/bundle/compile.ts';
import type { Finding } from '../../domain/finding.ts';
import type { Broker } from '../../domain/fleet.ts';
import { type ObjectRef, refText } from '../../domain/names.ts';
import type { Reason } from '../../domain/reasons.ts';
import type { Trust } from '../context.ts';

export interface GateFacts {
  readonly broker: Broker;
  /** `Unknown`: its kinds were not listed yet, which is no reason to say that they are absent. */
  readonly certManager: 'Present' | 'Absent' | 'Unknown';
  readonly arePasswordsComplete: boolean;
  readonly trust: Trust | undefined;
}

/** Reason of the condition that a finding turns into. */
export function reasonOf({ code, reason }: Finding): Reason {
  if (reason) return reason;
  return code === 'MQS106' || code === 'MQS109' ? 'CaNotFound' : 'Invalid';
}

/** Why nothing may be compiled now: what is not known would be taken away from who has it. */
export function gateFinding({ broker, certManager, arePasswordsComplete, trust }: GateFacts): Finding | undefined {
  const { origin, clientCertificates } = broker;
  if (clientCertificates && certManager === 'Unknown') return unknown(origin, 'certificates were not all read yet');
  if (clientCertificates && certManager === 'Absent') {
    const message = 'the kinds of cert-manager cannot be read: which certificates were issued is not known';
    const reason = 'CertManagerAbsent';
    return { code: 'MQS155', severity: 'Error', reason, message, path: 'spec.clientCertificates', object: origin };
  }
  if (!trust) return unknown(origin, 'what the broker trusts was not read yet');
  const refused = trust.findings.find(({ severity }) => severity === 'Error');
  if (refused) return { ...refused, reason: reasonOf(refused) };
  return arePasswordsComplete ? undefined : unknown(origin, 'the passwords of its devices were not all read yet');
}

/** Nothing is put over the set of somebody else before what it was made from is looked at. */
export function overtaken({ origin }: Broker): Finding {
  return unknown(origin, 'somebody else published a set: is there another operator?');
}

function unknown(object: ObjectRef, message: string): Finding {
  return { code: 'MQS157', severity: 'Info', reason: 'Pending', message, path: 'spec', object };
}

/** Why a compile gave no content. */
export function contentFinding({ content, findings }: Compiled, { origin }: Broker): Finding | undefined {
  if (content) return undefined;
  const refused = findings.find((finding) => finding.severity === 'Error' && isOfBroker(finding));
  if (refused) return { ...refused, reason: reasonOf(refused) };
  return unknown(origin, `${refText(origin)} gave no set`);
}

/** Findings without an object are of the broker that was compiled. */
export function isOfBroker({ object }: Finding): boolean {
  return object === undefined || object.kind === 'MqttBroker';
}

export function notOursFinding({ origin }: Broker, object: string): Finding {
  const message = `${object} is not of this broker: nothing can be published`;
  return { code: 'MQS156', severity: 'Error', reason: 'NotOurs', message, path: 'metadata.name', object: origin };
}

export function failureFinding({ origin }: Broker, error: unknown): Finding {
  const why = error instanceof Error ? error.message : String(error);
  const message = `the set cannot be written: ${why}`;
  return { code: 'MQS158', severity: 'Warning', reason: 'Pending', message, path: 'metadata.name', object: origin };
}

export interface PublishFacts {
  readonly hash: string;
  readonly publishedHash: string | undefined;
  /** Of the last set of other content that this process wrote. */
  readonly publishedAt: Date | undefined;
  /** Something is taken back. */
  readonly isNarrower: boolean;
  readonly windowMilliseconds: number;
}

/**
 * Undefined when the set is written now: the first change of a window is, and whatever takes something back; others wait
 * for the end of the window. Content that is published already is gone through at any time, to repair what is missing.
 */
export function publishableAt(facts: PublishFacts, now: Date): Date | undefined {
  const { hash, publishedHash, publishedAt, isNarrower, windowMilliseconds } = facts;
  if (hash === publishedHash || isNarrower || !publishedAt || publishedAt > now) return undefined;
  const end = new Date(publishedAt.getTime() + windowMilliseconds);
  return end > now ? end : undefined;
}

/** Longest window that a slow publish asks for, milliseconds. */
const longestWindow = 5_000;

/**
 * The window after a publish that took so long, milliseconds: at least twice that, so that a large set of which all parts
 * change all the time is written half of the time, and the server has the rest for what changes it. None stays none.
 */
export function windowAfter(took: number, windowMilliseconds: number): number {
  if (windowMilliseconds === 0) return 0;
  return Math.max(windowMilliseconds, Math.min(2 * took, longestWindow));
}

/** A storm of changes is looked at as a whole from so many passes on that published nothing. */
const passesAtOnce = 4;
/** Milliseconds from one such pass to the next: far below the window, and well above what a compile takes. */
const restMilliseconds = 25;

/** Until when the next pass waits: each change of a storm would be compiled by itself, to be put off like the one before. */
export function restUntil(
  putOff: { readonly passes: number; readonly at: Date } | undefined,
  now: Date,
): Date | undefined {
  if (!putOff || putOff.passes < passesAtOnce || putOff.at > now) return undefined;
  const end = new Date(putOff.at.getTime() + restMilliseconds);
  return end > now ? end : undefined;
}
