/** Brokers as the authorities know them: what each trusts, and what it was told. */
import type { CertificateRequestObject } from '../../api/kinds.ts';
import type { Broker } from '../../domain/fleet.ts';
import type { ObjectKey } from '../../domain/names.ts';
import type { CaKeyId } from '../../domain/pki/certificate.ts';
import type { HeldCertificate } from '../../domain/pki/lineage.ts';
import { caCertificatesIn, isIssuedBy } from '../../domain/pki/x509.ts';
import type { Trust } from '../context.ts';
import type { Gathered, GatheredCa } from './gathered.ts';
import type { PublishedRevocations } from './published.ts';
import type { Sources } from './sources.ts';

export interface Member {
  readonly key: ObjectKey;
  readonly uid: string;
  readonly broker: Broker;
  readonly sources: Sources;
  readonly gathered: Gathered;
  /** Key id of the CA that issues, as far as it can be told. */
  readonly issuing: CaKeyId | undefined;
  readonly published: PublishedRevocations;
  /** Key ids of the CAs that it was last told to trust, with nothing amiss. */
  readonly accepted: ReadonlySet<CaKeyId>;
  readonly trust: Trust | undefined;
  /** Since when something that it needs is missing or of no use. */
  readonly troubledSince: Date | undefined;
}

/** The key that signs lists of a CA, and for how long: that of the first broker that has it, and the shortest that one asks for. */
export function signingFor(
  keyId: CaKeyId,
  members: Iterable<Member>,
): { readonly signer: NonNullable<GatheredCa['signer']>; readonly validitySeconds: number } | undefined {
  const cas = [...members]
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .flatMap(({ gathered }) => gathered.cas.filter(({ ca }) => ca.keyId === keyId));
  const signer = cas.find((one) => one.signer)?.signer;
  const validities = cas.flatMap(({ validitySeconds }) => validitySeconds ?? []);
  return signer && { signer, validitySeconds: Math.min(...validities) };
}

export function trusts({ gathered }: Member, keyId: CaKeyId): boolean {
  return gathered.cas.some(({ ca }) => ca.keyId === keyId);
}

/**
 * Keys that the broker trusted and now would not, with how many certificates depend on each: unexpired ones of its
 * devices, not taken back, which no newer one of their lineage has taken over from.
 */
export function orphansOf(
  { key, accepted, gathered }: Member,
  certificates: Iterable<HeldCertificate>,
  isRevoked: (certificate: HeldCertificate) => boolean,
  brokerOf: (certificate: HeldCertificate) => ObjectKey | undefined,
): ReadonlyMap<CaKeyId, number> {
  const orphans = new Map<CaKeyId, number>();
  const lost = new Set([...accepted].filter((keyId) => !gathered.cas.some(({ ca }) => ca.keyId === keyId)));
  // Of one that cannot be read it is not said that its CA went.
  if (lost.size === 0 || gathered.findings.some(({ severity }) => severity === 'Error')) return orphans;
  for (const certificate of certificates) {
    const { caKeyId, supersededAt } = certificate;
    if (!lost.has(caKeyId) || supersededAt || brokerOf(certificate) !== key || isRevoked(certificate)) continue;
    orphans.set(caKeyId, (orphans.get(caKeyId) ?? 0) + 1);
  }
  return orphans;
}

/** The trusted CA that signed what the issuer gave last; looked for only where nothing else tells. */
export function issuingByRequests(
  broker: Broker,
  gathered: Gathered,
  requests: Iterable<CertificateRequestObject>,
): CaKeyId | undefined {
  let [newest, at]: [string | undefined, string] = [undefined, ''];
  for (const { metadata, spec, status } of requests) {
    const isIssuers = spec?.issuerRef?.name === broker.clientCertificates?.issuer.name;
    if (!isIssuers || metadata.namespace !== broker.origin.namespace || status?.certificate === undefined) continue;
    if (newest === undefined || (metadata.creationTimestamp ?? '') > at) {
      [newest, at] = [status.certificate, metadata.creationTimestamp ?? ''];
    }
  }
  if (newest === undefined) return undefined;
  const pem = Buffer.from(newest, 'base64').toString();
  return gathered.cas.find(({ ca }) => {
    const certificates = caCertificatesIn(ca.certificates);
    return certificates.ok && certificates.value.some((one) => one.keyId === ca.keyId && isIssuedBy(pem, one));
  })?.ca.keyId;
}
