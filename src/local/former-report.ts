import { isRevision } from '../domain/bundle/index-text.ts';
import type { Acknowledgement, InstanceLockout, InstanceReport } from '../ports.ts';
import { hasTexts, isRecord } from './shape.ts';

/** What the last report of a former run tells, without what is damaged: a revision that is none would leave none above it. */
export function formerReportIn(value: unknown): Partial<InstanceReport> {
  if (!isRecord(value)) return {};
  const { loaded, acknowledgements, lockouts } = value;
  return {
    ...(isLoaded(loaded) && { loaded }),
    ...(Array.isArray(acknowledgements) && { acknowledgements: acknowledgements.filter(isAcknowledgement) }),
    ...(Array.isArray(lockouts) && { lockouts: lockouts.filter(isLockout) }),
  };
}

function isLoaded(value: unknown): value is NonNullable<InstanceReport['loaded']> {
  return hasTexts(value, ['hash', 'provedAt']) && isRevision(value['revision']);
}

function isAcknowledgement(value: unknown): value is Acknowledgement {
  return hasTexts(value, ['identity', 'fingerprint', 'at']) && !Number.isNaN(Date.parse(String(value['at'])));
}

function isLockout(value: unknown): value is InstanceLockout {
  return hasTexts(value, ['identity', 'reason', 'since', 'until']);
}
