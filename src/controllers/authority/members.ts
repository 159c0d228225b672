/** Brokers as the authorities know them: what each trusts, and what it was told. */
import type { CertificateRequestObject } from '../../api/kinds.ts';
import type { Broker } from '../../domain/fleet.ts';
import type { ObjectKey } from '../../domain/names.ts';
import type { CaKeyId } from '../../domain/pki/certificate.ts';
import type { Told } from '../../domain/pki/takeover.ts';
import { pemBlocks, pemText } from '../../domain/pki/pem.ts';
import { caCertificate, isBelow, isIssuedBy } from '../../domain/pki/x509.ts';
import type { Trust } from '../context.ts';
import type { KeptCa } from './former.ts';
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
  /** Key ids of CAs of which its Secret holds the key, or did. */
  readonly signed: ReadonlySet<CaKeyId>;
  /** CAs that it was last told to trust, with nothing amiss. */
  readonly former: ReadonlyMap<CaKeyId, GatheredCa>;
  /** Those of them that stay trusted although they are not named any more. */
  readonly kept: readonly KeptCa[];
  /** What it was told of revocation last, with nothing amiss. */
  readonly told: Told;
  readonly trust: Trust | undefined;
  /** Since when something that it needs is missing or of no use. */
  readonly troubledSince: Date | undefined;
}

/** The key that signs lists of a CA, and for how long: that of the first broker that has it, and the shortest that one with a key asks for. */
export function signingFor(
  keyId: CaKeyId,
  members: Iterable<Member>,
): { readonly signer: NonNullable<GatheredCa['signer']>; readonly validitySeconds: number } | undefined {
  const cas = [...members]
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .flatMap((member) => casOf(member).filter(({ ca }) => ca.keyId === keyId));
  const signing = cas.filter((one) => one.signer);
  const signer = signing[0]?.signer;
  const validities = signing.flatMap(({ validitySeconds }) => validitySeconds ?? []);
  return signer && { signer, validitySeconds: Math.min(...validities) };
}

/** All that it is to trust. */
export function casOf({ gathered, kept }: Pick<Member, 'gathered' | 'kept'>): readonly GatheredCa[] {
  return [...gathered.cas, ...kept];
}

export function trusts(member: Member, keyId: CaKeyId): boolean {
  return casOf(member).some(({ ca }) => ca.keyId === keyId);
}

/**
 * The CA that signed what the issuer gave last, where that is a trusted one or below one; looked for only where the issuer
 * does not tell.
 */
export function issuingByRequests(
  broker: Broker,
  gathered: Gathered,
  requests: Iterable<CertificateRequestObject>,
): CaKeyId | undefined {
  const newest = newestIssued(broker, requests);
  const [leaf, ...chain] = certificatesOf(Buffer.from(newest ?? '', 'base64').toString('latin1'));
  if (leaf === undefined) return undefined;
  const trusted = gathered.cas.flatMap(({ ca }) => certificatesOf(ca.certificates));
  const signer = [...chain, ...trusted].map(caCertificate).find((one) => one.ok && isIssuedBy(leaf, one.value));
  if (!signer?.ok) return undefined;
  const { keyId, pem } = signer.value;
  const isTrusted = gathered.cas.some(({ ca }) => ca.keyId === keyId);
  return isTrusted || isBelow([pem, ...chain].join(''), trusted.join('')) ? keyId : undefined;
}

/** Chain of the certificate that the issuer of the broker gave last, base64. */
function newestIssued(broker: Broker, requests: Iterable<CertificateRequestObject>): string | undefined {
  let [newest, at]: [string | undefined, string] = [undefined, ''];
  for (const { metadata, spec, status } of requests) {
    const isIssuers = spec?.issuerRef?.name === broker.clientCertificates?.issuer.name;
    if (!isIssuers || metadata.namespace !== broker.origin.namespace || status?.certificate === undefined) continue;
    const { creationTimestamp = '' } = metadata;
    if (newest === undefined || creationTimestamp > at) [newest, at] = [status.certificate, creationTimestamp];
  }
  return newest;
}

function certificatesOf(bundle: string): readonly string[] {
  const blocks = pemBlocks(bundle, { labels: ['CERTIFICATE'], comments: true });
  return blocks.ok ? blocks.value.map((der) => pemText('CERTIFICATE', der)) : [];
}
