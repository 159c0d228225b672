/** What brokers ask, whatever their dialect, and what they are answered. */
import type { Action } from '../domain/acl/cani.ts';

/** Somebody wants to come in. */
export interface LoginQuestion {
  readonly kind: 'Login';
  readonly identity: string;
  readonly password?: string;
  /** The MQTT client ID; absent where the dialect does not tell it. */
  readonly clientId?: string;
  /** Of the client's certificate, which the broker has verified; empty if the broker tells that there was none. */
  readonly commonName?: string;
}

/** Somebody who is in wants to do something with all of these topics (filters, for `subscribe`). */
export interface TopicQuestion {
  readonly kind: 'Topic';
  readonly identity: string;
  readonly clientId?: string;
  /** More than one: each is needed. */
  readonly actions: readonly Action[];
  readonly topics: readonly string[];
}

/** Is this somebody who may do anything at all? What every MQTT client needs of its broker depends on no topic. */
interface PresenceQuestion {
  readonly kind: 'Presence';
  readonly identity: string;
  readonly clientId?: string;
}

/** Is this somebody for whom no rules hold? Nobody is. */
interface SuperuserQuestion {
  readonly kind: 'Superuser';
  readonly identity: string;
}

export type Question = LoginQuestion | TopicQuestion | PresenceQuestion | SuperuserQuestion;

/** Why something is denied, as it is counted and stands in the audit line. The caller is never told. */
export const denialReasons = [
  'NotAllowed',
  'UnknownIdentity',
  'Revoked',
  'Suspended',
  'Expired',
  'Blocked',
  'WrongCredential',
  'WrongToken',
  'WrongClient',
  'NotExpressible',
  'Superuser',
  'Malformed',
  'UnknownField',
  'WrongContentType',
  'WrongMethod',
  'NoSuchCall',
  'TooLarge',
  'TooSlow',
  'Unauthenticated',
  'Overloaded',
  'NotReady',
  'Stale',
  'Failed',
] as const;
export type DenialReason = (typeof denialReasons)[number];

export interface Denial {
  readonly allowed: false;
  readonly reason: DenialReason;
  /** For the audit line: what is wrong, in a few words without values that were sent. */
  readonly why: string;
}

export type Decision = Denial | { readonly allowed: true; readonly expiresAt?: Date };

export function denied(reason: DenialReason, why: string): Denial {
  return { allowed: false, reason, why };
}
