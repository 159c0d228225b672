import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  type Claim,
  type ClaimUse,
  claimBytes,
  claimIn,
  claimRefusal,
  claimText,
  isNetwork,
  newClaim,
} from '../../../src/domain/enrol/claim.ts';

const now = new Date('2026-01-01T00:00:00Z');
const later = new Date('2026-01-02T00:00:00Z');
const terms = { broker: 'plant/main', device: 'plant/pump-1', expiresAt: later, networks: [] } as const;
const bytes = (fill: number) => Buffer.alloc(claimBytes, fill);
const { claim, secret } = newClaim(terms, bytes(7));
const use = { secret, broker: 'plant/main', address: '10.1.2.3' } as const;

describe('domain/enrol/claim', () => {
  it('keeps nothing that its secret can be read from', () => {
    assert.equal(claim.id, '07'.repeat(8));
    assert.equal(Buffer.from(secret, 'base64url').length, 24);
    assert.ok(!claimText(claim).includes(secret));
    assert.notEqual(newClaim(terms, bytes(8)).secret, secret);
  });

  it('is good for its secret, at its broker, before its end', () => {
    assert.equal(claimRefusal(claim, use, now), undefined);
    assert.equal(claimRefusal(claim, use, new Date(later.getTime() - 1)), undefined);
  });

  const others: readonly (readonly [what: string, change: Partial<ClaimUse>, at: Date, why: string])[] = [
    ['another secret', { secret: `${secret}x` }, now, 'ClaimSecretWrong'],
    ['no secret', { secret: '' }, now, 'ClaimSecretWrong'],
    ['another broker', { broker: 'plant/other' }, now, 'ClaimOfOtherBroker'],
    ['the time of its end', {}, later, 'ClaimExpired'],
    // The first of several is told, and only to who has the secret is there more than one.
    ['another secret after its end', { secret: 'x' }, later, 'ClaimSecretWrong'],
  ];
  for (const [what, change, at, why] of others) {
    it(`is not good with ${what}`, () => assert.equal(claimRefusal(claim, { ...use, ...change }, at), why));
  }

  const places: readonly (readonly [network: string, address: string, isInside: boolean])[] = [
    ['10.1.0.0/16', '10.1.255.255', true],
    ['10.1.0.0/16', '10.2.0.0', false],
    ['10.1.0.0/15', '10.0.0.1', true],
    ['10.1.0.0/17', '10.1.128.0', false],
    ['10.1.2.3', '10.1.2.3', true],
    ['10.1.2.3', '10.1.2.2', false],
    ['0.0.0.0/0', '203.0.113.9', true],
    ['10.1.0.0/16', '::ffff:10.1.2.3', true],
    ['0.0.0.0/0', '2001:db8::1', false],
    ['::/0', '10.1.2.3', false],
    ['2001:db8::/32', '2001:db8:1::1', true],
    ['2001:db8::/33', '2001:db8:8000::1', false],
    ['10.1.0.0/16', '', false],
    ['::/0', 'fe80::1%eth0', false],
  ];
  for (const [network, address, isInside] of places) {
    it(`of ${network} is ${isInside ? 'good' : 'no good'} from ${address || 'nowhere'}`, () => {
      const bound: Claim = { ...claim, networks: ['192.0.2.0/24', network] };
      assert.equal(claimRefusal(bound, { ...use, address }, now), isInside ? undefined : 'ClaimFromElsewhere');
    });
  }

  for (const text of ['10.1.0.0/33', '10.1.0/8', '10.1.0.0/', '10.1.0.0/-1', '::/129', '::/8/8', 'plant', '']) {
    it(`takes ${JSON.stringify(text)} for no network`, () => assert.equal(isNetwork(text), false));
  }

  it('is read as it was written', () => {
    const whole: Claim = { ...claim, uid: 'u-1', networks: ['10.0.0.0/8', '2001:db8::1'] };
    for (const one of [claim, whole]) assert.deepEqual(claimIn(claimText(one)), { ok: true, value: one });
  });

  const broken: readonly (readonly [what: string, change: object])[] = [
    ['another version', { version: 2 }],
    ['no id', { id: 'x' }],
    ['no hash', { hash: 7 }],
    ['no end', { expiresAt: 'soon' }],
    ['no broker', { broker: '../x' }],
    ['no device', { device: undefined }],
    ['a network that is none', { networks: ['everywhere'] }],
    ['no list of networks', { networks: undefined }],
  ];
  for (const [what, change] of broken) {
    it(`is refused with ${what}`, () => {
      const value = { ...(JSON.parse(claimText(claim)) as object), ...change };
      assert.equal(claimIn(JSON.stringify(value)).ok, false);
    });
  }

  it('is refused as any other text', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => assert.equal(claimIn(text).ok, false)));
  });
});
