import assert from 'node:assert/strict';
import type { CertificateRequestObject } from '../../../src/api/kinds.ts';
import type { Gathered, GatheredCa } from '../../../src/controllers/authority/gathered.ts';
import { issuingByRequests, type Member, orphansOf, signingFor } from '../../../src/controllers/authority/members.ts';
import { type AuthorityView, isSameTrust, type TrustFacts, trustOf } from '../../../src/controllers/authority/trust.ts';
import type { TrustedCa } from '../../../src/domain/pki/certificate.ts';
import type { HeldCertificate } from '../../../src/domain/pki/lineage.ts';
import { newList } from '../../../src/domain/pki/signed-list.ts';
import { authority, certificateOf, end, revocation, seconds, start } from '../../domain/pki/authorities.ts';
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
    ...{ path: 'spec.clientCertificates.trustedCas[0]', validitySeconds: 7 * day, signer: undefined, crl: undefined },
    ...change,
  };
  return one;
}

function viewOf(signer: typeof ca, listed = entries): AuthorityView {
  const content = { entries: listed, formerNumber: undefined, validitySeconds: 7 * day, now: start };
  return { crl: newList(signer, content), listed, damage: undefined };
}

const gatheredOf = (...cas: GatheredCa[]): Gathered => ({ cas, issuing: undefined, findings: [] });
const factsOf = (change: Partial<TrustFacts> = {}): TrustFacts => ({
  ...{ broker: aBroker(), gathered: gatheredOf(trusted(ca)), orphans: new Map() },
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

  const rows: readonly [name: string, facts: Partial<TrustFacts>, days: number, findings: string[]][] = [
    ['no list yet', { authorities: new Map() }, 0, ['Error SignerForbidden']],
    [
      'a list of a CA of another key',
      { authorities: new Map([[ca.issuer.keyId, viewOf(next)]]) },
      0,
      ['Error SignerForbidden'],
    ],
    ['a list that ran out', {}, 8, ['Error CaNotFound']],
    [
      'a damaged ledger',
      { authorities: new Map([[ca.issuer.keyId, { crl: undefined, listed: [], damage: 'a chunk is missing' }]]) },
      0,
      ['Error LedgerDamaged'],
    ],
    ['a CA without a list', { gathered: gatheredOf(trusted(ca, {}, 'None')) }, 9, []],
    [
      'the only CA with a new key',
      { gathered: gatheredOf(trusted(next, {}, 'None')), orphans: new Map([['00', 2]]) },
      0,
      ['Error SignerKeyUnstable'],
    ],
    [
      'a CA that was taken from the list too early',
      { gathered: gatheredOf(trusted(ca), trusted(next, {}, 'None')), orphans: new Map([['00', 1]]) },
      0,
      ['Error CaInUse'],
    ],
  ];
  for (const [name, facts, days, findings] of rows) {
    it(`with ${name}: ${findings.join(', ') || 'nothing is said'}`, () =>
      assert.deepEqual(said(factsOf(facts), seconds(start, days * day)), findings));
  }

  it('with a list of somebody else runs out with it', () => {
    const { pem, read } = newList(ca, { entries: [], formerNumber: undefined, validitySeconds: day, now: start });
    const crl = {
      caKeyId: ca.issuer.keyId,
      pem,
      number: read.number,
      thisUpdate: read.thisUpdate,
      nextUpdate: read.nextUpdate,
    };
    const facts = factsOf({ gathered: gatheredOf(trusted(ca, { crl }, 'ExternalCrl')) });
    assert.deepEqual([trustOf(facts, start).nextChangeAt, trustOf(facts, start).revocations], [read.nextUpdate, []]);
    assert.deepEqual(said(facts, seconds(start, day)), ['Error CaNotFound']);
  });

  it('is the same for a broker unless something it is told is another', () => {
    const facts = factsOf();
    assert.ok(isSameTrust(trustOf(facts, start), trustOf(facts, seconds(start, 1))));
    const [first] = entries;
    const fewer = factsOf({ authorities: new Map([[ca.issuer.keyId, viewOf(ca, first ? [first] : [])]]) });
    assert.ok(!isSameTrust(trustOf(facts, start), trustOf(fewer, start)));
    assert.ok(!isSameTrust(trustOf(facts, start), trustOf(factsOf({ orphans: new Map([['00', 1]]) }), start)));
  });
});

