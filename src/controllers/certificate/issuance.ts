import type { Broker, CertificateSpec, Device, IssuerRef } from '../../domain/fleet.ts';
import type { Finding } from '../../domain/finding.ts';
import type { Reason } from '../../domain/reasons.ts';
import { timeOf } from '../../parse/time.ts';
import { renewAtAnnotation } from '../../api/labels.ts';
import { type Pins, wantedPins } from './children.ts';
import type { CertificateFacts } from './facts.ts';
import type { CertificateStep } from './steps.ts';

export interface Matter {
  readonly reason: Reason;
  readonly message: string;
}

/** What is done to have a good certificate, and how far that is. */
export interface Issuance {
  readonly steps: readonly CertificateStep[];
  /** The present certificate is one that the manifest asks for; or none is asked for, and `off` says why. */
  readonly isReady: boolean;
  readonly off?: Matter;
  /** Something goes on. */
  readonly work?: Matter;
  /** Only a person can help. */
  readonly stalled?: Matter;
  /** The renew-at that was acted on by now. */
  readonly handledRenewAt?: string;
  readonly times: readonly Date[];
}

/** Nothing is issued: `Off` for now, `Over` for good. */
export interface NotServed<Kind extends 'Over' | 'Off'> extends Matter {
  readonly kind: Kind;
  /** Somebody declared it so. */
  readonly isIntended: boolean;
}

/** Whether certificates are issued. */
export type Served = NotServed<'Over'> | NotServed<'Off'> | Issuable;

/** Everything that issuing needs. */
export interface Issuable {
  readonly kind: 'Served';
  readonly device: Device;
  readonly broker: Broker;
  readonly issuer: IssuerRef;
  readonly spec: CertificateSpec;
  readonly key: CertificateSpec['key'];
  /** As they would be pinned now. */
  readonly pins: Pins;
}

export function servedBy(facts: CertificateFacts, now: Date): Served {
  return overFor(facts) ?? offFor(facts, now) ?? issuableOf(facts) ?? never;
}

const never = off('Invalid', 'the object, or its device, was never valid', false);

function over(reason: Reason, message: string, isIntended: boolean): NotServed<'Over'> {
  return { kind: 'Over', reason, message, isIntended };
}

function off(reason: Reason, message: string, isIntended: boolean): NotServed<'Off'> {
  return { kind: 'Off', reason, message, isIntended };
}

function overFor({ spec, device, isDeviceDeclared, declared, findings }: CertificateFacts): Served | undefined {
  const revoked = device?.revoked ?? spec?.revoked;
  if (revoked) return over('Revoked', `revoked: ${revoked.reason}`, true);
  const problem = firstError(findings)?.message;
  if (!device && !isDeviceDeclared) {
    return over('DeviceNotFound', problem ?? `the MqttDevice of ${declared.key} does not exist`, false);
  }
  if (!device || device.authentication.type === 'Certificate') return undefined;
  return over('Invalid', problem ?? `the device authenticates by ${device.authentication.type.toLowerCase()}`, false);
}

function offFor({ device, isDeviceDeleting, findings }: CertificateFacts, now: Date): Served | undefined {
  if (device?.suspended) return off('Suspended', 'the device is suspended', true);
  if (device?.expiresAt && device.expiresAt <= now) return off('Expired', 'the device is past its end', true);
  if (isDeviceDeleting) return off('Pending', 'the device is being deleted', false);
  const finding = firstError(findings);
  return finding && off(finding.reason ?? 'Invalid', finding.message, false);
}

function issuableOf({ spec, device, broker }: CertificateFacts): Issuable | undefined {
  if (!spec || !device || !broker?.clientCertificates) return undefined;
  const pins = wantedPins(spec, broker.clientCertificates);
  return { kind: 'Served', device, broker, issuer: broker.clientCertificates.issuer, spec, key: spec.key, pins };
}

function firstError(findings: readonly Finding[]): Finding | undefined {
  return findings.find(({ severity }) => severity === 'Error');
}

export const issuing: Matter = { reason: 'Issuing', message: 'the certificate is being issued' };

/** In the words of whoever is waited for. */
export function issuingSaid(words: string | undefined): Matter {
  return words === undefined || words === '' ? issuing : { ...issuing, message: `${issuing.message}: ${words}` };
}

/** When somebody wants a new certificate, unless that was acted on. */
export function renewalAsked({
  declared,
  handledRenewAt,
}: CertificateFacts): { readonly text: string; readonly at: Date } | undefined {
  const text = declared.meta.annotations[renewAtAnnotation];
  const at = text === undefined ? undefined : timeOf(text);
  const handled = timeOf(handledRenewAt ?? '');
  return text !== undefined && at && (!handled || handled < at) ? { text, at } : undefined;
}
