import type { CertificateObject } from '../../api/kinds.ts';
import type { ObjectKey } from '../../domain/names.ts';
import type { HeldCertificate } from '../../domain/pki/lineage.ts';
import type { Clock } from '../../ports.ts';
import { isIn } from './generated-issuance.ts';
import { conditionOf } from './request.ts';

/** Watches for certificates of which no request, hence no serial, was seen. The request may only be late. */
export interface SerialWatch {
  /** When such a certificate is to be issued again; undefined where all is known. */
  readonly reissueAt: (
    lineage: ObjectKey,
    certificate: CertificateObject,
    held: readonly HeldCertificate[],
  ) => Date | undefined;
}

interface Sighting {
  readonly notAfter: string;
  readonly reissueAt: Date;
  readonly waitMilliseconds: number;
}

const waits = { firstMilliseconds: 10_000, longestMilliseconds: 3_600_000 };

/** Each certificate of one lineage in a row waits twice as long as the one before, up to an hour. */
export function createSerialWatch(clock: Clock): SerialWatch {
  const sightings = new Map<ObjectKey, Sighting>();
  return {
    reissueAt(lineage, certificate, held) {
      const isReady = conditionOf(certificate.status?.conditions, 'Ready')?.status === 'True';
      if (!isReady) return undefined;
      if (held.some((one) => isIn(certificate, one))) {
        sightings.delete(lineage);
        return undefined;
      }
      const notAfter = certificate.status?.notAfter ?? '';
      const former = sightings.get(lineage);
      if (former?.notAfter === notAfter) return former.reissueAt;
      const next = former ? former.waitMilliseconds * 2 : waits.firstMilliseconds;
      const waitMilliseconds = Math.min(next, waits.longestMilliseconds);
      const reissueAt = new Date(clock.now().getTime() + waitMilliseconds);
      sightings.set(lineage, { notAfter, reissueAt, waitMilliseconds });
      return reissueAt;
    },
  };
}
