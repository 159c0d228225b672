/** The trust of a broker, from what was gathered for it and what is stored of its CAs. */
import type { Finding } from '../../domain/finding.ts';
import type { Broker } from '../../domain/fleet.ts';
import { dropCaAnnotation } from '../../api/labels.ts';
import type { CaKeyId, PublishedCrl, RevocationEntry, TrustedCa } from '../../domain/pki/certificate.ts';
import { crlSignerIn, parsedCrl } from '../../domain/pki/crl.ts';
import { crlDueAt } from '../../domain/pki/crl-schedule.ts';
import { chosenList, largeListEntries, listAlarmAt } from '../../domain/pki/external-list.ts';
import type { Ledger } from '../../domain/pki/ledger.ts';
import { bySerial } from '../../domain/pki/revocations.ts';
import { keptBack, listedIn, type Told, toldOf } from '../../domain/pki/takeover.ts';
import type { Trust } from '../context.ts';
import type { KeptCa } from './former.ts';
import type { Gathered, GatheredCa } from './gathered.ts';
import { isHold } from './plan.ts';
import type { PublishedRevocations } from './published.ts';
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
  /** What was taken back here, whoever signs the lists. */
  readonly ledgers?: ReadonlyMap<CaKeyId, Ledger>;
  /** Of a CA whose lists somebody else signs: what of it the broker is told. */
  readonly toldWho?: (entry: RevocationEntry) => boolean;
  /** CAs that the broker trusted last, and that are not named now. */
  readonly kept: readonly KeptCa[];
  /** What it was told last. */
  readonly told: Told;
  /** CAs that it was told to trust last. */
  readonly former: ReadonlyMap<CaKeyId, unknown>;
  readonly published: PublishedRevocations;
  /** CAs whose lists are ours, but not for this broker: somebody else has the key. */
  readonly unserved?: ReadonlySet<CaKeyId>;
  /** CAs whose lists somebody else signed, and of which our ledger or list does not name yet all that his did. */
  readonly untaken?: ReadonlySet<CaKeyId>;
  /** Why nothing is signed, whatever the keys. */
  readonly clockProblem?: string | undefined;
}

type Draft = Omit<Finding, 'object'>;

interface Part {
  readonly one: GatheredCa;
  readonly crl?: PublishedCrl;
  readonly revocations?: readonly RevocationEntry[];
  readonly finding?: Draft;
  /** We sign its list, and do so again when that is due. */
  readonly isOwn?: boolean;
  /** Without a list the CA is not trusted: its devices are refused, and nobody else waits. */
  readonly isLeftOut?: boolean;
}

/** A trust that lacks nothing, or says with a finding of severity Error what it lacks. */
export function trustOf(facts: TrustFacts, now: Date): Trust {
  const { broker, gathered, kept, clockProblem } = facts;
  const named = gathered.cas.map((one) => (isUnserved(one, facts) ? unservedPart(one) : partOf(one, facts, now)));
  const former = kept.map((one) => keptPart(one, facts, now));
  const all = [...named, ...former.flatMap(({ part }) => part ?? [])];
  const parts = all.filter(({ isLeftOut }) => isLeftOut !== true);
  const findings = [
    ...(clockProblem === undefined ? [] : clockFindings(gathered, clockProblem)),
    ...all.flatMap((part) => [...partFindings(part, parts.length > 0), ...listFindings(part, now)]),
    ...former.map(({ finding }) => finding),
  ];
  return {
    cas: parts.map(({ one }) => one.ca),
    crls: parts.flatMap(({ crl }) => crl ?? []),
    revocations: joined(parts),
    findings: [
      ...gatheredFindings(facts, parts),
      ...findings.map((finding) => ({ ...finding, object: broker.origin })),
    ],
    nextChangeAt: earliest(parts.flatMap((part) => changesOf(part, now))),
  };
}

function partFindings({ one, finding, isLeftOut }: Part, areOthersTrusted: boolean): readonly Draft[] {
  if (!finding) return [];
  return [isLeftOut === true && areOthersTrusted ? leftOut(finding, `all devices of CA ${one.ca.name}`) : finding];
}

