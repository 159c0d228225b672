import { failuresAnnotation } from '../../api/labels.ts';
import { parsedCsr } from '../../domain/pki/csr.ts';
import { renewalOf } from '../../domain/pki/lineage.ts';
import { needsIssuance } from '../../domain/pki/renewal.ts';
import { timeOf } from '../../parse/time.ts';
import { covers, type DesiredChild, isOwnedBy } from '../apply.ts';
import { requestChild } from './children.ts';
import type { CertificateFacts } from './facts.ts';
import { certificateId } from './history.ts';
import { lateSecretTimes } from './late-secret.ts';
import { issuing, issuingSaid, type Issuable, type Issuance, renewalAsked } from './issuance.ts';
import type { Claim, RequestOutcome } from './request.ts';
import { type CertificateStep, secretRemoval } from './steps.ts';
import type { Withdrawn } from './withdrawn.ts';

type FromCsr = Issuable & { readonly csr: string };

/** A request of cert-manager is one shot, so that renewals and further tries are ours. */
export function csrIssuance(facts: CertificateFacts, taken: Withdrawn, served: FromCsr, now: Date): Issuance {
  const csr = parsedCsr(served.csr, served.device.identity);
  if (!csr.ok) {
    const message = csr.findings.map((finding) => finding.message).join('; ');
    return { steps: [], isReady: false, stalled: { reason: 'CsrRefused', message }, times: [] };
  }
  const requests = facts.requests.filter(({ maker }) => maker === 'Csr').toSorted(byTurn);
  const asked = renewalAsked(facts);
  const why = reasonToIssue(facts, taken, served, csr.value.keyId, now);
  const pruned = outdated(requests, now).map(({ request }) => ({ kind: 'DeleteRequest', request }) as const);
  const renewalAt = taken.current && renewalIn(facts, taken.current);
  const times = [renewalAt, asked?.at, ...lateSecretTimes(facts)].filter((time) => time !== undefined);
  const isHandled = asked !== undefined && asked.at <= now;
  const base = { ...(isHandled && { handledRenewAt: asked.text }) };
  if (why === undefined) return { ...base, steps: [...pruned, ...keyRemoval(facts)], isReady: true, times };
  const isReady = why === 'RenewalDue' || why === 'Requested';
  const attempt = attemptOf(facts, taken, served, requests, now);
  const steps = [...attempt.steps, ...pruned, ...keyRemoval(facts)];
  return { ...base, steps, isReady, ...attempt.matter, times: [...times, ...attempt.times] };
}

/** Latest first. Of one second it is the one that gave no certificate: what failed before waits a minute at least. */
function byTurn(a: Claim, b: Claim): number {
  const [x, y] = [a, b].map(({ request }) => Date.parse(request.metadata.creationTimestamp ?? ''));
  if (x !== y) return (y ?? 0) - (x ?? 0);
  return turns[a.outcome.kind] - turns[b.outcome.kind];
}

const turns: Readonly<Record<RequestOutcome['kind'], number>> = { Pending: 0, Failed: 1, Unreadable: 1, Issued: 2 };

/** A key that was made here before the device had one of its own. */
function keyRemoval({ child, declared, secret, formerSecret }: CertificateFacts): readonly CertificateStep[] {
  if (!child || !isOwnedBy(child, declared.meta.uid)) return secretRemoval(secret);
  return [{ kind: 'DeleteCertificate', certificate: child }, ...secretRemoval(formerSecret)];
}

type Why = ReturnType<typeof needsIssuance>;

function reasonToIssue(
  facts: CertificateFacts,
  { current }: Withdrawn,
  { device, issuer }: FromCsr,
  keyId: string,
  now: Date,
): Why {
  if (!current) return 'Missing';
  const asked = renewalAsked(facts);
  const { identity } = device;
  const wanted = {
    ...{
      identity,
      keyId,
      caKeyId: current.caKeyId,
      uid: current.lineage,
      renewBeforeSeconds: current.renewBeforeSeconds,
    },
    ...(asked && { renewAt: asked.at }),
  };
  const why = needsIssuance(wanted, current, { now, issuedAt: current.issuedAt });
  if (why !== undefined && why !== 'RenewalDue') return why;
  // Another CA under the same issuer is the business of the issuer; another issuer is ours.
  const request = requestFor(facts, current);
  if (request && !covers(request.request.spec?.issuerRef, { name: issuer.name, kind: issuer.kind }))
    return 'IssuerChanged';
  const { succession } = facts;
  if (succession?.why === 'Ca' && !succession.waitsUntil) return 'IssuerChanged';
  return renewalIn(facts, current) <= now ? 'RenewalDue' : undefined;
}

