import { keyOf, type Device, type Fleet } from '../domain/fleet.ts';
import { type Kind, type ObjectKey } from '../domain/names.ts';
import { type CaKeyId, type RevocationEntry } from '../domain/pki/certificate.ts';
import { devicesIn, lineagesOf, requestOf, type HeldCertificate, type Lineage } from './lineage.ts';
import { type DeviceRecord } from './records.ts';
import { holderOf, holdsOf, withdrawals, type Withdrawals } from './withdrawal.ts';

/** Everything that deciding needs: what is declared and what the state directory holds. Filled by `gather`. */
export interface LocalFacts {
  /** What is devices, records included (`withRecords`). */
  readonly fleet: Fleet;
  readonly broker: ObjectKey;
  /** False only for what is certainly gone: an object that is invalid, or may be in a file that cannot be read, is not. */
  readonly isDeclared: (kind: Kind, key: ObjectKey) => boolean;
  /** Devices whose rules resolve: only they are given credentials. */
  readonly admitted: ReadonlySet<ObjectKey>;
  /** The built-in CA. */
  readonly caKeyId: CaKeyId;
  /** Certificates that were issued and have not expired. */
  readonly held: readonly HeldCertificate[];
  readonly ledger: readonly RevocationEntry[];
  readonly records: ReadonlyMap<ObjectKey, DeviceRecord>;
  readonly passwords: ReadonlyMap<ObjectKey, StoredPassword>;
}

/** A generated password as it lies in the state directory. */
export interface StoredPassword {
  readonly username: string;
  readonly password: string;
  readonly revision: number;
}

/** A certificate to be issued for a lineage. */
export interface Issuance {
  readonly lineage: Lineage;
  readonly why: 'First' | 'RequestChanged' | 'IdentityChanged' | 'RenewalDue' | 'RenewalAsked';
}

export interface PasswordIssuance {
  readonly device: ObjectKey;
  readonly identity: string;
  readonly revision: number;
}

/** What is to be done before the broker's files can be compiled; `act` does it and decides nothing. */
export interface LocalPlan {
  readonly issue: readonly Issuance[];
  readonly passwords: readonly PasswordIssuance[];
  /** Into the ledger, for good. */
  readonly revoke: readonly RevocationEntry[];
  /** Serials that the CRL holds as long as their devices are suspended. */
  readonly holds: readonly RevocationEntry[];
  /** Revocations that a manifest states, to be remembered when it no longer does. */
  readonly record: readonly { readonly device: ObjectKey; readonly revoked: NonNullable<DeviceRecord['revoked']> }[];
  /** Devices that are no longer declared: what the state keeps for them goes, after their serials are in the ledger. */
  readonly forget: {
    readonly lineages: readonly ObjectKey[];
    readonly passwords: readonly ObjectKey[];
    readonly records: readonly ObjectKey[];
  };
  /** When the plan may change although nothing else does. */
  readonly nextChangeAt: Date | undefined;
}

/** The plan for one broker. A plan on the state that `act` left behind has nothing to do. */
export function planOf(facts: LocalFacts, now: Date): LocalPlan {
  const devices = devicesIn(facts.fleet);
  const lineages = lineagesOf(facts.fleet, devices);
  const back = withdrawals(facts, devices, lineages, now);
  return {
    issue: issuances(facts, lineages, now),
    passwords: passwordIssuances(facts, devices, now),
    revoke: back.revoke,
    holds: holdsOf(facts, devices, back),
    record: newRecords(facts, devices, now),
    forget: forgotten(facts, devices, lineages),
    nextChangeAt: earliest(nextTimes(facts, lineages, back, now)),
  };
}

/** Nothing is left to do: the broker's files may be compiled. */
export function isDone({ issue, passwords, revoke, record, forget }: LocalPlan): boolean {
  const lists = [issue, passwords, revoke, record, forget.lineages, forget.passwords, forget.records];
  return lists.every((list) => list.length === 0);
}

/** May be given credentials now. */
function isServed(facts: LocalFacts, device: Device, now: Date): boolean {
  const isOver = device.expiresAt !== undefined && device.expiresAt <= now;
  const isOff = device.revoked !== undefined || device.suspended || isOver;
  return device.broker === facts.broker && !isOff && facts.admitted.has(keyOf(device));
}

