import type { CertificateObject } from '../../api/kinds.ts';
import { formerSecretAnnotation } from '../../api/labels.ts';
import type { PrivateKeySpec } from '../../domain/fleet.ts';
import { type HeldCertificate, renewalOf } from '../../domain/pki/lineage.ts';
import { covers, isOwnedBy } from '../apply.ts';
import { certificateChild, pinsOf, type Pins, secretNameOf } from './children.ts';
import type { CertificateFacts } from './facts.ts';
import { isFresh } from './fresh.ts';
import { issuing, issuingSaid, type Issuable, type Issuance, type Matter, renewalAsked } from './issuance.ts';
import { conditionOf } from './request.ts';
import { type CertificateStep, secretRemoval } from './steps.ts';
import type { Withdrawn } from './withdrawn.ts';

/**
 * How long before the renewal by cert-manager changed defaults are put into the Certificate. When nobody is there at
 * that time, cert-manager renews with the former ones.
 */
const leadMilliseconds = 120_000;

type Generated = Omit<Issuable, 'key'> & { readonly key: PrivateKeySpec };

/** The key is made in the cluster: cert-manager keeps a Certificate and its Secret. */
export function generatedIssuance(facts: CertificateFacts, taken: Withdrawn, served: Generated, now: Date): Issuance {
  const blocked = obstacle(facts, now);
  if (blocked) return { steps: [], isReady: false, ...blocked };
  const application = applicationOf(facts, taken, served, now);
  const asked = renewalAsked(facts);
  const child = application.isSame ? facts.child : undefined;
  if (!child) {
    const times = [application.leadAt, asked?.at].filter((time) => time !== undefined);
    return { steps: application.steps, ...progress(facts, taken, application), times };
  }
  const reissue = reissueOf(facts, taken, child, now);
  const steps: readonly CertificateStep[] =
    reissue.message === undefined ? [] : [{ kind: 'Reissue', certificate: child, message: reissue.message }];
  return {
    steps,
    ...progress(facts, taken, application),
    ...(asked && asked.at <= now && { handledRenewAt: asked.text }),
    times: [application.leadAt, reissue.at, asked?.at].filter((time) => time !== undefined),
  };
}

/** Making the Certificate what it shall be. */
interface Application {
  readonly steps: readonly CertificateStep[];
  /** It is so already. */
  readonly isSame: boolean;
  /** Only what is pinned changes, for the renewal that is due now. */
  readonly isRenewal: boolean;
  /** When what is pinned is looked at again. */
  readonly leadAt: Date | undefined;
}

function applicationOf(facts: CertificateFacts, { current }: Withdrawn, served: Generated, now: Date): Application {
  const { child, declared } = facts;
  const leadAt = current && new Date(renewalOf(current).getTime() - leadMilliseconds);
  const isDue = leadAt !== undefined && leadAt <= now && child !== undefined && !isIssuing(child);
  const wanted = desiredPins(served, child, isDue);
  const former = formerSecretOf(facts, secretNameOf(served.spec, declared));
  const { spec, key, broker, issuer, device } = served;
  const desired = certificateChild({
    ...{ declared, spec, key, broker, issuer, identity: device.identity, pins: wanted.pins },
    formerSecret: former.isKept ? former.name : undefined,
  });
  const isSame = child !== undefined && covers(child, desired) && !former.isOver;
  const apply: CertificateStep = { kind: 'ApplyCertificate', desired, present: child };
  const steps = [...leftoverRemoval(facts), ...(former.removal ? [former.removal] : []), ...(isSame ? [] : [apply])];
  return { steps, isSame, isRenewal: wanted.areRenewed, leadAt };
}

/**
 * cert-manager names requests by Certificate and number. Those of a former Certificate stay until they are collected, which
 * may take a minute, and it waits longer and longer to try again a name that is taken.
 */
function leftoverRemoval({ child, leftovers }: CertificateFacts): readonly CertificateStep[] {
  return child ? [] : leftovers.map(({ request }) => ({ kind: 'DeleteRequest', request }));
}

