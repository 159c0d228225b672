import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import type { TokenIssuer } from '../../../src/domain/fleet.ts';
import { tokenKeysOf } from '../../../src/domain/tokens/keys.ts';
import {
  largestToken,
  type TokenCheck,
  type TokenProblem,
  tokenVerdict,
  type TokenVerdict,
} from '../../../src/domain/tokens/verdict.ts';
import { aTokenIssuer, keySet, keysIn, now, signed, signer, type Signer, unsigned } from './tokens.ts';

const seconds = now.getTime() / 1000;
const claims = { iss: 'https://issuer.example', aud: 'plant', sub: 's-1', iat: seconds - 10, exp: seconds + 600 };
const issuer = aTokenIssuer();

describe('the verdict on a token', () => {
  let ours: Signer;
  let other: Signer;
  let rsa: Signer;
  let edwards: Signer;
  let check: TokenCheck;

  before(async () => {
    [ours, other, rsa, edwards] = await Promise.all([
      signer('ES256', 'ours'),
      signer('ES256', 'ours'),
      signer('RS256', 'rsa'),
      signer('EdDSA', 'edwards'),
    ]);
    const keys = keysIn(ours, rsa, edwards);
    check = { identity: 's-1', issuers: [issuer], keysOf: () => keys };
  });

  const verdictOf = (token: string, more: Partial<TokenCheck> = {}, at = now) =>
    tokenVerdict(token, { ...check, ...more }, at);
  const problemOf = (verdict: TokenVerdict) => (verdict.valid ? 'valid' : verdict.problem);
  const with_ = (more: Partial<TokenIssuer>) => ({ issuers: [aTokenIssuer(more)] });

  it('is good for what the issuer signed for this identity, until its end', async () => {
    const endsAt = new Date((claims.exp + issuer.clockSkewSeconds) * 1000);
    for (const by of [ours, rsa]) {
      assert.deepEqual(await verdictOf(await signed(by, claims)), { valid: true, endsAt, issuer });
    }
    const lists = { ...claims, aud: ['others', 'plant'] };
    assert.equal(problemOf(await verdictOf(await signed(ours, lists))), 'valid');
    const edwardsOnly = with_({ algorithms: ['EdDSA'] });
    assert.equal(problemOf(await verdictOf(await signed(edwards, claims), edwardsOnly)), 'valid');
  });

  it('is good a second time: a token is no secret of one connection', async () => {
    const token = await signed(ours, claims);
    assert.equal(problemOf(await verdictOf(token)), 'valid');
    assert.equal(problemOf(await verdictOf(token)), 'valid');
  });

  const rows: readonly (readonly [string, () => string | Promise<string>, TokenProblem])[] = [
    ['no token', () => 'not a token', 'Malformed'],
    ['an empty one', () => '', 'Malformed'],
    ['one of five parts, which is encrypted', () => 'a.b.c.d.e', 'Malformed'],
    ['one with algorithm none', () => `${unsigned({ alg: 'none' }, claims)}.`, 'UnknownAlgorithm'],
    ['one with algorithm nOnE', () => `${unsigned({ alg: 'nOnE' }, claims)}.`, 'UnknownAlgorithm'],
    ['one without a signature', async () => (await signed(ours, claims)).replace(/[^.]+$/, ''), 'WrongSignature'],
    ['one by a wrong key under a known ID', () => signed(other, claims), 'WrongSignature'],
    ['one by a key that is not known', () => signed({ ...ours, kid: 'new' }, claims), 'UnknownKey'],
    ['one by an algorithm that is not allowed', () => signed(edwards, claims), 'UnknownAlgorithm'],
    [
      'one signed by the public key as a shared secret',
      () => hmacSigned({ alg: 'HS256', kid: 'rsa' }, rsa.publicPem),
      'UnknownAlgorithm',
    ],
    [
      'one that names another algorithm than its key has',
      () => hmacSigned({ alg: 'RS256', kid: 'ours' }, 'x'),
      'UnknownKey',
    ],
    [
      'one that brings its own key',
      () => signed(other, claims, { jwk: other.publicJwk, kid: 'ours' }),
      'WrongSignature',
    ],
    ['one with a header that has to be understood', () => signed(ours, claims, { crit: ['x'], x: 1 }), 'Malformed'],
    ['one that was changed', async () => changed(await signed(ours, claims)), 'WrongSignature'],
    ['one of another issuer', () => signed(ours, { ...claims, iss: 'https://other.example' }), 'UnknownIssuer'],
    ['one of nobody', () => signed(ours, { ...claims, iss: undefined }), 'UnknownIssuer'],
    ['one for another audience', () => signed(ours, { ...claims, aud: 'other' }), 'WrongAudience'],
    ['one for no audience', () => signed(ours, { ...claims, aud: undefined }), 'WrongAudience'],
    ['one that has ended', () => signed(ours, { ...claims, exp: seconds - 30 }), 'Ended'],
    ['one without an end', () => signed(ours, { ...claims, exp: undefined }), 'NoEnd'],
    ['one whose end is no number', () => signed(ours, { ...claims, exp: '9999999999' }), 'Malformed'],
    ['one that begins later', () => signed(ours, { ...claims, nbf: seconds + 31 }), 'NotYet'],
    ['one of the future', () => signed(ours, { ...claims, iat: seconds + 31 }), 'NotYet'],
    ['one that goes on for years', () => signed(ours, { ...claims, exp: seconds + 3e8 }), 'TooLong'],
    ['one that goes on for ever', () => signed(ours, { ...claims, exp: 1e300 }), 'TooLong'],
    ['one of another device', () => signed(ours, { ...claims, sub: 's-2' }), 'OtherIdentity'],
    ['one whose identity is a list', () => signed(ours, { ...claims, sub: ['s-1'] }), 'OtherIdentity'],
    ['one of nobody in particular', () => signed(ours, { ...claims, sub: undefined }), 'OtherIdentity'],
    ['one that is too large', () => signed(ours, { ...claims, x: 'x'.repeat(largestToken) }), 'TooLarge'],
  ];
  for (const [what, token, problem] of rows) {
    it(`refuses ${what}`, async () => assert.equal(problemOf(await verdictOf(await token())), problem));
  }

  it('allows the clocks to differ, at both ends', async () => {
    const ending = await signed(ours, { ...claims, exp: seconds });
    const beginning = await signed(ours, { ...claims, nbf: seconds, iat: seconds });
    const after = (skew: number) => new Date((seconds + skew) * 1000);
    assert.equal(problemOf(await verdictOf(ending, {}, after(29))), 'valid');
    assert.equal(problemOf(await verdictOf(ending, {}, after(30))), 'Ended');
    assert.equal(problemOf(await verdictOf(beginning, {}, after(-30))), 'valid');
    assert.equal(problemOf(await verdictOf(beginning, {}, after(-31))), 'NotYet');
    assert.equal(problemOf(await verdictOf(ending, with_({ clockSkewSeconds: 0 }))), 'Ended');
  });

  it('asks for the claims that are required, and for the identity where it is', async () => {
    const more = { ...claims, role: 'sensor', groups: ['a', 'b'], scope: 'read mqtt', verified: true, device: 's-1' };
    const token = await signed(ours, { ...more, sub: 'x' });
    const requiring = (name: string, value: string) =>
      with_({ identityClaim: 'device', requiredClaims: [{ name, value }] });
    const table: readonly (readonly [string, string, boolean])[] = [
      ['role', 'sensor', true],
      ['role', 'sens', false],
      ['groups', 'b', true],
      ['groups', 'a,b', false],
      ['scope', 'mqtt', true],
      ['scope', 'mqt', false],
      ['verified', 'true', true],
      ['absent', 'undefined', false],
      ['constructor', 'x', false],
    ];
    for (const [name, value, isValid] of table) {
      assert.equal(problemOf(await verdictOf(token, requiring(name, value))), isValid ? 'valid' : 'ClaimMissing', name);
    }
    assert.equal(problemOf(await verdictOf(token)), 'OtherIdentity');
    assert.equal(problemOf(await verdictOf(token, with_({ identityClaim: 'constructor' }))), 'OtherIdentity');
  });

  it('checks by the keys and words of the issuer that the token names, and of no other', async () => {
    const second = aTokenIssuer({ issuer: 'https://second.example', audience: 'else' });
    const two: Partial<TokenCheck> = {
      issuers: [issuer, second],
      keysOf: (one) => keysIn(one === issuer ? ours : other),
    };
    const byOther = (more: object) => signed(other, { ...claims, ...more });
    assert.equal(problemOf(await verdictOf(await byOther({ iss: second.issuer, aud: 'else' }), two)), 'valid');
    assert.equal(problemOf(await verdictOf(await byOther({ iss: second.issuer }), two)), 'WrongAudience');
    assert.equal(problemOf(await verdictOf(await byOther({}), two)), 'WrongSignature');
  });

  it('says that keys are not there, and of whom', async () => {
    for (const problem of ['KeysNotRead', 'KeysStale'] as const) {
      const verdict = await verdictOf(await signed(ours, claims), { keysOf: () => problem });
      assert.deepEqual(verdict, { valid: false, problem, issuer });
    }
  });

  it('is good for no text but what was signed, whatever is changed', async () => {
    const token = await signed(ours, claims);
    const bytes = Array.from(token);
    const property = fc.asyncProperty(
      fc.nat(bytes.length - 1),
      fc.constantFrom('A', 'z', '0', '9', '-', '_', '.', '=', '+', '/', ' ', '{'),
      fc.constantFrom('replace', 'insert', 'remove'),
      async (at, character, how) => {
        const text = bytes.slice();
        if (how === 'replace') text[at] = character;
        else if (how === 'insert') text.splice(at, 0, character);
        else text.splice(at, 1);
        fc.pre(!isSameSignature(text.join(''), token));
        assert.notEqual(problemOf(await verdictOf(text.join(''))), 'valid', text.join(''));
      },
    );
    await fc.assert(property, { numRuns: 2000, seed: 20_310 });
  });

  it('is good for exactly those whose claims all fit, of all that the issuer signed', async () => {
    const tally = new Map<string, number>();
    const around = (...values: number[]) => fc.constantFrom(...values.map((value) => seconds + value));
    const drawn = fc.record(
      {
        iss: fc.constantFrom(claims.iss, claims.iss, claims.iss, 'x'),
        aud: fc.constantFrom<unknown>('plant', 'plant', ['x', 'plant'], 'x'),
        sub: fc.constantFrom('s-1', 's-1', 's-1', 's-2'),
        exp: around(-31, -29, 1, 600, 600, 3000, 86_400, 86_431, 1e9),
        nbf: around(-600, -1, 30, 31),
        iat: around(-600, -1, 30, 31),
      },
      { requiredKeys: ['iss', 'aud', 'sub', 'exp'] },
    );
    const fits = ({ iss, aud, sub, exp, nbf = 0, iat = 0 }: Drawn) =>
      iss === claims.iss &&
      (aud === 'plant' || Array.isArray(aud)) &&
      sub === 's-1' &&
      exp > seconds - 30 &&
      exp <= seconds + 86_430 &&
      nbf <= seconds + 30 &&
      iat <= seconds + 30;
    const property = fc.asyncProperty(drawn, async (claimed) => {
      const { valid } = await verdictOf(await signed(ours, claimed));
      assert.equal(valid, fits(claimed), JSON.stringify(claimed));
      tally.set(String(valid), (tally.get(String(valid)) ?? 0) + 1);
    });
    await fc.assert(property, { numRuns: 1000, seed: 20_311 });
    assert.ok(Math.min(tally.get('true') ?? 0, tally.get('false') ?? 0) > 50, JSON.stringify([...tally]));
  });

  function hmacSigned(header: object, secret: string): string {
    const text = unsigned(header, claims);
    return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
  }

  function changed(token: string): string {
    const [header, , signature] = token.split('.');
    const payload = Buffer.from(JSON.stringify({ ...claims, exp: claims.exp + 60 })).toString('base64url');
    return [header, payload, signature].join('.');
  }
});

