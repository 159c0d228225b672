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
  /** That of the change, see `windowAfter`. */
  readonly windowMilliseconds: number;
}

/**
 * Undefined when the set is written now: the first change of a window is; others wait for the end of the window. Content
 * that is published already is gone through at any time, to repair what is missing.
 */
export function publishableAt(facts: PublishFacts, now: Date): Date | undefined {
  const { hash, publishedHash, publishedAt, windowMilliseconds } = facts;
  if (hash === publishedHash || !publishedAt || publishedAt > now) return undefined;
  const end = new Date(publishedAt.getTime() + windowMilliseconds);
  return end > now ? end : undefined;
}

/** Longest window that a slow publish asks for, milliseconds. */
const longestWindow = 5_000;

/** From so many sets on that each waited for the end of a window, there is a storm of changes. */
const setsOfStorm = 3;

/**
 * The window after a publish that took so long, milliseconds: at least twice that, so that a large set of which all parts
 * change all the time is written half of the time, and the server has the rest for what changes it. `waited` says how many
 * sets before it, one after the other, waited for the end of a window: of many changes in a row more are put together, for
 * with each set all agents have to be told, and what others write is slowed down by it. None stays none.
 */
export function windowAfter(took: number, windowMilliseconds: number, waited: number): number {
  if (windowMilliseconds === 0) return 0;
  const own = waited < setsOfStorm ? windowMilliseconds : Math.min(2 * windowMilliseconds, longestWindow);
  return Math.max(windowMilliseconds, own, Math.min(2 * took, longestWindow));
}

/** How long after a publish at most what takes something back waits for it, milliseconds. */
const longestRest = 100;

/**
 * What takes something back waits for no window. But where one such change follows the other, a publish is followed by a
 * rest as long as it took, within a limit that nobody feels: else a storm of them would be published all the time.
 */
export function narrowWindowAfter(took: number, windowMilliseconds: number): number {
  return windowMilliseconds === 0 ? 0 : took + Math.min(took, longestRest);
}

/** A storm of changes is looked at as a whole from so many passes on that published nothing. */
const passesAtOnce = 4;
/** Milliseconds from one such pass to the next: far below the window, and nothing that who takes something back feels. */
const rests = { shortest: 25, longest: 75 };
/** A rest is so many times as long as the pass before it: looking takes a tenth of the time. */
const restShare = 9;

/** Passes since the last publish whose content waits for the end of the window. */
export interface PutOff {
  readonly passes: number;
  /** When the last of them began, and how many milliseconds it took. */
  readonly at: Date;
  readonly took: number;
}

/** Until when the next pass waits: each change of a storm would be compiled by itself, to be put off like the one before. */
export function restUntil(putOff: PutOff | undefined, now: Date): Date | undefined {
  if (!putOff || putOff.passes < passesAtOnce || putOff.at > now) return undefined;
  const rest = Math.min(Math.max(restShare * putOff.took, rests.shortest), rests.longest);
  const end = new Date(putOff.at.getTime() + putOff.took + rest);
  return end > now ? end : undefined;
}
