import { type Role } from '../domain/acl/rule.ts';
import { awaitsRequest } from '../domain/enrol/enrollee.ts';
import { type Compiled } from '../domain/bundle/compile.ts';
import { type Finding } from '../domain/finding.ts';
import { keyOf, type AuthenticationType, type Broker, type Device } from '../domain/fleet.ts';
import { objectKey, type ObjectKey } from '../domain/names.ts';
import { type Reason } from '../domain/reasons.ts';
import { provedReasons } from '../domain/status.ts';
import type { LockoutsInForce } from '../domain/lockout.ts';
import { type InstanceReport } from '../ports.ts';
import { type Accepted } from './accepted.ts';
import type { RenewalForecast } from '../domain/pki/forecast.ts';
import { type HeldCertificate } from '../domain/pki/lineage.ts';
import type { RevocationProgress } from '../domain/pki/revocation-progress.ts';
import { type LineageNotice, type NoticeAction, overdueAt } from '../domain/pki/notice.ts';
import { secondsText } from '../domain/pki/time.ts';

/** One device as `status` shows it. */
export interface DeviceStatus {
  readonly device: ObjectKey;
  readonly identity: string;
  readonly role?: Role;
  readonly authentication: Device['authentication']['type'];
  /** Its manifests say nothing of its key: it may enrol. */
  readonly enrols?: true;
  /** End of the newest certificate. */
  readonly notAfter?: string;
  /** How far it is, of a device that is revoked or suspended. */
  readonly revocation?: RevocationProgress;
  /** The broker has loaded what the manifests now say of this device, and proved it. */
  readonly programmed: boolean;
  readonly reason: Reason;
  readonly message?: string;
  /** While it is locked out because of its own acts. */
  readonly lockout?: { readonly reason?: string; readonly since: string; readonly until: string };
  /** What it is asked to do about its certificate. */
  readonly notice?: DeviceNotice;
}

interface DeviceNotice {
  readonly action: NoticeAction;
  readonly by: string;
  /** Half of its time is over. */
  readonly overdue: boolean;
}

/** What `dev` writes and `status` shows. */
export interface LocalStatus {
  readonly broker: ObjectKey;
  readonly mosquittoVersion: string;
  readonly host: string;
  readonly listeners: readonly {
    readonly name: string;
    readonly port: number;
    readonly authentication: AuthenticationType;
    readonly tls: boolean;
    readonly protocol: Broker['listeners'][number]['protocol'];
  }[];
  /** Where devices enrol, if they can. */
  readonly enrolment?: { readonly port: number };
  /** What was published last; absent before the first. */
  readonly bundle?: { readonly revision: number; readonly hash: string };
  readonly loaded?: InstanceReport['loaded'];
  readonly refused?: InstanceReport['refused'];
  readonly lastError?: string;
  readonly devices: readonly DeviceStatus[];
  /** Of certificates; absent before the first set. */
  readonly renewals?: RenewalForecast;
  readonly findings: readonly Finding[];
}

/** What the statuses of devices are made of. */
export interface StatusFacts {
  readonly broker: ObjectKey;
  readonly accepted: Accepted;
  /** Devices with what records add. */
  readonly devices: ReadonlyMap<ObjectKey, Device>;
  readonly statuses: Compiled['statuses'];
  /** Statuses as they were compiled into the bundle that the agent proved; absent before the first proof. */
  readonly loaded: Compiled['statuses'] | undefined;
  /** Nothing else was published for an identity since. */
  readonly isProof: (identity: string) => boolean;
  readonly isRefused: boolean;
  /** Of everything; those of severity Error on a device are its last reason. */
  readonly findings: readonly Finding[];
  readonly certificates: ReadonlyMap<ObjectKey, HeldCertificate>;
  readonly revocations: ReadonlyMap<ObjectKey, RevocationProgress>;
  readonly lockouts: LockoutsInForce;
  readonly notices: readonly LineageNotice[];
  readonly now: Date;
}

export function deviceStatuses(facts: StatusFacts): readonly DeviceStatus[] {
  const devices = [...facts.devices.values()].filter(({ broker }) => broker === facts.broker);
  const notices = new Map(facts.notices.map((notice) => [notice.current.device, notice]));
  const index = { ends: newestEnds(facts.certificates), complaints: complaintsIn(facts.findings), notices };
  return devices.map((device) => deviceStatus(device, facts, index)).sort((a, b) => (a.device < b.device ? -1 : 1));
}

