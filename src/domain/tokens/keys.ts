/** The public keys of an issuer of tokens, as a JSON Web Key Set has them (RFC 7517). */
import { createLocalJWKSet, type JWK, type JWTVerifyGetKey } from 'jose';

/** Gives the key that a token names, among those of its issuer. */
export interface TokenKeys {
  readonly keyFor: JWTVerifyGetKey;
  /** The set has no key for signatures, so no token is right: that is how an issuer takes back its last one. */
  readonly isEmpty: boolean;
}

/** Longest text of a set, characters; that of a large issuer has some ten thousand. */
export const longestKeySet = 262_144;
const mostKeys = 100;

/** The keys in the text of a set, or what is wrong with it. Keys of kinds that nobody here signs with are passed over. */
export function tokenKeysOf(text: string): TokenKeys | { readonly problem: string } {
  const found = keysIn(text);
  if (typeof found === 'string') return { problem: found };
  return { keyFor: createLocalJWKSet({ keys: [...found] }), isEmpty: found.length === 0 };
}

function keysIn(text: string): readonly JWK[] | string {
  if (text.length > longestKeySet) return `it has more than ${longestKeySet} characters`;
  const keys = keyList(text);
  if (!keys) return 'it is no JSON Web Key Set (RFC 7517)';
  if (keys.length > mostKeys) return `it has more than ${mostKeys} keys`;
  if (keys.some(({ kty }) => kty === 'oct')) return 'it holds a shared key, by which whoever checks could sign';
  if (keys.some((key) => Object.hasOwn(key, 'd'))) return 'it holds a private key, which is the issuer’s alone';
  return keys.filter(({ kty, use = 'sig' }) => kinds.has(kty) && use === 'sig');
}

const kinds: ReadonlySet<unknown> = new Set(['RSA', 'EC', 'OKP']);

function keyList(text: string): readonly JWK[] | undefined {
  try {
    const set: unknown = JSON.parse(text);
    const keys = isObject(set) ? set['keys'] : undefined;
    return Array.isArray(keys) && keys.every(isObject) ? keys : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
