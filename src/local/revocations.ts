/** How far local mode is with what is taken back, in the steps that a cluster has too. */
import type { Compiled } from '../domain/bundle/compile.ts';
import type { Device } from '../domain/fleet.ts';
import type { ObjectKey } from '../domain/names.ts';
import type { Ledger } from '../domain/pki/ledger.ts';
import type { HeldCertificate } from '../domain/pki/lineage.ts';
import { type RevocationProgress, revocationProgress } from '../domain/pki/revocation-progress.ts';
import type { InstanceReport } from '../ports.ts';
import { hasTexts, isNumber } from './shape.ts';
import { devicesIn } from './written-status.ts';

type Progress = ReadonlyMap<ObjectKey, RevocationProgress>;

interface RevocationFacts {
  /** As it was told last. */
  readonly former: Progress;
  readonly devices: ReadonlyMap<ObjectKey, Device>;
  readonly ledger: Ledger;
  readonly held: readonly HeldCertificate[];
  /** Statuses of the set that is published, and of that which is proved; undefined before. */
  readonly published: Compiled['statuses'] | undefined;
  readonly proved: Compiled['statuses'] | undefined;
  readonly loaded: InstanceReport['loaded'];
  /** Nothing else was published for an identity since what is proved. */
  readonly isProof: (identity: string) => boolean;
}

/** Of each device that is revoked or suspended. What is compiled is recorded, and what it was made with deleted. */
export function revocationsOf(facts: RevocationFacts, now: Date): Progress {
  const progress = new Map<ObjectKey, RevocationProgress>();
  for (const [key, device] of facts.devices) {
    if (device.revoked || device.suspended) progress.set(key, progressOf(facts, key, device, now));
  }
  return progress;
}

function progressOf(facts: RevocationFacts, key: ObjectKey, device: Device, now: Date): RevocationProgress {
  const { former, published, proved, loaded } = facts;
  const state = device.revoked ? 'Revoked' : 'Suspended';
  const certificates = device.revoked ? revokedCount(facts, device, now) : heldCount(facts, key);
  const isOut = published?.get(device.identity)?.state === state;
  const isProved = proved?.get(device.identity)?.state === state && facts.isProof(device.identity);
  const proof = isProved ? loaded : undefined;
  const done = {
    recordedAt: certificates > 0,
    publishedAt: isOut,
    provedAt: proof && new Date(proof.provedAt),
    ...(device.revoked && { disconnectedAt: proof && new Date(proof.sessionsEndedAt), deletedAt: certificates > 0 }),
  };
  const reason = device.revoked?.reason ?? 'CertificateHold';
  return revocationProgress(former.get(key), { reason, certificates, done }, now);
}

function revokedCount({ ledger }: RevocationFacts, { identity }: Device, now: Date): number {
  const entries = [...ledger.entries.values()];
  return entries.filter((entry) => entry.identity === identity && entry.notAfter > now).length;
}

function heldCount({ held, ledger }: RevocationFacts, key: ObjectKey): number {
  return held.filter(({ device, serial }) => device === key && !ledger.entries.has(serial)).length;
}

/** As a status that was written tells of it. */
export function revocationsIn(status: unknown): Progress {
  return new Map(
    devicesIn(status).flatMap(({ device, revocation }): [ObjectKey, RevocationProgress][] =>
      typeof device === 'string' && isProgress(revocation) ? [[device as ObjectKey, revocation]] : [],
    ),
  );
}

function isProgress(value: unknown): value is RevocationProgress {
  const times = ['recordedAt', 'publishedAt', 'provedAt', 'disconnectedAt', 'deletedAt'];
  return hasTexts(value, ['reason', 'begunAt'], times) && isNumber(value['certificates']);
}
