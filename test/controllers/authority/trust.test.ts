import assert from 'node:assert/strict';
import type { CertificateRequestObject } from '../../../src/api/kinds.ts';
import type { Gathered, GatheredCa } from '../../../src/controllers/authority/gathered.ts';
import type { KeptCa } from '../../../src/controllers/authority/former.ts';
import { issuingByRequests, type Member, signingFor } from '../../../src/controllers/authority/members.ts';
import { type AuthorityView, isSameTrust, type TrustFacts, trustOf } from '../../../src/controllers/authority/trust.ts';
import { parsed, refused } from '../../../src/domain/finding.ts';
import type { PublishedCrl, TrustedCa } from '../../../src/domain/pki/certificate.ts';
import { newList } from '../../../src/domain/pki/signed-list.ts';
import { nothingTold } from '../../../src/domain/pki/takeover.ts';
import { authority, authorityBelow, certificateOf, revocation, seconds, start } from '../../domain/pki/authorities.ts';
import { aBroker, mainBroker } from '../../fixtures.ts';

const day = 86_400;
const ca = authority('devices');
const next = authority('next');
const entries = [revocation(ca.issuer.keyId, 'a'), revocation(ca.issuer.keyId, 'b')];

function trusted(
  { issuer }: typeof ca,
  change: Partial<GatheredCa> = {},
  revocationType: TrustedCa['revocation'] = 'SignedCrl',
) {
  const { keyId, pem } = issuer;
  const one: GatheredCa = {
    ca: { name: 'devices', keyId, certificates: pem, revocation: revocationType },
    ...{
      path: 'spec.clientCertificates.trustedCas[0]',
      validitySeconds: 7 * day,
      signer: undefined,
      offered: undefined,
    },
    ...change,
  };
  return one;
}

function viewOf(signer: typeof ca, listed = entries): AuthorityView {
  const content = { entries: listed, formerNumber: undefined, validitySeconds: 7 * day, now: start };
  return { crl: newList(signer, content), listed, damage: undefined };
}

const kept = (): KeptCa => ({ ...trusted(ca), uses: 2 });

function externalList(signer: typeof ca, number: number): PublishedCrl {
  const stamp = { formerNumber: undefined, validitySeconds: day, now: start };
  const { pem, read } = newList(signer, { entries: [], ...stamp });
  const { thisUpdate, nextUpdate } = read;
  return { caKeyId: signer.issuer.keyId, pem, number: BigInt(number), thisUpdate, nextUpdate };
}

const unfit = (message: string) => refused({ code: 'MQS081', severity: 'Error', path: '', message });

const gatheredOf = (...cas: GatheredCa[]): Gathered => ({
  ...{ cas, issuing: undefined, findings: [] },
});
const factsOf = (change: Partial<TrustFacts> = {}): TrustFacts => ({
  ...{ broker: aBroker(), gathered: gatheredOf(trusted(ca)), kept: [], told: nothingTold },
  ...{ former: new Map(), published: { kind: 'None' } },
  authorities: new Map([[ca.issuer.keyId, viewOf(ca)]]),
  ...change,
});
const said = (facts: TrustFacts, now = start) =>
  trustOf(facts, now).findings.map(({ severity, reason }) => `${severity} ${reason ?? ''}`);

