/** What is to be done for a device, and what its status shall say. Pure. */
import type { Finding } from '../../domain/finding.ts';
import type { Device, Fleet } from '../../domain/fleet.ts';
import type { CaKeyId, RevocationEntry } from '../../domain/pki/certificate.ts';
import type { HeldCertificate } from '../../domain/pki/lineage.ts';
import { entryOf } from '../../domain/pki/withdrawal.ts';
import type { RevocationProgress } from '../../domain/pki/revocation-progress.ts';
import type { EventDraft } from '../../kube/events.ts';
import type { AuthorityState, BrokerState, Trust } from '../context.ts';
import type { DeclaredCertificate, DeclaredDevice } from '../declared.ts';
import { condition, type StatusDraft } from '../status.ts';
import { expectationOf, type Expectation, keptExpectation } from './expectation.ts';
import { issuedOf, unansweredNotice } from './issued.ts';
import { lockoutFields, lockoutNews, lockoutOf, unlockDueAt } from './lockout.ts';
import { type Programmed, type ProgrammedFacts, programmedOf } from './programmed.ts';
import { goodOf, holdsOf, progressOf } from './revocation.ts';
import { summaryOf } from './summary.ts';
import type { Verdict } from './verdict.ts';

export interface DeviceFacts {
  readonly declared: DeclaredDevice;
  readonly fleet: Fleet;
  readonly verdict: Verdict;
  /** DeviceCertificates that name the device, and the one of its name whomever it names. */
  readonly certificates: readonly DeclaredCertificate[];
  readonly namesake: DeclaredCertificate | undefined;
  /** Certificates that it holds; undefined while cert-manager cannot be asked. */
  readonly held: readonly HeldCertificate[] | undefined;
  readonly authorities: Pick<AuthorityState, 'isPublished' | 'isRevoked'>;
  /** Keys of the CAs that its broker trusts; undefined while that is not known. */
  readonly trusted: ReadonlySet<CaKeyId> | undefined;
  /** What its broker is to trust now; undefined while that is not known. */
  readonly trust: Trust | undefined;
  readonly broker: BrokerState | undefined;
  /** As the status tells of it, or was about to. */
  readonly formerRevocation: RevocationProgress | undefined;
  /** A revision in which all that is taken back of it is on the lists; undefined while some of it is not. */
  readonly publishedIn: number | undefined;
  /** Nothing can be made in a namespace that is going. */
  readonly isNamespaceGoing: boolean;
  readonly now: Date;
}

type ChildPlan = 'None' | 'Apply' | 'Delete' | 'NotOurs';
/** `Leave`: nothing is made or changed, and what was read before stays. */
type PasswordPlan = 'None' | 'Leave' | 'Read' | 'ReadOrMake';

export interface DevicePlan {
  /** Before anything else: nothing goes before its certificates are in the ledger. */
  readonly addFinalizer: boolean;
  readonly revoke: readonly RevocationEntry[];
  readonly child: ChildPlan;
  readonly password: PasswordPlan;
}

export function planOf(facts: DeviceFacts, finalizer: string): DevicePlan {
  const { declared, verdict, held = [] } = facts;
  const holds = verdict.device?.authentication.type === 'Certificate' || held.length > 0;
  return {
    addFinalizer: holds && !facts.isNamespaceGoing && !declared.meta.finalizers.includes(finalizer),
    revoke: revocations(facts).filter((entry) => !facts.authorities.isRevoked(entry)),
    child: childPlan(facts),
    password: passwordPlan(facts),
  };
}

/** Certificates to be taken back because of what the device is now; those that are in the ledger are among them. */
export function revocations({
  declared,
  verdict,
  held = [],
  now,
}: Pick<DeviceFacts, 'declared' | 'verdict' | 'held' | 'now'>): readonly RevocationEntry[] {
  const { device } = verdict;
  if (device?.revoked) {
    const { reason, at = now } = device.revoked;
    return held.map((certificate) => entryOf(certificate, reason, at));
  }
  // What an invalid object was before says nothing about what it shall be.
  if (!device || !declared.value.ok) return [];
  if (device.authentication.type === 'Certificate') return [];
  return held.map((certificate) => entryOf(certificate, 'Superseded', now));
}