/** What is looked up for each device. */
interface Index {
  /** Of the newest certificate. */
  readonly ends: ReadonlyMap<ObjectKey, Date>;
  readonly complaints: ReadonlyMap<ObjectKey, Complaint>;
  readonly notices: ReadonlyMap<ObjectKey, LineageNotice>;
}

function deviceStatus(device: Device, facts: StatusFacts, { ends, complaints, notices }: Index): DeviceStatus {
  const key = keyOf(device);
  const role = facts.accepted.admitted.get(key)?.role;
  const notAfter = ends.get(key);
  const revocation = facts.revocations.get(key);
  const notice = notices.get(key);
  const isHolder = facts.statuses.get(device.identity)?.device === key;
  const lockout = isHolder ? toldLockout(facts.lockouts, device.identity) : undefined;
  return {
    device: key,
    identity: device.identity,
    ...(role && { role }),
    authentication: device.authentication.type,
    ...(awaitsRequest(device) && { enrols: true }),
    ...(notAfter && { notAfter: notAfter.toISOString() }),
    ...(revocation && { revocation }),
    ...(lockout && { lockout }),
    ...outcomeOf(device, notAfter !== undefined, complaints.get(key), facts),
    ...(notice && { notice: noticeOf(notice, facts.now) }),
  };
}

function toldLockout({ byIdentity }: LockoutsInForce, identity: string): DeviceStatus['lockout'] {
  const found = byIdentity.get(identity);
  if (!found) return undefined;
  const { reason, since, until } = found;
  return { ...(reason !== undefined && { reason }), since: since.toISOString(), until: until.toISOString() };
}

function noticeOf(notice: LineageNotice, now: Date): DeviceNotice {
  return { action: notice.action, by: secondsText(notice.by), overdue: overdueAt(notice) <= now };
}

function newestEnds(certificates: StatusFacts['certificates']): Index['ends'] {
  const ends = new Map<ObjectKey, Date>();
  for (const { device, notAfter } of certificates.values()) {
    const last = ends.get(device);
    if (!last || last < notAfter) ends.set(device, notAfter);
  }
  return ends;
}

type Outcome = Pick<DeviceStatus, 'programmed' | 'reason' | 'message'>;

function outcomeOf(
  device: Device,
  hasCertificate: boolean,
  complaint: Complaint | undefined,
  facts: StatusFacts,
): Outcome {
  const status = facts.statuses.get(device.identity);
  if (status?.device !== undefined && status.device !== keyOf(device))
    return { programmed: false, reason: 'Conflicted' };
  if (!status) return { programmed: false, reason: 'Pending' };
  if (status.state === 'Refused') return { programmed: false, reason: 'Invalid', ...complaint };
  const loaded = facts.loaded?.get(device.identity);
  const isSame = loaded?.rulesHash === status.rulesHash && loaded.state === status.state;
  if (!isSame || !facts.isProof(device.identity)) {
    return { programmed: false, reason: facts.isRefused ? 'Refused' : 'Pending' };
  }
  const isIssuing = status.state === 'Active' && isCertified(device) && !hasCertificate;
  return { programmed: true, reason: isIssuing ? 'Issuing' : provedReasons[status.state], ...complaint };
}

type Complaint = Pick<DeviceStatus, 'reason' | 'message'>;

/** The first thing that is wrong with each device, its last good version being in force or not. */
function complaintsIn(findings: readonly Finding[]): Index['complaints'] {
  const complaints = new Map<ObjectKey, Complaint>();
  for (const { severity, object, reason = 'Invalid', message } of findings) {
    if (severity !== 'Error' || object?.kind !== 'MqttDevice') continue;
    const key = objectKey(object.namespace, object.name);
    if (!complaints.has(key)) complaints.set(key, { reason, message });
  }
  return complaints;
}

/** The built-in CA is to issue for it. */
function isCertified({ authentication }: Device): boolean {
  return authentication.type === 'Certificate' && authentication.template !== undefined;
}
