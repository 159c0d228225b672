import { parsed, refused, type Finding, type Parsed } from '../domain/finding.ts';
import { keyOf, type Device } from '../domain/fleet.ts';
import { type ObjectKey } from '../domain/names.ts';
import { type RevocationEntry } from '../domain/pki/certificate.ts';
import { csrPath } from '../domain/pki/csr-findings.ts';
import { parsedCsr, type ParsedCsr } from '../domain/pki/csr.ts';
import { needsIssuance, type IssuanceReason } from '../domain/pki/renewal.ts';
import {
  devicesIn,
  keyRequestOf,
  lineagesOf,
  renewalOf,
  type HeldCertificate,
  type Lineage,
} from '../domain/pki/lineage.ts';
import { type DeviceRecord } from './records.ts';
import { heldBack, holderOf, withdrawals, type WithdrawalFacts, type Withdrawals } from '../domain/pki/withdrawal.ts';

/** Everything that deciding needs: what is declared and what the state directory holds. Filled by `gather`. */
export interface LocalFacts extends WithdrawalFacts {
  /** The devices as the manifests have them; in `fleet` they are with their records (`withRecords`). */
  readonly written: ReadonlyMap<ObjectKey, Device>;
  readonly records: ReadonlyMap<ObjectKey, DeviceRecord>;
  /** Devices whose record cannot be read: nothing can be added to it. */
  readonly unreadable: ReadonlySet<ObjectKey>;
  readonly passwords: ReadonlyMap<ObjectKey, StoredPassword>;
  /** Devices for which hashes of passwords are kept. */
  readonly hashed: Iterable<ObjectKey>;
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
  readonly why: IssuanceReason | 'KeyRequestChanged';
  /** The device's own key, where it stays there. */
  readonly csr?: ParsedCsr;
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
  /** In the CRL as long as their devices are suspended. */
  readonly holds: readonly HeldCertificate[];
  /** Revocations that a manifest states, to be remembered when it no longer does. */
  readonly record: readonly { readonly device: ObjectKey; readonly revoked: NonNullable<DeviceRecord['revoked']> }[];
  /**
   * Devices that are no longer declared: what the state keeps for them goes, that of their lineages after the list says
   * so, too: a ledger that is lost before would else be missed by nobody.
   */
  readonly forget: {
    readonly lineages: readonly ObjectKey[];
    readonly passwords: readonly ObjectKey[];
    readonly records: readonly ObjectKey[];
  };
  readonly findings: readonly Finding[];
  /** When the plan may change although nothing else does. */
  readonly nextChangeAt: Date | undefined;
}

/** The plan for one broker. A plan on the state that `act` left behind has nothing to do. */
export function planOf(facts: LocalFacts, now: Date): LocalPlan {
  const devices = devicesIn(facts.fleet);
  const lineages = lineagesOf(facts.fleet, devices);
  const back = withdrawals(facts, devices, lineages, now);
  const issuances = issuancesOf(facts, lineages, now);
  return {
    issue: issuances.issue,
    passwords: passwordIssuances(facts, devices, now),
    revoke: back.revoke,
    holds: heldBack(facts, devices, back),
    record: newRecords(facts, devices, now),
    forget: forgotten(facts, devices, lineages),
    findings: [...issuances.findings, ...keyStoreFindings(facts, lineages), ...recordFindings(facts)],
    nextChangeAt: earliest(nextTimes(facts, lineages, back, now)),
  };
}

/** Nothing is left to do, but to forget lineages once the list is signed: the broker's files may be compiled. */
export function isDone({ issue, passwords, revoke, record, forget }: LocalPlan): boolean {
  const lists = [issue, passwords, revoke, record, forget.passwords, forget.records];
  return lists.every((list) => list.length === 0);
}

/** May be given credentials now. */
function isServed(facts: LocalFacts, device: Device, now: Date): boolean {
  const isOver = device.expiresAt !== undefined && device.expiresAt <= now;
  const isOff = device.revoked !== undefined || device.suspended || isOver;
  return device.broker === facts.broker && !isOff && facts.admitted.has(keyOf(device));
}

interface Issuances {
  readonly issue: readonly Issuance[];
  readonly findings: readonly Finding[];
}

