/** Ledgers, revocation lists and what each broker trusts: gathered by broker, kept by CA key. */
import { isDeepStrictEqual } from 'node:util';
import { keyOf } from '../../domain/fleet.ts';
import { objectKey, type ObjectKey } from '../../domain/names.ts';
import type { CaKeyId, RevocationEntry } from '../../domain/pki/certificate.ts';
import type { HeldCertificate } from '../../domain/pki/lineage.ts';
import { done, type Outcome, type Reconcile } from '../../kube/outcome.ts';
import type { Publisher } from '../bundle/published.ts';
import type { AuthorityState, ControllerContext, Trust } from '../context.ts';
import type { World } from '../world.ts';
import { type Authority, createAuthority, type Surroundings } from './authority.ts';
import { gathered } from './gathered.ts';
import { createLedgerStore, type LedgerStore } from './ledger-store.ts';
import { issuingByRequests, type Member, orphansOf, signingFor, trusts } from './members.ts';
import { type PublishedRevocations, publishedRevocations } from './published.ts';
import { createReadings, type Readings } from './readings.ts';
import { trustSources } from './sources.ts';
import { type CaCount, type CrlStatus, certificatesPerCa, crlStatuses } from './status.ts';
import { type Survey, surveyor } from './survey.ts';
import { isSameTrust, noTrust, trustOf } from './trust.ts';

/** What of the context the authorities use. The states are read when they are needed, not before. */
export interface AuthorityContext extends Pick<ControllerContext, 'client' | 'options' | 'clock' | 'wake'> {
  readonly world: Pick<World, 'brokers' | 'requests' | 'deviceCertificates'>;
  readonly state: Pick<ControllerContext['state'], 'fleet' | 'issued' | 'brokers'>;
}

export interface Authorities extends AuthorityState {
  /**
   * Gathers what the broker of this key trusts and signs what is due. Wakes the broker when its trust is another one,
   * and, once something that was asked about with `isPublished` has been published, who asked.
   */
  readonly reconcile: Reconcile;
  /** `status.crls` of the broker: the lists of its trust. */
  readonly crls: (broker: ObjectKey) => readonly CrlStatus[];
  /** `status.certificatesPerCa` of the broker. */
  readonly certificatesPerCa: (broker: ObjectKey) => readonly CaCount[];
}

interface Site {
  readonly context: AuthorityContext;
  readonly publisher: Publisher;
  readonly readings: Readings;
  readonly store: LedgerStore;
  readonly members: Map<ObjectKey, Member>;
  readonly authorities: Map<CaKeyId, Authority>;
  /** Brokers that were looked at since the start, with whatever result. */
  readonly looked: Set<ObjectKey>;
  /** Entries of which somebody was told that they are not published yet. */
  readonly awaited: Map<string, RevocationEntry>;
  readonly survey: () => Survey;
}

/** Values that nobody asks about are read again after so long, milliseconds. */
const rereadMilliseconds = 60_000;

export function createAuthorities(context: AuthorityContext, publisher: Publisher): Authorities {
  const { client, clock, options, state } = context;
  const survey = surveyor();
  const site: Site = {
    ...{ context, publisher, readings: createReadings(client, clock) },
    store: createLedgerStore(publisher, options.namespace),
    ...{ members: new Map(), authorities: new Map(), looked: new Set(), awaited: new Map() },
    survey: () => survey(state.fleet.fleet.devices, state.issued.byIdentity),
  };
  return {
    trustOf: (broker) => site.members.get(broker)?.trust,
    issuingCa: (broker) => site.members.get(broker)?.gathered.issuing,
    revoke: (entries) => revoked(site, entries),
    isRevoked: ({ caKeyId, serial }) => site.authorities.get(caKeyId)?.ledger.entries.has(serial) === true,
    isPublished: (entry) => isPublished(site, entry),
    reconcile: (key) => reconciled(site, key as ObjectKey),
    crls: (broker) =>
      crlStatuses(site.members.get(broker)?.trust ?? noTrust, (keyId) => site.authorities.get(keyId)?.view),
    certificatesPerCa: (broker) =>
      certificatesPerCa(site.members.get(broker)?.trust ?? noTrust, site.survey().counts.get(broker)),
  };
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
  });
  site.authorities.set(keyId, authority);
  return authority;
}

