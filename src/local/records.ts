import { rm } from 'node:fs/promises';
import path from 'node:path';
import { type Finding } from '../domain/finding.ts';
import { awaitsRequest } from '../domain/enrol/enrollee.ts';
import {
  type Device,
  type DeviceCertificate,
  keyOf,
  revocationReasons,
  withDevice,
  type Fleet,
  type RevocationReason,
} from '../domain/fleet.ts';
import { type ObjectKey } from '../domain/names.ts';
import { appendLine, inGroups, makeDirectory, replaceFile, textOf } from './files.ts';
import { devicesIn } from '../domain/pki/lineage.ts';
import { jsonIn, objectKeysIn, objectPath } from './state.ts';

/** What was decided about one device outside its manifest; it counts as if it were in the manifest. */
export interface DeviceRecord {
  readonly revoked?: {
    readonly reason: RevocationReason;
    readonly at: Date;
    /** The manifest said so once: taking the field out again does not give the rights back. */
    readonly fromManifest: boolean;
  };
  /** Certificates that were issued before this time are renewed. */
  readonly renewAt?: Date;
  /** A lockout that began at this time or before is over. */
  readonly unlockAt?: Date;
  /** A signing request that came by enrolment, PEM. It lies in a directory of its own, where only `dev` writes. */
  readonly csr?: string;
}

export async function readRecord(directory: string, device: ObjectKey): Promise<DeviceRecord> {
  const file = objectPath(directory, device);
  const text = await textOf(file);
  if (text === undefined) return {};
  return recordsIn(text, file).reduce(added, {});
}

/** What was added, in the order of the lines: each addition is a JSON object that begins a line. */
function recordsIn(text: string, file: string): readonly DeviceRecord[] {
  return text.split(/\n(?=\{)/).map((one) => {
    const record = recordOf(jsonIn(one, file));
    if (record) return record;
    throw new Error(`read ${file}: it is no record of a device`);
  });
}

/** A revocation stays as it was first recorded, of times the later counts, and of signing requests the last. */
function added(record: DeviceRecord, { revoked, renewAt, unlockAt, csr }: DeviceRecord): DeviceRecord {
  return {
    ...record,
    ...(revoked && !record.revoked && { revoked }),
    ...(renewAt && { renewAt: later(renewAt, record.renewAt) }),
    ...(unlockAt && { unlockAt: later(unlockAt, record.unlockAt) }),
    ...(csr !== undefined && { csr }),
  };
}

function later(a: Date, b: Date | undefined): Date {
  return b && b > a ? b : a;
}

/** All records. One that cannot be read is a finding and holds up no other. */
export interface Records {
  readonly records: ReadonlyMap<ObjectKey, DeviceRecord>;
  readonly unreadable: ReadonlySet<ObjectKey>;
  readonly findings: readonly Finding[];
}

/** `requests`: directory of what came by enrolment. */
export async function readRecords(directory: string, requests?: string): Promise<Records> {
  const records = new Map<ObjectKey, DeviceRecord>();
  const unreadable = new Map<ObjectKey, Finding>();
  const asked = requests === undefined ? [] : await objectKeysIn(requests);
  const keys = [...new Set([...(await objectKeysIn(directory)), ...asked])];
  await inGroups(keys, async (key) => {
    try {
      records.set(key, await wholeRecord(directory, requests, key));
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      const position = { file: objectPath(directory, key), line: 1, column: 1 };
      unreadable.set(key, { code: 'MQS123', severity: 'Error', path: '', message, position });
    }
  });
  return {
    records,
    unreadable: new Set(unreadable.keys()),
    findings: keys.flatMap((key) => unreadable.get(key) ?? []),
  };
}

/** A record with what came by enrolment: of both times to renew the later one counts. */
export async function wholeRecord(
  directory: string,
  requests: string | undefined,
  device: ObjectKey,
): Promise<DeviceRecord> {
  const record = await readRecord(directory, device);
  if (requests === undefined) return record;
  const { csr, renewAt } = await readRecord(requests, device);
  return added(record, { ...(csr !== undefined && { csr }), ...(renewAt && { renewAt }) });
}

/** Equal for equal records, in whichever order they are held. */
export function recordsText({ records, unreadable }: Omit<Records, 'findings'>): string {
  const lines = [...records].map(([key, { revoked, renewAt, unlockAt, csr }]) =>
    JSON.stringify([key, revoked?.reason, revoked?.at, revoked?.fromManifest, renewAt, unlockAt, csr]),
  );
  return [...lines, ...unreadable].sort().join('\n');
}

/**
 * Adds to what is known of the device, whoever else does so at the same time: commands run beside `dev`, and a line that
 * is added takes nothing away. A revocation stays as it was first recorded.
 */
export async function addToRecord(directory: string, device: ObjectKey, addition: DeviceRecord): Promise<DeviceRecord> {
  const file = objectPath(directory, device);
  await makeDirectory(path.dirname(file));
  await appendLine(file, JSON.stringify(addition));
  return readRecord(directory, device);
}

/**
 * Puts what came by enrolment in place of what came before, but for the time to renew, which stays. For one call at a
 * time: devices ask without end, and their requests are not to be kept as lines.
 */
export async function keepRequest(directory: string, device: ObjectKey, request: DeviceRecord): Promise<void> {
  const record = added(await readRecord(directory, device), request);
  const file = objectPath(directory, device);
  await makeDirectory(path.dirname(file));
  await replaceFile(file, `${JSON.stringify(record)}\n`);
}

/** A device that is no longer declared takes its record along: who comes back under its name is a new device. */
export async function removeRecord(directory: string, device: ObjectKey): Promise<void> {
  await rm(objectPath(directory, device), { force: true });
}

function recordOf(value: unknown): DeviceRecord | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { revoked, renewAt, unlockAt, csr } = value as Partial<Record<keyof DeviceRecord, unknown>>;
  const [renewal, unlock] = [timeOf(renewAt), timeOf(unlockAt)];
  const revocation = revocationOf(revoked);
  if ((renewAt !== undefined && !renewal) || (unlockAt !== undefined && !unlock)) return undefined;
  if (revoked !== undefined && !revocation) return undefined;
  if (csr !== undefined && typeof csr !== 'string') return undefined;
  return {
    ...(revocation && { revoked: revocation }),
    ...(renewal && { renewAt: renewal }),
    ...(unlock && { unlockAt: unlock }),
    ...(csr !== undefined && { csr }),
  };
}

