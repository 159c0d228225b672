/** What one lineage holds, from all that is known of it. */
import type { CertificateObject } from '../../api/kinds.ts';
import { deviceCertificateUidAnnotation, renewBeforeAnnotation } from '../../api/labels.ts';
import type { Finding } from '../../domain/finding.ts';
import type { ObjectKey } from '../../domain/names.ts';
import { type HeldCertificate, type KeyRequest, keyRequestOf } from '../../domain/pki/lineage.ts';
import { isOwnedBy } from '../apply.ts';
import type { DeclaredCertificate } from '../declared.ts';
import { rememberedCertificates } from './history.ts';
import { byAge, type Claim } from './request.ts';

/** Unexpired certificates of a lineage, and the requests that belong to it. */
export interface Account {
  /** Of the DeviceCertificate: another one under the same name starts with nothing. */
  readonly uid: string | undefined;
  readonly device: ObjectKey | undefined;
  readonly identity: string | undefined;
  /** As the device named it when it was last there. */
  readonly broker: ObjectKey | undefined;
  readonly held: readonly HeldCertificate[];
  readonly strays: readonly HeldCertificate[];
  readonly own: readonly Claim[];
  /** Requests of a former Certificate of the name, which are still to go with it. */
  readonly leftovers: readonly Claim[];
  readonly findings: readonly Finding[];
}

export const emptyAccount: Account = {
  ...{ uid: undefined, device: undefined, identity: undefined, broker: undefined },
  ...{ held: [], strays: [], own: [], leftovers: [], findings: [] },
};

export interface AccountFacts {
  readonly former: Account;
  readonly declared: DeclaredCertificate | undefined;
  /** As the DeviceCertificate names it, or named it when it was last valid. */
  readonly device: ObjectKey | undefined;
  /** The device when it was last valid. */
  readonly holder: { readonly identity: string; readonly broker: ObjectKey } | undefined;
  readonly certificate: CertificateObject | undefined;
  readonly claims: Iterable<Claim>;
  readonly now: Date;
}

export function accountOf(facts: AccountFacts): Account {
  const { former, declared, device, holder, now } = facts;
  if (!declared || device === undefined) return emptyAccount;
  const { uid } = declared.meta;
  const lastKey: KeyRequest = former.held[0]?.key ?? 'Csr';
  const key = declared.value.ok ? keyRequestOf(declared.value.value.spec) : lastKey;
  const rest = { lineage: declared.key, device, key };
  const known = new Map<string, HeldCertificate>();
  const remember = (one: HeldCertificate) => {
    if (one.notAfter > now) known.set(one.fingerprint, one);
  };
  rememberedCertificates(declared.was, rest).toReversed().forEach(remember);
  if (former.uid === uid) [...former.held, ...former.strays].toReversed().forEach(remember);
  const broker = holder?.broker ?? (former.uid === uid && former.device === device ? former.broker : undefined);
  const claims = sortedOut(facts, declared, broker);
  for (const { outcome, ...claim } of claims.own.toSorted((a, b) => byAge(b.request, a.request))) {
    if (outcome.kind !== 'Issued') continue;
    // Revisions tell the order within one second, whichever of them was heard of first.
    if (claim.maker === 'Certificate') known.delete(outcome.certificate.fingerprint);
    const { keyId = '' } = outcome.certificate;
    remember({ ...outcome.certificate, ...rest, keyId, ...pinned(claim, facts.certificate) });
  }
  const all = [...known.values()].reverse(); // within one second, whoever was heard of last is the newest
  const identity = holder?.identity;
  return {
    ...{ uid, device, identity, broker },
    held: kept(
      former.held,
      withDeclared(declared, inTurn(all.filter((one) => identity === undefined || one.identity === identity))),
    ),
    strays: kept(former.strays, inTurn(all.filter((one) => identity !== undefined && one.identity !== identity))),
    ...claims,
  };
}

/** What was in force when it was asked for. */
function pinned(
  { request }: Pick<Claim, 'request'>,
  certificate: CertificateObject | undefined,
): Pick<HeldCertificate, 'issuedAt' | 'renewBeforeSeconds'> {
  const { annotations, creationTimestamp = '' } = request.metadata;
  const text = annotations?.[renewBeforeAnnotation] ?? certificate?.metadata.annotations?.[renewBeforeAnnotation];
  const seconds = Number(text ?? 0);
  return { issuedAt: new Date(creationTimestamp), renewBeforeSeconds: Number.isFinite(seconds) ? seconds : 0 };
}

/** Latest first, each but the first superseded when the next one was asked for. */
function inTurn(certificates: readonly HeldCertificate[]): readonly HeldCertificate[] {
  const sorted = certificates.toSorted((a, b) => b.issuedAt.getTime() - a.issuedAt.getTime());
  return sorted.map((one, index) => {
    const successor = sorted[index - 1];
    return successor ? { ...one, supersededAt: successor.issuedAt } : neverSuperseded(one);
  });
}

