import { isChangedSince, isKnownSince } from '../../domain/bundle/changes.ts';
import type { HeldCertificate } from '../../domain/pki/lineage.ts';
import {
  type RevocationProgress,
  revocationProgress,
  type RevocationSeen,
} from '../../domain/pki/revocation-progress.ts';
import { areListed, enforcementOf } from '../enforcement.ts';
import { type Expectation, isAsExpected } from './expectation.ts';
import type { DeviceFacts } from './plan.ts';

/** How far taking the device back is: for good, or for as long as it is suspended. Undefined for one that may act. */
export function progressOf(facts: DeviceFacts, expectation: Expectation | undefined): RevocationProgress | undefined {
  const { verdict, formerRevocation, now } = facts;
  if (!verdict.device) return formerRevocation;
  const reason = reasonOf(facts);
  if (!reason) return undefined;
  const certificates = reason === 'CertificateHold' ? holdsOf(facts) : (facts.held ?? []);
  const done = reason === 'CertificateHold' ? holdDone : revocationDone;
  return revocationProgress(
    formerRevocation,
    { reason, certificates: certificates.length, done: done(facts, expectation, certificates) },
    now,
  );
}

function reasonOf({ verdict: { device }, held = [] }: DeviceFacts): RevocationProgress['reason'] | undefined {
  if (device?.revoked) return device.revoked.reason;
  if (device && device.authentication.type !== 'Certificate' && held.length > 0) return 'Superseded';
  return device?.suspended ? 'CertificateHold' : undefined;
}

/** What a suspended device holds that nobody took back. */
export function holdsOf({
  verdict: { device },
  held = [],
  authorities,
}: Pick<DeviceFacts, 'verdict' | 'held' | 'authorities'>): readonly HeldCertificate[] {
  return device?.suspended ? held.filter((one) => !authorities.isRevoked(one)) : [];
}

/** What lets a device in that may act. */
export function goodOf({
  verdict: { device },
  held = [],
  authorities,
}: Pick<DeviceFacts, 'verdict' | 'held' | 'authorities'>): readonly HeldCertificate[] {
  const isOff = !device || device.suspended || device.revoked || device.authentication.type !== 'Certificate';
  return isOff ? [] : held.filter((one) => !authorities.isRevoked(one));
}

type Done = (
  facts: DeviceFacts,
  expectation: Expectation | undefined,
  certificates: readonly HeldCertificate[],
) => RevocationSeen['done'];

const holdDone: Done = (facts, expectation, certificates) => ({
  recordedAt: certificates.length > 0 && areListed(facts.trust, certificates),
  publishedAt: isPublished(facts, expectation, certificates),
  provedAt: enforcedBy(facts, expectation, certificates)?.provedAt,
});

const revocationDone: Done = (facts, expectation, certificates) => {
  const enforcement = enforcedBy(facts, expectation, certificates);
  return {
    recordedAt: certificates.length > 0 && certificates.every(facts.authorities.isRevoked),
    publishedAt: certificates.every(facts.authorities.isPublished) && isPublished(facts, expectation, certificates),
    provedAt: enforcement?.provedAt,
    disconnectedAt: enforcement?.sessionsEndedAt,
    deletedAt: areDeleted(facts),
  };
};

function isPublished(
  { broker }: DeviceFacts,
  expectation: Expectation | undefined,
  certificates: readonly HeldCertificate[],
): boolean {
  if (!broker?.isCurrent || !broker.published || !expectation) return false;
  const { identity } = expectation.status;
  return isAsExpected(expectation, broker.compiled.statuses.get(identity)) && areListed(broker.trust, certificates);
}

function enforcedBy(
  { broker }: DeviceFacts,
  expectation: Expectation | undefined,
  certificates: readonly HeldCertificate[],
): ReturnType<typeof enforcementOf> {
  if (!expectation || !broker) return undefined;
  return enforcementOf(
    broker,
    ({ statuses, trust, revision }) =>
      statuses !== undefined &&
      isKnownSince(broker.changes, revision) &&
      !isChangedSince(broker.changes, revision, expectation.status.identity) &&
      isAsExpected(expectation, statuses.get(expectation.status.identity)) &&
      areListed(trust, certificates),
  );
}

/** Of what its certificates were made with nothing is left; of who never had one there is nothing to say. */
function areDeleted({ verdict, held, certificates }: DeviceFacts): boolean {
  if (verdict.device?.authentication.type !== 'Certificate' && held?.length === 0) return false;
  return held !== undefined && certificates.every(({ was }) => was?.revocation?.deletedAt !== undefined);
}
