/**
 * What a line of the broker's log says. Only what the broker writes after it let a client in bears the name of an identity:
 * there `clientId` is the user name that was authenticated (`use_username_as_clientid`). What a client merely claims is in
 * `claimed`, may be anything, and must never be taken for an identity.
 */
export type BrokerEvent =
  /** A connection, nothing known of it yet. */
  | { readonly kind: 'Accepted'; readonly address: string }
  /** Authenticated, and let in. On the agent's own listener `clientId` is chosen freely and `identity` is an own name. */
  | { readonly kind: 'Entered'; readonly clientId: string; readonly identity: string; readonly address: string }
  | Refused
  /** Debug log only. The topic is what was asked for, cut where the broker cut the line. */
  | { readonly kind: 'DeniedPublish'; readonly clientId: string; readonly topic: string }
  /** A packet over `max_packet_size`, which ends the session, or in the debug log a payload over `message_size_limit`. */
  | SessionAct<'Oversize'>
  /** More messages at a time than were allowed (Mosquitto 2.1): one such message, or a session that ends for it. */
  | SessionAct<'Flood'>
  /** A session was ended by another connection with its client ID, whose `Entered` follows. */
  | { readonly kind: 'Takeover'; readonly clientId: string; readonly address?: string }
  | { readonly kind: 'Left'; readonly clientId: string; readonly why: LeaveReason; readonly address?: string }
  /** The broker begins to read its files again. */
  | { readonly kind: 'Reloaded' }
  /** A new broker process: no session of a former one is open. */
  | { readonly kind: 'Started' }
  /** `max_connections` is reached; the address has no port. */
  | { readonly kind: 'LimitReached'; readonly address: string }
  | { readonly kind: 'Unknown' };

interface SessionAct<Kind> {
  readonly kind: Kind;
  readonly clientId: string;
  readonly address?: string;
  /** The broker ended the session for it. */
  readonly isEnd: boolean;
}

/** Somebody whom the broker did not let in. Mosquitto 2.0 tells the address of few, 2.1 of most. */
export interface Refused {
  readonly kind: 'Refused';
  readonly why: RefusalReason;
  /** The client ID that was claimed: any text. */
  readonly claimed?: string;
  readonly address?: string;
}

/**
 * `NotAuthorised`: no such user, or a wrong password. `Certificate`: none, or one that is not trusted, expired or revoked.
 * `Tls`: another failure of the handshake. `Protocol`: not MQTT, or in line with one of the two before, of which it is
 * then a second line. `Closed`, `Timeout`: gone without a CONNECT.
 */
export type RefusalReason = 'NotAuthorised' | 'Certificate' | 'Tls' | 'Protocol' | 'Oversize' | 'Closed' | 'Timeout';

export type LeaveReason = 'Closed' | 'Timeout' | 'Protocol' | 'Administrative' | 'Other';

/** The line of Mosquitto whose log it is. */
export type LogDialect = '2.0' | '2.1';
