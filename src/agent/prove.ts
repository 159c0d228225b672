import type { BrokerExit, BrokerProcess, Clock } from '../ports.ts';
import type { Canary } from './canary.ts';
import { connected, type ConnectOutcome, type Endpoint, type Login, notAuthorized, type Session } from './client.ts';

/** A listener for devices, with what has to happen there. */
export type ListenerProbe = {
  readonly name: string;
  readonly endpoint: Extract<Endpoint, { kind: 'Network' }>;
} & (
  | { readonly authentication: 'Certificate'; readonly admitted: Canary; readonly refused: Canary }
  | { readonly authentication: 'Password'; readonly wrongLogin: Login }
);

/** What one attempt has to show. The topics are new for each attempt. */
export interface ProofPlan {
  readonly local: { readonly endpoint: Endpoint; readonly login: Login };
  /** Granted to the agent's user by this very generation and by no other. */
  readonly nonceTopic: string;
  /** Granted to nobody, ever. */
  readonly forbiddenTopic: string;
  readonly listeners: readonly ListenerProbe[];
  /** DER of the certificate that TLS listeners have to show. */
  readonly serverCertificate?: Buffer;
}

export type Proof =
  | { readonly kind: 'Proved'; readonly milliseconds: number }
  /** The rules are in force, but a listener gives no answer, as when its connections are used up: nothing is known to be wrong. */
  | { readonly kind: 'Unproved'; readonly what: string }
  /** Something that has to work does not: the set is not, or not wholly, in force. */
  | { readonly kind: 'Failed'; readonly what: string }
  /** The broker lets through what nobody may. */
  | { readonly kind: 'FailOpen'; readonly what: string }
  | { readonly kind: 'BrokerGone'; readonly exit: BrokerExit };

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
}

/** A large ACL stalls 2.0 for seconds at each reload (facts 5.1), hence the long limits. */
export const defaultProofLimits: ProofLimits = { overall: 60_000, poll: 5, resend: 1_000, signals: 4, answer: 10_000 };

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
  /** Ends the proof early; it then rejects with the signal's reason. */
  readonly signal: AbortSignal;
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
 * What a look at the rules said: those of this attempt are in force; not yet; the broker is open; it does not know the
 * agent's user any more, so that it has read neither passwords nor ACL (facts 1.1); or it gives no answer.
 */
type Look = 'InForce' | 'NotYet' | 'Open' | 'LockedOut' | 'Unanswered';

const lookTexts: Record<Look, string> = {
  InForce: 'the rules are in force',
  NotYet: 'the rules of this generation did not come into force',
  Open: 'a publish that nobody is allowed was accepted',
  LockedOut: 'the passwords were not read, hence no ACL either',
  Unanswered: 'the local listener does not answer',
};

const isOpen = (look: Look): boolean => look === 'Open' || look === 'LockedOut';

/** A broker that ran under a former agent does not know this one's user yet, one being healed may still be open. */
function isBelieved(look: Look, start: ProofStart): boolean {
  return look === 'Open' ? start !== 'Healing' : look === 'LockedOut' && start === 'Reload';
}

async function rulesProblem(subject: ProofSubject, signal: AbortSignal): Promise<Proof | undefined> {
  const begun = performance.now();
  const link = localLink(subject);
  const tell = reloader(subject);
  let look: Look = 'Unanswered';
  while (look !== 'InForce' && !signal.aborted && performance.now() - begun < subject.limits.overall) {
    const answer = await link.answer();
    if (look === 'NotYet' && tell.isDue()) {
      const open = await openListener(subject);
      if (open) return link.close().then(() => open);
    }
    if (answer !== 'Unanswered' && !tell.again()) break;
    look = typeof answer === 'string' ? answer : await lookThrough(answer, subject.plan);
    if (isBelieved(look, subject.start)) break;
    if (look !== 'InForce') await subject.clock.sleep(subject.limits.poll);
  }
  await link.close();
  if (look === 'InForce') return undefined;
  return { kind: isOpen(look) ? 'FailOpen' : 'Failed', what: lookTexts[look] };
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
      await canaryOutcome(listener, listener.refused, subject),
      await canaryOutcome(listener, listener.admitted, subject),
    ];
    if (outcomes.every(({ kind }) => kind === 'Connected')) return letIn(listener);
  }
  return undefined;
}

function letIn({ name }: ListenerProbe): Proof {
  return { kind: 'FailOpen', what: `listener ${name} let a certificate in that is not valid` };
}