interface Drawn {
  readonly iss: string;
  readonly aud: unknown;
  readonly sub: string;
  readonly exp: number;
  readonly nbf?: number;
  readonly iat?: number;
}

/** The last character of base64url holds bits that nobody reads, so two texts may be one signature. */
function isSameSignature(a: string, b: string): boolean {
  const bytes = (token: string) => {
    const [header, payload, signature = '', ...rest] = token.split('.');
    return JSON.stringify([header, payload, Buffer.from(signature, 'base64url').toString('hex'), rest]);
  };
  return bytes(a) === bytes(b);
}

describe('the keys of an issuer', () => {
  it('are refused where they are of no use, or say too much', async () => {
    const ours = await signer('ES256', 'ours');
    const rows: readonly (readonly [string, RegExp])[] = [
      ['', /no JSON Web Key Set/],
      ['[]', /no JSON Web Key Set/],
      ['{"keys":{}}', /no JSON Web Key Set/],
      ['{"keys":["x"]}', /no JSON Web Key Set/],
      [JSON.stringify({ keys: [ours.publicJwk, { kty: 'oct', k: 'AAAA' }] }), /shared key/],
      [JSON.stringify({ keys: [{ ...ours.publicJwk, d: 'AAAA' }] }), /private key/],
      [JSON.stringify({ keys: Array.from({ length: 101 }, () => ours.publicJwk) }), /more than 100 keys/],
      [`{"keys":[],"x":"${'x'.repeat(300_000)}"}`, /characters/],
    ];
    for (const [text, problem] of rows) {
      const keys = tokenKeysOf(text);
      assert.ok('problem' in keys, text.slice(0, 80));
      assert.match(keys.problem, problem);
    }
    assert.ok('keyFor' in tokenKeysOf(JSON.stringify({ keys: [{ kty: 'new' }, ours.publicJwk], more: 1 })));
    assert.ok('keyFor' in tokenKeysOf(keySet(ours)));
  });

  it('are none where the set has none for signatures', async () => {
    const ours = await signer('ES256', 'ours');
    const token = await signed(ours, claims);
    for (const keys of [[], [{ ...ours.publicJwk, use: 'enc' }], [{ kty: 'new' }]]) {
      const found = tokenKeysOf(JSON.stringify({ keys }));
      assert.ok('keyFor' in found && found.isEmpty);
      const verdict = await tokenVerdict(
        token,
        { identity: claims.sub, issuers: [aTokenIssuer()], keysOf: () => found },
        now,
      );
      assert.ok(!verdict.valid && verdict.problem === 'UnknownKey');
    }
  });
});
