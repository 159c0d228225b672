/** The trust of a broker, from what was gathered for it and what is stored of its CAs. */
import type { Finding } from '../../domain/finding.ts';
import type { Broker } from '../../domain/fleet.ts';
import type { CaKeyId, PublishedCrl, RevocationEntry } from '../../domain/pki/certificate.ts';
import { crlSignerIn } from '../../domain/pki/crl.ts';
import { crlDueAt } from '../../domain/pki/crl-schedule.ts';
import type { Trust } from '../context.ts';
import type { Gathered, GatheredCa } from './gathered.ts';
import { publishedCrl, type SignedList } from '../../domain/pki/signed-list.ts';

/** What is known of a CA key: the list, exactly what it holds, or why there is nothing to go by. */
export interface AuthorityView {
  readonly crl: SignedList | undefined;
  readonly listed: readonly RevocationEntry[];
  /** Why the ledger cannot be used. */
  readonly damage: string | undefined;
}

export interface TrustFacts {
  readonly broker: Broker;
  readonly gathered: Gathered;
  readonly authorities: ReadonlyMap<CaKeyId, AuthorityView>;
  /** CAs that the broker trusted last, and does not now, with how many certificates of its devices are still in use. */
  readonly orphans: ReadonlyMap<CaKeyId, number>;
}

interface Part {
  readonly crl?: PublishedCrl;
  readonly revocations?: readonly RevocationEntry[];
  readonly finding?: Omit<Finding, 'object'>;
}

/** A trust that lacks nothing, or says with a finding of severity Error what it lacks. */
export function trustOf({ broker, gathered, authorities, orphans }: TrustFacts, now: Date): Trust {
  const parts = gathered.cas.map((one) => partOf(one, authorities.get(one.ca.keyId), now));
  const findings = [
    ...parts.flatMap(({ finding }) => finding ?? []),
    ...[...orphans].map(([keyId, count]) => orphaned(gathered, keyId, count)),
  ];
  const crls = parts.flatMap(({ crl }) => crl ?? []);
  return {
    cas: gathered.cas.map(({ ca }) => ca),
    crls,
    revocations: joined(gathered.cas, parts),
    findings: [...gathered.findings, ...findings.map((finding) => ({ ...finding, object: broker.origin }))],
    nextChangeAt: earliest(parts.flatMap(({ crl, revocations }) => changeOf(crl, revocations, now))),
  };
}

/** One key counts once, under however many names it is trusted. */
function joined(cas: readonly GatheredCa[], parts: readonly Part[]): readonly RevocationEntry[] {
  const lists = new Map<CaKeyId, readonly RevocationEntry[]>();
  for (const [index, { ca }] of cas.entries()) {
    const { revocations } = parts[index] ?? {};
    if (revocations) lists.set(ca.keyId, revocations);
  }
  const [first, ...others] = lists.values();
  return others.length === 0 ? (first ?? []) : [...lists.values()].flat();
}

function partOf({ ca, path, crl: external }: GatheredCa, view: AuthorityView | undefined, now: Date): Part {
  if (ca.revocation === 'None') return {};
  if (ca.revocation === 'ExternalCrl') {
    if (!external) return {};
    return external.nextUpdate > now ? { crl: external } : { crl: external, finding: ranOut(ca.name, path, external) };
  }
  if (view?.damage !== undefined) {
    const message = `nothing of CA ${ca.name} can be taken back: ${view.damage}`;
    return { finding: { code: 'MQS145', severity: 'Error', reason: 'LedgerDamaged', path, message } };
  }
  if (!view?.crl || !isSignedFor(view.crl, ca.certificates, ca.keyId)) return { finding: unsigned(ca.name, path) };
  const crl = publishedCrl(ca.keyId, view.crl);
  const part = { crl, revocations: view.listed };
  return crl.nextUpdate > now ? part : { ...part, finding: ranOut(ca.name, path, crl) };
}

function unsigned(name: string, path: string): Omit<Finding, 'object'> {
  const message = `CA ${name} has no revocation list that fits it, and none could be signed`;
  return { code: 'MQS140', severity: 'Error', reason: 'SignerForbidden', path, message };
}

function ranOut(name: string, path: string, { nextUpdate }: PublishedCrl): Omit<Finding, 'object'> {
  const message = `the revocation list of CA ${name} ran out at ${nextUpdate.toISOString()}`;
  return { code: 'MQS146', severity: 'Error', reason: 'CaNotFound', path, message };
}

/** A key that went while a CA is trusted under the name of before is a renewal with a new key. */
function orphaned({ cas }: Gathered, keyId: CaKeyId, count: number): Omit<Finding, 'object'> {
  const path = 'spec.clientCertificates.trustedCas';
  const base = { code: 'MQS144', severity: 'Error', path } as const;
  const short = `${keyId.slice(0, 16)}…`;
  const still = `${count} ${count === 1 ? 'device still has a certificate' : 'devices still have certificates'} of`;
  if (cas.length === 1) {
    const message = `the CA has a new key, and ${still} the former key ${short}`;
    return { ...base, reason: 'SignerKeyUnstable', message };
  }
  return { ...base, reason: 'CaInUse', message: `${still} the CA with key ${short}, which is not trusted any more` };
}

/** Checking a signature costs a hash of the whole list: the answer is kept with the list. */
const fits = new WeakMap<SignedList, Map<string, boolean>>();

function isSignedFor(crl: SignedList, certificates: string, keyId: CaKeyId): boolean {
  const known = fits.get(crl) ?? new Map<string, boolean>();
  fits.set(crl, known);
  const answer = known.get(certificates) ?? crlSignerIn(crl.read, certificates) === keyId;
  known.set(certificates, answer);
  return answer;
}

/** Ours change when they are due, those of others when they run out. */
function changeOf(
  crl: PublishedCrl | undefined,
  revocations: readonly RevocationEntry[] | undefined,
  now: Date,
): readonly Date[] {
  return [crl && (revocations ? crlDueAt(crl) : crl.nextUpdate)].flatMap((time) => (time && time > now ? time : []));
}

function earliest(times: readonly Date[]): Date | undefined {
  return times.reduce<Date | undefined>((first, time) => (first && first < time ? first : time), undefined);
}

/** True if a broker that was told the one needs not be told the other. */
export function isSameTrust(a: Trust, b: Trust): boolean {
  return (
    sameItems(a.revocations, b.revocations, (one, other) => one === other) &&
    sameItems(a.crls, b.crls, (one, other) => one.caKeyId === other.caKeyId && one.pem === other.pem) &&
    JSON.stringify([a.cas, a.findings, a.nextChangeAt]) === JSON.stringify([b.cas, b.findings, b.nextChangeAt])
  );
}

function sameItems<T>(a: readonly T[], b: readonly T[], isSame: (one: T, other: T) => boolean): boolean {
  if (a === b) return true;
  return a.length === b.length && a.every((one, index) => isSame(one, b[index] as T));
}
