/** From a question to a decision: in memory, without waiting for anything. */
import type { Broker, Device, Fleet } from '../../domain/fleet.ts';
import {
  type Decision,
  denied,
  type Denial,
  type LoginQuestion,
  type Question,
  type TopicQuestion,
} from '../question.ts';
import { type KnownPassword, passwordCheck } from './passwords.ts';
import { type Subject, subjectsOf } from './subjects.ts';

/** What a source knows, as of one time. */
export interface SourceState {
  readonly fleet: Fleet;
  /** The broker that asks; undefined: it is not declared any more, and all is denied. */
  readonly broker: Broker | undefined;
  readonly passwordOf: (device: Device) => KnownPassword | undefined;
  /** Why an identity is denied everything at this time, although its manifest gives it rights, such as a lockout. */
  readonly blockOf: (identity: string, now: Date) => string | undefined;
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
}

export interface Decider {
  readonly serve: (state: SourceState) => void;
  readonly decision: (question: Question, now: Date) => Decision;
  /** Why everything is denied, if so. */
  readonly problem: () => Denial | undefined;
}

const allowed: Decision = { allowed: true };
const notRead = denied('NotReady', 'nothing was read yet');
const undeclared = denied('NotReady', 'the broker is not declared');

export function deciderOf({ hasDottedLevels, isCertificateProven, key }: DeciderOptions): Decider {
  const subjects = subjectsOf({ hasDottedLevels });
  const passwords = passwordCheck(key);
  let served: SourceState | undefined;

  function credentialDenial(question: LoginQuestion, device: Device, state: SourceState): Denial | undefined {
    const { identity, password, commonName } = question;
    if (device.authentication.type === 'Certificate') {
      const isProven =
        commonName === undefined ? isCertificateProven && password === undefined : commonName === identity;
      return isProven ? undefined : denied('WrongCredential', 'the device has to show its certificate');
    }
    const known = state.passwordOf(device);
    if (!known) return denied('WrongCredential', 'no password of the device is known');
    if (known.kind === 'Stale') return denied('Stale', 'the passwords were not read for too long');
    const isRight = password !== undefined && passwords.isRight(identity, known, password);
    return isRight ? undefined : denied('WrongCredential', 'the password is wrong');
  }

  function login(question: LoginQuestion, { device }: Subject, state: SourceState): Decision {
    const denial = device && credentialDenial(question, device, state);
    if (denial) return denial;
    return device?.expiresAt ? { allowed: true, expiresAt: device.expiresAt } : allowed;
  }

  return {
    problem() {
      if (!served) return notRead;
      return served.broker ? undefined : undeclared;
    },
    serve(state) {
      if (state.broker) subjects.serve(state.fleet, state.broker);
      served = state;
    },
    decision(question, now) {
      if (!served) return notRead;
      if (!served.broker) return undeclared;
      if (question.kind === 'Superuser') return denied('Superuser', 'rules hold for everybody');
      const { identity } = question;
      const subject = subjects.subject(identity, now);
      if (subject.denial) return subject.denial;
      const block = served.blockOf(identity, now);
      if (block !== undefined) return denied('Blocked', block);
      if (question.clientId !== undefined && question.clientId !== identity) {
        return denied('WrongClient', 'the client ID is not the identity');
      }
      if (question.kind === 'Login') return login(question, subject, served);
      return question.kind === 'Presence' ? allowed : topicDecision(question, subject);
    },
  };
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