/** What is new and cannot be read is left out. What was trusted before may be what cannot be read: then all stays as it is. */
function gatheredFindings({ gathered, former, published }: TrustFacts, parts: readonly Part[]): readonly Finding[] {
  const named = new Set(gathered.cas.map(({ ca }) => ca.keyId));
  const isKnown = published.kind !== 'Unreadable' && [...former.keys()].every((keyId) => named.has(keyId));
  if (!isKnown || parts.length === 0) return gathered.findings;
  return gathered.findings.map((one) => (one.severity === 'Error' ? leftOut(one, 'all devices of this CA') : one));
}

function leftOut<T extends Draft>(finding: T, whose: string): T {
  return { ...finding, severity: 'Warning', message: `${finding.message}: ${whose} are refused until then` };
}

/** One key counts once, under however many names it is trusted. */
function joined(parts: readonly Part[]): readonly RevocationEntry[] {
  const lists = new Map<CaKeyId, readonly RevocationEntry[]>();
  for (const { one, revocations } of parts) if (revocations) lists.set(one.ca.keyId, revocations);
  const [first, ...others] = lists.values();
  return others.length === 0 ? (first ?? []) : [...lists.values()].flat();
}

function isUnserved({ ca }: GatheredCa, { unserved }: TrustFacts): boolean {
  return ca.revocation === 'SignedCrl' && unserved?.has(ca.keyId) === true;
}

function unservedPart(one: GatheredCa): Part {
  const { path, ca } = one;
  const message = `the lists of CA ${ca.name} are signed for brokers that have its key: name its Secret in signerSecretRef, or take its list as ExternalCrl`;
  return { one, finding: { code: 'MQS208', severity: 'Error', reason: 'SignerForbidden', path, message } };
}

function partOf(one: GatheredCa, facts: TrustFacts, now: Date): Part {
  if (one.ca.revocation === 'None') return listlessPart(one, facts, now);
  return one.ca.revocation === 'ExternalCrl' ? externalPart(one, facts, now) : signedPart(one, facts, now);
}

/** Agents refuse a set that forgets what was taken back, also where there is no list any more that would say it. */
function listlessPart(one: GatheredCa, { authorities, unserved, untaken, told }: TrustFacts, now: Date): Part {
  const { keyId } = one.ca;
  if (unserved?.has(keyId)) return { one };
  if (untaken?.has(keyId)) return { one, finding: { ...notTakenOver(one), severity: 'Error' } };
  const listed = authorities.get(keyId)?.listed.filter((entry) => !isHold(entry)) ?? [];
  const revocations = withMore(listed, keptBack(told, keyId, now));
  return revocations.length === 0 ? { one } : { one, revocations };
}

function externalPart(one: GatheredCa, facts: TrustFacts, now: Date): Part {
  const last = toldPart(one, facts);
  const chosen = chosenPart(one, facts, last, now);
  if (chosen.crl) return chosen;
  const lack = chosen.finding ?? pending(one);
  return last ? endedPart(one, last, lack) : newPart(one, facts, lack);
}

/**
 * With the list that counts; without one where there is none. One that takes the place of ours names all that ours did: what
 * was taken back stays so, whoever signs. Until the first answer of a server the list goes on that was published.
 */
function chosenPart(one: GatheredCa, facts: TrustFacts, last: ToldPart | undefined, now: Date): Part {
  const { told, ledgers, toldWho } = facts;
  const { ca, path, offered } = one;
  if (!offered) return last && last.crl.nextUpdate > now ? last : { one };
  const kept = keptBack(told, ca.keyId, now);
  const { list, finding } = chosenList(ca.name, offered, { last: last?.crl, kept }, now);
  const said = finding && { finding: { ...finding, path } };
  if (!list) return { one, ...said };
  const isSame = list.pem === last?.crl.pem;
  const [crl, former] = isSame ? [last.crl, last.revocations ?? []] : [list, kept];
  const named = alsoNamed(crl, ledgers?.get(ca.keyId), now);
  const revocations = withMore(former, toldWho ? named.filter(toldWho) : named);
  return { one, crl, ...(revocations.length > 0 && { revocations }), ...said };
}