/** The agent's session on the local listener, opened again when it was lost. */
interface LocalLink {
  answer(): Promise<Session | 'LockedOut' | 'Unanswered'>;
  close(): Promise<void>;
}

function localLink({ plan, limits }: ProofSubject): LocalLink {
  let open: Session | undefined;
  return {
    async answer() {
      if (open?.isOpen() === true) return open;
      open = undefined;
      const outcome = await connected(plan.local.endpoint, plan.local.login, limits.answer);
      if (outcome.kind === 'Refused') return 'LockedOut';
      if (outcome.kind !== 'Connected') return 'Unanswered';
      open = outcome.session;
      return open;
    },
    async close() {
      await open?.close();
    },
  };
}

async function lookThrough(session: Session, { nonceTopic, forbiddenTopic }: ProofPlan): Promise<Look> {
  const nonce = await session.publish(nonceTopic);
  if (nonce.kind === 'Unanswered') return 'Unanswered';
  if (nonce.code >= 0x80) return 'NotYet';
  const forbidden = await session.publish(forbiddenTopic);
  if (forbidden.kind === 'Unanswered') return 'Unanswered';
  return forbidden.code === notAuthorized ? 'InForce' : 'Open';
}

async function listenerProblem(listener: ListenerProbe, subject: ProofSubject): Promise<Proof | undefined> {
  return listener.authentication === 'Certificate'
    ? certificateProblem(listener, subject)
    : passwordProblem(listener, subject);
}

type Probe<Authentication> = Extract<ListenerProbe, { authentication: Authentication }>;

async function certificateProblem(listener: Probe<'Certificate'>, subject: ProofSubject): Promise<Proof | undefined> {
  const entered = await canaryOutcome(listener, listener.admitted, subject);
  if (entered.kind === 'Unanswered') return unanswered(listener, entered.reason);
  if (entered.kind !== 'Connected') return failed(listener, `refused a valid certificate: ${outcomeText(entered)}`);
  const shown = certificateShownProblem(listener, entered, subject.plan);
  if (shown) return shown;
  const refused = await canaryOutcome(listener, listener.refused, subject);
  if (refused.kind === 'TlsRefused') return undefined;
  if (refused.kind === 'Unanswered') return unanswered(listener, refused.reason);
  return letIn(listener);
}

async function canaryOutcome(
  { endpoint }: ListenerProbe,
  { name, certificate, key }: Canary,
  { limits }: ProofSubject,
): Promise<ConnectOutcome> {
  return closedAgain(await connected({ ...endpoint, tls: { certificate, key } }, { clientId: name }, limits.answer));
}

async function passwordProblem(listener: Probe<'Password'>, subject: ProofSubject): Promise<Proof | undefined> {
  const outcome = await closedAgain(await connected(listener.endpoint, listener.wrongLogin, subject.limits.answer));
  if (outcome.kind === 'Connected') {
    return { kind: 'FailOpen', what: `listener ${listener.name} let a wrong password in` };
  }
  if (outcome.kind === 'Refused' && passwordRefusals.includes(outcome.code)) {
    return certificateShownProblem(listener, outcome, subject.plan);
  }
  if (outcome.kind === 'TlsRefused') return failed(listener, `refused TLS: ${outcome.reason}`);
  return unanswered(listener, outcomeText(outcome));
}

/** "Bad user name or password" and "not authorized"; versions differ. */
const passwordRefusals: readonly number[] = [0x86, notAuthorized];

function certificateShownProblem(
  listener: ListenerProbe,
  { serverCertificate }: { readonly serverCertificate?: Buffer },
  { serverCertificate: expected }: ProofPlan,
): Proof | undefined {
  if (!listener.endpoint.tls || !expected || serverCertificate?.equals(expected)) return undefined;
  return failed(listener, 'shows another server certificate than the one it was given');
}

async function closedAgain(outcome: ConnectOutcome): Promise<ConnectOutcome> {
  if (outcome.kind === 'Connected') await outcome.session.close();
  return outcome;
}

function failed({ name }: ListenerProbe, what: string): Proof {
  return { kind: 'Failed', what: `listener ${name} ${what}` };
}

function unanswered({ name }: ListenerProbe, reason: string): Proof {
  return { kind: 'Unproved', what: `listener ${name} gives no answer: ${reason}` };
}

function outcomeText(outcome: Exclude<ConnectOutcome, { kind: 'Connected' }>): string {
  return outcome.kind === 'Refused' ? `CONNACK 0x${outcome.code.toString(16)}` : outcome.reason;
}
