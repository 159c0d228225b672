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

/** Runs `act` in a session of the identity; what keeps it out is the answer. */
export async function inSession(
  prober: Prober,
  identity: Identity,
  act: (session: Session) => Promise<readonly Attempt[]>,
  extra: Partial<Login> = {},
): Promise<readonly Attempt[]> {
  const entered = await prober.enter(identity.listener, { ...loginOf(identity), ...extra });
  if (entered.kind !== 'Entered') return [consentWanted(`${identity.name} connects`, entered)];
  try {
    return await act(entered.session);
  } finally {
    await entered.session.close();
  }
}
