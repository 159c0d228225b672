import type { RevocationReason } from '../../domain/fleet.ts';
import { type RevocationProgress, revocationProgress } from '../../domain/pki/revocation-progress.ts';
import { isOwnedBy } from '../apply.ts';
import type { CertificateFacts } from './facts.ts';
import { certificateId } from './history.ts';
import type { Withdrawn } from './withdrawn.ts';

/** How far taking back a whole line of certificates is; undefined for one that goes on. */
export function progressOf(facts: CertificateFacts, taken: Withdrawn, now: Date): RevocationProgress | undefined {
  const reason = reasonOf(facts);
  if (!reason) return undefined;
  const certificates = [...facts.held, ...facts.strays].filter((one) => taken.revoked.has(certificateId(one)));
  const enforcement = taken.isPublished ? facts.enforcement(certificates) : undefined;
  const seen = {
    ...{ reason, certificates: certificates.length },
    done: {
      recordedAt: taken.entries.length === 0,
      publishedAt: taken.isPublished,
      provedAt: enforcement?.provedAt,
      disconnectedAt: enforcement?.sessionsEndedAt,
      // What is left of the Secret goes before the status is written.
      deletedAt: taken.isPublished && !isThere(facts),
    },
  };
  return revocationProgress(facts.formerRevocation, seen, now);
}

function isThere({ child, declared }: CertificateFacts): boolean {
  return child !== undefined && isOwnedBy(child, declared.meta.uid);
}

function reasonOf({ device, spec, isDeviceDeclared }: CertificateFacts): RevocationReason | undefined {
  const revoked = device?.revoked ?? spec?.revoked;
  if (revoked) return revoked.reason;
  if (!device) return isDeviceDeclared ? undefined : 'CessationOfOperation';
  return device.authentication.type === 'Certificate' ? undefined : 'Superseded';
}

/** Nothing of it is to come any more. */
export function isComplete({ provedAt, disconnectedAt, deletedAt }: RevocationProgress): boolean {
  return provedAt !== undefined && disconnectedAt !== undefined && deletedAt !== undefined;
}
