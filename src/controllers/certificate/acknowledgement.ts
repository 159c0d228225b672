/** Whether the device has said that it uses its present certificate, and what it is asked for if not. */
import { lineageNotice, type NoticeState, overdueAt } from '../../domain/pki/notice.ts';
import { secondsText } from '../../domain/pki/time.ts';
import { condition, type ConditionDraft } from '../status.ts';
import type { CertificateFacts } from './facts.ts';
import { certificateId } from './history.ts';
import type { Issuance } from './issuance.ts';
import type { Withdrawn } from './withdrawn.ts';

/** Of the present certificate: the time that the status has, or the first that an instance reports. */
export function acknowledgedAt(
  { acknowledgements, declared: { was } }: CertificateFacts,
  { current }: Withdrawn,
): string | undefined {
  if (!current) return undefined;
  if (was?.fingerprint === current.fingerprint && was.acknowledgedAt !== undefined) return was.acknowledgedAt;
  const times = acknowledgements.filter(({ fingerprint }) => fingerprint === current.fingerprint).map(({ at }) => at);
  return times.sort()[0];
}

function noticeOf(facts: CertificateFacts, taken: Withdrawn, now: Date): NoticeState {
  const { current, revoked } = taken;
  const at = acknowledgedAt(facts, taken);
  const others = facts.held.filter((one) => one !== current && !revoked.has(certificateId(one)));
  if (!current) return { notice: undefined, changesAt: undefined };
  return lineageNotice([{ ...current, ...(at !== undefined && { acknowledgedAt: new Date(at) }) }, ...others], now);
}

/** Absent as long as there is nothing to acknowledge: of a first certificate that nobody spoke of. */
export function acknowledgedConditions(
  facts: CertificateFacts,
  taken: Withdrawn,
  { off }: Pick<Issuance, 'off'>,
  now: Date,
): readonly ConditionDraft[] {
  if (off || !taken.current) return [];
  const { notice } = noticeOf(facts, taken, now);
  if (!notice)
    return acknowledgedAt(facts, taken) === undefined ? [] : [condition('Acknowledged', 'True', 'Acknowledged')];
  const { serial } = notice.current;
  const what = notice.isOffered
    ? `the device has not said that it uses certificate ${serial}; the one before it is good until`
    : `the device was asked for a signing request; certificate ${serial} is good until`;
  const reason = overdueAt(notice) <= now ? 'NotAcknowledged' : 'AwaitingAcknowledgement';
  return [condition('Acknowledged', 'False', reason, `${what} ${secondsText(notice.by)}`)];
}

/** When more is to be said of it although nothing is changed. */
export function noticeTimes(facts: CertificateFacts, taken: Withdrawn, now: Date): readonly Date[] {
  const { notice, changesAt } = noticeOf(facts, taken, now);
  return [notice && overdueAt(notice), changesAt].filter((time) => time !== undefined);
}
