import assert from 'node:assert/strict';
import { successionGate, successionReason } from '../../../src/controllers/certificate/succession.ts';
import type { BrokerState, Trust } from '../../../src/controllers/context.ts';
import type { HeldCertificate } from '../../../src/domain/pki/lineage.ts';

const issuer = { name: 'next', kind: 'Issuer', group: 'cert-manager.io' };
const former = { name: 'former', kind: 'Issuer', group: 'cert-manager.io' };
const current = { caKeyId: 'old' } as HeldCertificate;

describe('why a good certificate is replaced', () => {
  const rows: readonly [
    what: string,
    facts: Partial<Parameters<typeof successionReason>[0]>,
    why: string | undefined,
  ][] = [
    ['it is of the CA that issues', { asked: issuer, issuing: 'old' }, undefined],
    ['another issuer is named', { asked: former, issuing: 'new' }, 'Issuer'],
    ['another issuer of the same CA is named', { asked: former, issuing: 'old' }, 'Issuer'],
    ['the issuer has another CA', { asked: issuer, issuing: 'new' }, 'Ca'],
    ['it cannot be told which CA issues', { asked: issuer }, undefined],
    ['it is not known any more what it was asked of', { issuing: 'old' }, undefined],
    ['there is none', { current: undefined, asked: former, issuing: 'new' }, undefined],
  ];
  for (const [what, facts, why] of rows) {
    it(`${what}: ${why ?? 'it is not'}`, () =>
      assert.equal(successionReason({ issuer, asked: undefined, current, issuing: undefined, ...facts }), why));
  }
});

describe('the gate to another CA', () => {
  const trust = (...keys: string[]) => ({ cas: keys.map((keyId) => ({ keyId })) }) as unknown as Trust;
  const state = (published: Trust, ...proved: (Trust | undefined)[]) =>
    ({
      ...{ trust: published, expectedInstances: 2 },
      proved: proved.map((one) => ({ trust: one })),
    }) as unknown as BrokerState;
  const [before, after] = [trust('old'), trust('old', 'new')];
  const rows: readonly [what: string, state: BrokerState | undefined, isOpen: boolean][] = [
    ['all instances have proved that they trust it', state(after, after, after), true],
    ['one has not', state(after, after, before), false],
    ['one has proved something that is not known any more', state(after, after, undefined), false],
    ['one has proved nothing', state(after, after), false],
    ['it is not published yet, or not to be trusted', state(before, after, after), false],
    ['nothing is known of the broker', undefined, false],
  ];
  for (const [what, one, isOpen] of rows) {
    it(`is ${isOpen ? 'open' : 'closed'} when ${what}`, () =>
      assert.deepEqual(successionGate(one, { keyId: 'new' }), { isOpen, most: 10 }));
  }

  it('is closed while it was not looked at which CA it is', () => {
    assert.equal(successionGate(state(after, after, after), undefined).isOpen, false);
  });

  it('lets one at a time through while it is not known which CA it is', () => {
    assert.deepEqual(successionGate(undefined, { keyId: undefined }), { isOpen: true, most: 1 });
  });
});