/** As the status has it, which was decided at issuance. */
function renewalIn({ declared: { was } }: CertificateFacts, current: NonNullable<Withdrawn['current']>): Date {
  const stated = current.fingerprint === was?.fingerprint ? timeOf(was.renewalTime ?? '') : undefined;
  return stated ?? renewalOf(current);
}

/** The request that a certificate came from; undefined when it is gone. */
export function requestFor(
  { requests }: Pick<CertificateFacts, 'requests'>,
  held: Parameters<typeof certificateId>[0],
): Claim | undefined {
  return requests.find(
    ({ outcome }) => outcome.kind === 'Issued' && certificateId(outcome.certificate) === certificateId(held),
  );
}

interface Attempt {
  readonly steps: readonly CertificateStep[];
  readonly matter: Pick<Issuance, 'work' | 'stalled'>;
  readonly times: readonly Date[];
}

/** The next request, unless one is under way or the last one failed too short a time ago. */
function attemptOf(
  facts: CertificateFacts,
  { current, revoked }: Withdrawn,
  served: FromCsr,
  [latest]: readonly Claim[],
  now: Date,
): Attempt {
  const last = current && latest && requestFor(facts, current) === latest ? undefined : latest;
  const follows = [current ? certificateId(current) : '', last?.request.metadata.name ?? ''];
  const desired = (failures: number) => {
    const { csr, broker, issuer, pins } = served;
    return requestChild({ declared: facts.declared, csr, broker, issuer, pins, failures, follows });
  };
  const creation = (failures: number, matter: Attempt['matter'] = { work: issuing }): Attempt => {
    return { steps: [{ kind: 'CreateRequest', desired: desired(failures) }], matter, times: [] };
  };
  if (!last) return creation(0);
  if (!isSameAsk(last, desired(0))) return replacing(last, creation(0));
  if (last.outcome.kind === 'Pending') return waitingFor(last.outcome);
  const failure = failureOf(last, served.device.identity, revoked);
  if (!failure) return creation(0);
  const failures = 1 + failuresBefore(last);
  const retryAt = new Date(failure.at.getTime() + backoffMilliseconds(failures));
  const matter = { work: { reason: 'IssuanceFailed', message: failure.message } } as const;
  return retryAt > now ? { steps: [], matter, times: [retryAt] } : creation(failures, matter);
}

/** What was asked for by a former manifest is not waited for. */
function replacing({ request, outcome }: Claim, creation: Attempt): Attempt {
  if (outcome.kind !== 'Pending') return creation;
  return { ...creation, steps: [{ kind: 'DeleteRequest', request }, ...creation.steps] };
}

function waitingFor({ isIssuerMissing, message }: RequestOutcome & { readonly kind: 'Pending' }): Attempt {
  const matter = isIssuerMissing
    ? { stalled: { reason: 'IssuerNotFound', message } as const }
    : { work: issuingSaid(message) };
  return { steps: [], matter, times: [] };
}

/** How a request that is over failed; undefined for one whose certificate was good and is not any more. */
function failureOf(
  { outcome, request }: Claim,
  identity: string,
  revoked: ReadonlySet<string>,
): { readonly at: Date; readonly message: string } | undefined {
  const at = new Date(request.metadata.creationTimestamp ?? 0);
  if (outcome.kind === 'Failed') return outcome;
  if (outcome.kind !== 'Issued') return { at, message: outcome.message };
  const { certificate } = outcome;
  if (certificate.identity !== identity) {
    return { at, message: `the issuer gave the common name ${JSON.stringify(certificate.identity)}` };
  }
  const wasGood = certificate.notAfter.getTime() - at.getTime() > shortestLifeMilliseconds;
  return wasGood || revoked.has(certificateId(certificate))
    ? undefined
    : { at, message: 'the issuer gave a certificate past its end' };
}

/** What lives shorter was no certificate to work with. */
const shortestLifeMilliseconds = 60_000;

/** The same request of the same issuer: what differs was asked for by a former manifest. */
function isSameAsk({ request }: Claim, desired: DesiredChild): boolean {
  const wanted = desired['spec'] as { readonly request: string; readonly issuerRef: object };
  return covers(request.spec, { request: wanted.request, issuerRef: wanted.issuerRef });
}

function failuresBefore({ request }: Claim): number {
  const text = request.metadata.annotations?.[failuresAnnotation] ?? '0';
  return /^\d{1,3}$/.test(text) ? Number(text) : 0;
}

/** One minute, doubled with each failure up to an hour. */
function backoffMilliseconds(failures: number): number {
  return Math.min(60_000 * 2 ** (failures - 1), 3_600_000);
}

/** Failed ones but for the latest request, and those whose certificate is past its end. */
function outdated(requests: readonly Claim[], now: Date): readonly Claim[] {
  return requests.filter(({ outcome }, index) => {
    if (outcome.kind === 'Issued') return outcome.certificate.notAfter <= now;
    return index > 0;
  });
}