/** Nobody tells of objects of others: they are looked at again after so long. */
const foreignMilliseconds = 10_000;
/** Somebody is about to make it. */
const secretMilliseconds = 3_000;

/** What keeps us from having the Certificate at all. */
function obstacle(
  { child, secret, declared, keyStoreProblem }: CertificateFacts,
  now: Date,
): Pick<Issuance, 'stalled' | 'work' | 'times'> | undefined {
  const times = [new Date(now.getTime() + foreignMilliseconds)];
  const { name, uid } = declared.meta;
  if (child && !isOwnedBy(child, uid)) {
    const isFormer = child.metadata.ownerReferences?.some(
      (owner) => owner.kind === 'DeviceCertificate' && owner.name === name,
    );
    if (isFormer) return { work: issuing, times: [] }; // that of a former object, which goes with it
    return { stalled: { reason: 'NotOurs', message: `Certificate ${name} belongs to somebody else` }, times };
  }
  if (!child && keyStoreProblem !== undefined) {
    // cert-manager would issue a certificate and then keep it to itself.
    const soon = [new Date(now.getTime() + secretMilliseconds)];
    return { stalled: { reason: 'SecretNotFound', message: keyStoreProblem }, times: soon };
  }
  if (secret.kind !== 'NotOurs') return undefined;
  const message = `Secret ${secret.name} exists and was not made for this object: it is not touched`;
  return { stalled: { reason: 'SecretNotOurs', message }, times };
}

/** Those of the present Certificate until its renewal; a `renewBefore` of the object itself counts at once. */
function desiredPins(
  { pins, spec }: Generated,
  child: CertificateObject | undefined,
  isDue: boolean,
): { readonly pins: Pins; readonly areRenewed: boolean } {
  const former = child && pinsOf(child);
  if (!former) return { pins, areRenewed: false };
  if (isDue) {
    const areRenewed =
      former.durationSeconds !== pins.durationSeconds || former.renewBeforeSeconds !== pins.renewBeforeSeconds;
    return { pins, areRenewed };
  }
  const { renewBeforeSeconds = former.renewBeforeSeconds } = spec;
  return { pins: { ...former, renewBeforeSeconds }, areRenewed: false };
}

interface FormerSecret {
  readonly name: string | undefined;
  /** It is to be remembered on the Certificate. */
  readonly isKept: boolean;
  /** It was remembered, and is gone or goes now. */
  readonly isOver: boolean;
  readonly removal: CertificateStep | undefined;
}

/** The Certificate remembers the Secret of a former name until cert-manager fills the new one; then that is deleted. */
function formerSecretOf({ child, formerSecret }: CertificateFacts, name: string): FormerSecret {
  const remembered = child?.metadata.annotations?.[formerSecretAnnotation];
  const filled = child?.spec?.['secretName'];
  const [removal] = remembered === name ? [] : secretRemoval(formerSecret);
  if (typeof filled === 'string' && filled !== name) {
    // It remembers one name: that of before is given up.
    return { name: filled, isKept: true, isOver: false, removal };
  }
  if (!child || remembered === undefined) {
    return { name: undefined, isKept: false, isOver: false, removal: undefined };
  }
  if (!isFilled(child)) return { name: remembered, isKept: true, isOver: false, removal: undefined };
  return { name: remembered, isKept: false, isOver: true, removal };
}

/** cert-manager has done all that the Certificate asks for now. */
function isFilled({ status, metadata }: CertificateObject): boolean {
  const ready = conditionOf(status?.conditions, 'Ready');
  return ready?.status === 'True' && (ready.observedGeneration ?? metadata.generation) === metadata.generation;
}

function isIssuing({ status }: CertificateObject): boolean {
  return conditionOf(status?.conditions, 'Issuing')?.status === 'True';
}

