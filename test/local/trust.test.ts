import assert from 'node:assert/strict';
import type { TrustedCaSpec } from '../../src/domain/fleet.ts';
import { parsedCrl } from '../../src/domain/pki/crl.ts';
import { newList, publishedCrl } from '../../src/domain/pki/signed-list.ts';
import { type ListSources, localTrust } from '../../src/local/trust.ts';
import { authority, seconds, start } from '../domain/pki/authorities.ts';
import { aBroker } from '../fixtures.ts';

const [own, partner] = [authority('own'), authority('partner')];
const hour = 3600;

const listBy = (signer: typeof own, former = 0n, now = start) =>
  newList(signer, { entries: [], formerNumber: former, validitySeconds: 24 * hour, now });

/** What is trusted of a partner whose list is on a web server. */
function trusted(downloaded: ListSources['downloaded'], change: Partial<ListSources> = {}) {
  const spec: TrustedCaSpec = {
    name: 'partner',
    ca: { kind: 'ConfigMap', name: 'partner', key: 'ca.crt' },
    revocation: { type: 'ExternalCrl', crl: { kind: 'Url', url: 'https://pki/ca.crl', refreshSeconds: 3600 } },
  };
  const { clientCertificates, ...broker } = aBroker();
  assert.ok(clientCertificates);
  const values = new Map([['ConfigMap/plant/partner/ca.crt', partner.issuer.pem]]);
  const { keyId, pem: certificatePem } = own.issuer;
  const trust = localTrust(
    { ...broker, clientCertificates: { ...clientCertificates, trustedCas: [spec] } },
    { keyId, certificatePem },
    { values, downloaded, last: new Map(), now: start, ...change },
  );
  return {
    numbers: trust.externalCrls.map(({ number }) => number),
    names: trust.cas.map(({ name }) => name),
    said: trust.findings.map(({ code, severity }) => `${code} ${severity}`),
  };
}

describe('the list of a partner in local mode', () => {
  const [first, second] = [listBy(partner), listBy(partner, 10n ** 12n)];
  const last = new Map([[partner.issuer.keyId, publishedCrl(partner.issuer.keyId, first)]]);
  const both = ['devices', 'partner'];

  it('is trusted with it', () => {
    const { numbers, names, said } = trusted(() => ({ text: second.pem }), { last });
    assert.deepEqual([numbers, names, said], [[second.read.number], both, []]);
  });

  it('is trusted with it, too, when it cannot be fetched anew, which is said', () => {
    const { numbers, names, said } = trusted(() => ({ text: first.pem, problem: 'the server answers 500' }), { last });
    assert.deepEqual([numbers, names, said], [[first.read.number], both, ['MQS172 Warning']]);
  });

  it('goes on with the last one while another is fetched, and none is without a list', () => {
    assert.deepEqual(
      trusted(() => undefined, { last }),
      { numbers: [first.read.number], names: both, said: [] },
    );
    assert.deepEqual(
      trusted(() => undefined),
      { numbers: [], names: ['devices'], said: ['MQS172 Error'] },
    );
  });

  const bad: readonly [what: string, downloaded: ReturnType<ListSources['downloaded']>][] = [
    ['cannot be fetched', { problem: 'the server answers 500' }],
    ['is of another CA', { text: listBy(own).pem }],
    ['is none', { text: 'no PEM' }],
  ];
  for (const [what, downloaded] of bad) {
    it(`goes on with the last one when the new one ${what}, as long as it lasts`, () => {
      assert.deepEqual(
        trusted(() => downloaded, { last }),
        {
          ...{ numbers: [first.read.number], names: both, said: ['MQS172 Warning'] },
        },
      );
      const later = trusted(() => downloaded, { last, now: seconds(start, 25 * hour) });
      assert.deepEqual([later.numbers, later.said], [[], ['MQS172 Error']]);
    });
  }

  it('does not take an older one', () => {
    const newer = new Map([[partner.issuer.keyId, publishedCrl(partner.issuer.keyId, second)]]);
    assert.ok(parsedCrl(first.pem).ok);
    const { numbers, said } = trusted(() => ({ text: first.pem }), { last: newer });
    assert.deepEqual([numbers, said], [[second.read.number], ['MQS173 Warning']]);
  });
});
