import type { Finding } from '../../domain/finding.ts';
import { renewalOf } from '../../domain/pki/lineage.ts';
import { secondsText } from '../../domain/pki/time.ts';
import { condition, type ConditionDraft, type StatusDraft } from '../status.ts';
import { acknowledgedAt, acknowledgedConditions } from './acknowledgement.ts';
import { requestFor } from './csr-issuance.ts';
import type { CertificateFacts } from './facts.ts';
import { certificateId, type CertificateRecord, historyLimit, recordOf } from './history.ts';
import type { Issuance } from './issuance.ts';
import { issuedPem } from './request.ts';
import { progressOf } from './revocation.ts';
import type { Withdrawn } from './withdrawn.ts';

export function statusDraft(facts: CertificateFacts, taken: Withdrawn, issuance: Issuance, now: Date): StatusDraft {
  const { meta } = facts.declared;
  const { current } = taken;
  const history = historyOf(facts, taken, now);
  const { serialNumber, fingerprint, notBefore, notAfter, identity, caKeyId, issuedAt } = current
    ? recordOf(current)
    : ({} satisfies CertificateRecord as CertificateRecord);
  return {
    generation: meta.generation,
    conditions: [...conditionsOf(facts, taken, issuance), ...acknowledgedConditions(facts, taken, issuance, now)],
    fields: {
      ...{ serialNumber, fingerprint, notBefore, notAfter, identity, caKeyId, issuedAt },
      renewalTime: renewalTimeOf(facts, taken),
      revision: revisionOf(facts),
      history: history.length > 0 ? history : undefined,
      acknowledgedAt: acknowledgedAt(facts, taken),
      certificate: certificateText(facts, taken),
      revocation: progressOf(facts, taken, now),
      lastHandledRenewAt: issuance.handledRenewAt ?? facts.handledRenewAt,
    },
  };
}

/** Of one certificate it stays what it was at first. */
function renewalTimeOf({ declared: { was } }: CertificateFacts, { current }: Withdrawn): string | undefined {
  if (!current) return undefined;
  const isKnown = was?.fingerprint === current.fingerprint && current.key === 'Csr';
  return (isKnown ? was.renewalTime : undefined) ?? secondsText(renewalOf(current));
}

/** All others that are not past their end. Room is for those that are not revoked first. */
function historyOf(
  { held, strays, declared }: CertificateFacts,
  { current, revoked }: Withdrawn,
  now: Date,
): readonly CertificateRecord[] {
  const former = new Map((declared.was?.history ?? []).map((one) => [one.fingerprint, one.revokedAt]));
  const others = [...held, ...strays].filter((one) => one !== current);
  const isRevoked = (one: (typeof others)[number]) => revoked.has(certificateId(one));
  const chosen = others.toSorted((a, b) => Number(isRevoked(a)) - Number(isRevoked(b))).slice(0, historyLimit);
  return others
    .filter((one) => chosen.includes(one))
    .map((one) => {
      const revokedAt = isRevoked(one) ? (former.get(one.fingerprint) ?? secondsText(now)) : undefined;
      return { ...recordOf(one), ...(revokedAt !== undefined && { revokedAt }) };
    });
}

/** Each certificate counts once, when it is seen first. */
function revisionOf({ held, strays, declared: { was } }: CertificateFacts): number | undefined {
  const known = new Set([was?.fingerprint, ...(was?.history ?? []).map(({ fingerprint }) => fingerprint)]);
  const revision = (was?.revision ?? 0) + [...held, ...strays].filter((one) => !known.has(one.fingerprint)).length;
  return revision > 0 ? revision : undefined;
}

/** For a device that keeps its key there is no other place to fetch it from. */
function certificateText(facts: CertificateFacts, { current }: Withdrawn): string | undefined {
  if (current?.key !== 'Csr') return undefined;
  const request = requestFor(facts, current);
  const { was } = facts.declared;
  return request ? issuedPem(request.request) : was?.fingerprint === current.fingerprint ? was.certificate : undefined;
}

function conditionsOf(facts: CertificateFacts, taken: Withdrawn, issuance: Issuance): readonly ConditionDraft[] {
  const { work, stalled } = issuance;
  return [
    accepted(facts, issuance),
    resolved(facts, issuance),
    issued(facts, taken, issuance),
    ready(issuance),
    ...(work ? [condition('Reconciling', 'True', work.reason, work.message)] : []),
    ...(stalled ? [condition('Stalled', 'True', stalled.reason, stalled.message)] : []),
  ];
}

function accepted({ declared, findings }: CertificateFacts, { stalled }: Issuance): ConditionDraft {
  if (!declared.value.ok) return condition('Accepted', 'False', 'Invalid', textOf(declared.value.findings));
  const own = findings.find(({ object, severity }) => severity === 'Error' && object?.kind === 'DeviceCertificate');
  if (own && own.reason !== 'DeviceNotFound')
    return condition('Accepted', 'False', own.reason ?? 'Invalid', own.message);
  if (stalled?.reason === 'CsrRefused') return condition('Accepted', 'False', 'CsrRefused', stalled.message);
  return condition('Accepted', 'True', 'Accepted');
}

function resolved({ findings }: CertificateFacts, { stalled }: Issuance): ConditionDraft {
  const finding = findings.find(
    ({ object, severity, reason }) =>
      severity === 'Error' && (object?.kind !== 'DeviceCertificate' || reason === 'DeviceNotFound'),
  );
  if (finding) return condition('ResolvedRefs', 'False', finding.reason ?? 'Invalid', finding.message);
  if (stalled?.reason === 'IssuerNotFound' || stalled?.reason === 'SecretNotFound')
    return condition('ResolvedRefs', 'False', stalled.reason, stalled.message);
  return condition('ResolvedRefs', 'True', 'ResolvedRefs');
}

function issued(
  { foreign, declared: { was } }: CertificateFacts,
  { current }: Withdrawn,
  issuance: Issuance,
): ConditionDraft {
  const notes = textOf(foreign);
  if (current) return condition('Issued', 'True', 'Issued', notes);
  const { reason, message } = issuance.off ?? issuance.stalled ?? issuance.work ?? { reason: 'Issuing', message: '' };
  const isOver = reason === 'Issuing' && was?.serialNumber !== undefined;
  return condition(
    'Issued',
    'False',
    isOver ? 'Expired' : reason,
    [message, notes].filter((text) => text !== '').join('; '),
  );
}

function ready({ isReady, off, work, stalled }: Issuance): ConditionDraft {
  if (isReady) return condition('Ready', 'True', off?.reason ?? 'Ready', off?.message);
  const matter = stalled ?? work ?? { reason: 'Issuing', message: '' };
  return condition('Ready', 'False', matter.reason, matter.message);
}

function textOf(findings: readonly Finding[]): string {
  return findings.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`)).join('; ');
}
