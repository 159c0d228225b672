/** Certificates as the status of a DeviceCertificate remembers them: requests may go, certificates stay valid. */
import type { DeviceCertificateObject } from '../../api/kinds.ts';
import type { HeldCertificate } from '../../domain/pki/lineage.ts';
import { renewBeforeSecondsFor } from '../../domain/pki/renewal.ts';
import { secondsText } from '../../domain/pki/time.ts';
import { caKeyId } from '../../domain/pki/x509.ts';

/** One certificate in `status.history`; the present one has the same fields in the status itself. */
export interface CertificateRecord {
  readonly serialNumber?: string | undefined;
  readonly fingerprint?: string | undefined;
  readonly notBefore?: string | undefined;
  readonly notAfter?: string | undefined;
  readonly identity?: string | undefined;
  readonly caKeyId?: string | undefined;
  readonly issuedAt?: string | undefined;
  readonly revokedAt?: string | undefined;
}

/** Of a status: how many further certificates it may remember. */
export const historyLimit = 20;

/** What a record does not say of its certificate. */
type Rest = Pick<HeldCertificate, 'lineage' | 'device' | 'key'>;

/** All certificates that a status remembers whole, expired ones too. */
export function rememberedCertificates(was: DeviceCertificateObject['status'], rest: Rest): readonly HeldCertificate[] {
  const records: readonly CertificateRecord[] = [
    ...(was?.serialNumber === undefined ? [] : [was]),
    ...(was?.history ?? []),
  ];
  return records.flatMap((record): HeldCertificate[] => {
    return record === was ? certificateIn(record, rest, was) : certificateIn(record, rest);
  });
}

function certificateIn(
  record: CertificateRecord,
  rest: Rest,
  { renewalTime, certificate = '' }: { readonly renewalTime?: string; readonly certificate?: string } = {},
): HeldCertificate[] {
  const { serialNumber: serial, fingerprint, identity, caKeyId: issuer } = record;
  const [notBefore, notAfter, issuedAt] = [record.notBefore, record.notAfter, record.issuedAt].map(timeIn);
  if (serial === undefined || fingerprint === undefined || identity === undefined || issuer === undefined) return [];
  if (!notBefore || !notAfter || !issuedAt) return [];
  const renewal = timeIn(renewalTime);
  const keyId = caKeyId(certificate);
  const renewBeforeSeconds = renewal ? renewBeforeSecondsFor({ notAfter }, renewal, rest.lineage) : 0;
  return [
    {
      ...{ ...rest, serial, fingerprint, identity, notBefore, notAfter, issuedAt, renewBeforeSeconds },
      caKeyId: issuer,
      keyId: keyId.ok ? keyId.value : '',
    },
  ];
}

function timeIn(text: string | undefined): Date | undefined {
  const time = new Date(text ?? '');
  return Number.isNaN(time.getTime()) ? undefined : time;
}

export function recordOf(held: HeldCertificate): CertificateRecord {
  const { serial, fingerprint, identity, caKeyId, notBefore, notAfter, issuedAt } = held;
  return {
    serialNumber: serial,
    fingerprint,
    notBefore: secondsText(notBefore),
    notAfter: secondsText(notAfter),
    identity,
    caKeyId,
    issuedAt: secondsText(issuedAt),
  };
}

/** Names a certificate among those of a lineage. */
export function certificateId({ caKeyId, serial }: Pick<HeldCertificate, 'caKeyId' | 'serial'>): string {
  return `${caKeyId} ${serial}`;
}

/** Certificates that a status says were taken back, by `certificateId`. */
export function takenBackIn(was: DeviceCertificateObject['status']): ReadonlySet<string> {
  const records: readonly CertificateRecord[] = was?.history ?? [];
  const taken = records.filter(({ revokedAt }) => revokedAt !== undefined);
  return new Set(taken.map(({ caKeyId = '', serialNumber: serial = '' }) => certificateId({ caKeyId, serial })));
}