/** What was taken back here and is on the list of somebody else for good: who shows such a certificate is disconnected. */
function alsoNamed(list: PublishedCrl, ledger: Ledger | undefined, now: Date): readonly RevocationEntry[] {
  if (!ledger || ledger.entries.size === 0) return [];
  const named = listedIn(list);
  const isNamed = (serial: string) => named.has(serial) && named.get(serial)?.reason !== 'CertificateHold';
  return [...ledger.entries.values()]
    .filter(({ serial, notAfter }) => notAfter > now && isNamed(serial))
    .sort(bySerial);
}

/** The same ones, and those of `more` with other serials; the very same where there are none. */
function withMore(some: readonly RevocationEntry[], more: readonly RevocationEntry[]): readonly RevocationEntry[] {
  const serials = new Set(some.map(({ serial }) => serial));
  const others = more.filter(({ serial }) => !serials.has(serial));
  return others.length === 0 ? some : [...some, ...others];
}

/**
 * Without a list it waits alone. Not where it cannot be told whether brokers have one, nor where they trust it without: its
 * devices are not cut off for a list that is named wrongly.
 */
function newPart(one: GatheredCa, { published, former }: TrustFacts, finding: Draft): Part {
  return { one, finding, isLeftOut: published.kind !== 'Unreadable' && !former.has(one.ca.keyId) };
}

type ToldPart = Part & { readonly crl: PublishedCrl };

/** The CA as the broker was told of it last; undefined where that was without a list. */
function toldPart(one: GatheredCa, { told }: TrustFacts): ToldPart | undefined {
  const { keyId } = one.ca;
  const [crl, revocations] = [told.lists.get(keyId), toldOf(told, keyId)];
  return crl && { one, crl, ...(revocations.length > 0 && { revocations }) };
}

function signedPart(one: GatheredCa, facts: TrustFacts, now: Date): Part {
  const { ca, path, offered } = one;
  const view = facts.authorities.get(ca.keyId);
  if (view?.damage !== undefined) {
    const message = `nothing of CA ${ca.name} can be taken back (ledger-${ca.keyId}): ${view.damage}`;
    return { one, finding: { code: 'MQS145', severity: 'Error', reason: 'LedgerDamaged', path, message } };
  }
  const last = toldPart(one, facts);
  if (last && facts.untaken?.has(ca.keyId) === true && isListOf(last.crl, ca)) return untakenPart(one, last, now);
  if (!view?.crl || !isSignedFor(view.crl, ca.certificates, ca.keyId)) {
    // Of one that is not named any more it is not remembered who signs.
    return offered?.ok ? { ...(last ?? { one }), crl: offered.value } : { one, finding: unsigned(ca.name, path) };
  }
  const crl = publishedCrl(ca.keyId, view.crl);
  const part = { one, crl, revocations: view.listed, isOwn: true };
  if (crl.nextUpdate > now) return part;
  const finding = ranOut(ca.name, path, crl);
  // With the key a new one is about to be signed; without it, what brokers have goes on, as with a list of somebody else.
  return { ...part, finding: one.signer ? finding : { ...finding, severity: 'Warning' } };
}

/** Of a broker that has lists of ours. It is the first finding, for what else is wrong may come of it. */
function clockFindings({ cas }: Gathered, message: string): readonly Draft[] {
  const signed = cas.find(({ ca }) => ca.revocation === 'SignedCrl');
  return signed ? [{ code: 'MQS200', severity: 'Warning', reason: 'ClockSkewed', path: signed.path, message }] : [];
}

/** The list of somebody else stays until ours names all that it does: else somebody would be let in again. */
function untakenPart(one: GatheredCa, last: ToldPart, now: Date): Part {
  const finding = notTakenOver(one);
  return last.crl.nextUpdate > now ? { ...last, finding } : endedPart(one, last, finding);
}

function notTakenOver({ ca: { name }, path }: GatheredCa): Draft {
  const message = `CA ${name} goes on with the list that it has: none that is signed here names all that it does`;
  return { code: 'MQS177', severity: 'Warning', reason: 'SignerForbidden', path, message };
}

function isListOf({ pem }: PublishedCrl, { certificates, keyId }: TrustedCa): boolean {
  const read = parsedCrl(pem);
  return read.ok && crlSignerIn(read.value, certificates) === keyId;
}

