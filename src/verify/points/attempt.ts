import type { Attempt } from '../point.ts';
import type { Answer, Entry, Login, Prober, Session } from '../prober.ts';
import type { Identity, Listener } from '../world.ts';

/** What was tried ought to be refused. No answer is no refusal. */
export function refusalWanted(tried: string, { kind, how }: Answer | Entry): Attempt {
  return { tried, answer: how, verdict: kind === 'Refused' ? 'Pass' : 'Fail' };
}

/** What was tried ought to be possible. */
export function consentWanted(tried: string, { kind, how }: Answer | Entry): Attempt {
  return { tried, answer: how, verdict: kind === 'Taken' || kind === 'Entered' ? 'Pass' : 'Fail' };
}

export function notTried(tried: string, answer: string): Attempt {
  return { tried, answer, verdict: 'NotApplicable' };
}

/** What came of an attempt to get in, the session being left again. */
export async function entry(prober: Prober, listener: Listener, login: Login): Promise<Entry> {
  const entered = await prober.enter(listener, login);
  if (entered.kind === 'Entered') await entered.session.close();
  return entered;
}

/** How an identity presents itself where it is let in. */
export function loginOf({ name, keyPair, password }: Identity): Login {
  return {
    clientId: name,
    ...(keyPair && { keyPair }),
    ...(password !== undefined && { username: name, password }),
  };
}

/** Sessions by the name of their identity. */
export type Sessions = ReadonlyMap<string, Session>;

/** Runs `act` with a session of each identity; whoever is kept out is the answer. */
export async function inSessions(
  prober: Prober,
  identities: readonly Identity[],
  act: (sessions: Sessions) => Promise<readonly Attempt[]>,
): Promise<readonly Attempt[]> {
  const sessions = new Map<string, Session>();
  try {
    for (const identity of identities) {
      const entered = await prober.enter(identity.listener, loginOf(identity));
      if (entered.kind !== 'Entered') return [consentWanted(`${identity.name} connects`, entered)];
      sessions.set(identity.name, entered.session);
    }
    return await act(sessions);
  } finally {
    for (const session of sessions.values()) await session.close();
  }
}

/** Each with the next, and the last with the first: everybody is on both sides once. None where there is only one. */
export function pairsOf<T>(things: readonly T[]): readonly (readonly [T, T])[] {
  if (things.length < 2) return [];
  return things.flatMap((thing, i) => {
    const next = things[(i + 1) % things.length];
    return next === undefined ? [] : [[thing, next] as const];
  });
}
