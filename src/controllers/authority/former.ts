/** CAs that a broker trusted and that are not named any more: trusted as long as devices depend on them. */
import { dropCaAnnotation } from '../../api/labels.ts';
import { keyOf } from '../../domain/fleet.ts';
import type { CaKeyId } from '../../domain/pki/certificate.ts';
import { defaultCrlValiditySeconds } from '../../domain/pki/crl-schedule.ts';
import type { HeldCertificate } from '../../domain/pki/lineage.ts';
import { type CaCertificate, caCertificatesIn, isIssuedBy } from '../../domain/pki/x509.ts';
import type { GatheredCa } from './gathered.ts';
import type { Member } from './members.ts';
import type { PublishedRevocations } from './published.ts';
import type { Site } from './site.ts';

/** What a broker was told to trust, as far as the published set says it: which keys sign lists of it is not in there. */
export function formerCas(published: PublishedRevocations): Member['former'] {
  if (published.kind !== 'Published') return new Map();
  const { cas, crls } = published;
  return new Map(
    cas.map(({ keyId }): [CaKeyId, GatheredCa] => {
      const crl = crls.get(keyId);
      const revocation = crls.size > 0 ? 'SignedCrl' : 'None';
      const ca = { name: formerName(keyId), keyId, certificates: chainOf(keyId, cas), revocation } as const;
      const offered = crl && ({ ok: true, value: crl } as const);
      return [keyId, { ca, path, validitySeconds: defaultCrlValiditySeconds, signer: undefined, offered }];
    }),
  );
}

const path = 'spec.clientCertificates.trustedCas';

/** The same after a restart, when its name is not known any more. */
function formerName(keyId: CaKeyId): string {
  return `former-${keyId.slice(0, 16)}`;
}

/** As it is remembered once it is not named any more. */
export function asFormer(one: GatheredCa): GatheredCa {
  const { keyId, certificates } = one.ca;
  const all = caCertificatesIn(certificates);
  const chain = all.ok ? chainOf(keyId, all.value) : certificates;
  return { ...one, path, ca: { ...one.ca, name: formerName(keyId), certificates: chain } };
}

/** The certificates over a key, and those above them, whatever their order was. */
function chainOf(keyId: CaKeyId, all: readonly CaCertificate[]): string {
  const chain = new Set(all.filter((ca) => ca.keyId === keyId));
  for (const one of chain) for (const above of all) if (isIssuedBy(one.pem, above)) chain.add(above);
  return [...new Set([...chain].map(({ pem }) => pem))].join('');
}

/** A CA that stays trusted although it is not named, with how many certificates of devices depend on it. */
export interface KeptCa extends GatheredCa {
  readonly uses: number;
}

/**
 * Those of the former CAs that stay: of which certificates are in use that somebody may still show. Nothing is decided
 * while it is not known what was issued, or while a CA cannot be read that is named.
 */
export function keptCas(
  site: Site,
  member: Pick<Member, 'key' | 'former' | 'gathered'>,
  annotations: Readonly<Record<string, string>>,
): readonly KeptCa[] {
  const { former, gathered } = member;
  const { issued } = site.context.state;
  if (!issued.isKnown || gathered.findings.some(({ severity }) => severity === 'Error')) return [];
  const named = new Set(gathered.cas.map(({ ca }) => ca.keyId));
  const lost = new Map([...former].filter(([keyId]) => !named.has(keyId) && !isDropped(keyId, annotations)));
  if (lost.size === 0) return [];
  const uses = new Map<CaKeyId, number>();
  for (const certificates of issued.byIdentity.values()) {
    for (const certificate of certificates) {
      if (!lost.has(certificate.caKeyId) || !isInUse(site, member, certificate)) continue;
      uses.set(certificate.caKeyId, (uses.get(certificate.caKeyId) ?? 0) + 1);
    }
  }
  return [...lost.values()]
    .map((one): KeptCa => ({ ...one, uses: uses.get(one.ca.keyId) ?? 0 }))
    .filter((one) => one.uses > 0)
    .sort((a, b) => (a.ca.keyId < b.ca.keyId ? -1 : 1));
}

/** At least so many digits of a key are needed to name it. */
const shortestPrefix = 16;

/** Somebody decided that a CA goes although devices depend on it. */
function isDropped(keyId: CaKeyId, annotations: Readonly<Record<string, string>>): boolean {
  const prefixes = (annotations[dropCaAnnotation] ?? '').toLowerCase().split(/[\s,]+/);
  return prefixes.some((prefix) => prefix.length >= shortestPrefix && keyId.startsWith(prefix));
}

/** A device of this broker, that is served, may show it: it is not taken back, and no newer one was acknowledged. */
function isInUse(
  { context, authorities }: Site,
  { key }: Pick<Member, 'key'>,
  { identity, device, lineage, fingerprint, caKeyId, serial, supersededAt }: HeldCertificate,
): boolean {
  const holder = context.state.fleet.fleet.devices.get(identity)?.find((one) => keyOf(one) === device);
  const isOver = holder?.expiresAt !== undefined && holder.expiresAt <= context.clock.now();
  // Who is off gets no other certificate, and would hold the former CA for ever.
  if (holder?.broker !== key || holder.suspended || holder.revoked || isOver) return false;
  if (authorities.get(caKeyId)?.ledger.entries.has(serial) === true) return false;
  if (!supersededAt) return true;
  const was = context.world.deviceCertificates.store.get(lineage)?.was;
  return was?.acknowledgedAt === undefined || was.fingerprint === fingerprint;
}