function neverSuperseded(one: HeldCertificate): HeldCertificate {
  const bare: { -readonly [K in keyof HeldCertificate]: HeldCertificate[K] } = { ...one };
  delete bare.supersededAt;
  return bare;
}

/** With what the DeviceCertificate says now, and the acknowledgement that its status has. */
function withDeclared(
  { value, was }: DeclaredCertificate,
  held: readonly HeldCertificate[],
): readonly HeldCertificate[] {
  const { secretName, revokePreviousAfterSeconds: overlapSeconds } = value.ok
    ? value.value.spec
    : ({} as CertificateSpec);
  return held.map((one) => {
    const bare: { -readonly [K in keyof HeldCertificate]: HeldCertificate[K] } = { ...one };
    for (const field of ['acknowledgedAt', 'overlapSeconds', 'secretName'] as const) delete bare[field];
    if (one.fingerprint === was?.fingerprint && was.acknowledgedAt !== undefined)
      bare.acknowledgedAt = new Date(was.acknowledgedAt);
    if (overlapSeconds !== undefined) bare.overlapSeconds = overlapSeconds;
    if (secretName !== undefined) bare.secretName = secretName;
    return bare;
  });
}

/** Latest first; of one moment in an order that is always the same. */
export function newestFirst(a: HeldCertificate, b: HeldCertificate): number {
  const age = b.issuedAt.getTime() - a.issuedAt.getTime() || b.notBefore.getTime() - a.notBefore.getTime();
  if (age !== 0) return age;
  return a.fingerprint < b.fingerprint ? -1 : 1;
}

/** The former list where the next one says the same, so that who compares by identity sees no change. */
function kept(former: readonly HeldCertificate[], next: readonly HeldCertificate[]): readonly HeldCertificate[] {
  return JSON.stringify(former) === JSON.stringify(next) ? former : next;
}

interface SortedClaims extends Pick<Account, 'leftovers'> {
  readonly own: readonly Claim[];
  readonly findings: readonly Finding[];
}

function sortedOut(
  { claims, certificate }: AccountFacts,
  declared: DeclaredCertificate,
  broker: ObjectKey | undefined,
): SortedClaims {
  const own: Claim[] = [];
  const leftovers: Claim[] = [];
  const findings: Finding[] = [];
  for (const claim of claims) {
    const problem =
      claim.maker === 'Csr'
        ? csrProblem(claim, declared.meta.uid, broker)
        : ownerProblem(claim, certificate, declared.meta.uid);
    if (problem === undefined) own.push(claim);
    else if (!certificate && isOfCertificate(claim)) leftovers.push(claim);
    else if (problem !== unsettled) findings.push(foreign(claim, declared, problem));
    if (problem === undefined && claim.outcome.kind === 'Unreadable') {
      findings.push(foreign(claim, declared, claim.outcome.message));
    }
  }
  return { own, leftovers, findings };
}

function isOfCertificate({ maker, request: { metadata } }: Claim): boolean {
  const owner = metadata.ownerReferences?.find(({ controller }) => controller === true);
  return maker === 'Certificate' && owner?.kind === 'Certificate';
}

/** What it depends on is not known (any more), so nothing is said against it. */
const unsettled = Symbol('unsettled');

function csrProblem(
  { request }: Claim,
  uid: string,
  broker: ObjectKey | undefined,
): string | typeof unsettled | undefined {
  if (request.metadata.annotations?.[deviceCertificateUidAnnotation] !== uid)
    return 'it was made for another object of this name';
  if (broker === undefined) return unsettled;
  const [namespace] = broker.split('/');
  return request.metadata.namespace === namespace ? undefined : 'it is not in the namespace of the broker';
}

function ownerProblem(
  { request }: Claim,
  certificate: CertificateObject | undefined,
  uid: string,
): string | typeof unsettled | undefined {
  if (!certificate) return unsettled;
  if (!isOwnedBy(certificate, uid)) return unsettled; // whose Certificate it is, is said elsewhere
  const isOurs = isOwnedBy(request, certificate.metadata.uid ?? '');
  return isOurs ? undefined : 'its Certificate does not own it';
}

function foreign({ request }: Claim, { meta }: DeclaredCertificate, problem: string): Finding {
  const { namespace = '', name } = request.metadata;
  return {
    code: 'MQS150',
    severity: 'Warning',
    path: '',
    message: `CertificateRequest ${namespace}/${name} is not counted: ${problem}`,
    object: { kind: 'DeviceCertificate', namespace: meta.namespace, name: meta.name },
  };
}

/** Nothing that anybody is told of differs. */
export function isSameAccount(a: Account, b: Account): boolean {
  return (
    a.uid === b.uid &&
    a.device === b.device &&
    a.identity === b.identity &&
    a.held === b.held &&
    a.strays === b.strays &&
    isSameList(a.own, b.own) &&
    JSON.stringify(a.findings) === JSON.stringify(b.findings)
  );
}

function isSameList<T>(a: readonly T[], b: readonly T[]): boolean {
  return a.length === b.length && a.every((one, index) => one === b[index]);
}