describe('the trust of a broker', () => {
  it('is its CAs, their lists, what these hold, and when they are due', () => {
    const facts = factsOf();
    const trust = trustOf(facts, start);
    assert.deepEqual([trust.cas.length, trust.crls[0]?.pem, trust.findings], [1, viewOfPem(facts), []]);
    assert.equal(trust.revocations, entries, 'the very list, so that nobody compares it entry by entry');
    assert.deepEqual(trust.nextChangeAt, seconds(start, (7 * day) / 3));
  });

  const viewOfPem = ({ authorities }: TrustFacts) => authorities.get(ca.issuer.keyId)?.crl?.pem;

  it('has the entries of a key once, under however many names it is trusted', () => {
    const twice = gatheredOf(trusted(ca), trusted(ca, {}));
    assert.deepEqual(trustOf(factsOf({ gathered: twice }), start).revocations, entries);
  });

  it('forgets nothing that was taken back for good where a CA has no list any more', () => {
    const hold = { ...revocation(ca.issuer.keyId, 'c'), reason: 'CertificateHold' } as const;
    const authorities = new Map([[ca.issuer.keyId, viewOf(ca, [...entries, hold])]]);
    const facts = factsOf({ gathered: gatheredOf(trusted(ca, {}, 'None')), authorities });
    assert.deepEqual(trustOf(facts, start).revocations, entries);
    const foreign = { ...facts, unserved: new Set([ca.issuer.keyId]) };
    assert.deepEqual(trustOf(foreign, start).revocations, []);
  });

  const rows: readonly [name: string, facts: Partial<TrustFacts>, days: number, findings: string[]][] = [
    ['no list yet', { authorities: new Map() }, 0, ['Error SignerForbidden']],
    [
      'a list of a CA of another key',
      { authorities: new Map([[ca.issuer.keyId, viewOf(next)]]) },
      0,
      ['Error SignerForbidden'],
    ],
    ['a list that ran out', { gathered: gatheredOf(trusted(ca, { signer: ca })) }, 8, ['Error CaNotFound']],
    ['a list that ran out, and no key to sign another', {}, 8, ['Warning CaNotFound']],
    [
      'a damaged ledger',
      { authorities: new Map([[ca.issuer.keyId, { crl: undefined, listed: [], damage: 'a chunk is missing' }]]) },
      0,
      ['Error LedgerDamaged'],
    ],
    ['a CA without a list', { gathered: gatheredOf(trusted(ca, {}, 'None')) }, 9, []],
    ['a list of which half is over', {}, 4, ['Warning CrlExpiring']],
    [
      'a CA that was taken from the list too early',
      { gathered: gatheredOf(trusted(next, {}, 'None')), kept: [kept()] },
      0,
      ['Warning CaInUse'],
    ],
    [
      'such a CA whose list ran out',
      { gathered: gatheredOf(trusted(next, {}, 'None')), kept: [kept()] },
      8,
      ['Warning CaInUse'],
    ],
    [
      'such a CA whose ledger is damaged',
      {
        gathered: gatheredOf(trusted(next, {}, 'None')),
        kept: [kept()],
        authorities: new Map([[ca.issuer.keyId, { crl: undefined, listed: [], damage: 'a chunk is missing' }]]),
      },
      0,
      ['Error LedgerDamaged', 'Warning CaInUse'],
    ],
  ];
  for (const [name, facts, days, findings] of rows) {
    it(`with ${name}: ${findings.join(', ') || 'nothing is said'}`, () =>
      assert.deepEqual(said(factsOf(facts), seconds(start, days * day)), findings));
  }

  it('keeps a CA that is in use, as long as there is a list of it', () => {
    const facts = factsOf({ gathered: gatheredOf(trusted(next, {}, 'None')), kept: [kept()] });
    const keys = (now: Date) => trustOf(facts, now).cas.map(({ keyId }) => keyId);
    assert.deepEqual(keys(start), [next.issuer.keyId, ca.issuer.keyId]);
    assert.equal(trustOf(facts, start).revocations, entries);
    assert.deepEqual(keys(seconds(start, 8 * day)), [next.issuer.keyId]);
    const [finding] = trustOf(facts, start).findings;
    const short = ca.issuer.keyId.slice(0, 16);
    assert.match(finding?.message ?? '', /^2 certificates in use are of the CA with key /);
    assert.ok(finding?.message.endsWith(`kubectl annotate mqttbroker/main -n plant mqttsecurity.io/drop-ca=${short}`));
  });

  it('with a list of somebody else goes on with the last good one while it lasts', () => {
    const [former, newer] = [externalList(ca, 1), externalList(ca, 2)];
    const of = (offered: PublishedCrl | string, last?: PublishedCrl): TrustFacts =>
      factsOf({
        gathered: gatheredOf(
          trusted(ca, { offered: typeof offered === 'string' ? unfit(offered) : parsed(offered) }, 'ExternalCrl'),
        ),
        told: { ...nothingTold, lists: new Map(last && [[ca.issuer.keyId, last]]) },
      });
    const numbers = (facts: TrustFacts, now: Date) => trustOf(facts, now).crls.map(({ number }) => number);
    const [from, to] = [former.thisUpdate, former.nextUpdate].map((time) => time.getTime()) as [number, number];
    assert.deepEqual(trustOf(of(former), start).nextChangeAt, new Date(from + ((to - from) * 3) / 4));
    const rows: readonly [facts: TrustFacts, hours: number, numbers: bigint[], findings: string[]][] = [
      [of(former), 0, [1n], []],
      [of(newer, former), 0, [2n], []],
      [of(former, newer), 0, [2n], ['Warning CrlInvalid']],
      [of('not PEM', newer), 0, [2n], ['Warning CrlInvalid']],
      [of('not PEM'), 0, [], ['Error CrlInvalid']],
      [of(newer), -1, [], ['Error CrlInvalid']],
      [of(newer), 20, [2n], ['Warning CrlExpiring']],
      // Brokers have it already; without a set nothing could be taken back from anybody else.
      [of(newer, former), 25, [1n], ['Warning CrlInvalid']],
      [of('not PEM', former), 25, [1n], ['Warning CrlInvalid']],
      [of(newer), 25, [], ['Error CrlInvalid']],
    ];
    for (const [facts, hours, crls, findings] of rows) {
      const now = seconds(start, hours * 3600);
      assert.deepEqual([numbers(facts, now), said(facts, now)], [crls, findings]);
    }
  });

  it('says when a list is large', () => {
    const many = Array.from({ length: 10_000 }, (_, index) => revocation(ca.issuer.keyId, (index + 1).toString(16)));
    const authorities = new Map([[ca.issuer.keyId, viewOf(ca, many)]]);
    assert.deepEqual(
      trustOf(factsOf({ authorities }), start).findings.map(({ code, severity }) => `${code} ${severity}`),
      ['MQS175 Warning'],
    );
  });

  it('is the same for a broker unless something it is told is another', () => {
    const facts = factsOf();
    assert.ok(isSameTrust(trustOf(facts, start), trustOf(facts, seconds(start, 1))));
    const [first] = entries;
    const fewer = factsOf({ authorities: new Map([[ca.issuer.keyId, viewOf(ca, first ? [first] : [])]]) });
    assert.ok(!isSameTrust(trustOf(facts, start), trustOf(fewer, start)));
    assert.ok(!isSameTrust(trustOf(facts, start), trustOf(factsOf({ kept: [kept()] }), start)));
  });
});

