/** From a question to a decision: in memory, without waiting for anything. */
import type { Broker, Device, Fleet, TokenIssuer } from '../../domain/fleet.ts';
import type { IssuerKeys, ValueReader } from '../tokens/keyring.ts';
import {
  type Decision,
  denied,
  type Denial,
  type LoginQuestion,
  type Question,
  type TopicQuestion,
} from '../question.ts';
import { type KnownPassword, type PasswordCheck, passwordCheck } from './passwords.ts';
import { type Subject, subjectsOf } from './subjects.ts';
import { type SessionStart, tokenDenial, tokenLogins } from './token-logins.ts';

/** What a source knows, as of one time. */
export interface SourceState {
  readonly fleet: Fleet;
  /** The broker that asks; undefined: it is not declared any more, and all is denied. */
  readonly broker: Broker | undefined;
  readonly passwordOf: (device: Device) => KnownPassword | undefined;
  /** Why an identity is denied everything at this time, although its manifest gives it rights, such as a lockout. */
  readonly blockOf: (identity: string, now: Date) => string | undefined;
  /** Reads what the broker refers to; the same one as long as nothing of that is known to have changed. */
  readonly readValue: ValueReader;
}

/** Gets what a source says. */
export interface SourceReader {
  /** `seenAt` is when it was certainly so, by the clock of the reader that never goes back: now without it. */
  readonly serve: (state: SourceState, seenAt?: number) => void;
  /** What was served was seen to be so. */
  readonly confirm: (seenAt?: number) => void;
}

export interface DeciderOptions {
  readonly hasDottedLevels: boolean;
  /**
   * The broker lets nobody come in without a password who did not show a certificate with the user name as CN, so that
   * such a login counts for devices with certificates.
   */
  readonly isCertificateProven: boolean;
  /** Random, 32 bytes. */
  readonly key: Uint8Array;
  readonly keys: IssuerKeys;
}

export interface Decider {
  readonly serve: (state: SourceState) => void;
  readonly decision: (question: Exclude<Question, LoginQuestion>, now: Date) => Decision;
  /** A token is checked beside other questions, and what holds when that is done counts: `now` is asked again. */
  readonly login: (question: LoginQuestion, now: () => Date) => Decision | Promise<Decision>;
  /** Why a session may not go on, if so; one by a token ends with it, whatever the device takes by then. */
  readonly sessionDenial: (identity: string, since: SessionStart, now: Date) => Denial | undefined;
  /** Why everything is denied, if so. */
  readonly problem: () => Denial | undefined;
}

const allowed: Decision = { allowed: true };
const notRead = denied('NotReady', 'nothing was read yet');
const undeclared = denied('NotReady', 'the broker is not declared');

