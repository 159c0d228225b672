/** Ends the sessions of those who may not have one any more, for brokers that do not ask again. */
import type { SessionStart } from '../decision/token-logins.ts';
import type { Denial, DenialReason } from '../question.ts';

/** Sessions of a broker, as it tells of them and ends them. */
export interface LiveSessions {
  /** Who has a session, and since when, where that is told. The newest may be missing for some seconds. */
  readonly users: (signal: AbortSignal) => Promise<ReadonlyMap<string, SessionStart>>;
  /** Ends all sessions of a user; that there are none is no error. */
  readonly end: (user: string, reason: DenialReason, signal: AbortSignal) => Promise<void>;
  readonly close: () => Promise<void>;
}

export interface SessionKeeping {
  readonly sessions: LiveSessions;
  /** Why a session of somebody may not go on, if so. */
  readonly standing: (identity: string, since: SessionStart) => Denial | undefined;
  /** False while everybody is denied for another reason: then nobody's session is ended. */
  readonly isKnown: () => boolean;
  readonly sleep: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  readonly onEnded: (identity: string, reason: DenialReason) => void;
  readonly onProblem: (error: unknown) => void;
}

export interface SessionKeeper {
  /** Who may do what has changed: looks soon. */
  readonly changed: () => void;
  /** Looks now and then, and after each change, until the signal is aborted. */
  readonly run: (signal: AbortSignal) => Promise<void>;
}

/** What ends by time or by a lockout, and sessions that were not in a list yet. */
const intervalMilliseconds = 5_000;
/** Of many changes not each costs a list. */
const shortestMilliseconds = 200;
/** So many users' sessions are ended at a time. */
export const parallelEnds = 4;

export function sessionKeeper(keeping: SessionKeeping): SessionKeeper {
  let wake: () => void = () => undefined;
  let isDue = false;

  async function awaited(signal: AbortSignal): Promise<void> {
    const timer = new AbortController();
    const end = AbortSignal.any([signal, timer.signal]);
    const woken = new Promise<void>((resolve) => (wake = resolve));
    await keeping.sleep(shortestMilliseconds, signal).catch(() => undefined);
    if (!isDue) await Promise.race([woken, keeping.sleep(intervalMilliseconds, end).catch(() => undefined)]);
    timer.abort();
    isDue = false;
  }

  return {
    changed() {
      isDue = true;
      wake();
    },
    async run(signal) {
      while (!signal.aborted) {
        try {
          if (keeping.isKnown()) await endDenied(keeping, signal);
        } catch (error) {
          if (!isOver(signal)) keeping.onProblem(error);
        }
        await awaited(signal);
      }
      await keeping.sessions.close();
    },
  };
}

/** One that cannot be ended does not keep the others, nor does one that takes long. */
async function endDenied(keeping: SessionKeeping, signal: AbortSignal): Promise<void> {
  const { sessions, standing, isKnown, onEnded, onProblem } = keeping;
  const users = (await sessions.users(signal)).entries();
  const onFailed = (error: unknown): void => {
    if (!isOver(signal)) onProblem(error);
  };
  const endNext = async (): Promise<void> => {
    for (const [user, since] of users) {
      const denial = isKnown() ? standing(user, since) : undefined;
      if (!denial) continue;
      await sessions.end(user, denial.reason, signal).then(() => onEnded(user, denial.reason), onFailed);
    }
  };
  await Promise.all(Array.from({ length: parallelEnds }, endNext));
}

function isOver({ aborted }: AbortSignal): boolean {
  return aborted;
}