function memberOf(gathered: Gathered, change: Partial<Member> = {}): Member {
  return {
    ...{ key: mainBroker, uid: '1', broker: aBroker(), sources: { issuer: { kind: 'Other' }, cas: [] }, gathered },
    ...{
      issuing: undefined,
      published: { kind: 'None' },
      former: new Map(),
      signed: new Set(),
      kept: [],
      trust: undefined,
    },
    ...{ told: nothingTold, troubledSince: undefined },
    ...change,
  };
}

describe('who signs for a CA', () => {
  it('is the first broker that has its key, for the shortest time that one with the key asks for', () => {
    const members = [
      memberOf(gatheredOf(trusted(ca, { validitySeconds: 60 })), { key: 'plant/d' }),
      memberOf(gatheredOf(trusted(ca, { signer: ca, validitySeconds: day })), { key: 'plant/c' }),
      memberOf(gatheredOf(trusted(ca, { signer: ca })), { key: 'plant/b' }),
      memberOf(gatheredOf(trusted(next, { signer: next, validitySeconds: 60 })), { key: 'plant/a' }),
    ];
    assert.deepEqual(signingFor(ca.issuer.keyId, members), { signer: ca, validitySeconds: day });
  });

  it('is nobody where no broker has the key', () => {
    assert.equal(signingFor(ca.issuer.keyId, [memberOf(gatheredOf(trusted(ca)))]), undefined);
  });
});

describe('the CA that issues, by what was issued', () => {
  const request = (
    signer: typeof ca,
    createdAt: string,
    issuer = 'devices',
    namespace = 'plant',
    chain = '',
  ): CertificateRequestObject => ({
    ...{ apiVersion: 'cert-manager.io/v1', kind: 'CertificateRequest' },
    metadata: { name: createdAt, namespace, creationTimestamp: createdAt },
    spec: { issuerRef: { name: issuer } },
    status: { certificate: Buffer.from(`${certificateOf(signer, 'sensor-1').pem}${chain}`).toString('base64') },
  });
  const old = request(ca, '2026-01-01T00:00:00Z');
  const [below, stranger] = [authorityBelow(ca, 'below'), authority('stranger')];
  const given = (by: typeof ca) => request(by, '2026-02-01T00:00:00Z', 'devices', 'plant', by.issuer.pem);
  const gathered = gatheredOf(trusted(ca), trusted(next));
  const rows: readonly [name: string, requests: readonly CertificateRequestObject[], keyId: string | undefined][] = [
    ['is that of the newest', [request(next, '2026-02-01T00:00:00Z'), old], next.issuer.keyId],
    ['is that of this issuer', [old, request(next, '2026-02-01T00:00:00Z', 'others')], ca.issuer.keyId],
    ['is that of this namespace', [old, request(next, '2026-02-01T00:00:00Z', 'devices', 'other')], ca.issuer.keyId],
    ['is not known before', [{ ...old, status: {} }], undefined],
    ['is not known when the broker does not trust it', [request(stranger, '2026-02-01T00:00:00Z'), old], undefined],
    ['is not known when it is below none that the broker trusts', [given(stranger), old], undefined],
    ['is one that is below a trusted one', [given(below), old], below.issuer.keyId],
  ];
  for (const [name, requests, keyId] of rows) {
    it(name, () => assert.equal(issuingByRequests(aBroker(), gathered, requests), keyId));
  }
});
