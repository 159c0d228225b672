/** Ledgers, revocation lists and what each broker trusts: gathered by broker, kept by CA key. */
import { mqttBrokers, stated } from '../../api/kinds.ts';
import { type Broker, keyOf } from '../../domain/fleet.ts';
import type { ObjectKey } from '../../domain/names.ts';
import type { CaKeyId, RevocationEntry } from '../../domain/pki/certificate.ts';
import { caKeyIdsIn } from '../../domain/pki/trusted-ca.ts';
import { done, type Outcome, type Reconcile } from '../../kube/outcome.ts';
import type { Publisher } from '../bundle/published.ts';
import type { AuthorityState, IssuingCa, Trust } from '../context.ts';
import type { DeclaredBroker } from '../declared.ts';
import { type Authority, createAuthority, type Surroundings } from './authority.ts';
import { asFormer } from './former.ts';
import { gather, longestAge } from './gather.ts';
import { createHandedIn } from './handed-in.ts';
import { createLedgerStore } from './ledger-store.ts';
import { casOf, type Member, signingFor, trusts } from './members.ts';
import { namedByOthers } from './named.ts';
import { publishedRevocations } from './published.ts';
import { isPublished, wakeAwaiting } from './publication.ts';
import { createReadings } from './readings.ts';
import { createDownloads, type Downloads } from '../../shell/downloads.ts';
import type { Repair } from './recovery.ts';
import { isServed, toldWho, unreadAbout, unservedCas } from './served.ts';
import { type AuthorityContext, clockProblem, isComplete, type Site, wakeHolder } from './site.ts';
import { isIssuerUnread } from './sources.ts';
import { suspensions, unreadableIdentities } from './suspensions.ts';
import { publishedAbout, takenOver, untakenCas } from './takeover.ts';
import { isSameTrust, trustOf } from './trust.ts';

export interface Authorities extends AuthorityState {
  /**
   * Gathers what the broker of this key trusts and signs what is due. Wakes the broker when its trust is another one,
   * and, once something that was asked about with `isPublished` has been published, who asked.
   */
  readonly reconcile: Reconcile;
}

export function createAuthorities(context: AuthorityContext, publisher: Publisher): Authorities {
  const { client, clock, options, state } = context;
  const suspendedIn = suspensions();
  const unreadableIn = unreadableIdentities();
  const site: Site = {
    ...{ context, publisher, readings: createReadings(client, clock), downloads: downloadsOf(context) },
    store: createLedgerStore(publisher, options.namespace),
    handedIn: createHandedIn(context),
    ...{
      members: new Map(),
      authorities: new Map(),
      looked: new Set(),
      unread: new Map(),
      ungathered: new Map(),
      awaited: new Map(),
      progress: { isComplete: false },
    },
    suspended: () => suspendedIn(state.fleet.fleet.devices, state.issued.byIdentity),
    unreadable: () => unreadableIn(state.fleet.fleet.devices),
  };
  return {
    trustOf: (broker) => site.members.get(broker)?.trust,
    issuingCa: (broker) => site.members.get(broker)?.issuing,
    issuance: (broker) => issuanceOf(site.members.get(keyOf(broker)), broker),
    revoke: (entries) => revoked(site, entries),
    isRevoked: ({ caKeyId, serial }) => site.authorities.get(caKeyId)?.ledger.entries.has(serial) === true,
    isPublished: (entry) => isPublished(site, entry),
    reconcile: (key) => reconciled(site, key as ObjectKey),
  };
}

function issuanceOf(member: Member | undefined, broker: Broker): IssuingCa | undefined {
  if (member?.broker !== broker || isIssuerUnread(member.sources)) return undefined;
  return { keyId: member.issuing };
}

function downloadsOf({ clock, jitter, download, wake }: AuthorityContext): Downloads {
  return createDownloads({ clock, download, jitter, onNews: (broker) => wake.authority(broker) });
}

async function revoked(site: Site, entries: readonly RevocationEntry[]): Promise<void> {
  const byCa = Map.groupBy(entries, ({ caKeyId }) => caKeyId);
  await Promise.all([...byCa].map(([keyId, some]) => authorityOf(site, keyId).revoke(some)));
}

