/** Checks of tokens by a key that is known, as logins ask for them. */
import { webcrypto } from 'node:crypto';
import { tokenVerdict } from '../../src/domain/tokens/verdict.ts';
import { aTokenIssuer, keysIn, now, signed, type Signer, signer } from '../../test/domain/tokens/tokens.ts';

const count = 2000;
/** So many logins are under way at a time. */
const atOnce = 16;

/** Runs some of this number of jobs at a time; gives how many a second were done. */
async function perSecond(job: (index: number) => Promise<boolean>): Promise<number> {
  const begun = performance.now();
  for (let index = 0; index < count; index += atOnce) {
    const done = await Promise.all(Array.from({ length: atOnce }, (_, offset) => job(index + offset)));
    if (!done.every(Boolean)) throw new Error('check a token: it is refused');
  }
  return count / ((performance.now() - begun) / 1000);
}

const parameters = {
  ES256: { name: 'ECDSA', hash: 'SHA-256', namedCurve: 'P-256' },
  RS256: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' },
};

/** Beside the bare check of the same signatures. */
export async function tokenChecks(
  alg: 'ES256' | 'RS256',
  rounds: number,
): Promise<{ readonly values: readonly number[]; readonly floors: readonly number[] }> {
  const by = await signer(alg, 'key');
  const tokens = await Promise.all(Array.from({ length: count + atOnce }, (_, index) => tokenOf(by, index)));
  const [keys, issuer] = [keysIn(by), aTokenIssuer()];
  const own = (index: number) => {
    const check = { identity: `s-${String(index)}`, issuers: [issuer], keysOf: () => keys };
    return tokenVerdict(tokens[index] ?? '', check, now).then(({ valid }) => valid);
  };
  const key = await webcrypto.subtle.importKey('jwk', by.publicJwk, parameters[alg], false, ['verify']);
  const bare = (index: number) => {
    const [header = '', payload = '', signature = ''] = (tokens[index] ?? '').split('.');
    const text = Buffer.from(`${header}.${payload}`);
    return webcrypto.subtle.verify(parameters[alg], key, Buffer.from(signature, 'base64url'), text);
  };
  const [values, floors]: [number[], number[]] = [[], []];
  await perSecond(own);
  for (let round = 0; round < rounds; round += 1) {
    floors.push(await perSecond(bare));
    values.push(await perSecond(own));
  }
  return { values, floors };
}

function tokenOf(by: Signer, index: number): Promise<string> {
  const { issuer: iss, audience: aud } = aTokenIssuer();
  return signed(by, { iss, aud, sub: `s-${String(index)}`, exp: now.getTime() / 1000 + 600 });
}