function issuancesOf(facts: LocalFacts, lineages: ReadonlyMap<ObjectKey, Lineage>, now: Date): Issuances {
  const current = currentCertificates(facts);
  const issue: Issuance[] = [];
  const findings: Finding[] = [];
  for (const lineage of lineages.values()) {
    const { device, spec } = lineage;
    if (device.authentication.type !== 'Certificate' || spec.revoked || !isServed(facts, device, now)) continue;
    const request = requestOf(lineage);
    if (!request.ok) findings.push(...request.findings);
    else {
      const csr = request.value;
      const why = reasonToIssue(lineage, csr, current.get(lineage.key), facts, now);
      if (why) issue.push({ lineage, why, ...(csr && { csr }) });
    }
  }
  return { issue, findings };
}

/** cert-manager makes key stores in a cluster; nothing here does. */
function keyStoreFindings({ broker }: LocalFacts, lineages: ReadonlyMap<ObjectKey, Lineage>): readonly Finding[] {
  const asked = [...lineages.values()].filter(({ spec, device }) => spec.pkcs12 && device.broker === broker);
  return asked.map(({ object }) => {
    const path =
      object.kind === 'MqttDevice'
        ? 'spec.authentication.certificate.template.keystores.pkcs12'
        : 'spec.keystores.pkcs12';
    const message = 'no PKCS#12 key store is made in local mode: certificate and key are PEM files';
    return { code: 'MQS222', severity: 'Info', path, message, object };
  });
}

/** The checked signing request; undefined where the key is made here. */
function requestOf({ spec, device, object }: Lineage): Parsed<ParsedCsr | undefined> {
  if (spec.key.kind === 'Generated') return parsed(undefined);
  const result = parsedCsr(spec.key.pem, device.identity);
  return result.ok
    ? result
    : refused(...result.findings.map((finding) => ({ ...finding, object, path: csrPath(object) })));
}

/** The newest certificate of each lineage that is good for anything. */
export function currentCertificates({
  held,
  ledger,
}: Pick<LocalFacts, 'held' | 'ledger'>): ReadonlyMap<ObjectKey, HeldCertificate> {
  const good = held.filter(({ supersededAt, serial }) => !supersededAt && !ledger.entries.has(serial));
  return new Map(good.map((one) => [one.lineage, one]));
}

function reasonToIssue(
  { key, device, spec }: Lineage,
  csr: ParsedCsr | undefined,
  current: HeldCertificate | undefined,
  { ledger, records }: LocalFacts,
  now: Date,
): Issuance['why'] | undefined {
  const renewAt = records.get(keyOf(device))?.renewAt;
  const wanted = {
    identity: device.identity,
    caKeyId: ledger.caKeyId,
    uid: key,
    renewBeforeSeconds: current?.renewBeforeSeconds ?? 0,
    ...(csr && { keyId: csr.keyId }),
    ...(renewAt && { renewAt }),
  };
  const reason = needsIssuance(wanted, current, { now, ...(current && { issuedAt: current.issuedAt }) });
  return reason ?? (current?.key === keyRequestOf(spec) ? undefined : 'KeyRequestChanged');
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
  { records, unreadable, broker }: LocalFacts,
  devices: ReadonlyMap<ObjectKey, Device>,
  now: Date,
): LocalPlan['record'] {
  return [...devices].flatMap(([device, { revoked, broker: own }]) => {
    if (!revoked || own !== broker || records.get(device)?.revoked || unreadable.has(device)) return [];
    return [{ device, revoked: { reason: revoked.reason, at: revoked.at ?? now, fromManifest: true } }];
  });
}

/** A manifest that takes its revocation back is told that this does nothing. */
function recordFindings({ written, records }: LocalFacts): readonly Finding[] {
  return [...written].flatMap(([key, device]): Finding[] => {
    const revoked = records.get(key)?.revoked;
    if (!revoked?.fromManifest || device.revoked) return [];
    const message = `\`spec.revoked\` (${revoked.reason}) was taken out, the device stays revoked`;
    return [{ code: 'MQS121', severity: 'Warning', path: 'spec.revoked', message, object: device.origin }];
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
    return authentication.type !== 'Password' || authentication.password.kind === 'Hash';
  };
  return {
    lineages: [...new Set(facts.held.filter(isOver).map(({ lineage }) => lineage))],
    passwords: [...new Set([...facts.passwords.keys(), ...facts.hashed])].filter(isPasswordOver),
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
  return [...renewals.map(renewalOf), ...asked, ...back.times].filter((time) => time > now);
}

export function earliest(times: readonly (Date | undefined)[]): Date | undefined {
  return times.reduce((first, time) => (time && (!first || time < first) ? time : first), undefined);
}
