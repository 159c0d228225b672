/** What a broker trusts, from what lies in the cluster. */
import { type Finding, type Parsed, refused } from '../../domain/finding.ts';
import type { Broker } from '../../domain/fleet.ts';
import type { CaKeyId, TrustedCa } from '../../domain/pki/certificate.ts';
import { defaultCrlValiditySeconds } from '../../domain/pki/crl-schedule.ts';
import type { OfferedList } from '../../domain/pki/external-list.ts';
import { externalCrl, trustedCa } from '../../domain/pki/trusted-ca.ts';
import { caCertificatesIn, caKeyId, caSigner, type CaSigner, isBelow } from '../../domain/pki/x509.ts';
import type { CaSource, IssuerSource, SignerSource, Sources, Value } from './sources.ts';

/** One CA that is trusted, with what it takes to take its certificates back. */
export interface GatheredCa {
  readonly ca: TrustedCa;
  /** Field of the broker that names it. */
  readonly path: string;
  /** Seconds; of a list that we sign. */
  readonly validitySeconds: number | undefined;
  /** Undefined where somebody else signs, nobody does, or the key cannot be had. */
  readonly signer: CaSigner | undefined;
  /** The list that somebody else signs, as it is given now; undefined where we sign, or nobody does. */
  readonly offered: OfferedList | undefined;
}

export interface Gathered {
  readonly cas: readonly GatheredCa[];
  /** Key id of the CA that issues, where the issuer tells it. */
  readonly issuing: CaKeyId | undefined;
  readonly findings: readonly Finding[];
}

const field = 'spec.clientCertificates';
type Draft = Omit<Finding, 'object'>;

/** What cannot be used is left out, with a finding that says why. */
export function gathered(broker: Broker, { issuer, cas: sources }: Sources): Gathered {
  if (!broker.clientCertificates) return { cas: [], issuing: undefined, findings: [] };
  const findings: Draft[] = [];
  const cas = sources.length > 0 ? declaredCas(sources, findings) : issuerCas(broker, issuer, findings);
  if (sources.length > 0 && issuer.kind === 'Missing') findings.push({ ...issuerMissing(broker), severity: 'Warning' });
  if (isUntrusted(issuer, cas, findings)) findings.push(issuerUntrusted(broker, caAbove(issuer, cas)));
  return {
    cas,
    issuing: issuingKeyId(issuer),
    findings: findings.map((finding) => ({ ...finding, object: broker.origin })),
  };
}

function declaredCas(sources: readonly CaSource[], findings: Draft[]): readonly GatheredCa[] {
  return sources.flatMap((source, index) => {
    const path = `${field}.trustedCas[${index}]`;
    const ca = valid(source.ca, `${path}.caRef`, findings, (text) =>
      trustedCa(source.spec.name, withSigner(text, source.signer), source.spec.revocation.type),
    );
    return ca ? withRevocation(ca, path, source, findings) : [];
  });
}

/**
 * `ca.crt` of an intermediate CA is its root, whose list would say nothing of what the intermediate one issued: trusted is
 * the CA whose key signs the list.
 */
function withSigner(text: string, signer: SignerSource | undefined): string {
  if (signer?.certificate.kind !== 'Found' || !isBelow(signer.certificate.text, text)) return text;
  const [own, named] = [signer.certificate.text, text].map(caKeyId);
  return own?.ok && named?.ok && own.value !== named.value ? withRoot(signer.certificate.text, text) : text;
}

function withRevocation(
  ca: TrustedCa,
  path: string,
  { spec: { revocation }, crl: value, signer: source }: CaSource,
  findings: Draft[],
): GatheredCa {
  const base = { ca, path, validitySeconds: undefined, signer: undefined, offered: undefined };
  if (revocation.type === 'SignedCrl') {
    const signer = usableSigner(ca, `${path}.revocation.signerSecretRef`, source, findings);
    return { ...base, signer, validitySeconds: revocation.validitySeconds };
  }
  if (revocation.type === 'None' || !value || value.kind === 'Pending') return base;
  if (value.kind !== 'Found') return { ...base, offered: unusableList(value.message) };
  const { problem } = value;
  return {
    ...base,
    offered: { ...externalCrl(ca, value.text), ...(problem !== undefined && { staleBecause: problem }) },
  };
}

function unusableList(message: string): OfferedList {
  return refused({ code: 'MQS140', severity: 'Error', path: '', message });
}

/** The CA of the issuer alone, with a list that we sign (the documented meaning of an absent `trustedCas`). */
function issuerCas(broker: Broker, issuer: IssuerSource, findings: Draft[]): readonly GatheredCa[] {
  const path = `${field}.issuerRef`;
  if (issuer.kind !== 'Ca') {
    findings.push(issuer.kind === 'Missing' ? issuerMissing(broker) : issuerUnknown(broker, issuer.kind));
    return [];
  }
  const name = (broker.clientCertificates?.issuer.name ?? '').slice(0, 63);
  const ca = valid(issuer.signer.certificate, path, findings, (text) =>
    trustedCa(name, withRoot(text, issuer.signer.root), 'SignedCrl'),
  );
  if (!ca) return [];
  const signer = usableSigner(ca, path, issuer.signer, findings);
  return [{ ca, path, signer, validitySeconds: defaultCrlValiditySeconds, offered: undefined }];
}

