import type { BrokerProcess, Clock } from '../ports.ts';
import type { Canary } from './canary.ts';
import { connected, type ConnectOutcome } from './client.ts';
import {
  localLink,
  type LocalEntry,
  type Look,
  lookOf,
  lookProblem,
  type RulesCheck,
  rulesSight,
} from './prove-rules.ts';
import { letIn, type ListenerCheck, type ListenerProbe, type ListenerSight, problemSeen } from './prove-listener.ts';
import type { Proof } from './proof.ts';

/** What one attempt has to show. The topics are new for each attempt. */
export interface ProofPlan {
  readonly local: LocalEntry;
  /** Granted to the agent's user by this very generation and by no other. */
  readonly nonceTopic: string;
  /** Granted to nobody, ever. */
  readonly forbiddenTopic: string;
  readonly listeners: readonly ListenerProbe[];
  /** DER of the certificate that TLS listeners have to show. */
  readonly serverCertificate?: Buffer;
}

/** Limits of a proof; times in milliseconds. */
export interface ProofLimits {
  /** For the rules of the generation to come into force, also with a broker that is busy and does not answer. */
  readonly overall: number;
  /** Between two looks. */
  readonly poll: number;
  /** After this long without effect SIGHUP is sent again: one that arrives during a reload is lost (facts 1.6). */
  readonly resend: number;
  /** So often SIGHUP is sent to a broker that answers, before its lack of effect is believed. */
  readonly signals: number;
  /** For each answer of the broker. */
  readonly answer: number;
  /** Between two looks whether what was proved is in force still. */
  readonly watch: number;
}

/** A large ACL stalls 2.0 for seconds at each reload (facts 5.1), hence the long limits. */
export const defaultProofLimits: ProofLimits = {
  overall: 60_000,
  poll: 5,
  resend: 1_000,
  signals: 4,
  answer: 10_000,
  watch: 10_000,
};

/**
 * How the attempt begins: with a broker that was started on the files, or one that has to be told; `Healing`: one that
 * may be open now, so that openness says nothing about the attempt until its reload is over.
 */
type ProofStart = 'Started' | 'Reload' | 'Healing';

export interface ProofSubject {
  readonly broker: BrokerProcess;
  readonly plan: ProofPlan;
  readonly start: ProofStart;
  readonly clock: Clock;
  readonly limits: ProofLimits;
  /** Is told of each login that is about to be refused. */
  readonly onProbe?: () => void;
  /** Ends the proof early; it then rejects with the signal's reason. */
  readonly signal: AbortSignal;
  /** All of them, but where a test leaves one out. */
  readonly checks?: { readonly rules?: readonly RulesCheck[]; readonly listeners?: readonly ListenerCheck[] };
}

/**
 * Has the broker enforce the generation that lies in its place, and shows that it does: the nonce of this attempt is
 * granted, what is granted to nobody is refused, one canary enters each Certificate listener and the other does not, a
 * wrong password enters nowhere, and each TLS listener shows the expected certificate. A stale CRL, a lost signal and a
 * broker that failed open cannot pass.
 */
export async function proof(subject: ProofSubject): Promise<Proof> {
  const begun = performance.now();
  const stop = new AbortController();
  const gone = subject.broker.exited.then((exit): Proof => ({ kind: 'BrokerGone', exit }));
  try {
    const shown = firstProblem(subject, AbortSignal.any([stop.signal, subject.signal]));
    const problem = await Promise.race([gone, shown, abortOf(subject.signal, stop.signal)]);
    return problem ?? { kind: 'Proved', milliseconds: performance.now() - begun };
  } finally {
    stop.abort();
  }
}

/** Rejects when `signal` is aborted, with its reason; listens until `end` is. */
function abortOf(signal: AbortSignal, end: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const abort = (): void => reject(signal.reason as Error);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true, signal: end });
  });
}

/** The gravest problem; nothing when all was shown. */
async function firstProblem(subject: ProofSubject, signal: AbortSignal): Promise<Proof | undefined> {
  const rules = await rulesProblem(subject, signal);
  if (rules) return rules;
  let worst: Proof | undefined;
  for (const listener of subject.plan.listeners) {
    const problem = signal.aborted ? undefined : await listenerProblem(listener, subject);
    if (problem && gravityOf(problem) > gravityOf(worst)) worst = problem;
    if (worst?.kind === 'FailOpen') break;
  }
  return worst;
}

/** An open listener must not hide behind one that gives no answer. */
function gravityOf(problem: Proof | undefined): number {
  return problem ? ['Unproved', 'Failed', 'FailOpen'].indexOf(problem.kind) : -1;
}

