/** Tells when there are so many acts within so many seconds, and while it goes on again after as many. */
export interface Rule {
  readonly threshold: number;
  readonly windowSeconds: number;
}

/** What is counted, each kind by identity but for `AuthenticationFailed`: nobody is known there, so it is one count. */
export type Counted =
  | 'AuthenticationFailed'
  | 'PublishDenied'
  | 'ConnectStorm'
  | 'Oversize'
  | 'Flood'
  | 'Takeover'
  | 'TopicUnseen'
  | 'SizeUnusual';

/** Acts of its own that lock an identity out. A connection counts while its identity is over the rule. */
export type LockingAct = Exclude<Counted, 'AuthenticationFailed' | 'Takeover' | 'TopicUnseen' | 'SizeUnusual'>;

/** What is told of some identities. */
export interface Rules {
  /** A kind without a rule is not told. */
  readonly rules: Readonly<Partial<Record<Counted, Rule>>>;
  /** How long a device that was there may be away before that is told, seconds; absent: it is not told. */
  readonly silentAfterSeconds?: number;
}

export interface MonitorSettings extends Rules {
  /** Whether this is an identity of the broker; acts of others are counted in sum alone. */
  readonly isListed: (identity: string) => boolean;
  /** Rules of certain identities, in place of those that are for all. */
  readonly rulesOf?: (identity: string) => Rules | undefined;
  /** So many acts within `windowSeconds` lock an identity out; absent: nobody is. */
  readonly lockout?: {
    readonly maxFailures: number;
    readonly windowSeconds: number;
    readonly blockSeconds: number;
  };
  /** Is told of each act of an identity of the broker; of `ConnectStorm` each connection is one. */
  readonly onAct?: (identity: string, kind: Counted) => void;
  /** Of how many identities something is kept; whoever did nothing for longest is forgotten. Default 100,000. */
  readonly maxIdentities?: number;
}

/** A lone takeover is a device that comes back before its broken connection was noticed. */
export const defaultRules: Readonly<Record<Counted, Rule>> = {
  AuthenticationFailed: { threshold: 10, windowSeconds: 60 },
  PublishDenied: { threshold: 1, windowSeconds: 60 },
  ConnectStorm: { threshold: 20, windowSeconds: 60 },
  Oversize: { threshold: 1, windowSeconds: 60 },
  Flood: { threshold: 1, windowSeconds: 60 },
  Takeover: { threshold: 3, windowSeconds: 60 },
  TopicUnseen: { threshold: 1, windowSeconds: 60 },
  SizeUnusual: { threshold: 1, windowSeconds: 60 },
};
