/** Logins by tokens, and when the sessions end that came of them. */
import type { TokenIssuer } from '../../domain/fleet.ts';
import { type TokenProblem, tokenProblems, tokenVerdict, type TokenVerdict } from '../../domain/tokens/verdict.ts';
import { denied, type Denial } from '../question.ts';
import type { IssuerKeys } from '../tokens/keyring.ts';

/** When the session of somebody began, if the broker tells. */
export type SessionStart = Date | undefined;

interface ShownToken {
  readonly identity: string;
  readonly token: string;
  readonly issuers: readonly TokenIssuer[];
}

export interface TokenLogins {
  /** Where the issuer may have signed by a new key, its keys are read once more. */
  readonly verdict: (shown: ShownToken, now: () => Date) => Promise<TokenVerdict>;
  /** Somebody came in: by a token that ends then, or by something else. */
  readonly cameIn: (identity: string, endsAt: Date | undefined) => void;
  /**
   * When the session ends, milliseconds since 1970: with the token that was shown here last. Of a session that another
   * instance let in, or this one before it started, no more is known than the longest life of a token.
   */
  readonly endOf: (identity: string, since: SessionStart, issuers: readonly TokenIssuer[]) => number;
  /** The same of somebody who takes tokens no more, and may have come in by another credential: Infinity unless a token was seen. */
  readonly shownEndOf: (identity: string, since: SessionStart) => number;
}

const readAgainFor: ReadonlySet<TokenProblem> = new Set(['UnknownKey', 'KeysNotRead', 'KeysStale']);

export function tokenLogins({ keysOf, refresh }: IssuerKeys): TokenLogins {
  const ends = new Map<string, number>();
  function shownEnd(identity: string, since: SessionStart): number | undefined {
    const known = ends.get(identity);
    return known !== undefined && (since === undefined || since.getTime() <= known) ? known : undefined;
  }
  return {
    async verdict({ token, identity, issuers }, now) {
      const check = { identity, issuers, keysOf };
      const verdict = await tokenVerdict(token, check, now());
      if (verdict.valid || !verdict.issuer || !readAgainFor.has(verdict.problem)) return verdict;
      await refresh(verdict.issuer);
      return tokenVerdict(token, check, now());
    },
    cameIn(identity, endsAt) {
      if (endsAt) ends.set(identity, endsAt.getTime());
      else ends.delete(identity);
    },
    shownEndOf: (identity, since) => shownEnd(identity, since) ?? Infinity,
    endOf(identity, since, issuers) {
      const known = shownEnd(identity, since);
      if (known !== undefined) return known;
      const longest = issuers.map((issuer) => issuer.maxLifetimeSeconds + issuer.clockSkewSeconds);
      return since === undefined ? Infinity : since.getTime() + Math.max(0, ...longest) * 1000;
    },
  };
}

export function tokenDenial(problem: TokenProblem): Denial {
  const why = tokenProblems[problem];
  if (problem === 'KeysStale') return denied('Stale', why);
  return denied(problem === 'KeysNotRead' ? 'NotReady' : 'WrongToken', why);
}