/**
 * A broker that ran under a former agent does not know this one's user yet, one being healed may still be open. No reload
 * takes a plugin out.
 */
function isBelieved(look: Look, start: ProofStart): boolean {
  if (look === 'Shared') return true;
  return look === 'Open' ? start !== 'Healing' : look === 'LockedOut' && start === 'Reload';
}

async function rulesProblem(subject: ProofSubject, signal: AbortSignal): Promise<Proof | undefined> {
  const begun = performance.now();
  const { plan, limits, checks } = subject;
  const link = localLink(plan.local, limits.answer);
  const tell = reloader(subject);
  let look: Look = 'Unanswered';
  while (look !== 'InForce' && !signal.aborted && performance.now() - begun < limits.overall) {
    const answer = await link.answer();
    if (look === 'NotYet' && tell.isDue()) {
      const open = await openListener(subject);
      if (open) return link.close().then(() => open);
    }
    if (answer !== 'Unanswered' && !tell.again()) break;
    look = lookOf(await rulesSight(answer, plan), checks?.rules);
    if (isBelieved(look, subject.start)) break;
    if (look !== 'InForce') await subject.clock.sleep(limits.poll);
  }
  await link.close();
  return lookProblem(look);
}

interface Reloader {
  /** True when enough time went by since the last SIGHUP for another one, or none was sent. */
  isDue(): boolean;
  /** Sends SIGHUP when it is due; false when enough were sent. */
  again(): boolean;
}

/**
 * Its `again` is called after a CONNACK and not before: that shows that the broker's handlers are in place, without which
 * the signal kills it (facts 1.7).
 */
function reloader({ broker, start, limits }: ProofSubject): Reloader {
  let sent = start === 'Started' ? 1 : 0;
  let at = sent === 0 ? -Infinity : performance.now();
  const isDue = (): boolean => performance.now() - at >= limits.resend;
  return {
    isDue,
    again() {
      if (!isDue()) return true;
      if (sent >= limits.signals) return false;
      broker.reload();
      sent += 1;
      at = performance.now();
      return true;
    },
  };
}

/**
 * While the rules do not come into force: a listener that lets both canaries in checks no CRL, whichever generation it
 * read. Mosquitto 2.0.11 is so after it could not read a CRL, and reads no ACL then either.
 */
async function openListener(subject: ProofSubject): Promise<Proof | undefined> {
  for (const listener of subject.plan.listeners) {
    if (listener.authentication === 'Password') continue;
    const outcomes = [
      await refusedOutcome(listener, subject),
      await canaryOutcome(listener, listener.admitted, subject),
    ];
    if (outcomes.every(({ kind }) => kind === 'Connected')) return letIn(listener);
  }
  return undefined;
}

async function listenerProblem(listener: ListenerProbe, subject: ProofSubject): Promise<Proof | undefined> {
  const expectedCertificate = listener.endpoint.tls && subject.plan.serverCertificate;
  const sight = {
    ...(await outcomesOn(listener, subject)),
    ...{ listener, ...(expectedCertificate && { expectedCertificate }) },
  };
  return problemSeen(sight, subject.checks?.listeners);
}

/** The second canary is shown only where the first one entered. */
async function outcomesOn(
  listener: ListenerProbe,
  subject: ProofSubject,
): Promise<Pick<ListenerSight, 'valid' | 'invalid' | 'wrongPassword'>> {
  if (listener.authentication === 'Password') {
    const { endpoint, wrongLogin } = listener;
    subject.onProbe?.();
    return { wrongPassword: await closedAgain(await connected(endpoint, wrongLogin, subject.limits.answer)) };
  }
  const valid = await canaryOutcome(listener, listener.admitted, subject);
  if (valid.kind !== 'Connected') return { valid };
  return { valid, invalid: await refusedOutcome(listener, subject) };
}

type CertificateProbe = Extract<ListenerProbe, { authentication: 'Certificate' }>;

function refusedOutcome(listener: CertificateProbe, subject: ProofSubject): Promise<ConnectOutcome> {
  subject.onProbe?.();
  return canaryOutcome(listener, listener.refused, subject);
}

async function canaryOutcome(
  { endpoint }: ListenerProbe,
  { name, certificate, key }: Canary,
  { limits }: ProofSubject,
): Promise<ConnectOutcome> {
  return closedAgain(await connected({ ...endpoint, tls: { certificate, key } }, { clientId: name }, limits.answer));
}

async function closedAgain(outcome: ConnectOutcome): Promise<ConnectOutcome> {
  if (outcome.kind === 'Connected') await outcome.session.close();
  return outcome;
}