function isOver({ revoked, expiresAt }: Device, now: Date): boolean {
  return revoked !== undefined || (expiresAt !== undefined && expiresAt <= now);
}

function childPlan({ declared, verdict, namesake, isNamespaceGoing, now }: DeviceFacts): ChildPlan {
  const { device, resolved } = verdict;
  const isOurs = namesake !== undefined && namesake.child?.ownerUid === declared.meta.uid;
  if (!device || !declared.value.ok) return 'None';
  const { authentication } = device;
  if (authentication.type !== 'Certificate' || !authentication.template) {
    return isOurs && !namesake.meta.isDeleting ? 'Delete' : 'None';
  }
  if (namesake && !isOurs) return 'NotOurs';
  const isBlocked = namesake?.meta.isDeleting === true || isNamespaceGoing;
  return !resolved || isOver(device, now) || isBlocked ? 'None' : 'Apply';
}

function passwordPlan({ verdict, isNamespaceGoing, now }: DeviceFacts): PasswordPlan {
  const { device, resolved } = verdict;
  if (device?.authentication.type !== 'Password') return 'None';
  if (!resolved || isOver(device, now)) return 'Leave';
  return device.suspended || isNamespaceGoing ? 'Read' : 'ReadOrMake';
}

/** What came of the plan. */
export interface Outcomes {
  readonly child: ChildPlan;
  readonly passwordHash: string | undefined;
  readonly isPasswordKnown: boolean;
  readonly passwordFindings: readonly Finding[];
  /** Of a write that was refused; it is tried again. */
  readonly failure: string | undefined;
}

export interface DeviceStatusPlan {
  readonly draft: StatusDraft;
  /** False where the former status says as much as is known now. */
  readonly isKnown: boolean;
  /** When the device is another one although nothing is changed. */
  readonly changesAt: Date | undefined;
  /** Told in Events when the status is written. */
  readonly news: readonly News[];
}

/** An Event, but for what it is about. */
export type News = Pick<EventDraft, 'type' | 'reason' | 'action' | 'note'>;

export function statusOf(facts: DeviceFacts, outcomes: Outcomes): DeviceStatusPlan {
  const { declared, verdict, now } = facts;
  const { device, resolved } = verdict;
  const expectation = resolved ? expectedOf(facts, resolved.device, outcomes) : keptBy(facts);
  const programmed = programmedFor(facts, expectation);
  const holder = resolved?.device ?? (expectation && device);
  const isCertified = holder?.authentication.type === 'Certificate';
  const issued = isCertified ? issuedOf(facts, outcomes.child === 'NotOurs') : undefined;
  const conditions = [
    verdict.accepted,
    verdict.resolvedRefs,
    ...(issued ? [issued.condition, ...unansweredNotice(facts)] : []),
    programmed.condition,
    ...summaryOf({ facts, expectation, programmed: programmed.condition, issued: issued?.condition, outcomes }),
  ];
  const fields = {
    ...identityFields(facts, expectation),
    bundleRevision: programmed.revision,
    certificate: issued?.certificate,
    revocation: progressOf(facts, expectation),
    ...lockoutFields(facts),
  };
  const areCertificatesKnown = !isCertified || facts.held !== undefined;
  return {
    draft: { generation: declared.meta.generation, conditions, fields },
    news: lockoutNews(facts),
    isKnown: resolved ? expectation !== undefined && areCertificatesKnown : !isUndecided(facts),
    changesAt: earliest([
      expectation?.changesAt,
      futureOf(device?.expiresAt, now),
      issued?.endsAt,
      lookOf(facts, programmed),
      unlockDueAt(facts),
    ]),
  };
}

