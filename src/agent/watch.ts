import { type LocalLink, localLink, type Look, lookOf, lookProblem, rulesSight } from './prove-rules.ts';
import type { AgentState } from './state.ts';

/** A session beside that of the proofs, kept open so that the broker has nothing to log of it. */
export function watchLink({ username, password, socketPath }: AgentState['overlay'], milliseconds: number): LocalLink {
  const login = { clientId: `${username}-watch`, username, password };
  return localLink({ endpoint: { kind: 'Unix', path: socketPath }, login }, milliseconds);
}

/**
 * What is wrong with a broker whose set was proved: it hangs, or has since read other files than that set's. Nothing
 * where all is as it was, or no set is in force. The listeners are not tried again, for each refusal is a line of the log.
 */
export async function driftProblem({ good, watch }: AgentState): Promise<string | undefined> {
  const attempt = good?.inForce?.attempt;
  if (!attempt) return undefined;
  const look: Look = lookOf(await rulesSight(await watch.answer(), attempt));
  const problem = lookProblem(look);
  return problem && 'what' in problem ? problem.what : undefined;
}
