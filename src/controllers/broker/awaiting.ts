/** A set that takes somebody back waits a moment for the list with his certificates: else he comes in once more by them. */
import type { Compiled } from '../../domain/bundle/compile.ts';
import type { HeldCertificate } from '../../domain/pki/lineage.ts';
import type { Trust } from '../context.ts';
import { areListed } from '../enforcement.ts';
import { changedStatuses } from './narrowing.ts';

/**
 * So long at most, milliseconds: the ledger is written and the list signed within some ten of them, and nothing that who
 * takes something back feels. After it the rights go without the list, which follows with a set of its own.
 */
const longestWait = 150;

export interface Awaiting {
  readonly before: Compiled['statuses'];
  readonly after: Compiled['statuses'];
  /** What the set is compiled with. */
  readonly trust: Trust;
  readonly heldBy: (identity: string) => readonly HeldCertificate[];
  /** Since when the broker waits for such a list; undefined where it does not. */
  readonly since: Date | undefined;
}

/** Since when the set waits, and until when it does; undefined when it is written now. */
export function awaitedLists(
  awaiting: Awaiting,
  now: Date,
): { readonly since: Date; readonly until: Date } | undefined {
  if (!isListMissing(awaiting, now)) return undefined;
  // Later than now: the clock was set back.
  const since = awaiting.since && awaiting.since <= now ? awaiting.since : now;
  const until = new Date(since.getTime() + longestWait);
  return until > now ? { since, until } : undefined;
}

function isListMissing({ before, after, trust, heldBy }: Awaiting, now: Date): boolean {
  for (const [{ identity }, present] of changedStatuses(before, after)) {
    if (present?.state !== 'Revoked' && present?.state !== 'Suspended') continue;
    const unended = heldBy(identity).filter(({ notAfter }) => notAfter > now);
    if (!areListed(trust, unended)) return true;
  }
  return false;
}
