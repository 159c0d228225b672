import { connected, type Endpoint, type Login, notAuthorized, type PublishOutcome, type Session } from './client.ts';
import { dynamicSecurityAdvice, dynamicSecurityCheck } from '../domain/broker/dynamic-security.ts';
import type { Proof } from './proof.ts';
import { type Inquiry, inquiryIn } from './second-authority.ts';

/** How the agent enters its own listener. */
export interface LocalEntry {
  readonly endpoint: Endpoint;
  readonly login: Login;
}

/** What was seen of the rules; what is absent was not tried. */
export interface RulesSight {
  /** How the agent's own login ended. */
  readonly login: 'Accepted' | 'LockedOut' | 'Unanswered';
  /** Of a publish that this very generation grants, and no other. */
  readonly nonce?: PublishOutcome;
  /** Of the question to a second authority, which each generation grants. */
  readonly question?: PublishOutcome;
  /** Of a publish that nobody is granted, ever. */
  readonly forbidden?: PublishOutcome;
  /** A second authority answered the question. */
  readonly isAnswered?: boolean;
}

/**
 * What a look at the rules said: those of this attempt are in force; not yet; the broker is open; it does not know the
 * agent's user any more, so that it has read neither passwords nor ACL (facts 1.1); somebody else has a say over rights; or
 * it gives no answer.
 */
export type Look = 'InForce' | 'NotYet' | 'Open' | 'LockedOut' | 'Shared' | 'Unanswered';

/** A check that fails says how the rules look then. */
export interface RulesCheck {
  readonly name: string;
  readonly look: Exclude<Look, 'InForce'>;
  readonly fails: (sight: RulesSight) => boolean;
}

export const rulesChecks: readonly RulesCheck[] = [
  {
    name: 'LocalListenerAnswers',
    look: 'Unanswered',
    fails: ({ login, nonce, question, forbidden }) =>
      login === 'Unanswered' || [nonce, question, forbidden].some((outcome) => outcome?.kind === 'Unanswered'),
  },
  { name: 'AgentKnown', look: 'LockedOut', fails: ({ login }) => login === 'LockedOut' },
  {
    name: 'NonceGranted',
    look: 'NotYet',
    fails: ({ nonce }) => nonce?.kind === 'Acknowledged' && nonce.code >= 0x80,
  },
  {
    name: 'QuestionGranted',
    look: 'NotYet',
    fails: ({ question }) => question?.kind === 'Acknowledged' && question.code >= 0x80,
  },
  { name: 'NoSecondAuthority', look: 'Shared', fails: ({ isAnswered }) => isAnswered === true },
  {
    name: 'ForbiddenRefused',
    look: 'Open',
    fails: ({ forbidden }) => forbidden?.kind === 'Acknowledged' && forbidden.code !== notAuthorized,
  },
];

export function lookOf(sight: RulesSight, checks = rulesChecks): Look {
  return checks.find(({ fails }) => fails(sight))?.look ?? 'InForce';
}

const lookTexts: Record<Look, string> = {
  InForce: 'the rules are in force',
  NotYet: 'the rules of this generation did not come into force',
  Open: 'a publish that nobody is allowed was accepted',
  LockedOut: 'the passwords were not read, hence no ACL either',
  Shared: dynamicSecurityAdvice,
  Unanswered: 'the local listener does not answer',
};

/** What is wrong when the rules look so to the end. */
export function lookProblem(look: Look): Proof | undefined {
  if (look === 'InForce') return undefined;
  if (look === 'Shared') return { kind: 'FailOpen', what: lookTexts[look], check: dynamicSecurityCheck };
  return { kind: look === 'Open' || look === 'LockedOut' ? 'FailOpen' : 'Failed', what: lookTexts[look] };
}

/** A session of the agent's user. */
type LocalSession = Session & { readonly inquiry: Inquiry };

/** The agent's session on the local listener, opened again when it was lost. */
export interface LocalLink {
  answer(): Promise<LocalSession | 'LockedOut' | 'Unanswered'>;
  close(): Promise<void>;
}

/** `milliseconds`: for each answer of the broker. */
export function localLink({ endpoint, login }: LocalEntry, milliseconds: number): LocalLink {
  let open: LocalSession | undefined;
  return {
    async answer() {
      if (open?.isOpen() === true) return open;
      open = undefined;
      const outcome = await connected(endpoint, login, milliseconds);
      if (outcome.kind === 'Refused') return 'LockedOut';
      if (outcome.kind !== 'Connected') return 'Unanswered';
      const { session } = outcome;
      open = { ...session, inquiry: inquiryIn(session) };
      return open;
    },
    async close() {
      await open?.close();
    },
  };
}

/** Looks through the session: what is granted to nobody is tried only where the nonce was granted. */
export async function rulesSight(
  answer: LocalSession | 'LockedOut' | 'Unanswered',
  { nonceTopic, forbiddenTopic }: { readonly nonceTopic: string; readonly forbiddenTopic: string },
): Promise<RulesSight> {
  if (typeof answer === 'string') return { login: answer };
  const nonce = await answer.publish(nonceTopic);
  if (nonce.kind === 'Unanswered' || nonce.code >= 0x80) return { login: 'Accepted', nonce };
  const question = await answer.inquiry.ask();
  const forbidden = await answer.publish(forbiddenTopic);
  return { login: 'Accepted', nonce, question, forbidden, isAnswered: answer.inquiry.isAnswered() };
}