/** Why cert-manager is asked for another certificate, or when it may be. */
function reissueOf(
  facts: CertificateFacts,
  { current, revoked }: Withdrawn,
  child: CertificateObject,
  now: Date,
): { readonly message?: string; readonly at: Date | undefined } {
  if (isIssuing(child) || conditionOf(child.status?.conditions, 'Ready')?.status !== 'True') return { at: undefined };
  const asked = renewalAsked(facts);
  // Both are in whole seconds; one that is asked for in the second of the last is a new one.
  if (asked && asked.at <= now && (!current || current.issuedAt <= asked.at)) {
    return { message: `asked for at ${asked.text}`, at: undefined };
  }
  if (current && isIn(child, current))
    return { ...(isOfFormerCa(facts, child) && { message: otherCa }), at: undefined };
  if (facts.held.some((one) => isIn(child, one)) && revoked.size > 0) {
    return { message: 'its certificate was revoked', at: undefined };
  }
  const { reissueAt } = facts;
  if (reissueAt && reissueAt <= now) return { message: 'its serial number is not known', at: undefined };
  return { at: reissueAt };
}

const otherCa = 'its issuer has another CA now';

/** The same issuer issues under another key now, and it is the turn of this one. */
function isOfFormerCa({ succession }: CertificateFacts, child: CertificateObject): boolean {
  return succession?.why === 'Ca' && !succession.waitsUntil && isFilled(child);
}

/** The Secret of this Certificate holds that one, as far as its status tells. */
export function isIn(
  { status }: CertificateObject,
  { notBefore, notAfter }: { readonly notBefore: Date; readonly notAfter: Date },
): boolean {
  return (
    Date.parse(status?.notAfter ?? '') === notAfter.getTime() &&
    Date.parse(status?.notBefore ?? '') === notBefore.getTime()
  );
}

function progress(
  facts: CertificateFacts,
  { current }: Withdrawn,
  { isSame, isRenewal }: Application,
): Pick<Issuance, 'isReady' | 'work' | 'stalled'> {
  const isServing = facts.child !== undefined && isReadyChild(facts, facts.child);
  const isHeld = current !== undefined && facts.child !== undefined && isServedBy(facts, facts.child, current);
  const isReady = isHeld && (isSame || isRenewal) && isServing;
  const problem = problemIn(facts);
  if (problem || isReady) return { isReady, ...problem };
  return { isReady, work: !isHeld && isServing && facts.reissueAt ? serialUnknown : issuingSaid(wordsIn(facts)) };
}

/** What cert-manager says of a Certificate that is not ready, or of its request. */
function wordsIn({ child, requests: [latest] }: CertificateFacts): string | undefined {
  if (latest?.outcome.kind === 'Pending') return latest.outcome.message;
  const conditions = child?.status?.conditions;
  const [ready, open] = [conditionOf(conditions, 'Ready'), conditionOf(conditions, 'Issuing')];
  if (open?.status === 'True') return open.message;
  return ready?.status === 'True' ? undefined : ready?.message;
}

const serialUnknown: Matter = { reason: 'SerialUnknown', message: 'no request with its certificate was seen' };

/** Until it was Ready, the latest certificate may be one from before, which the Certificate did not ask for. */
function isServedBy(facts: CertificateFacts, child: CertificateObject, current: HeldCertificate): boolean {
  return !isFresh(facts.declared) || isIn(child, current);
}

function isReadyChild(facts: CertificateFacts, { status, metadata }: CertificateObject): boolean {
  const ready = conditionOf(status?.conditions, 'Ready');
  if (ready?.status !== 'True') return false;
  if (!isFresh(facts.declared)) return true;
  return ready.observedGeneration === undefined || ready.observedGeneration === metadata.generation;
}

/** What became of the latest request. */
function problemIn({
  requests: [latest],
  keyStoreProblem,
}: CertificateFacts): Pick<Issuance, 'work' | 'stalled'> | undefined {
  if (keyStoreProblem !== undefined) return { stalled: { reason: 'SecretNotFound', message: keyStoreProblem } };
  switch (latest?.outcome.kind) {
    case 'Pending':
      if (!latest.outcome.isIssuerMissing) return undefined;
      return { stalled: { reason: 'IssuerNotFound', message: latest.outcome.message } };
    case 'Failed':
      return { work: { reason: 'IssuanceFailed', message: latest.outcome.message } };
    case 'Unreadable':
      return { stalled: { reason: 'IssuanceFailed', message: latest.outcome.message } };
    case 'Issued':
    case undefined:
      return undefined;
  }
}
