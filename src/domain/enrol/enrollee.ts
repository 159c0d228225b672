import type { Device } from '../fleet.ts';
import type { ObjectKey } from '../names.ts';

/** Why a device gets no certificate by enrolment, whoever asks. */
export type EnrolleeRefusal =
  'DeviceRevoked' | 'DeviceSuspended' | 'DeviceEnded' | 'DeviceNotAdmitted' | 'DeviceOfOtherBroker' | 'KeyNotOfDevice';

/** What is known of a device that asks, and of its certificate by enrolment. */
export interface Enrollee {
  readonly device: ObjectKey;
  readonly identity: string;
  /** Where objects have one. */
  readonly uid?: string;
  readonly refusal?: EnrolleeRefusal;
  /** The signing request that it was certified for last, or is about to be: PEM. */
  readonly csr?: string;
  /** Another certificate for the same key was asked for, and is not there yet. */
  readonly isRenewalAsked?: boolean;
  /** Its newest certificate, while that is good. */
  readonly current?: { readonly fingerprint: string; readonly keyId: string; readonly pem: string };
}

/**
 * Why this device is not enrolled, or nothing. Only one by certificate whose manifest says nothing of a key is: what a
 * manifest says, or somebody declared beside it, is not for a device to change.
 */
export function enrolleeRefusal(
  device: Device,
  facts: { readonly broker: ObjectKey; readonly isAdmitted: boolean; readonly isDeclared: boolean },
  now: Date,
): EnrolleeRefusal | undefined {
  if (device.broker !== facts.broker) return 'DeviceOfOtherBroker';
  if (device.revoked) return 'DeviceRevoked';
  if (device.suspended) return 'DeviceSuspended';
  if (device.expiresAt && device.expiresAt <= now) return 'DeviceEnded';
  if (!facts.isAdmitted) return 'DeviceNotAdmitted';
  return awaitsRequest(device) && !facts.isDeclared ? undefined : 'KeyNotOfDevice';
}

/** Its certificates are by enrolment, if it has any: its manifest says that it has some, and not of which key. */
export function awaitsRequest({ authentication }: Pick<Device, 'authentication'>): boolean {
  return authentication.type === 'Certificate' && authentication.template === undefined;
}

/** What is to be done about a signing request that is in order. */
export type EnrolmentStep =
  | { readonly kind: 'Answer'; readonly certificate: string }
  /** It was taken already, and nothing came of it yet. */
  | { readonly kind: 'Wait' }
  /** `isRenewal`: for the key that is certified already. */
  | { readonly kind: 'Submit'; readonly isRenewal: boolean };

/**
 * The next step. A request that was answered already is answered again, for an answer may be lost: one for the key of the
 * newest certificate, unless it comes with this very certificate and so asks for the next. Nothing is remembered for it.
 */
export function enrolmentStep(
  { current, csr: taken, isRenewalAsked = false }: Pick<Enrollee, 'current' | 'csr' | 'isRenewalAsked'>,
  { csr, keyId, used }: { readonly csr: string; readonly keyId: string; readonly used: string | undefined },
): EnrolmentStep {
  const isCertified = current?.keyId === keyId;
  if (isCertified && current.fingerprint !== used) return { kind: 'Answer', certificate: current.pem };
  if (isCertified) return isRenewalAsked ? { kind: 'Wait' } : { kind: 'Submit', isRenewal: true };
  return taken === csr ? { kind: 'Wait' } : { kind: 'Submit', isRenewal: false };
}