function issuances(facts: LocalFacts, lineages: ReadonlyMap<ObjectKey, Lineage>, now: Date): readonly Issuance[] {
  const current = currentCertificates(facts);
  return [...lineages.values()].flatMap((lineage): Issuance[] => {
    const { device, spec } = lineage;
    if (device.authentication.type !== 'Certificate' || spec.revoked || !isServed(facts, device, now)) return [];
    const why = reasonToIssue(lineage, current.get(lineage.key), facts.records.get(keyOf(device)), now);
    return why ? [{ lineage, why }] : [];
  });
}

/** The newest certificate of each lineage that is good for anything. */
export function currentCertificates({ held, ledger }: Pick<LocalFacts, 'held' | 'ledger'>) {
  const revoked = new Set(ledger.map((entry) => `${entry.caKeyId} ${entry.serial}`));
  const good = held.filter((one) => !one.supersededAt && !revoked.has(`${one.caKeyId} ${one.serial}`));
  return new Map<ObjectKey, HeldCertificate>(good.map((one) => [one.lineage, one]));
}

function reasonToIssue(
  { device, spec }: Lineage,
  current: HeldCertificate | undefined,
  record: DeviceRecord | undefined,
  now: Date,
): Issuance['why'] | undefined {
  if (!current) return 'First';
  if (current.identity !== device.identity) return 'IdentityChanged';
  if (current.request !== requestOf(spec)) return 'RequestChanged';
  if (record?.renewAt && current.issuedAt < record.renewAt && record.renewAt <= now) return 'RenewalAsked';
  return current.renewAt <= now ? 'RenewalDue' : undefined;
}

function passwordIssuances(
  facts: LocalFacts,
  devices: ReadonlyMap<ObjectKey, Device>,
  now: Date,
): readonly PasswordIssuance[] {
  return [...devices].flatMap(([key, device]): PasswordIssuance[] => {
    const { authentication, identity } = device;
    if (authentication.type !== 'Password' || authentication.password.kind !== 'Generate') return [];
    const { revision } = authentication.password;
    const stored = facts.passwords.get(key);
    const isPresent = stored?.revision === revision && stored.username === identity;
    return isPresent || !isServed(facts, device, now) ? [] : [{ device: key, identity, revision }];
  });
}

function newRecords(
  { records, broker }: LocalFacts,
  devices: ReadonlyMap<ObjectKey, Device>,
  now: Date,
): LocalPlan['record'] {
  return [...devices].flatMap(([device, { revoked, broker: own }]) => {
    if (!revoked || own !== broker || records.get(device)?.revoked) return [];
    return [{ device, revoked: { reason: revoked.reason, at: revoked.at ?? now, fromManifest: true } }];
  });
}

/**
 * What the state keeps for devices and lineages that are gone or taken back. Other brokers' devices are devices, hence
 * left alone.
 */
function forgotten(
  facts: LocalFacts,
  devices: ReadonlyMap<ObjectKey, Device>,
  lineages: ReadonlyMap<ObjectKey, Lineage>,
): LocalPlan['forget'] {
  const isOver = (certificate: HeldCertificate) => {
    const holder = holderOf(certificate, facts, devices, lineages);
    if (holder.device && holder.device.broker !== facts.broker) return false;
    const isRevoked = holder.device?.revoked ?? holder.lineage?.spec.revoked;
    return holder.isGone || holder.isLineageGone || isRevoked !== undefined;
  };
  const isPasswordOver = (key: ObjectKey) => {
    const device = devices.get(key);
    if (!device) return !facts.isDeclared('MqttDevice', key);
    const { authentication } = device;
    return authentication.type !== 'Password' || authentication.password.kind !== 'Generate';
  };
  return {
    lineages: [...new Set(facts.held.filter(isOver).map(({ lineage }) => lineage))],
    passwords: [...facts.passwords.keys()].filter(isPasswordOver),
    records: [...facts.records.keys()].filter((key) => !facts.isDeclared('MqttDevice', key)),
  };
}

function nextTimes(
  facts: LocalFacts,
  lineages: ReadonlyMap<ObjectKey, Lineage>,
  back: Withdrawals,
  now: Date,
): readonly Date[] {
  const renewals = [...currentCertificates(facts).values()].filter(({ lineage }) => lineages.has(lineage));
  const asked = [...facts.records.values()].flatMap(({ renewAt }) => renewAt ?? []);
  return [...renewals.map(({ renewAt }) => renewAt), ...asked, ...back.times].filter((time) => time > now);
}

export function earliest(times: readonly (Date | undefined)[]): Date | undefined {
  return times.reduce((first, time) => (time && (!first || time < first) ? time : first), undefined);
}
