import { createPrivateKey, X509Certificate } from 'node:crypto';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { type ObjectKey } from '../domain/names.ts';
import { makeDirectory, replaceFile, textOf } from './files.ts';
import { type HeldCertificate, type KeyRequest } from '../domain/pki/lineage.ts';
import { jsonOf, objectKeysIn, objectPath, writeJson } from './state.ts';

/** A certificate with what belongs to it, as `bundle` hands it out. */
export interface CertificateFiles {
  readonly certificate: string;
  /** Absent for one that was issued on a signing request: the key is with the device. */
  readonly key?: string;
  /** The CA that signed it. */
  readonly ca: string;
}

const names = { certificate: 'tls.crt', key: 'tls.key', ca: 'ca.crt', history: 'history.json' } as const;

/**
 * Keeps a new certificate of its lineage; the former one stays in the history. The history is written first: a serial
 * that may be out there is never forgotten, and a certificate that does not fit the history is issued anew.
 */
export async function keepCertificate(
  directory: string,
  certificate: HeldCertificate,
  former: readonly HeldCertificate[],
  files: CertificateFiles,
): Promise<readonly HeldCertificate[]> {
  const place = objectPath(directory, certificate.lineage);
  const history = [
    ...former.map((one) => ({ ...one, supersededAt: one.supersededAt ?? certificate.issuedAt })),
    certificate,
  ];
  await makeDirectory(place);
  await writeJson(path.join(place, names.history), history);
  if (files.key === undefined) await rm(path.join(place, names.key), { force: true });
  else await replaceFile(path.join(place, names.key), files.key);
  await replaceFile(path.join(place, names.ca), files.ca);
  await replaceFile(path.join(place, names.certificate), files.certificate);
  return history;
}

/** The history of a lineage anew, its newest certificate being the same. */
export async function keepHistory(
  directory: string,
  lineage: ObjectKey,
  history: readonly HeldCertificate[],
): Promise<void> {
  await writeJson(path.join(objectPath(directory, lineage), names.history), history);
}

export async function forgetLineage(directory: string, lineage: ObjectKey): Promise<void> {
  await rm(objectPath(directory, lineage), { recursive: true, force: true });
}

/** The newest certificate of a lineage as it lies there; undefined when there is none. */
export async function certificateFiles(directory: string, lineage: ObjectKey): Promise<CertificateFiles | undefined> {
  const place = objectPath(directory, lineage);
  const [certificate, key, ca] = await Promise.all(
    [names.certificate, names.key, names.ca].map((name) => textOf(path.join(place, name))),
  );
  if (certificate === undefined || ca === undefined) return undefined;
  return { certificate, ca, ...(key !== undefined && { key }) };
}

/** All unexpired certificates that the state directory remembers. One whose files are lost counts as superseded. */
export async function heldCertificates(directory: string, now: Date): Promise<readonly HeldCertificate[]> {
  const lineages = await objectKeysIn(directory);
  const histories = await Promise.all(lineages.map((lineage) => historyOf(directory, lineage)));
  return histories.flat().filter(({ notAfter }) => notAfter > now);
}

async function historyOf(directory: string, lineage: ObjectKey): Promise<readonly HeldCertificate[]> {
  const file = path.join(objectPath(directory, lineage), names.history);
  const value = await jsonOf(file);
  if (value === undefined) return [];
  const history = Array.isArray(value) ? value.map((one) => heldOf(one, lineage)) : [undefined];
  const whole = history.filter((one) => one !== undefined);
  if (whole.length < history.length) throw new Error(`read ${file}: it is no history of certificates`);
  const files = await certificateFiles(directory, lineage);
  return whole.map((one) => (one.supersededAt || isIntact(one, files) ? one : { ...one, supersededAt: one.issuedAt }));
}

/** The files are those of this very certificate, and its key fits. */
function isIntact({ fingerprint, key }: HeldCertificate, files: CertificateFiles | undefined): boolean {
  try {
    const certificate = new X509Certificate(files?.certificate ?? '');
    if (certificate.fingerprint256.replaceAll(':', '').toLowerCase() !== fingerprint) return false;
    if (key === 'Csr') return true;
    return certificate.checkPrivateKey(createPrivateKey(files?.key ?? ''));
  } catch {
    return false;
  }
}

function heldOf(value: unknown, lineage: ObjectKey): HeldCertificate | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const fields = value as Partial<Record<keyof HeldCertificate, unknown>>;
  const { identity, caKeyId, serial, fingerprint, keyId, device, key, renewBeforeSeconds } = fields;
  const texts = { identity, caKeyId, serial, fingerprint, keyId, device, key };
  const [notBefore, notAfter, issuedAt, supersededAt, acknowledgedAt] = [
    fields.notBefore,
    fields.notAfter,
    fields.issuedAt,
    fields.supersededAt,
    fields.acknowledgedAt,
  ].map(timeOf);
  if (!notBefore || !notAfter || !issuedAt || !areTexts(texts) || typeof renewBeforeSeconds !== 'number') {
    return undefined;
  }
  return {
    ...texts,
    device: texts.device as ObjectKey,
    key: texts.key as KeyRequest,
    lineage,
    notBefore,
    notAfter,
    issuedAt,
    renewBeforeSeconds,
    ...(supersededAt && { supersededAt }),
    ...(acknowledgedAt && { acknowledgedAt }),
  };
}

function areTexts<K extends string>(fields: Record<K, unknown>): fields is Record<K, string> {
  return Object.values(fields).every((field) => typeof field === 'string');
}

function timeOf(value: unknown): Date | undefined {
  const time = typeof value === 'string' ? new Date(value) : undefined;
  return time && !Number.isNaN(time.getTime()) ? time : undefined;
}
