/** CertificateRequests of cert-manager: whose they claim to be, what became of them. */
import type { CertificateRequestObject, ForeignCondition } from '../../api/kinds.ts';
import { componentLabel, deviceCertificateAnnotation } from '../../api/labels.ts';
import { objectKey, type ObjectKey } from '../../domain/names.ts';
import type { IssuedCertificate } from '../../domain/pki/certificate.ts';
import { pemBlocks, pemText } from '../../domain/pki/pem.ts';
import { type CaCertificate, caCertificate, isIssuedBy, issuedCertificate } from '../../domain/pki/x509.ts';

/** Annotation of cert-manager on the requests that it makes: name of the Certificate. */
export const certificateNameAnnotation = 'cert-manager.io/certificate-name';
/** Annotation of cert-manager on the same: which issuance of the Certificate it is. */
const revisionAnnotation = 'cert-manager.io/certificate-revision';

/** A request, and the lineage that it names: nothing of it is believed yet. */
export interface Claim {
  readonly request: CertificateRequestObject;
  readonly lineage: ObjectKey;
  /** `Certificate`: made by cert-manager for one; `Csr`: made by us from the signing request of a device. */
  readonly maker: 'Certificate' | 'Csr';
  readonly outcome: RequestOutcome;
}

export type RequestOutcome =
  | { readonly kind: 'Pending'; readonly message: string; readonly isIssuerMissing: boolean }
  | { readonly kind: 'Failed'; readonly message: string; readonly at: Date }
  | { readonly kind: 'Issued'; readonly certificate: IssuedCertificate }
  /** Something was issued that we cannot read. */
  | { readonly kind: 'Unreadable'; readonly message: string };

/**
 * The lineage that a request names; undefined for one that is not about a device. A Certificate has the name of its
 * DeviceCertificate. cert-manager copies annotations, so that ours counts only without its own.
 */
export function claimedLineage({ metadata }: CertificateRequestObject): ObjectKey | undefined {
  if (metadata.labels?.[componentLabel] !== 'device-certificate') return undefined;
  const name = metadata.annotations?.[certificateNameAnnotation];
  if (name !== undefined) return objectKey(metadata.namespace ?? '', name);
  return keyIn(metadata.annotations?.[deviceCertificateAnnotation]);
}

function keyIn(text: string | undefined): ObjectKey | undefined {
  const [namespace = '', name = '', ...others] = text?.split('/') ?? [];
  return namespace !== '' && name !== '' && others.length === 0 ? objectKey(namespace, name) : undefined;
}

/** Reads requests; CAs are read once. */
export function createClaimReader(): (request: CertificateRequestObject) => Claim | undefined {
  const cas = new Map<string, CaCertificate | undefined>();
  const caIn = (pem: string) => {
    if (!cas.has(pem)) {
      if (cas.size >= mostCas) cas.clear();
      const ca = caCertificate(pem);
      cas.set(pem, ca.ok ? ca.value : undefined);
    }
    return cas.get(pem);
  };
  return (request) => {
    const lineage = claimedLineage(request);
    if (lineage === undefined) return undefined;
    const isMade = request.metadata.annotations?.[certificateNameAnnotation] !== undefined;
    return { request, lineage, maker: isMade ? 'Certificate' : 'Csr', outcome: outcomeOf(request, caIn) };
  };
}

/** CAs that are kept as read; a fleet has a few. */
const mostCas = 100;

type CaReader = (pem: string) => CaCertificate | undefined;

function outcomeOf(request: CertificateRequestObject, caIn: CaReader): RequestOutcome {
  const failure = failureOf(request);
  if (failure) return failure;
  const ready = conditionOf(request.status?.conditions, 'Ready');
  const isApproved = conditionOf(request.status?.conditions, 'Approved')?.status === 'True';
  if (ready?.status === 'True' && isApproved && request.status?.certificate !== undefined) {
    return issuedOutcome(request.status.certificate, request.status.ca, caIn);
  }
  const message = ready?.message ?? (isApproved ? 'the issuer has not answered yet' : 'it has not been approved yet');
  return { kind: 'Pending', message, isIssuerMissing: /^Referenced .{1,300} not found/.test(message) };
}

function failureOf({ status, metadata }: CertificateRequestObject): RequestOutcome | undefined {
  const ready = conditionOf(status?.conditions, 'Ready');
  const denied = conditionOf(status?.conditions, 'Denied');
  const invalid = conditionOf(status?.conditions, 'InvalidRequest');
  const isOver = ready?.status === 'False' && (ready.reason === 'Failed' || ready.reason === 'Denied');
  const ground = [denied, invalid].find((condition) => condition?.status === 'True') ?? (isOver ? ready : undefined);
  if (!ground) return undefined;
  const at = new Date(status?.failureTime ?? metadata.creationTimestamp ?? 0);
  return { kind: 'Failed', message: ground.message ?? ground.reason ?? 'no reason was given', at };
}

export function conditionOf(
  conditions: readonly ForeignCondition[] | undefined,
  type: string,
): ForeignCondition | undefined {
  return conditions?.find((condition) => condition.type === type);
}

/** `status.ca` is the root, which need not be the CA that signed: that one may be in the chain. */
function issuedOutcome(chain: string, ca: string | undefined, caIn: CaReader): RequestOutcome {
  const [leaf, ...rest] = certificatesIn(chain);
  if (leaf === undefined) return { kind: 'Unreadable', message: 'it holds no certificate' };
  const issuer = [...rest, ...certificatesIn(ca ?? '')].map(caIn).find((one) => one && isIssuedBy(leaf, one));
  if (!issuer) return { kind: 'Unreadable', message: 'the CA that signed its certificate is not in it' };
  const certificate = issuedCertificate(leaf, issuer.keyId);
  if (certificate.ok) return { kind: 'Issued', certificate: certificate.value };
  return { kind: 'Unreadable', message: certificate.findings.map(({ message }) => message).join('; ') };
}

function certificatesIn(base64: string): readonly string[] {
  const text = Buffer.from(base64, 'base64').toString('latin1');
  const blocks = pemBlocks(text, { labels: ['CERTIFICATE'], comments: true });
  return blocks.ok ? blocks.value.map((der) => pemText('CERTIFICATE', der)) : [];
}

/** Certificate with chain in PEM, as the issuer gave it. */
export function issuedPem({ status }: CertificateRequestObject): string | undefined {
  return status?.certificate === undefined ? undefined : Buffer.from(status.certificate, 'base64').toString('latin1');
}

/** Requests that were made one after the other: the latest first. */
export function byAge(a: CertificateRequestObject, b: CertificateRequestObject): number {
  const [x, y] = [a, b].map(({ metadata }) => Date.parse(metadata.creationTimestamp ?? ''));
  if (x !== y) return (y ?? 0) - (x ?? 0);
  const [r, s] = [a, b].map(({ metadata }) => Number(metadata.annotations?.[revisionAnnotation] ?? 0));
  if (r !== s) return (s ?? 0) - (r ?? 0);
  return a.metadata.name < b.metadata.name ? -1 : 1;
}