/** Both stay while it is not known what becomes of it: after a restart they tell whose the published rights are. */
function identityFields(facts: DeviceFacts, expectation: Expectation | undefined) {
  const { declared, verdict } = facts;
  return {
    identity: verdict.device?.identity ?? declared.formerIdentity,
    rulesHash: expectation?.hash ?? (isUndecided(facts) ? declared.rulesHash : undefined),
  };
}

/** What it keeps because of a mistake. */
function keptBy({ declared, fleet, broker, verdict: { device, isMistaken } }: DeviceFacts): Expectation | undefined {
  const status = device && isMistaken ? broker?.compiled.statuses.get(device.identity) : undefined;
  const isOwn = status?.mistaken === 'Kept' && status.device === declared.key;
  return device && isOwn ? keptExpectation(fleet, device.broker, status) : undefined;
}

/** It may have something to keep, and its broker was not looked at since. */
function isUndecided({ declared, broker, verdict: { device, isMistaken } }: DeviceFacts): boolean {
  if (declared.rulesHash === undefined || !isMistaken) return false;
  return device === undefined || !broker?.compiled.statuses.has(device.identity);
}

/** Until what is taken back is proved it is looked at often, for nothing may hold it up. */
const lookMilliseconds = 5000;

function lookOf(facts: DeviceFacts, programmed: Programmed): Date | undefined {
  const isOpen = programmed.condition.status !== 'True' && revocations(facts).length > 0;
  return isOpen ? new Date(facts.now.getTime() + lookMilliseconds) : undefined;
}

function earliest(times: readonly (Date | undefined)[]): Date | undefined {
  return times.reduce((first, time) => (time && (!first || time < first) ? time : first), undefined);
}

function futureOf(time: Date | undefined, now: Date): Date | undefined {
  return time && time > now ? time : undefined;
}

const noKeys: ReadonlySet<CaKeyId> = new Set();

/** Undefined while its credential is not known. */
function expectedOf(
  facts: DeviceFacts,
  device: Device,
  { passwordHash, isPasswordKnown }: Outcomes,
): Expectation | undefined {
  const { fleet, trusted, held, authorities, now } = facts;
  if (!isPasswordKnown) return undefined;
  if (device.authentication.type === 'Certificate' && !device.revoked && (!trusted || !held)) return undefined;
  const certificates = (held ?? []).filter((certificate) => !authorities.isRevoked(certificate));
  const lockedUntil = lockoutOf(facts)?.until;
  return expectationOf({ fleet, device, trusted: trusted ?? noKeys, certificates, passwordHash, lockedUntil }, now);
}

function formerProof({ rulesHash, programmedIn, status, meta }: DeclaredDevice): ProgrammedFacts['former'] {
  if (rulesHash === undefined || programmedIn === undefined) return undefined;
  if (status.observedGeneration !== meta.generation) return undefined;
  return { rulesHash, revision: programmedIn };
}

function programmedFor(facts: DeviceFacts, expectation: Expectation | undefined): Programmed {
  const { verdict, declared, broker, authorities, publishedIn } = facts;
  if (!verdict.resolved && !expectation) {
    const { reason, message } = verdict.accepted.status === 'False' ? verdict.accepted : verdict.resolvedRefs;
    return { condition: condition('Programmed', 'False', reason, message), revision: undefined };
  }
  if (!expectation) {
    const message = 'what lets it in is not known yet';
    return { condition: condition('Programmed', 'Unknown', 'Pending', message), revision: undefined };
  }
  const taken = revocations(facts);
  return programmedOf({
    expectation,
    broker,
    former: formerProof(declared),
    holds: holdsOf(facts),
    good: goodOf(facts),
    unpublished: taken.filter((entry) => !authorities.isPublished(entry)).length,
    leastRevision: taken.length > 0 ? publishedIn : 0,
  });
}
