/** What one lineage holds, from all that is known of it. */
import type { CertificateObject } from '../../api/kinds.ts';
import { deviceCertificateUidAnnotation, renewBeforeAnnotation } from '../../api/labels.ts';
import type { Finding } from '../../domain/finding.ts';
import type { IssuerRef } from '../../domain/fleet.ts';
import type { CertificateSpec } from '../../domain/fleet.ts';
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
  /** That of the broker; undefined where it cannot be told, `Unread` before the brokers were read. */
  readonly issuer?: IssuerRef | 'Unread' | undefined;
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
  const claims = sortedOut(facts, declared, broker, known);
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
      withDeclared(declared, former, inTurn(all.filter((one) => identity === undefined || one.identity === identity))),
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

/** What its DeviceCertificate says of a certificate. */
type Declaration = Pick<HeldCertificate, 'acknowledgedAt' | 'overlapSeconds' | 'secretName'>;

/** With what the DeviceCertificate says now, or said when it was last good, and the acknowledgement of its status. */
function withDeclared({ was, value }: DeclaredCertificate, former: Account, held: Account['held']): Account['held'] {
  const { secretName, overlapSeconds } = value.ok ? declarationOf(value.value.spec) : (former.held[0] ?? {});
  return held.map((one) => {
    const at = one.fingerprint === was?.fingerprint ? was.acknowledgedAt : undefined;
    return {
      ...undeclared(one),
      ...(at !== undefined && { acknowledgedAt: new Date(at) }),
      ...(overlapSeconds !== undefined && { overlapSeconds }),
      ...(secretName !== undefined && { secretName }),
    };
  });
}

function declarationOf({ secretName, revokePreviousAfterSeconds: overlapSeconds }: CertificateSpec): Declaration {
  return { ...(secretName !== undefined && { secretName }), ...(overlapSeconds !== undefined && { overlapSeconds }) };
}

function undeclared(one: HeldCertificate): HeldCertificate {
  const bare: { -readonly [K in keyof HeldCertificate]: HeldCertificate[K] } = { ...one };
  delete bare.acknowledgedAt;
  delete bare.overlapSeconds;
  delete bare.secretName;
  return bare;
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
  { claims, certificate, issuer }: AccountFacts,
  declared: DeclaredCertificate,
  broker: ObjectKey | undefined,
  known: ReadonlyMap<string, HeldCertificate>,
): SortedClaims {
  const own: Claim[] = [];
  const leftovers: Claim[] = [];
  const findings: Finding[] = [];
  for (const claim of claims) {
    const problem =
      (claim.maker === 'Csr'
        ? csrProblem(claim, declared.meta.uid, broker)
        : ownerProblem(claim, certificate, declared.meta.uid)) ?? issuerProblem(claim, issuer, known);
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

/** What was issued by a former issuer of the broker is known already; what only waits is worth nothing yet. */
function issuerProblem(
  { request, outcome, maker }: Claim,
  issuer: AccountFacts['issuer'],
  known: ReadonlyMap<string, HeldCertificate>,
): string | typeof unsettled | undefined {
  if (outcome.kind !== 'Issued' || known.has(outcome.certificate.fingerprint) || !issuer) return undefined;
  if (issuer === 'Unread') return unsettled;
  const asked: Partial<IssuerRef> = request.spec?.issuerRef ?? {};
  const { name = '', kind = 'Issuer', group = 'cert-manager.io' } = asked;
  if (name === issuer.name && kind === issuer.kind && group === issuer.group) return undefined;
  // Until it is its turn to move, a Certificate is renewed by the issuer that it had.
  const isSameCa = [...known.values()].some(({ caKeyId }) => caKeyId === outcome.certificate.caKeyId);
  if (maker === 'Certificate' && isSameCa) return undefined;
  return `it asks ${kind} ${name}, which is not the issuer of the broker`;
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
