/** What is to be done about one DeviceCertificate. Pure: the same facts at the same time give the same plan. */
import { isOwnedBy } from '../apply.ts';
import { revokeFinalizer } from '../../api/labels.ts';
import { noticeTimes } from './acknowledgement.ts';
import { csrIssuance } from './csr-issuance.ts';
import type { CertificateFacts } from './facts.ts';
import { generatedIssuance } from './generated-issuance.ts';
import { certificateId, takenBackIn } from './history.ts';
import { type Issuable, type Issuance, type NotServed, servedBy } from './issuance.ts';
import { renewalOf } from '../../domain/pki/lineage.ts';
import { statusDraft } from './status.ts';
import { lateSecretTimes, soonestEnd } from './late-secret.ts';
import { type CertificatePlan, type CertificateStep, secretRemoval } from './steps.ts';
import { withdrawn, type Withdrawn } from './withdrawn.ts';

/** How soon to look again while something is not in its ledger yet, or goes only when others let it. */
const pollMilliseconds = 2000;
/** How soon while brokers are told, of which the authorities wake us. */
const publicationMilliseconds = 10_000;

function publicationTime({ entries }: Withdrawn, now: Date): Date {
  return new Date(now.getTime() + (entries.length > 0 ? pollMilliseconds : publicationMilliseconds));
}

export function planOf(facts: CertificateFacts, now: Date): CertificatePlan {
  const taken = withdrawn(facts, now);
  if (facts.declared.meta.isDeleting) return deletionPlan(facts, taken, now);
  const issuance = issuanceOf(facts, taken, now);
  const isHeld = facts.declared.meta.finalizers.includes(revokeFinalizer);
  const steps = isRemembered(facts, taken) ? issuance.steps : issuance.steps.filter(isNoLoss);
  return {
    steps: [...(isHeld ? [] : [{ kind: 'AddFinalizer' } as const]), ...revocation(taken), ...steps],
    status: statusDraft(facts, taken, issuance, now),
    nextAt: nextTime(facts, taken, { ...issuance, times: [...issuance.times, ...noticeTimes(facts, taken, now)] }, now),
  };
}

function revocation({ entries }: Withdrawn): readonly CertificateStep[] {
  return entries.length === 0 ? [] : [{ kind: 'Revoke', entries }];
}

/** The status, or the ledger, knows of all certificates. */
function isRemembered({ held, strays, declared: { was } }: CertificateFacts, { revoked }: Withdrawn): boolean {
  const known = new Set([was?.fingerprint, ...(was?.history ?? []).map(({ fingerprint }) => fingerprint)]);
  return [...held, ...strays].every((one) => known.has(one.fingerprint) || revoked.has(certificateId(one)));
}

/** With a Certificate its requests go, which tell what was issued: the status is written before. */
function isNoLoss({ kind }: CertificateStep): boolean {
  return kind !== 'DeleteCertificate';
}

/** The ledger first, then all brokers; then the Certificate, without which cert-manager makes no Secret; then that. */
function deletionPlan(facts: CertificateFacts, taken: Withdrawn, now: Date): CertificatePlan {
  if (!facts.declared.meta.finalizers.includes(revokeFinalizer)) return { steps: [], nextAt: undefined };
  const isDone = taken.isPublished || facts.isLifted;
  const child = ownChild(facts);
  if (!isDone) return { steps: revocation(taken), nextAt: publicationTime(taken, now) };
  if (child) {
    const steps = [...revocation(taken), ...secretRemoval(facts.formerSecret)];
    return {
      steps: [...steps, { kind: 'DeleteCertificate', certificate: child }],
      nextAt: new Date(now.getTime() + pollMilliseconds),
    };
  }
  const requests = facts.requests.filter(({ maker }) => maker === 'Csr');
  const steps: readonly CertificateStep[] = [
    ...revocation(taken),
    ...secretRemoval(facts.secret),
    ...requests.map(({ request }) => ({ kind: 'DeleteRequest', request }) as const),
  ];
  const end = soonestEnd(facts);
  if (end && end > now) return { steps, nextAt: end };
  return { steps: [...steps, { kind: 'RemoveFinalizer' }], nextAt: undefined };
}

function ownChild({ child, declared }: CertificateFacts): CertificateFacts['child'] {
  return child && isOwnedBy(child, declared.meta.uid) ? child : undefined;
}

function issuanceOf(facts: CertificateFacts, taken: Withdrawn, now: Date): Issuance {
  const served = servedBy(facts, now);
  if (served.kind === 'Over') return overIssuance(facts, taken, served, now);
  if (served.kind === 'Off') return offIssuance(facts, taken, served, now);
  if (facts.certManager === 'Absent') return absentIssuance(taken);
  return withTurn(facts, issued(facts, taken, atTurn(facts, served), now));
}

