/** How far taking back has come, as statuses tell it: step by step, each with its time. */
import type { RevocationReason } from '../fleet.ts';

const steps = ['recordedAt', 'publishedAt', 'provedAt', 'disconnectedAt', 'deletedAt'] as const;
type Step = (typeof steps)[number];

/** Of a device or of one line of certificates. Times are RFC 3339 in UTC with milliseconds. */
export interface RevocationProgress extends Readonly<Partial<Record<Step, string>>> {
  /** A hold is that of a suspended device. */
  readonly reason: RevocationReason | 'CertificateHold';
  /** Unexpired certificates that are taken back. */
  readonly certificates: number;
  /** When it was seen that they are to be taken back; nothing is issued from then on. */
  readonly begunAt: string;
}

/** What can be seen of it now. */
export interface RevocationSeen extends Pick<RevocationProgress, 'reason' | 'certificates'> {
  /** Steps that are known to be done; by a time where somebody knows better than this look when that was. */
  readonly done: Readonly<Partial<Record<Step, Date | boolean | undefined>>>;
}

/**
 * What was told before, with the steps that are done by now, and those that have to come before one that is. A step that
 * was told stays told, for after a restart not all is known at once; only a further certificate, which has the way still before it, takes back what is not done of it.
 */
export function revocationProgress(
  former: RevocationProgress | undefined,
  { reason, certificates, done }: RevocationSeen,
  now: Date,
): RevocationProgress {
  const known = former?.reason === reason ? former : { reason, certificates: 0, begunAt: now.toISOString() };
  const hasMore = certificates > known.certificates;
  const most = Math.max(certificates, known.certificates);
  const seen: Partial<Record<Step, string>> = {};
  for (const step of steps.toReversed()) {
    const told = hasMore ? undefined : known[step];
    const follower = seen[followers[step] ?? step];
    // Of no certificate there is nothing to record.
    const isImplied = step !== 'recordedAt' || most > 0;
    const time = told ?? stepTime(done[step], known.begunAt, now) ?? (isImplied ? follower : undefined);
    const next = notAfter(time, follower);
    if (next !== undefined) seen[step] = next;
  }
  const times = steps.flatMap((step): [Step, string][] => (seen[step] === undefined ? [] : [[step, seen[step]]]));
  const { begunAt } = known;
  return { reason, certificates: most, begunAt, ...Object.fromEntries(times) };
}

/**
 * What is written and what this process saw, as one: two processes that saw the same at different moments both come to
 * it, whoever writes first. The further certificate counts, then the later begin, then the earlier time of a step.
 */
export function joinedProgress(
  written: RevocationProgress | undefined,
  seen: RevocationProgress | undefined,
): RevocationProgress | undefined {
  if (!written || !seen) return seen ?? written;
  if (written.reason !== seen.reason) return seen;
  if (written.certificates !== seen.certificates) return written.certificates > seen.certificates ? written : seen;
  if (written.begunAt !== seen.begunAt) return written.begunAt > seen.begunAt ? written : seen;
  const times = steps.flatMap((step): [Step, string][] => {
    const [earliest] = [written[step], seen[step]].filter((time) => time !== undefined).toSorted();
    return earliest === undefined ? [] : [[step, earliest]];
  });
  const { reason, certificates, begunAt } = seen;
  return { reason, certificates, begunAt, ...Object.fromEntries(times) };
}

/** What has to come after a step: it was done by then, also where that is seen later. */
const followers: Readonly<Partial<Record<Step, Step>>> = {
  recordedAt: 'publishedAt',
  publishedAt: 'provedAt',
  provedAt: 'disconnectedAt',
};

function notAfter(time: string | undefined, limit: string | undefined): string | undefined {
  return time !== undefined && limit !== undefined && limit < time ? limit : time;
}

/** Other machines have other clocks: nothing is done before it began, or in times to come. */
function stepTime(done: Date | boolean | undefined, begunAt: string, now: Date): string | undefined {
  if (done === undefined || done === false) return undefined;
  const time = done === true ? now : new Date(Math.min(done.getTime(), now.getTime()));
  return time.toISOString() < begunAt ? begunAt : time.toISOString();
}