/**
 * Brokers have that list, and refuse the devices of this CA for it. What is taken back from the devices of others does not
 * wait until somebody else signs a newer one.
 */
function endedPart(one: GatheredCa, last: Part, finding: Draft): Part {
  const message = `${finding.message}: all devices of CA ${one.ca.name} are refused until there is a newer list`;
  return { ...last, finding: { ...finding, severity: 'Warning', message } };
}

function pending({ ca, path }: GatheredCa): Draft {
  const message = `the revocation list of CA ${ca.name} is not there yet`;
  return { code: 'MQS157', severity: 'Error', reason: 'Pending', path, message };
}

interface KeptPart {
  /** Undefined when it cannot stay: without a list that is valid the broker would refuse its devices anyway. */
  readonly part: Part | undefined;
  readonly finding: Draft;
}

function keptPart(one: KeptCa, facts: TrustFacts, now: Date): KeptPart {
  const part = partOf(one, facts, now);
  const isListless = part.crl ? part.crl.nextUpdate <= now : one.ca.revocation !== 'None';
  const isLost = isListless && part.finding?.code !== 'MQS145';
  return { part: isLost ? undefined : part, finding: inUse(one, facts.broker, isLost) };
}

function inUse({ ca: { keyId }, uses, path }: KeptCa, { origin }: Broker, isLost: boolean): Draft {
  const short = keyId.slice(0, 16);
  const base = { code: 'MQS144', severity: 'Warning', reason: 'CaInUse', path } as const;
  const use = `${uses} ${uses === 1 ? 'certificate' : 'certificates'} in use ${uses === 1 ? 'is' : 'are'} of`;
  const which = `${use} the CA with key ${short}, which is not named any more`;
  if (isLost) return { ...base, message: `${which}, and its revocation list ran out: its devices are refused` };
  const drop = `kubectl annotate mqttbroker/${origin.name} -n ${origin.namespace} ${dropCaAnnotation}=${short}`;
  return {
    ...base,
    message: `${which}: it stays trusted until they are renewed and acknowledged; to drop it now: ${drop}`,
  };
}

function unsigned(name: string, path: string): Draft {
  const message = `CA ${name} has no revocation list that fits it, and none could be signed`;
  return { code: 'MQS140', severity: 'Error', reason: 'SignerForbidden', path, message };
}

function ranOut(name: string, path: string, { nextUpdate }: PublishedCrl): Draft {
  const message = `the revocation list of CA ${name} ran out at ${nextUpdate.toISOString()}`;
  return { code: 'MQS146', severity: 'Error', reason: 'CaNotFound', path, message };
}

/** What is to be said of a list that is in force: that it ends soon, and that it is large. */
function listFindings(part: Part, now: Date): readonly Draft[] {
  const { crl, revocations = [], one } = part;
  if (!crl || crl.nextUpdate <= now) return [];
  const { path, ca } = one;
  const isEnding = alarmAt(crl, part) <= now;
  const ending = `the revocation list of CA ${ca.name} ends at ${crl.nextUpdate.toISOString()}: then all its devices are refused`;
  const large = `the revocation list of CA ${ca.name} has ${largeListEntries} entries or more`;
  const findings: Draft[] = [];
  if (isEnding) {
    findings.push({ code: 'MQS174', severity: 'Warning', reason: 'CrlExpiring', path, message: ending });
  }
  if (revocations.length >= largeListEntries) {
    findings.push({ code: 'MQS175', severity: 'Warning', path, message: large });
  }
  return findings;
}

function alarmAt(crl: PublishedCrl, { isOwn }: Part): Date {
  return listAlarmAt(crl, isOwn === true ? 'Own' : 'Other');
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

/** Ours change when they are due, those of others when they run out; before that it may have to be said that they do. */
function changesOf(part: Part, now: Date): readonly Date[] {
  const { crl, isOwn } = part;
  if (!crl) return [];
  const times = [...(isOwn === true ? [crlDueAt(crl)] : []), alarmAt(crl, part), crl.nextUpdate];
  return times.filter((time) => time > now);
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