/** The chain of the CA, and its root where that lies beside it. */
function withRoot(chain: string, root: string): string {
  const [certificates, roots] = [caCertificatesIn(chain), caCertificatesIn(root)];
  if (!certificates.ok || !roots.ok) return chain;
  return [...new Set([...certificates.value, ...roots.value].map(({ pem }) => pem))].join('');
}

function issuerMissing(broker: Broker): Draft {
  const message = `Issuer ${broker.origin.namespace}/${broker.clientCertificates?.issuer.name ?? ''} does not exist`;
  return { code: 'MQS141', severity: 'Error', reason: 'IssuerNotFound', path: `${field}.issuerRef`, message };
}

function issuerUnknown(broker: Broker, why: 'Other' | 'Forbidden'): Draft {
  const issuer = broker.clientCertificates?.issuer;
  const named = `${issuer?.kind ?? 'Issuer'} ${issuer?.name ?? ''}`;
  const where = why === 'Forbidden' ? `the operator may not read ${named}` : `${named} does not name a Secret here`;
  const message = `${where}: name its CA in trustedCas`;
  return { code: 'MQS141', severity: 'Error', reason: 'CaNotFound', path: `${field}.issuerRef`, message };
}

/** The key of the CA, if it is there and may sign lists for this very CA; says so when it will be another one some day. */
function usableSigner(
  ca: TrustedCa,
  path: string,
  source: SignerSource | undefined,
  findings: Draft[],
): CaSigner | undefined {
  const draft = { code: 'MQS142', severity: 'Warning', reason: 'SignerForbidden', path } as const;
  const unusable = (why: string) => {
    findings.push({ ...draft, message: `revocation lists of CA ${ca.name} cannot be signed: ${why}` });
    return undefined;
  };
  if (!source) return unusable('no Secret with its key is named');
  if (source.certificate.kind !== 'Found') return unusable(messageOf(source.certificate));
  if (source.key.kind !== 'Found') return unusable(messageOf(source.key));
  const signer = caSigner(source.certificate.text, source.key.text);
  if (!signer.ok) return unusable(signer.findings.map(({ message }) => message).join('; '));
  if (signer.value.issuer.keyId !== ca.keyId) return unusable('the Secret holds the key of another CA');
  if (source.rotation === 'Always') findings.push(unstable(ca, path, source.certificateName ?? ''));
  return signer.value;
}

function unstable({ name }: TrustedCa, path: string, certificate: string): Draft {
  const message = `Certificate ${certificate} of CA ${name} gets a new key when it is renewed: its revocation list would be orphaned`;
  return { code: 'MQS143', severity: 'Warning', reason: 'SignerKeyUnstable', path, message };
}

function messageOf(value: Exclude<Value, { readonly kind: 'Found' }>): string {
  return value.kind === 'Pending' ? 'it is being fetched' : value.message;
}

/** What the value says, or a finding under `path`. */
function valid<T>(value: Value, path: string, findings: Draft[], read: (text: string) => Parsed<T>): T | undefined {
  if (value.kind !== 'Found') {
    const reason = value.kind === 'Forbidden' ? 'SignerForbidden' : 'CaNotFound';
    findings.push({ code: 'MQS140', severity: 'Error', reason, path, message: messageOf(value) });
    return undefined;
  }
  const result = read(value.text);
  if (result.ok) return result.value;
  findings.push(...result.findings.map((finding) => ({ ...finding, path, reason: 'CaNotFound' as const })));
  return undefined;
}

function issuerCertificate(issuer: IssuerSource): string | undefined {
  const value = issuer.kind === 'Ca' ? issuer.signer.certificate : undefined;
  return value?.kind === 'Found' ? value.text : undefined;
}

/** Not said while a CA that is named cannot be read. */
function isUntrusted(issuer: IssuerSource, cas: readonly GatheredCa[], findings: readonly Draft[]): boolean {
  const keyId = issuingKeyId(issuer);
  const isKnown = keyId !== undefined && cas.length > 0;
  return isKnown && cas.every(({ ca }) => ca.keyId !== keyId) && findings.every(({ severity }) => severity !== 'Error');
}

/** The trusted CA that the issuer's is below of: neither counts its certificates nor takes them back. */
function caAbove(issuer: IssuerSource, cas: readonly GatheredCa[]): GatheredCa | undefined {
  const certificate = issuerCertificate(issuer);
  return cas.find(({ ca }) => certificate !== undefined && isBelow(certificate, ca.certificates));
}

function issuerUntrusted(broker: Broker, above: GatheredCa | undefined): Draft {
  const issuer = broker.clientCertificates?.issuer.name ?? '';
  const message = above
    ? `the CA of Issuer ${issuer} is below ${above.ca.name}, and not itself among trustedCas: what it issues does not count. Name its certificate first, then those above it`
    : `the CA of Issuer ${issuer} is not among trustedCas: no certificate is moved to it`;
  return { code: 'MQS170', severity: 'Warning', reason: 'IssuerNotTrusted', path: `${field}.issuerRef`, message };
}

function issuingKeyId(issuer: IssuerSource): CaKeyId | undefined {
  const certificate = issuerCertificate(issuer);
  const keyId = certificate === undefined ? undefined : caKeyId(certificate);
  return keyId?.ok ? keyId.value : undefined;
}