function authorityOf(site: Site, keyId: CaKeyId): Authority {
  const known = site.authorities.get(keyId);
  if (known) return known;
  const authority = createAuthority({
    ...{ keyId, store: site.store, clock: site.context.clock },
    surroundings: () => surroundingsOf(site, keyId),
    onChange: (added) => changed(site, keyId, added),
    onRepair: (repair) => told(site, keyId, repair),
  });
  site.authorities.set(keyId, authority);
  return authority;
}

function surroundingsOf(site: Site, keyId: CaKeyId): Surroundings {
  const { context, members } = site;
  const own = [...members.values()].filter((member) => depends(site, member, keyId));
  return {
    suspended: context.state.issued.isKnown ? site.suspended() : undefined,
    // A list that is signed before all is known that was published would lack what only the others knew of.
    // So does the date of one that is signed by a wrong clock.
    signing: isComplete(site) && clockProblem(site) === undefined ? signingFor(keyId, own) : undefined,
    unreadable: site.unreadable(),
    published: [
      ...own.map((member) => publishedAbout(member, keyId)),
      ...unreadAbout(site, keyId),
      ...site.handedIn.present(),
    ],
    takenOver: (stored) => own.flatMap((member) => takenOver(site, member, keyId, stored) ?? []),
    isComplete: isComplete(site),
  };
}

/** It has lists of this CA from us. */
function depends(site: Site, member: Member, keyId: CaKeyId): boolean {
  return member.kept.some(({ ca }) => ca.keyId === keyId) || (trusts(member, keyId) && isServed(site, member, keyId));
}

/** Who has lists of this CA is told what became of its ledger. */
function told({ members, context }: Site, keyId: CaKeyId, { reason, message }: Repair): void {
  for (const member of members.values()) {
    if (!trusts(member, keyId)) continue;
    const { namespace, name } = member.broker.origin;
    const regarding = stated(mqttBrokers, { namespace, name, uid: member.uid });
    context.record({ type: 'Warning', reason, action: 'KeepLedger', note: message, regarding });
  }
}

/** On the way from a revocation to the brokers nothing waits: they are woken here and now. */
function changed(site: Site, keyId: CaKeyId, added: readonly RevocationEntry[]): void {
  for (const member of site.members.values()) if (trusts(member, keyId)) renewTrust(site, member);
  const { byIdentity } = site.context.state.issued;
  for (const { identity, serial } of added) {
    const certificate = byIdentity.get(identity)?.find((one) => one.serial === serial);
    if (certificate) wakeHolder(site, certificate);
  }
}

async function reconciled(site: Site, key: ObjectKey): Promise<Outcome> {
  const { context, members, looked } = site;
  const wasComplete = isComplete(site);
  const declared = context.world.brokers.store.get(key);
  const broker = context.state.fleet.fleet.brokers.get(key);
  if (!declared || !broker) {
    members.delete(key);
    site.ungathered.delete(key);
    keepCaKeys(site, key);
    await lookedAt(site, key, declared);
    if (!wasComplete && isComplete(site)) wakeOthers(site, key);
    wakeAwaiting(site);
    return done;
  }
  try {
    await gathered(site, key, declared, broker);
    await site.handedIn.refresh();
  } finally {
    if (site.members.has(key) || site.ungathered.has(key)) looked.add(key);
    if (!wasComplete && isComplete(site)) wakeOthers(site, key);
  }
  await settleOf(site, key);
  wakeAwaiting(site);
  return { kind: 'RequeueAt', at: nextLook(site, key) };
}

/** Of one whose CAs cannot be had it has to be known what it was told, all the same: else nothing is signed. */
async function gathered(site: Site, key: ObjectKey, declared: DeclaredBroker, broker: Broker): Promise<void> {
  const { members, unread, ungathered, publisher } = site;
  unread.delete(key);
  try {
    await gather(site, key, declared, broker);
    ungathered.delete(key);
    keepCaKeys(site, key);
  } catch (error) {
    if (!members.has(key) && !ungathered.has(key)) {
      ungathered.set(key, await publishedRevocations(publisher, declared.meta));
    }
    throw error;
  }
}

