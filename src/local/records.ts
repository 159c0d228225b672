import { rm } from 'node:fs/promises';
import path from 'node:path';
import { revocationReasons, type RevocationReason } from '../domain/fleet.ts';
import { type ObjectKey } from '../domain/names.ts';
import { makeDirectory } from './files.ts';
import { jsonOf, objectKeysIn, objectPath, writeJson } from './state.ts';

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
}

export async function readRecord(directory: string, device: ObjectKey): Promise<DeviceRecord> {
  const file = objectPath(directory, device);
  const value = await jsonOf(file);
  if (value === undefined) return {};
  const record = recordOf(value);
  if (record) return record;
  throw new Error(`read ${file}: it is no record of a device`);
}

export async function readRecords(directory: string): Promise<ReadonlyMap<ObjectKey, DeviceRecord>> {
  const keys = await objectKeysIn(directory);
  return new Map(await Promise.all(keys.map(async (key) => [key, await readRecord(directory, key)] as const)));
}

/** Adds to what is known of the device. A revocation stays as it was first recorded. */
export async function addToRecord(directory: string, device: ObjectKey, addition: DeviceRecord): Promise<DeviceRecord> {
  const present = await readRecord(directory, device);
  const record = { ...present, ...addition, ...(present.revoked && { revoked: present.revoked }) };
  const file = objectPath(directory, device);
  await makeDirectory(path.dirname(file));
  await writeJson(file, record);
  return record;
}

/** A device that is no longer declared takes its record along: who comes back under its name is a new device. */
export async function removeRecord(directory: string, device: ObjectKey): Promise<void> {
  await rm(objectPath(directory, device), { force: true });
}

function recordOf(value: unknown): DeviceRecord | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { revoked, renewAt } = value as Partial<Record<keyof DeviceRecord, unknown>>;
  const renewal = timeOf(renewAt);
  const revocation = revocationOf(revoked);
  if (renewAt !== undefined && !renewal) return undefined;
  if (revoked !== undefined && !revocation) return undefined;
  return { ...(revocation && { revoked: revocation }), ...(renewal && { renewAt: renewal }) };
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
