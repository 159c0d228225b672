/** What every controller is given, and what it may assume. */
import type { Finding } from '../domain/finding.ts';
import type { Changes } from '../domain/bundle/changes.ts';
import type { Listed } from '../domain/bundle/listed.ts';
import type { BundleIndex } from '../domain/bundle/content.ts';
import type { Compiled } from '../domain/bundle/compile.ts';
import type { Broker, Device, Fleet } from '../domain/fleet.ts';
import type { Lockout } from '../domain/lockout.ts';
import type { ObjectKey } from '../domain/names.ts';
import type { CaKeyId, PublishedCrl, RevocationEntry, TrustedCa } from '../domain/pki/certificate.ts';
import type { HeldCertificate } from '../domain/pki/lineage.ts';
import type { ShardedMap } from '../domain/sharded.ts';
import type { KubeClient } from '../kube/client.ts';
import type { EventDraft } from '../kube/events.ts';
import type { Priority } from '../kube/queue.ts';
import type { Clock, Random } from '../ports.ts';
import type { World } from './world.ts';

export interface OperatorOptions {
  /** Namespace of the operator, where ledgers lie. */
  readonly namespace: string;
  /** Image of operator and agent, for managed brokers that name none. */
  readonly image: string;
}

/** Everything that was declared, kept up to date by the handlers of the world's stores before any controller is woken. */
export interface FleetState {
  /** Immutable; another one after each change. Invalid objects are in it as they last were when they were good. */
  readonly fleet: Fleet;
  /** The device of this key in it. */
  readonly deviceOf: (device: ObjectKey) => Device | undefined;
  /** Takes the keys of all CAs that a broker trusts, none of one that is gone; gives the brokers that share others now. */
  readonly keepCaKeys: (broker: ObjectKey, keys: ReadonlySet<CaKeyId>) => readonly ObjectKey[];
}

/** Certificates that cert-manager issued for devices, from the public CertificateRequests. */
export interface IssuedState {
  /** False while cert-manager's kinds cannot be listed: then nothing is known, which is not the same as none. */
  readonly isKnown: boolean;
  /** Unexpired ones, by effective identity; shards are the same objects as long as nothing in them changed. */
  readonly byIdentity: ShardedMap<readonly HeldCertificate[]>;
  /** By DeviceCertificate, newest first. */
  readonly ofLineage: (lineage: ObjectKey) => readonly HeldCertificate[];
  readonly ofDevice: (device: ObjectKey) => readonly HeldCertificate[];
}

/** Password hashes of devices. */
export interface PasswordState {
  /** By effective identity, of the devices of one broker. */
  readonly lines: (broker: ObjectKey) => ShardedMap<string>;
  /** The one of a device; it costs less than `lines` while many come in. */
  readonly line: (device: Device) => string | undefined;
  /** False until every password device of the broker was looked at once since the start: nothing is published before. */
  readonly isComplete: (broker: ObjectKey) => boolean;
  readonly findings: (device: ObjectKey) => readonly Finding[];
}

/** What a broker trusts, and what is taken back under it; all of one moment. */
export interface Trust {
  readonly cas: readonly TrustedCa[];
  readonly crls: readonly PublishedCrl[];
  /** What those of the CRLs that we sign hold, exactly. */
  readonly revocations: readonly RevocationEntry[];
  /** What keeps a CA out; with one of severity Error the broker keeps its last set. */
  readonly findings: readonly Finding[];
  /** When the trust is another one although nothing changes. */
  readonly nextChangeAt: Date | undefined;
}

/** The CA that an issuer issues with, as far as it can be told. */
export interface IssuingCa {
  readonly keyId: CaKeyId | undefined;
}