function surroundingsOf(site: Site, keyId: CaKeyId): Surroundings {
  const { context, members } = site;
  const own = [...members.values()].filter((member) => trusts(member, keyId));
  return {
    suspended: context.state.issued.isKnown ? site.survey().suspended : undefined,
    // A list that is signed before all is known that was published would lack what only the others knew of.
    signing: isEveryBrokerLooked(site) ? signingFor(keyId, own) : undefined,
    published: own.map(({ published }) => published),
  };
}

function isEveryBrokerLooked({ context, looked }: Site): boolean {
  for (const { key } of context.world.brokers.store.list()) if (!looked.has(key)) return false;
  return true;
}

/** On the way from a revocation to the brokers nothing waits: they are woken here and now. */
function changed(site: Site, keyId: CaKeyId, added: readonly RevocationEntry[]): void {
  for (const member of site.members.values()) if (trusts(member, keyId)) renewTrust(site, member);
  for (const { identity, serial } of added) {
    const certificate = site.context.state.issued.byIdentity.get(identity)?.find((one) => one.serial === serial);
    if (certificate) wakeHolder(site, certificate);
  }
}

function wakeHolder({ context: { wake } }: Site, { device, lineage }: HeldCertificate): void {
  wake.device(device);
  wake.certificate(lineage);
}

async function reconciled(site: Site, key: ObjectKey): Promise<Outcome> {
  const { context, members, looked } = site;
  const wasComplete = isEveryBrokerLooked(site);
  const declared = context.world.brokers.store.get(key);
  const broker = context.state.fleet.fleet.brokers.get(key);
  if (!declared || !broker) {
    members.delete(key);
    if (declared) looked.add(key);
    else looked.delete(key);
    if (!wasComplete && isEveryBrokerLooked(site)) wakeOthers(site, key);
    return done;
  }
  try {
    await gather(site, key);
  } finally {
    looked.add(key);
    if (!wasComplete && isEveryBrokerLooked(site)) wakeOthers(site, key);
  }
  await settleOf(site, key);
  wakeAwaiting(site);
  return { kind: 'RequeueAt', at: nextLook(site, key) };
}

function wakeOthers({ context, members }: Site, key: ObjectKey): void {
  for (const other of members.keys()) if (other !== key) context.wake.authority(other);
}

/** Reads what the broker trusts: at once when it is another broker than last time, else what is a minute old. */
async function gather(site: Site, key: ObjectKey): Promise<void> {
  const { context, readings, members, publisher } = site;
  const meta = context.world.brokers.store.get(key)?.meta;
  const broker = context.state.fleet.fleet.brokers.get(key);
  if (!meta || !broker) return;
  const former = members.get(key)?.uid === meta.uid ? members.get(key) : undefined;
  const now = context.clock.now();
  const since = former?.broker === broker ? new Date(now.getTime() - rereadMilliseconds + 1) : now;
  const sources = await trustSources(broker, readings, since);
  const isRead = former && former.published.kind !== 'Unreadable';
  const published = isRead ? former.published : await publishedRevocations(publisher, meta);
  const isSame = former?.broker === broker && isDeepStrictEqual(former.sources, sources);
  const found = isSame ? former.gathered : gathered(broker, sources);
  const { requests } = context.world;
  const issuing = found.issuing ?? issuingByRequests({ broker, gathered: found }, requests.store.list());
  // What happened to it while the server was asked.
  const latest = members.get(key)?.uid === meta.uid ? members.get(key) : undefined;
  members.set(key, {
    ...{ key, uid: meta.uid, broker, sources, published },
    gathered: issuing === found.issuing ? found : { ...found, issuing },
    accepted: latest?.accepted ?? acceptedIn(published),
    trust: latest?.trust,
  });
  readings.forget(new Date(now.getTime() - 10 * rereadMilliseconds));
}

function acceptedIn(published: PublishedRevocations): ReadonlySet<CaKeyId> {
  return new Set(published.kind === 'Published' ? published.cas : []);
}

/** What one CA cannot do holds up no other; the first failure is told afterwards. */
async function settleOf(site: Site, key: ObjectKey): Promise<void> {
  const keyIds = new Set(site.members.get(key)?.gathered.cas.map(({ ca }) => ca.keyId));
  const settled = await Promise.allSettled([...keyIds].map((keyId) => authorityOf(site, keyId).settle()));
  const failure = settled.find((one) => one.status === 'rejected');
  const member = site.members.get(key);
  if (member && !failure) renewTrust(site, member);
  if (failure) throw new Error(`settle the CAs of MqttBroker ${key}`, { cause: failure.reason });
}

