import { type Device, keyOf } from '../fleet.ts';
import { type ObjectKey } from '../names.ts';
import type { CaKeyId, IssuedCertificate, RevocationEntry } from './certificate.ts';
import { csrPath } from './csr-findings.ts';
import { type HeldCertificate, renewalOf } from './lineage.ts';
import { secondsText } from './time.ts';

/**
 * What a device is asked to do. `Renew`: make a signing request and have it sent, or take the certificate that was signed
 * again for the key it has, where one is named. `Fetch`: take the new certificate.
 */
export type NoticeAction = 'Renew' | 'Fetch';

/** Where something lies: a field of an object of ours, or a key of a Secret. */
interface Place {
  readonly kind: 'DeviceCertificate' | 'MqttDevice' | 'Secret';
  readonly namespace: string;
  readonly name: string;
  readonly field: string;
}

/** What is published to `$mqttsec/IDENTITY/certificate`; `schemas/certificate-notice.json` is its schema. */
export interface CertificateNotice {
  readonly version: 1;
  readonly identity: string;
  readonly action: NoticeAction;
  /** The certificate that the device may still use is worth nothing from then on. RFC 3339, whole seconds. */
  readonly by: string;
  /** The one to use from now on, and to acknowledge. */
  readonly certificate?: {
    readonly fingerprint: string;
    readonly serialNumber: string;
    readonly notAfter: string;
    readonly source: Place;
  };
  /** How to ask for a certificate for another key. */
  readonly request?: { readonly commonName: string; readonly sendTo: Place };
}

/** What a lineage asks of its device, and by when. */
export interface LineageNotice {
  readonly action: NoticeAction;
  /** The newest certificate of the lineage. */
  readonly current: HeldCertificate;
  /** True if the device is to use `current`, and has not said so; false where there is nothing newer than it has. */
  readonly isOffered: boolean;
  readonly since: Date;
  readonly by: Date;
}

/** A notice, or none, and when that is another one although nothing is changed. */
export interface NoticeState {
  readonly notice: LineageNotice | undefined;
  readonly changesAt: Date | undefined;
}

const nothing: NoticeState = { notice: undefined, changesAt: undefined };

/**
 * What one lineage asks for. `good` are its certificates that the broker takes, the newest first. A first certificate asks
 * for nothing, for the device has no other; nor does one that was acknowledged, or whose predecessors are gone.
 */
export function lineageNotice(good: readonly HeldCertificate[], now: Date): NoticeState {
  const [current, ...others] = good;
  if (!current) return nothing;
  const ends = others.map(endOfUse).filter((end) => end > now);
  const [former] = others;
  const firstEnd = earliest(ends);
  if (former && firstEnd && !current.acknowledgedAt) {
    const action = isSameKey(current, former) ? 'Renew' : 'Fetch';
    const notice = { action, current, isOffered: true, since: current.issuedAt, by: firstEnd } as const;
    return { notice, changesAt: firstEnd };
  }
  return requestNotice(current, now);
}

/** A device that keeps its key is asked for a signing request when its certificate is due. */
function requestNotice(current: HeldCertificate, now: Date): NoticeState {
  if (current.key !== 'Csr') return nothing;
  const since = renewalOf(current);
  if (since > now) return { notice: undefined, changesAt: since };
  return {
    notice: { action: 'Renew', current, isOffered: false, since, by: current.notAfter },
    changesAt: current.notAfter,
  };
}

function isSameKey(current: HeldCertificate, former: HeldCertificate): boolean {
  return current.key === 'Csr' && current.keyId !== '' && current.keyId === former.keyId;
}

/** When a certificate that was renewed is worth nothing any more. */
function endOfUse({ notAfter, supersededAt, overlapSeconds }: HeldCertificate): Date {
  if (!supersededAt || overlapSeconds === undefined) return notAfter;
  return new Date(Math.min(notAfter.getTime(), supersededAt.getTime() + overlapSeconds * 1000));
}

/** From half of its time on a notice that was not followed wants the attention of a person. */
export function overdueAt({ since, by }: Pick<LineageNotice, 'since' | 'by'>): Date {
  return new Date(since.getTime() + Math.max(0, by.getTime() - since.getTime()) / 2);
}

/** Certificates as the compiler has them: those of no lineage ask for nothing. */
export type NoticedCertificate = IssuedCertificate & Partial<HeldCertificate>;

