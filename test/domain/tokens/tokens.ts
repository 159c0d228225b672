/** An issuer of tokens for tests. */
import { type CryptoKey, exportJWK, exportSPKI, generateKeyPair, type JWK, SignJWT } from 'jose';
import type { TokenIssuer } from '../../../src/domain/fleet.ts';
import { type TokenKeys, tokenKeysOf } from '../../../src/domain/tokens/keys.ts';

export const now = new Date('2026-03-01T12:00:00Z');

export function aTokenIssuer(overrides: Partial<TokenIssuer> = {}): TokenIssuer {
  return {
    issuer: 'https://issuer.example',
    audience: 'plant',
    keySet: { kind: 'ConfigMap', name: 'issuer', key: 'jwks.json' },
    refreshSeconds: 300,
    algorithms: ['RS256', 'ES256'],
    identityClaim: 'sub',
    requiredClaims: [],
    maxLifetimeSeconds: 86_400,
    clockSkewSeconds: 30,
    ...overrides,
  };
}

/** A key pair under an ID; two of one ID are different keys. */
export interface Signer {
  readonly alg: string;
  readonly kid: string;
  readonly key: CryptoKey;
  readonly publicJwk: JWK;
  readonly publicPem: string;
}

export async function signer(alg: string, kid: string): Promise<Signer> {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
  const publicJwk = { ...(await exportJWK(publicKey)), alg, kid, use: 'sig' };
  return { alg, kid, key: privateKey, publicJwk, publicPem: await exportSPKI(publicKey) };
}

/** What an issuer with these keys publishes. */
export function keySet(...signers: readonly Signer[]): string {
  return JSON.stringify({ keys: signers.map(({ publicJwk }) => publicJwk) });
}

export function keysIn(...signers: readonly Signer[]): TokenKeys {
  const keys = tokenKeysOf(keySet(...signers));
  if ('problem' in keys) throw new Error(`read the keys of a test: ${keys.problem}`);
  return keys;
}

/** A token with exactly these claims; one that is undefined is not in it. */
export function signed({ alg, kid, key }: Signer, claims: object, header: object = {}): Promise<string> {
  return new SignJWT(JSON.parse(JSON.stringify(claims)) as Record<string, unknown>)
    .setProtectedHeader({ alg, kid, ...header })
    .sign(key, { crit: { x: true } });
}

/** What would be signed. */
export function unsigned(header: object, claims: object): string {
  return [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
}
