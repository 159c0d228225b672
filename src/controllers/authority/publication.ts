/** Whether brokers were told what was taken back, and who waits for it. */
import { objectKey, type ObjectKey } from '../../domain/names.ts';
import type { CaKeyId, RevocationEntry } from '../../domain/pki/certificate.ts';
import type { HeldCertificate } from '../../domain/pki/lineage.ts';
import type { Trust } from '../context.ts';
import type { Member } from './members.ts';
import { isHold } from './plan.ts';
import { isServed, wasToldOf } from './served.ts';
import { type Site, wakeHolder } from './site.ts';

type Serial = Pick<RevocationEntry, 'caKeyId' | 'serial'>;
type Asked = Serial & Partial<Pick<HeldCertificate, 'lineage'>>;

/** True when the serial is in the ledger, and in what is published to every broker that has a list of its CA from us. */
export function isPublished(site: Site, { caKeyId, serial, lineage }: Asked): boolean {
  const entry = site.authorities.get(caKeyId)?.ledger.entries.get(serial);
  if (!entry) return false;
  const isTold = [...site.context.world.brokers.store.list()].every(
    ({ key, meta }) => meta.isDeleting || isToldOf(site, key, entry),
  );
  if (!isTold) {
    const id = `${caKeyId} ${serial}`;
    site.awaited.set(id, { entry, lineage: lineage ?? site.awaited.get(id)?.lineage });
  }
  return isTold;
}

/**
 * Also true of a broker that was told nothing at all, and of one whose lists of this CA are none of ours. Of one that
 * cannot be read, what is published counts.
 */
function isToldOf(site: Site, key: ObjectKey, { caKeyId, serial }: Serial): boolean {
  const { context, members } = site;
  const member = members.get(key);
  if (!member) return wasToldOf(site, key, { caKeyId, serial });
  const state = context.state.brokers.get(key);
  const wasTold = state ? state.published !== undefined : member.published.kind !== 'None';
  if (!wasTold || !isConcerned(site, member, state?.trust, caKeyId)) return true;
  return state?.trust !== undefined && serialsIn(state.trust).has(`${caKeyId} ${serial}`);
}

/** It is to have a list of this CA from us, or had one in what was published last. */
function isConcerned(site: Site, member: Member, told: Trust | undefined, caKeyId: CaKeyId): boolean {
  const { gathered, kept, published } = member;
  if (kept.some(({ ca }) => signsFor([ca], caKeyId))) return true;
  if (!isServed(site, member, caKeyId)) return false;
  if (gathered.cas.some(({ ca }) => signsFor([ca], caKeyId))) return true;
  if (told) return signsFor(told.cas, caKeyId);
  return (
    published.kind === 'Unreadable' ||
    (published.kind === 'Published' && published.cas.some(({ keyId }) => keyId === caKeyId))
  );
}

function signsFor(cas: Trust['cas'], caKeyId: CaKeyId): boolean {
  return cas.some(({ keyId, revocation }) => keyId === caKeyId && revocation === 'SignedCrl');
}

/** By the list of revocations, which is the same as long as nothing in it changed. */
const serials = new WeakMap<Trust['revocations'], ReadonlySet<string>>();

export function serialsIn({ revocations }: Trust): ReadonlySet<string> {
  const known = serials.get(revocations);
  if (known) return known;
  // One that is on hold is on the list, and would not be in a ledger that is made anew from it.
  const forGood = revocations.filter((entry) => !isHold(entry));
  const made = new Set(forGood.map(({ caKeyId, serial }) => `${caKeyId} ${serial}`));
  serials.set(revocations, made);
  return made;
}

/** Whoever asked for something that is published by now looks again. */
export function wakeAwaiting(site: Site): void {
  const { context, awaited } = site;
  const open = [...awaited];
  awaited.clear();
  for (const [, { entry, lineage }] of open) {
    if (!isPublished(site, { ...entry, ...(lineage !== undefined && { lineage }) })) continue;
    if (lineage !== undefined) context.wake.certificate(lineage);
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
