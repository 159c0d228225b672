import type { CertificateObject } from '../../api/kinds.ts';
import type { Finding } from '../../domain/finding.ts';
import type { Broker, CertificateSpec, Device, Fleet } from '../../domain/fleet.ts';
import type { HeldCertificate } from '../../domain/pki/lineage.ts';
import type { RevocationProgress } from '../../domain/pki/revocation-progress.ts';
import type { DeclaredCertificate } from '../declared.ts';
import type { AuthorityState } from '../context.ts';
import type { Enforcement } from '../enforcement.ts';
import type { Claim } from './request.ts';
import type { Succession } from './succession.ts';

/** `Unasked`: nothing that is to be done depends on it. */
export type SecretState =
  | { readonly kind: 'Unasked' | 'Absent' }
  | { readonly kind: 'NotOurs'; readonly name: string }
  | { readonly kind: 'Ours'; readonly name: string; readonly uid: string };

/** Everything that deciding about one DeviceCertificate needs. */
export interface CertificateFacts {
  readonly declared: DeclaredCertificate;
  /** As it was when it was last good; undefined if it never was. */
  readonly spec: CertificateSpec | undefined;
  /** As it was when it was last good. */
  readonly device: Device | undefined;
  /** False only when the device is certainly gone. */
  readonly isDeviceDeclared: boolean;
  readonly isDeviceDeleting: boolean;
  readonly broker: Broker | undefined;
  readonly fleet: Fleet;
  /** What is wrong with the device, or between it and this object. */
  readonly findings: readonly Finding[];
  /** Devices whose rules resolve. */
  readonly admitted: { has(device: string): boolean };
  /** `Absent`: its kinds cannot be listed, so nothing can be issued; what the status remembers still counts. */
  readonly certManager: 'Known' | 'Absent';
  /** The Certificate of the name, whoever made it. */
  readonly child: CertificateObject | undefined;
  readonly secret: SecretState;
  /** Why no key store can be made; looked at only while the Certificate is not ready. */
  readonly keyStoreProblem: string | undefined;
  /** That of a former `secretName`, to be deleted. */
  readonly formerSecret: SecretState;
  /** When the Certificate went, not long ago: its Secret may still be written. */
  readonly goneAt: Date | undefined;
  readonly held: readonly HeldCertificate[];
  readonly strays: readonly HeldCertificate[];
  /** Latest first. */
  readonly requests: readonly Claim[];
  /** Requests of a former Certificate of the name; they keep the names that cert-manager would give to those of a new one. */
  readonly leftovers: readonly Claim[];
  /** Requests that only claim to belong to it. */
  readonly foreign: readonly Finding[];
  readonly acknowledgements: readonly { readonly fingerprint: string; readonly at: string }[];
  readonly authorities: Pick<AuthorityState, 'isRevoked' | 'isPublished'>;
  /** As the status tells of it, or was about to. */
  readonly formerRevocation: RevocationProgress | undefined;
  /** The renew-at that was acted on last, as the status tells, or is about to: a renewal may be over before it is seen there. */
  readonly handledRenewAt: string | undefined;
  /** When the broker had proved that these are taken back. */
  readonly enforcement: (taken: readonly HeldCertificate[]) => Enforcement | undefined;
  /** Nobody would enforce a revocation any more: the broker is gone, or the namespace is going. */
  readonly isLifted: boolean;
  /** Of a good certificate that is not of the CA that issues now; absent of any other. */
  readonly succession?: Succession;
  /** When a certificate of which no serial is known is issued again; undefined as long as there is none. */
  readonly reissueAt: Date | undefined;
}