/** Ledgers and revocation lists, one of each per CA key. */
export interface AuthorityState {
  /** The trust of a broker as it was last gathered; undefined before the first time. */
  readonly trustOf: (broker: ObjectKey) => Trust | undefined;
  /** Key id of the CA that issues this broker's client certificates now; undefined while it is not known. */
  readonly issuingCa: (broker: ObjectKey) => CaKeyId | undefined;
  /** The CA of the issuer that this very version of a broker names; undefined while that was not looked at. */
  readonly issuance: (broker: Broker) => IssuingCa | undefined;
  /**
   * Takes certificates back for good. Resolved when the ledger is written; the revocation lists and the brokers follow by
   * themselves. Entries that are in the ledger already cost nothing.
   */
  readonly revoke: (entries: readonly RevocationEntry[]) => Promise<void>;
  /**
   * True when the serial is in the ledger of its CA, and in the published set of every broker that trusts that CA. When
   * that comes later, its `lineage` is woken, where it was given.
   */
  readonly isPublished: (
    entry: Pick<RevocationEntry, 'caKeyId' | 'serial'> & { readonly lineage?: ObjectKey },
  ) => boolean;
  readonly isRevoked: (entry: Pick<RevocationEntry, 'caKeyId' | 'serial'>) => boolean;
}

/** The set that an instance has proved. */
export interface Proof {
  readonly revision: number;
  /** Undefined when it proved none, or one that is not known any more; so is `trust`. */
  readonly statuses: Compiled['statuses'] | undefined;
  readonly trust?: Trust | undefined;
  readonly provedAt?: Date | undefined;
  /** When it had ended the sessions that the set does not let on. */
  readonly sessionsEndedAt?: Date | undefined;
}

/** What a broker was last told, and who has proved it. */
export interface BrokerState {
  readonly broker: Broker;
  /** Of the last pass; its statuses are by effective identity. */
  readonly compiled: Compiled;
  /** Who is locked out, by effective identity. */
  readonly lockouts: ReadonlyMap<string, Lockout>;
  /** What is published now; undefined before the first time. */
  readonly published: BundleIndex | undefined;
  /** What `published` was compiled with; undefined while that is not known, as before the first pass after a start. */
  readonly trust?: Trust | undefined;
  /** True when what is published is what `compiled` gave. */
  readonly isCurrent: boolean;
  readonly expectedInstances: number;
  /** What each expected instance has proved. */
  readonly proved: readonly Proof[];
  /** A proof counts for whom nothing else was published since. */
  readonly changes: Changes;
  /** What `published` gives, where this process did not publish it and had to read it. */
  readonly listed?: Listed | undefined;
  /** Of the gate, when an instance refuses the published set. */
  readonly refusal: string | undefined;
  /** Why nothing newer is published. */
  readonly problem: Finding | undefined;
}

export interface BrokerStates {
  readonly get: (broker: ObjectKey) => BrokerState | undefined;
}

/** Of a queue; `High` without it. */
type WakeKey = (key: ObjectKey, priority?: Priority) => void;

/** Wakes controllers. A key that waits already costs nothing. */
export interface Wake {
  readonly broker: WakeKey;
  /** What there is to say of a broker. */
  readonly brokerStatus: WakeKey;
  /** Children of a broker: certificate, StatefulSet, instances. */
  readonly workload: WakeKey;
  /** What a broker trusts, by broker. */
  readonly authority: WakeKey;
  readonly device: WakeKey;
  readonly certificate: WakeKey;
  readonly template: WakeKey;
}

export interface ControllerContext {
  /** Of this term: its writes are refused when leadership is lost. */
  readonly client: KubeClient;
  readonly world: World;
  readonly options: OperatorOptions;
  readonly state: {
    readonly fleet: FleetState;
    readonly issued: IssuedState;
    readonly passwords: PasswordState;
    readonly authorities: AuthorityState;
    readonly brokers: BrokerStates;
  };
  readonly wake: Wake;
  readonly clock: Clock;
  /** Milliseconds by which `clock` is surely ahead of the API server's, or behind where negative; nobody compares without it. */
  readonly clockSkew?: () => number;
  readonly random: Random;
  /** Neither waits nor throws. */
  readonly record: (event: EventDraft) => void;
}
