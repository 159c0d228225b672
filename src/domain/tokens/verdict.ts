/** Whether a token (JWT, RFC 7519) proves that its bearer is a device. */
import { decodeJwt, errors, jwtVerify, type JWTPayload } from 'jose';
import type { TokenIssuer } from '../fleet.ts';
import type { TokenKeys } from './keys.ts';

/** What is wrong with a token, in words that hold nothing of it. */
export const tokenProblems = {
  TooLarge: 'the token is too large',
  Malformed: 'it is no signed token',
  UnknownIssuer: 'nobody who issues tokens for this broker is named in the token',
  KeysNotRead: 'the keys of the issuer were not read yet',
  KeysStale: 'the keys of the issuer were not read for too long',
  UnknownAlgorithm: 'the token is signed by an algorithm that is not allowed',
  UnknownKey: 'the token is signed by a key that is not known',
  WrongSignature: 'the signature of the token is wrong',
  WrongAudience: 'the token is for somebody else',
  NoEnd: 'the token does not say when it ends',
  Ended: 'the token has ended',
  NotYet: 'the token is not valid yet',
  TooLong: 'the token goes on for too long',
  OtherIdentity: 'the token is that of another identity',
  ClaimMissing: 'the token lacks a claim that is required',
} as const;
export type TokenProblem = keyof typeof tokenProblems;

export type TokenVerdict =
  | { readonly valid: true; readonly endsAt: Date; readonly issuer: TokenIssuer }
  /** `issuer` is absent where the token names none of them. */
  | { readonly valid: false; readonly problem: TokenProblem; readonly issuer?: TokenIssuer };

/** What a token is checked against. */
export interface TokenCheck {
  /** Effective identity of who shows it. */
  readonly identity: string;
  readonly issuers: readonly TokenIssuer[];
  readonly keysOf: (issuer: TokenIssuer) => TokenKeys | 'KeysNotRead' | 'KeysStale';
}

/** Largest token, characters: an honest one has a few thousand. */
export const largestToken = 16_384;

/**
 * Valid is a token that one of the issuers signed by a public key of its, for its audience, for this identity, with all
 * claims that it requires, and at this time (RFC 7519 sections 4.1 and 7.2, RFC 8725 section 3): it says when it ends, and
 * that is within the longest lifetime. The allowed difference of clocks counts at both ends, so `endsAt` is later than
 * `exp` by it. A token is no secret of one connection: whoever has it may show it until then.
 */
export async function tokenVerdict(token: string, check: TokenCheck, now: Date): Promise<TokenVerdict> {
  if (token.length > largestToken) return { valid: false, problem: 'TooLarge' };
  const named = issuerNamedIn(token);
  if (named === undefined) return { valid: false, problem: 'Malformed' };
  const issuer = check.issuers.find((one) => one.issuer === named);
  if (!issuer) return { valid: false, problem: 'UnknownIssuer' };
  const keys = check.keysOf(issuer);
  if (typeof keys === 'string') return { valid: false, problem: keys, issuer };
  const payload = await verifiedPayload(token, issuer, keys, now);
  if (typeof payload === 'string') return { valid: false, problem: payload, issuer };
  return verdictOn(payload, issuer, check.identity, now);
}

/** The claim `iss`, which nobody has checked yet; empty for a token without it, undefined for what is none. */
function issuerNamedIn(token: string): string | undefined {
  try {
    const { iss } = decodeJwt(token);
    return typeof iss === 'string' ? iss : '';
  } catch {
    return undefined;
  }
}

async function verifiedPayload(
  token: string,
  { issuer, audience, algorithms, clockSkewSeconds: clockTolerance }: TokenIssuer,
  { keyFor }: TokenKeys,
  now: Date,
): Promise<JWTPayload | TokenProblem> {
  const options = { ...{ issuer, audience, clockTolerance, requiredClaims: ['exp'] }, algorithms: [...algorithms] };
  try {
    return (await jwtVerify(token, keyFor, { ...options, currentDate: now })).payload;
  } catch (error) {
    return problemOf(error);
  }
}

/** Of what is not foreseen, such as a key that does not fit its algorithm, the signature is wrong. */
function problemOf(error: unknown): TokenProblem {
  if (error instanceof errors.JWTExpired) return 'Ended';
  if (error instanceof errors.JWTClaimValidationFailed) return claimProblem(error);
  if (error instanceof errors.JOSEAlgNotAllowed) return 'UnknownAlgorithm';
  if (error instanceof errors.JWKSNoMatchingKey) return 'UnknownKey';
  // Without a key ID several would do: the issuer has to say which.
  if (error instanceof errors.JWKSMultipleMatchingKeys) return 'UnknownKey';
  const { JWTInvalid, JWSInvalid, JOSENotSupported } = errors;
  if ([JWTInvalid, JWSInvalid, JOSENotSupported].some((kind) => error instanceof kind)) return 'Malformed';
  return 'WrongSignature';
}

function claimProblem({ claim, reason }: errors.JWTClaimValidationFailed): TokenProblem {
  if (reason === 'invalid') return 'Malformed';
  if (claim === 'aud') return 'WrongAudience';
  if (claim === 'exp') return 'NoEnd';
  return claim === 'nbf' ? 'NotYet' : 'UnknownIssuer';
}

function verdictOn(payload: JWTPayload, issuer: TokenIssuer, identity: string, now: Date): TokenVerdict {
  const { exp = 0, iat } = payload;
  const { clockSkewSeconds, maxLifetimeSeconds, identityClaim, requiredClaims } = issuer;
  const seconds = now.getTime() / 1000;
  const refused = (problem: TokenProblem) => ({ valid: false, problem, issuer }) as const;
  if (iat !== undefined && iat > seconds + clockSkewSeconds) return refused('NotYet');
  if (exp > seconds + maxLifetimeSeconds + clockSkewSeconds) return refused('TooLong');
  if (!Object.hasOwn(payload, identityClaim) || payload[identityClaim] !== identity) return refused('OtherIdentity');
  if (!requiredClaims.every(({ name, value }) => isClaimed(payload, name, value))) return refused('ClaimMissing');
  return { valid: true, endsAt: new Date((exp + clockSkewSeconds) * 1000), issuer };
}

function isClaimed(payload: JWTPayload, name: string, value: string): boolean {
  const claim = Object.hasOwn(payload, name) ? payload[name] : undefined;
  if (Array.isArray(claim)) return claim.includes(value);
  if (typeof claim === 'boolean' || typeof claim === 'number') return String(claim) === value;
  if (typeof claim !== 'string') return false;
  return claim === value || (name === 'scope' && claim.split(' ').includes(value));
}