function memberOf(gathered: Gathered, change: Partial<Member> = {}): Member {
  return {
    ...{ key: mainBroker, uid: '1', broker: aBroker(), sources: { issuer: { kind: 'Other' }, cas: [] }, gathered },
    ...{ issuing: undefined, published: { kind: 'None' }, accepted: new Set([ca.issuer.keyId]), trust: undefined },
    troubledSince: undefined,
    ...change,
  };
}

describe('who signs for a CA', () => {
  it('is the first broker that has its key, for the shortest time that one asks for', () => {
    const members = [
      memberOf(gatheredOf(trusted(ca, { validitySeconds: day })), { key: 'plant/c' }),
      memberOf(gatheredOf(trusted(ca, { signer: ca })), { key: 'plant/b' }),
      memberOf(gatheredOf(trusted(next, { signer: next, validitySeconds: 60 })), { key: 'plant/a' }),
    ];
    assert.deepEqual(signingFor(ca.issuer.keyId, members), { signer: ca, validitySeconds: day });
  });

  it('is nobody where no broker has the key', () => {
    assert.equal(signingFor(ca.issuer.keyId, [memberOf(gatheredOf(trusted(ca)))]), undefined);
  });
});

describe('certificates under a CA that would no longer be trusted', () => {
  const certificate = (serial: string, change: Partial<HeldCertificate> = {}): HeldCertificate => ({
    ...{ identity: 'sensor-1', caKeyId: ca.issuer.keyId, serial, fingerprint: '', keyId: '', key: 'Csr' },
    ...{ notBefore: start, notAfter: end, issuedAt: start, renewBeforeSeconds: 60 },
    ...{ device: 'plant/sensor-1', lineage: 'plant/sensor-1' },
    ...change,
  });
  const held = [
    certificate('1'),
    certificate('2', { supersededAt: start }),
    certificate('3', { caKeyId: next.issuer.keyId }),
    certificate('4'),
    certificate('5', { identity: 'elsewhere' }),
  ];
  const counted = (member: Member) =>
    orphansOf(
      member,
      held,
      ({ serial }) => serial === '4',
      ({ identity }) => (identity === 'elsewhere' ? 'plant/other' : mainBroker),
    );

  it('are the newest of each of its devices, unless they are taken back', () => {
    assert.deepEqual([...counted(memberOf(gatheredOf(trusted(next))))], [[ca.issuer.keyId, 1]]);
  });

  it('are none while the CA is trusted, was never, or cannot be read', () => {
    const unread = {
      ...gatheredOf(),
      findings: [{ code: 'MQS140', severity: 'Error', path: '', message: '' }],
    } as const;
    const members = [
      memberOf(gatheredOf(trusted(ca))),
      memberOf(gatheredOf(trusted(next)), { accepted: new Set() }),
      memberOf(unread),
    ];
    for (const member of members) assert.equal(counted(member).size, 0);
  });
});

describe('the CA that issues, by what was issued', () => {
  const request = (
    signer: typeof ca,
    createdAt: string,
    issuer = 'devices',
    namespace = 'plant',
  ): CertificateRequestObject => ({
    ...{ apiVersion: 'cert-manager.io/v1', kind: 'CertificateRequest' },
    metadata: { name: createdAt, namespace, creationTimestamp: createdAt },
    spec: { issuerRef: { name: issuer } },
    status: { certificate: Buffer.from(certificateOf(signer, 'sensor-1').pem).toString('base64') },
  });
  const old = request(ca, '2026-01-01T00:00:00Z');
  const gathered = gatheredOf(trusted(ca), trusted(next));
  const rows: readonly [name: string, requests: readonly CertificateRequestObject[], keyId: string | undefined][] = [
    ['is that of the newest', [request(next, '2026-02-01T00:00:00Z'), old], next.issuer.keyId],
    ['is that of this issuer', [old, request(next, '2026-02-01T00:00:00Z', 'others')], ca.issuer.keyId],
    ['is that of this namespace', [old, request(next, '2026-02-01T00:00:00Z', 'devices', 'other')], ca.issuer.keyId],
    ['is not known before', [{ ...old, status: {} }], undefined],
    [
      'is not known when the broker does not trust it',
      [request(authority('stranger'), '2026-02-01T00:00:00Z'), old],
      undefined,
    ],
  ];
  for (const [name, requests, keyId] of rows) {
    it(name, () => assert.equal(issuingByRequests(aBroker(), gathered, requests), keyId));
  }
});