function renewTrust(site: Site, member: Member): void {
  const { context, authorities, members } = site;
  if (members.get(member.key) !== member || !isEveryBrokerLooked(site)) return;
  const views = new Map([...authorities].map(([keyId, { view }]) => [keyId, view]));
  const { broker, gathered: found } = member;
  const facts = { broker, gathered: found, authorities: views, orphans: orphans(site, member) };
  const trust = trustOf(facts, context.clock.now());
  const isGood = trust.findings.every(({ severity }) => severity !== 'Error');
  const accepted = isGood ? new Set(trust.cas.map(({ keyId }) => keyId)) : member.accepted;
  const isSame = member.trust !== undefined && isSameTrust(member.trust, trust);
  members.set(member.key, { ...member, accepted, trust: isSame ? member.trust : trust });
  if (!isSame) context.wake.broker(member.key);
}

function orphans(site: Site, member: Member): ReadonlyMap<CaKeyId, number> {
  const { fleet, issued } = site.context.state;
  const certificates = function* (): Iterable<HeldCertificate> {
    for (const some of issued.byIdentity.values()) yield* some;
  };
  const brokerOf = ({ identity, device }: HeldCertificate) =>
    fleet.fleet.devices.get(identity)?.find((one) => keyOf(one) === device)?.broker;
  const isRevoked = ({ caKeyId, serial }: HeldCertificate) =>
    site.authorities.get(caKeyId)?.ledger.entries.has(serial) === true;
  return orphansOf(member, certificates(), isRevoked, brokerOf);
}

function nextLook({ context, members }: Site, key: ObjectKey): Date {
  const reread = new Date(context.clock.now().getTime() + rereadMilliseconds);
  const change = members.get(key)?.trust?.nextChangeAt;
  return change && change < reread ? change : reread;
}

type Serial = Pick<RevocationEntry, 'caKeyId' | 'serial'>;

function isPublished(site: Site, { caKeyId, serial }: Serial): boolean {
  const entry = site.authorities.get(caKeyId)?.ledger.entries.get(serial);
  if (!entry) return false;
  const isTold = [...site.context.world.brokers.store.list()].every(
    ({ key, meta }) => meta.isDeleting || isToldOf(site, key, entry),
  );
  if (!isTold) site.awaited.set(`${caKeyId} ${serial}`, entry);
  return isTold;
}

/** Also true of a broker that is told nothing at all, and of one whose lists of this CA are none of ours. */
function isToldOf({ context, members, looked }: Site, key: ObjectKey, { caKeyId, serial }: Serial): boolean {
  const member = members.get(key);
  if (!member) return looked.has(key);
  const state = context.state.brokers.get(key);
  if (!state) return member.published.kind === 'None' && !signsFor(member.trust, caKeyId);
  if (!state.published) return true;
  if (!signsFor(state.trust, caKeyId) && !signsFor(member.trust, caKeyId)) {
    return state.trust !== undefined && member.trust !== undefined;
  }
  return state.trust !== undefined && serialsIn(state.trust).has(`${caKeyId} ${serial}`);
}

function signsFor(trust: Trust | undefined, caKeyId: CaKeyId): boolean {
  return trust?.cas.some(({ keyId, revocation }) => keyId === caKeyId && revocation === 'SignedCrl') === true;
}

/** By the list of revocations, which is the same as long as nothing in it changed. */
const serials = new WeakMap<Trust['revocations'], ReadonlySet<string>>();

function serialsIn({ revocations }: Trust): ReadonlySet<string> {
  const known = serials.get(revocations);
  if (known) return known;
  const made = new Set(revocations.map(({ caKeyId, serial }) => `${caKeyId} ${serial}`));
  serials.set(revocations, made);
  return made;
}

/** Whoever asked for something that is published by now looks again. */
function wakeAwaiting(site: Site): void {
  const { context, awaited } = site;
  const open = [...awaited];
  awaited.clear();
  for (const [, entry] of open) {
    if (!isPublished(site, entry)) continue;
    const certificate = context.state.issued.byIdentity
      .get(entry.identity)
      ?.find(({ serial, caKeyId }) => serial === entry.serial && caKeyId === entry.caKeyId);
    if (certificate) wakeHolder(site, certificate);
    else wakeIdentity(site, entry.identity);
  }
}

function wakeIdentity({ context }: Site, identity: string): void {
  for (const { origin } of context.state.fleet.fleet.devices.get(identity) ?? []) {
    const device = objectKey(origin.namespace, origin.name);
    context.wake.device(device);
    for (const { key } of context.world.deviceCertificates.store.byIndex('device', device)) {
      context.wake.certificate(key);
    }
  }
}