function revocationOf(value: unknown): DeviceRecord['revoked'] {
  if (typeof value !== 'object' || value === null) return undefined;
  const { reason, at, fromManifest } = value as Record<string, unknown>;
  const known = revocationReasons.find((one) => one === reason);
  const time = timeOf(at);
  return known && time ? { reason: known, at: time, fromManifest: fromManifest === true } : undefined;
}

function timeOf(value: unknown): Date | undefined {
  const time = typeof value === 'string' ? new Date(value) : undefined;
  return time && !Number.isNaN(time.getTime()) ? time : undefined;
}

/**
 * The fleet as the records make it: a recorded revocation counts as if the manifest said so, and so does a signing
 * request for a device whose manifests say nothing of its key. A device whose record cannot be read is suspended, for
 * the record may be a revocation.
 */
export function withRecords(
  fleet: Fleet,
  records: ReadonlyMap<ObjectKey, DeviceRecord>,
  unreadable: ReadonlySet<ObjectKey>,
): Fleet {
  let next = fleet;
  const certificates = new Map(fleet.certificates);
  for (const [key, device] of devicesIn(fleet)) {
    const { revoked, csr } = records.get(key) ?? {};
    if (csr !== undefined && awaitsRequest(device) && !certificates.has(key)) {
      certificates.set(key, enrolled(device, csr));
    }
    if (revoked) next = withDevice(next, { ...device, revoked: { reason: revoked.reason, at: revoked.at } });
    else if (unreadable.has(key) && !device.suspended) next = withDevice(next, { ...device, suspended: true });
  }
  return certificates.size === fleet.certificates.size ? next : { ...next, certificates };
}

/** As the DeviceCertificate of this name would be. */
function enrolled(device: Device, pem: string): DeviceCertificate {
  return { origin: device.origin, device: keyOf(device), spec: { key: { kind: 'Csr', pem } } };
}
