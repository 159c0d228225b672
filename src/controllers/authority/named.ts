/** Certificates of devices that a list of somebody else names: they are taken back here, too, so that sessions end and new ones are issued. */
import type { ShardedMap } from '../../domain/sharded.ts';
import type { PublishedCrl, RevocationEntry } from '../../domain/pki/certificate.ts';
import type { HeldCertificate } from '../../domain/pki/lineage.ts';
import { listedIn, takenOverEntries } from '../../domain/pki/takeover.ts';
import type { Member } from './members.ts';
import type { Site } from './site.ts';

type Certificates = ShardedMap<readonly HeldCertificate[]>;

interface Known {
  readonly certificates: Certificates;
  readonly entries: readonly RevocationEntry[];
}

/** The answer stays with the list as long as the certificates are the same. */
const known = new WeakMap<PublishedCrl, Known>();

/**
 * What lists of others that the broker was told last say for good of certificates that devices hold, and the ledgers do not
 * have yet. A hold is their own business: it may be lifted.
 */
export function namedByOthers({ context, authorities }: Site, { gathered, told }: Member): readonly RevocationEntry[] {
  const { issued } = context.state;
  if (!issued.isKnown) return [];
  return gathered.cas.flatMap(({ ca: { keyId, revocation } }) => {
    const list = revocation === 'ExternalCrl' ? told.lists.get(keyId) : undefined;
    const ledger = authorities.get(keyId)?.ledger.entries;
    return list ? namedIn(list, issued.byIdentity).filter(({ serial }) => ledger?.has(serial) !== true) : [];
  });
}

function namedIn(list: PublishedCrl, certificates: Certificates): readonly RevocationEntry[] {
  const former = known.get(list);
  if (former?.certificates === certificates) return former.entries;
  const named = listedIn(list);
  const found = new Map<string, HeldCertificate>();
  for (const held of named.size > 0 ? certificates.values() : []) {
    for (const one of held) if (one.caKeyId === list.caKeyId && named.has(one.serial)) found.set(one.serial, one);
  }
  const serials = [...found.keys()].filter((serial) => named.get(serial)?.reason !== 'CertificateHold');
  const entries = takenOverEntries(list, serials, found);
  known.set(list, { certificates, entries });
  return entries;
}
