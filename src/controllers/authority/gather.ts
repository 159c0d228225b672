import { isDeepStrictEqual } from 'node:util';
import type { Broker } from '../../domain/fleet.ts';
import type { ObjectKey } from '../../domain/names.ts';
import type { CaKeyId } from '../../domain/pki/certificate.ts';
import { nothingTold, type Told } from '../../domain/pki/takeover.ts';
import type { DeclaredBroker, Meta } from '../declared.ts';
import { formerCas, keptCas } from './former.ts';
import { gathered, type Gathered } from './gathered.ts';
import { issuingByRequests, type Member } from './members.ts';
import { type PublishedRevocations, publishedRevocations } from './published.ts';
import type { Site } from './site.ts';
import { isIssuerUnread, type Sources, trustSources } from './sources.ts';

/** Values that nobody asks about are read again after so long, milliseconds. */
const rereadMilliseconds = 60_000;
/** While one of them is missing they are: whoever applies a broker with its CA has the CA a moment later. */
const shortestRereadMilliseconds = 1_000;

/** How old values may be before they are read again: of one that stays wrong ever older ones. */
export function longestAge(troubledSince: Date | undefined, now: Date): number {
  if (!troubledSince) return rereadMilliseconds;
  const age = (now.getTime() - troubledSince.getTime()) / 4;
  return Math.min(Math.max(age, shortestRereadMilliseconds), rereadMilliseconds);
}

/** Reads what the broker trusts: at once when it is another broker than last time, else what is too old. */
export async function gather(site: Site, key: ObjectKey, { meta }: DeclaredBroker, broker: Broker): Promise<void> {
  const { context, readings, publisher } = site;
  const former = memberOf(site, key, meta);
  const now = context.clock.now();
  const since = former?.broker === broker ? readSince(former, now) : now;
  const sources = await trustSources(broker, site, since);
  const isRead = former && former.published.kind !== 'Unreadable';
  const published = isRead ? former.published : await publishedRevocations(publisher, meta);
  const isSame = former?.broker === broker && isDeepStrictEqual(former.sources, sources);
  const found = isSame ? former.gathered : gathered(broker, sources);
  const { requests } = context.world;
  const issuing = found.issuing ?? issuingByRequests(broker, found, requests.store.list()) ?? onlyCa(found, sources);
  const base = { key, uid: meta.uid, broker, sources, published, gathered: found, issuing };
  // What happened to it while the server was asked.
  const latest = memberOf(site, key, meta);
  const remembered = rememberedOf(latest, published);
  site.members.set(key, {
    ...{ ...base, ...remembered },
    signed: new Set([...remembered.signed, ...signedIn(found)]),
    kept: keptCas(site, { ...base, ...remembered }, meta.annotations),
    troubledSince: troubledSince(found, sources, latest, now),
  });
  if (former?.issuing !== issuing) wakeCertificates(site, key);
  readings.forget(new Date(now.getTime() - 10 * rereadMilliseconds));
}

/** What is known of it from before; until it was told anything by this process, what was published. */
function rememberedOf(
  latest: Member | undefined,
  published: PublishedRevocations,
): Pick<Member, 'former' | 'signed' | 'told' | 'trust'> {
  const { signed = new Set<CaKeyId>(), trust } = latest ?? {};
  if (!latest || latest.told === nothingTold) {
    return { former: formerCas(published), signed, told: toldBy(published), trust };
  }
  return { former: latest.former, signed, told: latest.told, trust };
}

/** What an issuer of which nothing is known most likely issues with. One that will tell is waited for. */
function onlyCa({ cas: [first, ...others] }: Gathered, sources: Sources): CaKeyId | undefined {
  return others.length > 0 || isIssuerUnread(sources) ? undefined : first?.ca.keyId;
}

function signedIn({ cas }: Gathered): readonly CaKeyId[] {
  return cas.flatMap(({ ca, signer }) => (signer ? [ca.keyId] : []));
}

/** Who signed the lists is not in there. */
function toldBy(published: PublishedRevocations): Told {
  if (published.kind !== 'Published') return nothingTold;
  const { crls, revocations } = published;
  return { lists: crls, others: new Set(crls.keys()), revocations };
}

/** The age grows between two looks: half of it makes sure that the next one reads. */
function readSince({ troubledSince: trouble }: Member, now: Date): Date {
  const age = longestAge(trouble, now);
  return new Date(now.getTime() - (trouble ? age / 2 : age) + 1);
}

function troubledSince(
  { findings, cas }: Gathered,
  sources: Sources,
  former: Member | undefined,
  now: Date,
): Date | undefined {
  const isListMissing = cas.some(({ offered }) => !(offered?.ok ?? true));
  const isTroubled = findings.some(isTrouble) || isListMissing || isIssuerUnread(sources);
  return isTroubled ? (former?.troubledSince ?? now) : undefined;
}

/** Also where the set goes on: of an issuer or a key that is not there. */
function isTrouble({ severity, reason }: Gathered['findings'][number]): boolean {
  return severity === 'Error' || reason === 'IssuerNotFound' || reason === 'SignerForbidden';
}

/** What was issued by another CA is issued again. */
function wakeCertificates({ context: { world, wake } }: Site, key: ObjectKey): void {
  for (const device of world.devices.store.byIndex('broker', key)) {
    for (const certificate of world.deviceCertificates.store.byIndex('device', device.key)) {
      wake.certificate(certificate.key, 'Low');
    }
  }
}

/** What is known of this very object; of another one under its name nothing is. */
function memberOf({ members }: Site, key: ObjectKey, { uid }: Meta): Member | undefined {
  const member = members.get(key);
  return member?.uid === uid ? member : undefined;
}
