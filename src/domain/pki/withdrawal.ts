import { keyOf, type Device, type Fleet, type RevocationReason } from '../fleet.ts';
import { type Kind, type ObjectKey } from '../names.ts';
import { type RevocationEntry } from './certificate.ts';
import { type HeldCertificate, type Lineage } from './lineage.ts';
import { type Ledger } from './ledger.ts';

/** Everything that deciding about taking back needs. */
export interface WithdrawalFacts {
  readonly fleet: Fleet;
  readonly broker: ObjectKey;
  /** False only for what is certainly gone: an object that is invalid or cannot be read is not. */
  readonly isDeclared: (kind: Kind, key: ObjectKey) => boolean;
  /** Devices whose rules resolve. */
  readonly admitted: { has(device: ObjectKey): boolean };
  /** Certificates that were issued and have not expired. */
  readonly held: readonly HeldCertificate[];
  /** Of the CA that issued them. */
  readonly ledger: Ledger;
}

/** Certificates that are taken back for good, and the times at which others will be. */
export interface Withdrawals {
  readonly revoke: readonly RevocationEntry[];
  readonly times: readonly Date[];
}

interface Ground {
  readonly reason: RevocationReason;
  /** Absent: now. */
  readonly at?: Date;
}

/** What is declared about the holder of a certificate. */
export interface Holder {
  readonly device: Device | undefined;
  /** The device is certainly declared no longer. */
  readonly isGone: boolean;
  readonly lineage: Lineage | undefined;
  readonly isLineageGone: boolean;
  /** Another device of this broker has the identity now, so that the certificate would pass for that one's. */
  readonly isSucceeded: boolean;
}

export function holderOf(
  certificate: HeldCertificate,
  facts: Pick<WithdrawalFacts, 'fleet' | 'broker' | 'isDeclared' | 'admitted'>,
  devices: ReadonlyMap<ObjectKey, Device>,
  lineages: ReadonlyMap<ObjectKey, Lineage>,
): Holder {
  const device = devices.get(certificate.device);
  const lineage = lineages.get(certificate.lineage);
  const isGone = !device && !facts.isDeclared('MqttDevice', certificate.device);
  const isWithdrawn = device !== undefined && !lineage && !facts.isDeclared('DeviceCertificate', certificate.lineage);
  return {
    device,
    isGone,
    lineage,
    isLineageGone: isGone || isWithdrawn,
    isSucceeded: isSucceeded(certificate, facts),
  };
}

function isSucceeded(
  { identity, device }: HeldCertificate,
  { fleet, broker, admitted }: Pick<WithdrawalFacts, 'fleet' | 'broker' | 'admitted'>,
): boolean {
  const claimants = (fleet.devices.get(identity) ?? []).filter((one) => one.broker === broker).map(keyOf);
  return !claimants.includes(device) && claimants.some((key) => admitted.has(key));
}

/** Why a certificate is taken back, in order of precedence: the first ground gives the reason that the CRL names. */
const grounds: readonly ((certificate: HeldCertificate, holder: Holder, now: Date) => Ground | undefined)[] = [
  (_, { device }) => device?.revoked,
  (_, { lineage }) => lineage?.spec.revoked,
  (_, { isGone }) => (isGone ? { reason: 'CessationOfOperation' } : undefined),
  (_, { device }) => (device && device.authentication.type !== 'Certificate' ? { reason: 'Superseded' } : undefined),
  (_, { isLineageGone }) => (isLineageGone ? { reason: 'CessationOfOperation' } : undefined),
  ({ identity }, { device }) => (device && device.identity !== identity ? { reason: 'AffiliationChanged' } : undefined),
  (_, { isSucceeded }) => (isSucceeded ? { reason: 'AffiliationChanged' } : undefined),
  (certificate, { lineage }, now) => {
    const end = endOfOverlap(certificate, lineage);
    return end && end <= now ? { reason: 'Superseded', at: end } : undefined;
  },
];

export function withdrawals(
  facts: WithdrawalFacts,
  devices: ReadonlyMap<ObjectKey, Device>,
  lineages: ReadonlyMap<ObjectKey, Lineage>,
  now: Date,
): Withdrawals {
  const revoke: RevocationEntry[] = [];
  const times: Date[] = [];
  for (const certificate of liveCertificates(facts)) {
    const holder = holderOf(certificate, facts, devices, lineages);
    if (holder.device && holder.device.broker !== facts.broker && !holder.isSucceeded) continue;
    const { entry, endsAt } = withdrawalOf(certificate, holder, now);
    if (entry) revoke.push(entry);
    if (endsAt) times.push(endsAt);
  }
  return { revoke, times };
}

/** A certificate is taken back now, or will be at a time, or neither. */
export interface Withdrawal {
  readonly entry?: RevocationEntry;
  readonly endsAt?: Date;
}

export function withdrawalOf(certificate: HeldCertificate, holder: Holder, now: Date): Withdrawal {
  const ground = firstGround(certificate, holder, now);
  if (ground) return { entry: entryOf(certificate, ground.reason, ground.at ?? now) };
  const endsAt = endOfOverlap(certificate, holder.lineage);
  return endsAt ? { endsAt } : {};
}

/** Unexpired certificates of the built-in CA that no ledger holds. */
function liveCertificates({ held, ledger }: WithdrawalFacts): readonly HeldCertificate[] {
  return held.filter((one) => one.caKeyId === ledger.caKeyId && !ledger.entries.has(one.serial));
}

function firstGround(certificate: HeldCertificate, holder: Holder, now: Date): Ground | undefined {
  for (const ground of grounds) {
    const found = ground(certificate, holder, now);
    if (found) return found;
  }
  return undefined;
}

/** When a certificate that was renewed stops being good beside its successor. */
function endOfOverlap({ supersededAt }: HeldCertificate, lineage: Lineage | undefined): Date | undefined {
  const seconds = lineage?.spec.revokePreviousAfterSeconds;
  if (!supersededAt || seconds === undefined) return undefined;
  return new Date(supersededAt.getTime() + seconds * 1000);
}

/** Certificates of suspended devices: in the CRL, not in the ledger. */
export function heldBack(
  facts: WithdrawalFacts,
  devices: ReadonlyMap<ObjectKey, Device>,
  { revoke }: Withdrawals,
): readonly HeldCertificate[] {
  const revoked = new Set(revoke.map(({ serial }) => serial));
  const live = liveCertificates(facts).filter(({ serial }) => !revoked.has(serial));
  return live.filter(({ device }) => devices.get(device)?.suspended === true);
}

export function entryOf(certificate: HeldCertificate, reason: RevocationEntry['reason'], at: Date): RevocationEntry {
  const { caKeyId, serial, identity, notAfter } = certificate;
  return { caKeyId, serial, identity, notAfter, reason, at };
}
