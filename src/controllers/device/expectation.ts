/** What a broker has to prove of a device: the same that the compiler makes of it, worked out for this one alone. */
import { compiledIdentity, type IdentityStatus } from '../../domain/bundle/compiled-identity.ts';
import { noPatterns } from '../../domain/bundle/fold.ts';
import type { Device, Fleet } from '../../domain/fleet.ts';
import type { ObjectKey } from '../../domain/names.ts';
import { hashOfParts, shortHash } from '../../domain/hash.ts';
import type { CaKeyId, IssuedCertificate } from '../../domain/pki/certificate.ts';

export interface ExpectationFacts {
  readonly fleet: Fleet;
  /** One that resolves, so that it has its identity. */
  readonly device: Device;
  readonly trusted: ReadonlySet<CaKeyId>;
  /** Those that nobody took back. */
  readonly certificates: readonly IssuedCertificate[];
  readonly passwordHash: string | undefined;
  readonly lockedUntil: Date | undefined;
}

export interface Expectation {
  readonly status: IdentityStatus;
  /** Names broker, rights, credential and state together; it is what `status.rulesHash` of the object says. */
  readonly hash: string;
  /** It is another one from then on although nothing is changed. */
  readonly changesAt: Date | undefined;
}

export function expectationOf(facts: ExpectationFacts, now: Date): Expectation {
  const { fleet, device, trusted, certificates, passwordHash, lockedUntil } = facts;
  const context = { fleet, broker: device.broker, layout: 'PerIdentity', trusted, patterns: noPatterns } as const;
  const { status, changesAt } = compiledIdentity({ ...context, sharedRights: new Map(), now }, device.identity, {
    devices: fleet.devices.get(device.identity) ?? [device],
    certificates,
    passwordHash,
    lockedUntil,
    withdrawn: undefined,
  });
  // What was proved by a former broker of this name says nothing of this one.
  const brokerUid = fleet.brokers.get(device.broker)?.origin.uid ?? '';
  return { status, hash: hashOf(status, brokerUid), changesAt: changesAt < Infinity ? new Date(changesAt) : undefined };
}

/** What is compiled for a device that keeps its rights because of a mistake. */
export function keptExpectation(fleet: Fleet, broker: ObjectKey, status: IdentityStatus): Expectation {
  const brokerUid = fleet.brokers.get(broker)?.origin.uid ?? '';
  return { status, hash: hashOf(status, brokerUid), changesAt: status.until };
}

function hashOf({ state, rulesHash, credentialHash = '' }: IdentityStatus, brokerUid: string): string {
  return shortHash(hashOfParts([brokerUid, state, rulesHash, credentialHash]));
}

/** Whether a set with this status of the identity gives the device what is expected; `undefined`: it is not in it. */
export function isAsExpected({ status }: Expectation, proved: IdentityStatus | undefined): boolean {
  const isOff = status.state !== 'Active' && status.rulesHash === '';
  // Who is in no list has neither rights nor entry: the same as being revoked or over.
  if (!proved) return isOff;
  return (
    (proved.state === status.state || (isOff && proved.rulesHash === '')) &&
    proved.rulesHash === status.rulesHash &&
    proved.credentialHash === status.credentialHash &&
    (proved.device === status.device || isOff)
  );
}