export function deciderOf({ hasDottedLevels, isCertificateProven, key, keys }: DeciderOptions): Decider {
  const subjects = subjectsOf({ hasDottedLevels });
  const checks = { passwords: passwordCheck(key), isCertificateProven };
  const tokens = tokenLogins(keys);
  let served: SourceState | undefined;

  /** The broker as it is served, and who asks; or why nobody of that name may do anything. */
  function standing(identity: string, now: Date): Standing | Denial {
    const { broker } = served ?? {};
    if (!served || !broker) return served ? undeclared : notRead;
    const subject = subjects.subject(identity, now);
    if (subject.denial) return subject.denial;
    const block = served.blockOf(identity, now);
    return block === undefined ? { state: served, broker, subject } : denied('Blocked', block);
  }

  /** As `standing`, of a client that says how it is called. */
  function clientStanding({ identity, clientId }: Client, now: Date): Standing | Denial {
    const found = standing(identity, now);
    if ('allowed' in found || clientId === undefined || clientId === identity) return found;
    return denied('WrongClient', 'the client ID is not the identity');
  }

  function login(question: LoginQuestion, now: () => Date): Decision | Promise<Decision> {
    const found = clientStanding(question, now());
    if ('allowed' in found) return found;
    const { subject, state, broker } = found;
    if (takesToken(subject)) return tokenLogin(question, broker.tokenIssuers ?? [], now);
    const { device } = subject;
    const denial = device && credentialDenial(checks, question, device, state);
    if (denial) return denial;
    tokens.cameIn(question.identity, undefined);
    return admitted(device);
  }

  async function tokenLogin(
    question: LoginQuestion,
    issuers: readonly TokenIssuer[],
    now: () => Date,
  ): Promise<Decision> {
    const { identity, password } = question;
    if (password === undefined) return denied('WrongToken', 'the device has to show a token');
    const verdict = await tokens.verdict({ token: password, identity, issuers }, now);
    const found = clientStanding(question, now());
    if ('allowed' in found) return found;
    if (!takesToken(found.subject) || !areSame(found.broker.tokenIssuers ?? [], issuers)) {
      return denied('WrongCredential', 'the device, or who issues its tokens, changed meanwhile');
    }
    if (!verdict.valid) return tokenDenial(verdict.problem);
    tokens.cameIn(identity, verdict.endsAt);
    return admitted(found.subject.device, verdict.endsAt);
  }

  return {
    problem: () => problemOf(served),
    serve(state) {
      if (state.broker) subjects.serve(state.fleet, state.broker);
      served = state;
    },
    decision(question, now) {
      if (question.kind === 'Superuser') {
        return problemOf(served) ?? denied('Superuser', 'rules hold for everybody');
      }
      const found = clientStanding(question, now);
      if ('allowed' in found) return found;
      return question.kind === 'Presence' ? allowed : topicDecision(question, found.subject);
    },
    login,
    sessionDenial(identity, since, now) {
      const found = standing(identity, now);
      if ('allowed' in found) return found;
      const end = takesToken(found.subject)
        ? tokens.endOf(identity, since, found.broker.tokenIssuers ?? [])
        : tokens.shownEndOf(identity, since);
      return end <= now.getTime() ? denied('Expired', 'its token has ended') : undefined;
    },
  };
}

interface CredentialChecks {
  readonly passwords: PasswordCheck;
  readonly isCertificateProven: boolean;
}

/** Of a device without a token. */
function credentialDenial(
  { passwords, isCertificateProven }: CredentialChecks,
  { identity, password, commonName }: LoginQuestion,
  device: Device,
  state: SourceState,
): Denial | undefined {
  if (device.authentication.type === 'Certificate') {
    const isProven = commonName === undefined ? isCertificateProven && password === undefined : commonName === identity;
    return isProven ? undefined : denied('WrongCredential', 'the device has to show its certificate');
  }
  const known = state.passwordOf(device);
  if (!known) return denied('WrongCredential', 'no password of the device is known');
  if (known.kind === 'Stale') return denied('Stale', 'the passwords were not read for too long');
  const isRight = password !== undefined && passwords.isRight(identity, known, password);
  return isRight ? undefined : denied('WrongCredential', 'the password is wrong');
}

interface Standing {
  readonly state: SourceState;
  readonly broker: Broker;
  readonly subject: Subject;
}

interface Client {
  readonly identity: string;
  readonly clientId?: string;
}

function problemOf(served: SourceState | undefined): Denial | undefined {
  if (!served) return notRead;
  return served.broker ? undefined : undeclared;
}

function takesToken({ device }: Subject): boolean {
  return device?.authentication.type === 'Token';
}

/** A broker is read anew at each change of its status. */
function areSame(a: readonly TokenIssuer[], b: readonly TokenIssuer[]): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}

/** With the first of its ends. */
function admitted(device: Device | undefined, endsAt?: Date): Decision {
  const ends = [device?.expiresAt, endsAt].filter((end) => end !== undefined);
  const [first] = ends.sort((a, b) => a.getTime() - b.getTime());
  return first ? { allowed: true, expiresAt: first } : allowed;
}

function topicDecision({ identity, actions, topics }: TopicQuestion, { engine }: Subject): Decision {
  for (const action of actions) {
    for (const topic of topics) {
      const verdict = engine[action](identity, topic);
      if (!verdict.allowed) return denied('NotAllowed', verdict.why);
    }
  }
  return allowed;
}