/** Brokers that turn out to trust one CA under two names, or do so no longer, look again at identities that both have. */
function keepCaKeys({ context: { state, wake, world }, members }: Site, key: ObjectKey): void {
  const member = members.get(key);
  const keys = caKeyIdsIn((member ? casOf(member) : []).map(({ ca }) => ca.certificates));
  for (const sharer of state.fleet.keepCaKeys(key, keys)) {
    wake.broker(sharer);
    for (const { key: device } of world.devices.store.byIndex('broker', sharer)) wake.device(device, 'Low');
  }
}

/** One that cannot be read has been told something all the same; one that is gone has not. */
async function lookedAt({ looked, unread, publisher }: Site, key: ObjectKey, declared: DeclaredBroker | undefined) {
  if (!declared) {
    looked.delete(key);
    unread.delete(key);
    return;
  }
  const known = unread.get(key);
  if (!known || known.kind === 'Unreadable') unread.set(key, await publishedRevocations(publisher, declared.meta));
  looked.add(key);
}

function wakeOthers({ context, members }: Site, key: ObjectKey): void {
  for (const other of members.keys()) if (other !== key) context.wake.authority(other);
}

/** What one CA cannot do holds up no other; the first failure is told afterwards. */
async function settleOf(site: Site, key: ObjectKey): Promise<void> {
  const present = site.members.get(key);
  const keyIds = new Set(present ? casOf(present).map(({ ca }) => ca.keyId) : []);
  const settled = await Promise.allSettled([...keyIds].map((keyId) => authorityOf(site, keyId).settle()));
  const failure = settled.find((one) => one.status === 'rejected');
  const member = site.members.get(key);
  if (member && !failure) renewTrust(site, member);
  if (failure) throw new Error(`settle the CAs of MqttBroker ${key}`, { cause: failure.reason });
  const told = site.members.get(key);
  if (told) await revoked(site, namedByOthers(site, told));
}

function renewTrust(site: Site, member: Member): void {
  const { context, authorities, members } = site;
  if (members.get(member.key) !== member || !isComplete(site)) return;
  const views = new Map([...authorities].map(([keyId, { view }]) => [keyId, view]));
  const facts = {
    ...member,
    authorities: views,
    ledgers: new Map([...authorities].map(([keyId, { ledger }]) => [keyId, ledger])),
    toldWho: toldWho(site, member),
    unserved: unservedCas(site, member),
    untaken: untakenCas(site, member),
    clockProblem: clockProblem(site),
  };
  const trust = trustOf(facts, context.clock.now());
  const isSame = member.trust !== undefined && isSameTrust(member.trust, trust);
  members.set(member.key, { ...member, ...taken(site, member, trust), trust: isSame ? member.trust : trust });
  if (!isSame) context.wake.broker(member.key);
}

/** What is remembered of a trust with nothing amiss: while it is not known what was issued, no CA is forgotten. */
function taken({ context, authorities }: Site, member: Member, trust: Trust): Pick<Member, 'former' | 'told'> {
  const { former, told } = member;
  const { findings, cas, crls, revocations } = trust;
  if (findings.some(({ severity }) => severity === 'Error')) return { former, told };
  const trusted = new Set(cas.map(({ keyId }) => keyId));
  const present = casOf(member).filter(({ ca }) => trusted.has(ca.keyId));
  const others = crls.filter(({ caKeyId, pem }) => authorities.get(caKeyId)?.view.crl?.pem !== pem);
  return {
    former: new Map([
      ...(context.state.issued.isKnown ? [] : former),
      ...present.map((one) => [one.ca.keyId, asFormer(one)] as const),
    ]),
    told: {
      lists: new Map(crls.map((crl) => [crl.caKeyId, crl])),
      others: new Set(others.map(({ caKeyId }) => caKeyId)),
      revocations,
    },
  };
}

/** How soon to look again while the clock is wrong. */
const clockRecheckMilliseconds = 5_000;

function nextLook(site: Site, key: ObjectKey): Date {
  const { context, members, downloads } = site;
  const now = context.clock.now();
  const longest = clockProblem(site) === undefined ? Infinity : clockRecheckMilliseconds;
  const reread = new Date(now.getTime() + Math.min(longestAge(members.get(key)?.troubledSince, now), longest));
  const times = [members.get(key)?.trust?.nextChangeAt, downloads.dueAt(key)].filter((time) => time !== undefined);
  return times.reduce((first, time) => (time < first ? time : first), reread);
}
