/** Whether a device has a certificate that lets it in. */
import type { HeldCertificate } from '../../domain/pki/lineage.ts';
import { secondsText } from '../../domain/pki/time.ts';
import type { DeclaredCertificate } from '../declared.ts';
import { condition, type ConditionDraft } from '../status.ts';
import type { DeviceFacts } from './plan.ts';

export interface Issued {
  readonly condition: ConditionDraft;
  /** The one in force, as the status shows it. */
  readonly certificate: { readonly serialNumber: string; readonly notAfter: string } | undefined;
  readonly endsAt: Date | undefined;
}

export function issuedOf(facts: DeviceFacts, isNotOurs: boolean): Issued {
  const current = currentOf(facts);
  return {
    condition: issuedCondition(facts, isNotOurs, current),
    certificate: current && { serialNumber: current.serial, notAfter: secondsText(current.notAfter) },
    endsAt: current?.notAfter,
  };
}

/** The newest that its broker still trusts. */
function currentOf({ held = [], trusted, authorities, now }: DeviceFacts): HeldCertificate | undefined {
  const good = unended({ held, authorities, now }).filter(({ caKeyId }) => trusted?.has(caKeyId) !== false);
  return good.reduce<HeldCertificate | undefined>(
    (newest, one) => (newest && newest.notBefore >= one.notBefore ? newest : one),
    undefined,
  );
}

function unended({ held = [], authorities, now }: Pick<DeviceFacts, 'held' | 'authorities' | 'now'>) {
  return held.filter((one) => one.notAfter > now && !authorities.isRevoked(one));
}

function issuedCondition(facts: DeviceFacts, isNotOurs: boolean, current: HeldCertificate | undefined): ConditionDraft {
  const { declared, verdict, held, certificates } = facts;
  if (isNotOurs) {
    const message = `DeviceCertificate ${declared.key} was not made for this device: rename or delete one of the two`;
    return condition('Issued', 'False', 'NotOurs', message);
  }
  if (!held) return condition('Issued', 'Unknown', 'CertManagerAbsent', 'the kinds of cert-manager cannot be read');
  if (verdict.device?.revoked) return condition('Issued', 'False', 'Revoked', 'its certificates are taken back');
  if (current) return condition('Issued', 'True', 'Issued', 'the certificate is within its dates');
  const [stranger] = unended(facts);
  if (stranger) {
    const message = `its certificate is of the CA with key ${stranger.caKeyId.slice(0, 16)}, which the broker does not name in trustedCas`;
    return condition('Issued', 'False', 'IssuerNotTrusted', message);
  }
  if (certificates.length > 0 || hasTemplate(facts)) {
    return condition('Issued', 'False', 'Issuing', progressOf(certificates));
  }
  return condition(
    'Issued',
    'False',
    'Issuing',
    'no DeviceCertificate names this device, and it has no template for one',
  );
}

export function hasTemplate({ verdict }: DeviceFacts): boolean {
  const authentication = verdict.device?.authentication;
  return authentication?.type === 'Certificate' && authentication.template !== undefined;
}

/**
 * Said only while it is so, which costs a write when it begins and one when it ends: half of its time is over, and the device
 * did not answer to a notice.
 */
export function unansweredNotice({ certificates }: Pick<DeviceFacts, 'certificates'>): readonly ConditionDraft[] {
  const late = certificates.flatMap(({ key, was }) => {
    const said = was?.conditions?.find(({ type, reason }) => type === 'Acknowledged' && reason === 'NotAcknowledged');
    return said ? [`DeviceCertificate ${key}: ${said.message}`] : [];
  });
  return late.length === 0 ? [] : [condition('Acknowledged', 'False', 'NotAcknowledged', late.sort().join('; '))];
}

/** What keeps the certificate from being issued, in the words of its own status. */
function progressOf(certificates: readonly DeclaredCertificate[]): string {
  for (const { key, was } of certificates) {
    const ready = was?.conditions?.find(({ type, status }) => type === 'Ready' && status === 'False');
    if (ready) return `DeviceCertificate ${key}: ${ready.reason}: ${ready.message}`;
  }
  return 'the certificate is being issued';
}