export interface NoticeFacts {
  readonly device: Device;
  readonly certificates: readonly NoticedCertificate[];
  readonly withdrawn: readonly RevocationEntry[];
  /** Key ids of the CAs that the broker trusts. */
  readonly trusted: ReadonlySet<CaKeyId>;
}

/** The notice of a device. Of several lineages the one speaks whose certificate ends first. */
export function deviceNotice({ device, certificates, withdrawn, trusted }: NoticeFacts, now: Date): NoticeState {
  const key = keyOf(device);
  const good = certificates.filter(isHeld).filter((one) => {
    const isOwn = one.device === key && trusted.has(one.caKeyId) && one.notAfter > now;
    return isOwn && !isTakenBack(one, withdrawn);
  });
  const [only, ...others] = good;
  if (!only) return nothing;
  if (others.length === 0) return lineageNotice(good, now);
  const lineages = Map.groupBy(good, ({ lineage }) => lineage);
  const states = [...lineages.values()].map((own) => lineageNotice(own.sort(newestFirst), now));
  const notices = states.flatMap(({ notice }) => notice ?? []).sort(byUrgency);
  return { notice: notices[0], changesAt: earliest(states.flatMap(({ changesAt }) => changesAt ?? [])) };
}

function isHeld(one: NoticedCertificate): one is HeldCertificate {
  return one.lineage !== undefined && one.issuedAt !== undefined;
}

/** A hold does not count: it is lifted with the suspension. */
function isTakenBack({ caKeyId, serial }: IssuedCertificate, withdrawn: readonly RevocationEntry[]): boolean {
  return withdrawn.some(
    (entry) => entry.serial === serial && entry.caKeyId === caKeyId && entry.reason !== 'CertificateHold',
  );
}

/** One that has a successor is older whatever the clocks said. */
function newestFirst(a: HeldCertificate, b: HeldCertificate): number {
  if ((a.supersededAt === undefined) !== (b.supersededAt === undefined)) return a.supersededAt ? 1 : -1;
  const age = b.issuedAt.getTime() - a.issuedAt.getTime() || b.notBefore.getTime() - a.notBefore.getTime();
  return age === 0 ? (a.fingerprint < b.fingerprint ? -1 : 1) : age;
}

function byUrgency(a: LineageNotice, b: LineageNotice): number {
  return a.by.getTime() - b.by.getTime() || (a.current.lineage < b.current.lineage ? -1 : 1);
}

function earliest(times: readonly Date[]): Date | undefined {
  return times.reduce<Date | undefined>((first, time) => (first && first <= time ? first : time), undefined);
}

/** The notice in the words in which the device reads it. */
export function publishedNotice(device: Device, { action, current, isOffered, by }: LineageNotice): CertificateNotice {
  const { identity } = device;
  return {
    version: 1,
    identity,
    action,
    by: secondsText(by),
    ...(isOffered && {
      certificate: {
        fingerprint: current.fingerprint,
        serialNumber: current.serial,
        notAfter: secondsText(current.notAfter),
        source: sourceOf(current),
      },
    }),
    ...(action === 'Renew' && { request: { commonName: identity, sendTo: destinationOf(device, current) } }),
  };
}

function sourceOf({ lineage, key, secretName }: HeldCertificate): Place {
  const [namespace, name] = namesOf(lineage);
  if (key === 'Csr') return { kind: 'DeviceCertificate', namespace, name, field: 'status.certificate' };
  return { kind: 'Secret', namespace, name: secretName ?? `${name}-tls`, field: 'tls.crt' };
}

/** Where the signing request is declared: what is made from the template of a device is not edited by itself. */
function destinationOf(device: Device, { lineage }: HeldCertificate): Place {
  const { authentication } = device;
  const isTemplate = authentication.type === 'Certificate' && authentication.template !== undefined;
  const kind = isTemplate && lineage === keyOf(device) ? 'MqttDevice' : 'DeviceCertificate';
  const [namespace, name] = namesOf(lineage);
  return { kind, namespace, name, field: csrPath({ kind }) };
}

function namesOf(key: ObjectKey): readonly [namespace: string, name: string] {
  const slash = key.indexOf('/');
  return [key.slice(0, slash), key.slice(slash + 1)];
}