function issued(facts: CertificateFacts, taken: Withdrawn, served: Issuable, now: Date): Issuance {
  return served.key.kind === 'Csr'
    ? csrIssuance(facts, taken, { ...served, csr: served.key.pem }, now)
    : withoutRequests(facts, generatedIssuance(facts, taken, { ...served, key: served.key.privateKey }, now), now);
}

/** Until it is its turn to be of another issuer, it is renewed by the former one. */
function atTurn({ succession }: CertificateFacts, served: Issuable): Issuable {
  const former = succession?.waitsUntil && succession.former;
  return former ? { ...served, issuer: former } : served;
}

function withTurn({ succession }: CertificateFacts, issuance: Issuance): Issuance {
  if (!succession?.waitsUntil) return issuance;
  return { ...issuance, times: [...issuance.times, succession.waitsUntil] };
}

/** Of a device that kept its key before: a certificate stays to be told of, what might become one does not. */
function withoutRequests({ requests }: CertificateFacts, issuance: Issuance, now: Date): Issuance {
  const useless = requests.filter(
    ({ maker, outcome }) => maker === 'Csr' && (outcome.kind !== 'Issued' || outcome.certificate.notAfter <= now),
  );
  const removal = useless.map(({ request }) => ({ kind: 'DeleteRequest', request }) as const);
  return { ...issuance, steps: [...removal, ...issuance.steps] };
}

/** Nothing more is ever issued, and what was issued is worth nothing. */
function overIssuance(facts: CertificateFacts, taken: Withdrawn, notServed: NotServed<'Over'>, now: Date): Issuance {
  const child = ownChild(facts);
  const waiting = facts.requests.filter(({ maker, outcome }) => maker === 'Csr' && outcome.kind === 'Pending');
  const stop = waiting.map(({ request }) => ({ kind: 'DeleteRequest', request }) as const);
  const isWaiting = !taken.isPublished && !wasTakenBack(facts, taken, notServed);
  if (isWaiting || child) {
    const removal: readonly CertificateStep[] =
      child && !isWaiting
        ? [...secretRemoval(facts.formerSecret), { kind: 'DeleteCertificate', certificate: child }]
        : [];
    const work = { reason: notServed.reason, message: 'its certificates are being taken back' };
    const nextAt = isWaiting ? [publicationTime(taken, now)] : [];
    return { steps: [...stop, ...removal], isReady: false, work, times: nextAt };
  }
  const steps = [...stop, ...secretRemoval(facts.secret)];
  return { steps, ...restOf(notServed), times: lateSecretTimes(facts) };
}

/** The status says so already. It is for good, so that nobody waits for what is published to be known again. */
function wasTakenBack(
  { held, strays, declared: { was, status } }: CertificateFacts,
  { revoked }: Withdrawn,
  { reason }: NotServed<'Over'>,
): boolean {
  if (status.conditions.get('Ready')?.reason !== reason || status.conditions.has('Reconciling')) return false;
  const former = takenBackIn(was);
  return [...held, ...strays].map(certificateId).every((one) => !revoked.has(one) || former.has(one));
}

/** Nothing is issued for now. cert-manager would renew by itself: without its Certificate it does not; the Secret stays. */
function offIssuance(
  facts: CertificateFacts,
  { current }: Withdrawn,
  notServed: NotServed<'Off'>,
  now: Date,
): Issuance {
  const child = ownChild(facts);
  const stopAt = current && child && new Date(renewalOf(current).getTime() - stopMilliseconds);
  const isDue = stopAt !== undefined && stopAt <= now;
  const steps: readonly CertificateStep[] = isDue && child ? [{ kind: 'DeleteCertificate', certificate: child }] : [];
  return { steps, ...restOf(notServed), times: stopAt && !isDue ? [stopAt] : [] };
}

/** Ready if it is as somebody declared it. */
function restOf({
  reason,
  message,
  isIntended,
}: NotServed<'Over' | 'Off'>): Pick<Issuance, 'isReady' | 'off' | 'stalled'> {
  const matter = { reason, message };
  return isIntended ? { isReady: true, off: matter } : { isReady: false, stalled: matter };
}

/** How long before a renewal that must not be its Certificate is taken away. */
const stopMilliseconds = 300_000;

function absentIssuance({ current }: Withdrawn): Issuance {
  if (current) return { steps: [], isReady: true, times: [] };
  const stalled = { reason: 'CertManagerAbsent', message: 'the kinds of cert-manager cannot be listed' } as const;
  return { steps: [], isReady: false, stalled, times: [] };
}

function nextTime(
  { held, strays, device, declared: { meta } }: CertificateFacts,
  { times }: Withdrawn,
  issuance: Issuance,
  now: Date,
): Date | undefined {
  const ends = [...held, ...strays].map(({ notAfter }) => notAfter);
  const all = [...times, ...issuance.times, ...ends, ...(device?.expiresAt ? [device.expiresAt] : [])];
  const coming = all.filter((time) => time > now || meta.isDeleting);
  return coming.reduce<Date | undefined>((first, time) => (first && first <= time ? first : time), undefined);
}
