import type { CertificateObject, CertificateRequestObject } from '../../api/kinds.ts';
import type { RevocationEntry } from '../../domain/pki/certificate.ts';
import type { DesiredChild } from '../apply.ts';
import type { StatusDraft } from '../status.ts';
import type { SecretState } from './facts.ts';

/** One write. Steps are done in order; after each, a new plan made from the state it left leads to the same end. */
export type CertificateStep =
  | { readonly kind: 'AddFinalizer' | 'RemoveFinalizer' }
  | { readonly kind: 'Revoke'; readonly entries: readonly RevocationEntry[] }
  | {
      readonly kind: 'ApplyCertificate';
      readonly desired: DesiredChild;
      readonly present: CertificateObject | undefined;
    }
  /** Asks cert-manager for a new certificate, as `cmctl renew` does. */
  | { readonly kind: 'Reissue'; readonly certificate: CertificateObject; readonly message: string }
  | { readonly kind: 'CreateRequest'; readonly desired: DesiredChild }
  | { readonly kind: 'DeleteRequest'; readonly request: CertificateRequestObject }
  | { readonly kind: 'DeleteCertificate'; readonly certificate: CertificateObject }
  | { readonly kind: 'DeleteSecret'; readonly name: string; readonly uid: string };

export function secretRemoval(secret: SecretState): readonly CertificateStep[] {
  return secret.kind === 'Ours' ? [{ kind: 'DeleteSecret', name: secret.name, uid: secret.uid }] : [];
}

export interface CertificatePlan {
  readonly steps: readonly CertificateStep[];
  /** Absent while the object is being deleted. */
  readonly status?: StatusDraft;
  /** When the plan may be another one although nothing changes. */
  readonly nextAt: Date | undefined;
}
