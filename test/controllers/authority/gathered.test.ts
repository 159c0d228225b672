import assert from 'node:assert/strict';
import { gathered } from '../../../src/controllers/authority/gathered.ts';
import type {
  CaSource,
  IssuerSource,
  SignerSource,
  Sources,
  Value,
} from '../../../src/controllers/authority/sources.ts';
import type { Broker, Revocation } from '../../../src/domain/fleet.ts';
import { newList } from '../../../src/domain/pki/signed-list.ts';
import { authority, authorityBelow, certificateOf, start } from '../../domain/pki/authorities.ts';
import { aBroker } from '../../fixtures.ts';

const ca = authority('devices');
const other = authority('others');
const below = authorityBelow(ca, 'intermediate');
const found = (text: string): Value => ({ kind: 'Found', text });
const missing: Value = { kind: 'Missing', message: 'Secret plant/ca does not exist' };
const forbidden: Value = { kind: 'Forbidden', message: 'the operator may not read Secret plant/ca' };
const signerOf = ({ issuer, keyPem }: typeof ca, change: Partial<SignerSource> = {}): SignerSource => ({
  ...{ certificate: found(issuer.pem), key: found(keyPem), root: issuer.pem },
  ...{ certificateName: undefined, rotation: undefined },
  ...change,
});
const external: Revocation = { type: 'ExternalCrl', crl: { kind: 'ConfigMap', name: 'crl', key: 'ca.crl' } };
const listBy = (signer: typeof ca) =>
  newList(signer, { entries: [], formerNumber: undefined, validitySeconds: 86_400, now: start }).pem;

function sourceOf(change: Partial<CaSource> = {}, revocation?: Revocation): CaSource {
  return {
    spec: {
      name: 'devices',
      ca: { kind: 'Secret', name: 'ca', key: 'ca.crt' },
      revocation: revocation ?? { type: 'SignedCrl', signerSecret: 'ca', validitySeconds: 3600 },
    },
    ...{ ca: found(ca.issuer.pem), signer: signerOf(ca), crl: undefined },
    ...change,
  };
}

const broker = aBroker();
const { clientCertificates } = broker;
const withoutList: Broker = clientCertificates
  ? { ...broker, clientCertificates: { ...clientCertificates, trustedCas: [] } }
  : broker;
const caIssuer: IssuerSource = { kind: 'Ca', signer: signerOf(ca) };
const of = (one: Broker, sources: Partial<Sources>) =>
  gathered(one, { issuer: { kind: 'Other' }, cas: [], ...sources });

type Row = readonly [name: string, sources: Partial<Sources>, cas: number, signers: number, findings: string[]];

describe('what a broker trusts by its list', () => {
  const rows: readonly Row[] = [
    ['a CA with its key', { cas: [sourceOf()] }, 1, 1, []],
    ['a CA that is not there', { cas: [sourceOf({ ca: missing })] }, 0, 0, ['Error CaNotFound']],
    ['a CA that may not be read', { cas: [sourceOf({ ca: forbidden })] }, 0, 0, ['Error SignerForbidden']],
    ['a CA that is none', { cas: [sourceOf({ ca: found('no PEM') })] }, 0, 0, ['Error CaNotFound']],
    [
      'a leaf in place of a CA',
      { cas: [sourceOf({ ca: found(certificateOf(ca, 'leaf').pem) })] },
      0,
      0,
      ['Error CaNotFound'],
    ],
    [
      'a key that is not there',
      { cas: [sourceOf({ signer: signerOf(ca, { key: missing }) })] },
      1,
      0,
      ['Warning SignerForbidden'],
    ],
    [
      'a key that may not be read',
      { cas: [sourceOf({ signer: signerOf(ca, { key: forbidden }) })] },
      1,
      0,
      ['Warning SignerForbidden'],
    ],
    ['no Secret with a key', { cas: [sourceOf({ signer: undefined })] }, 1, 0, ['Warning SignerForbidden']],
    ['the key of another CA', { cas: [sourceOf({ signer: signerOf(other) })] }, 1, 0, ['Warning SignerForbidden']],
    [
      'a key that does not fit its certificate',
      { cas: [sourceOf({ signer: signerOf(ca, { key: found(other.keyPem) }) })] },
      1,
      0,
      ['Warning SignerForbidden'],
    ],
    [
      'a key that will change',
      { cas: [sourceOf({ signer: signerOf(ca, { rotation: 'Always' }) })] },
      1,
      1,
      ['Warning SignerKeyUnstable'],
    ],
    ['a key that stays', { cas: [sourceOf({ signer: signerOf(ca, { rotation: 'Never' }) })] }, 1, 1, []],
    ['a list of somebody else', { cas: [sourceOf({ crl: found(listBy(ca)) }, external)] }, 1, 0, []],
    ['a CA without a list', { cas: [sourceOf({}, { type: 'None' })] }, 1, 0, []],
    [
      'an issuer that is not there',
      { issuer: { kind: 'Missing' }, cas: [sourceOf()] },
      1,
      1,
      ['Warning IssuerNotFound'],
    ],
    ['an issuer that may not be read', { issuer: { kind: 'Forbidden' }, cas: [sourceOf()] }, 1, 1, []],
  ];
  for (const [name, sources, cas, signers, findings] of rows) {
    it(name, () => {
      const result = of(broker, sources);
      const said = result.findings.map(({ severity, reason }) => `${severity} ${reason ?? ''}`);
      const own = [result.cas.length, result.cas.filter(({ signer }) => signer).length];
      assert.deepEqual([...own, said], [cas, signers, findings]);
    });
  }
});

describe('the list of somebody else', () => {
  const rows: readonly [name: string, crl: Value, problem: RegExp | undefined][] = [
    ['of this CA', found(listBy(ca)), undefined],
    ['of another CA', found(listBy(other)), /not signed by this CA/],
    ['that is none', found('no PEM'), /not PEM/],
    ['that is not there', missing, /does not exist/],
  ];
  for (const [name, crl, problem] of rows) {
    it(`${name} is ${problem ? 'refused, and the CA stays' : 'taken'}`, () => {
      const { cas, findings } = of(broker, { cas: [sourceOf({ crl }, external)] });
      const offered = cas[0]?.offered;
      assert.deepEqual([cas.length, findings, offered?.ok], [1, [], problem === undefined]);
      if (problem) assert.match(offered?.ok === false ? (offered.findings[0]?.message ?? '') : '', problem);
    });
  }
});

describe('what a broker trusts without a list', () => {
  const rows: readonly Row[] = [
    ['the CA of its issuer', { issuer: caIssuer }, 1, 1, []],
    ['nothing while there is no issuer', { issuer: { kind: 'Missing' } }, 0, 0, ['Error IssuerNotFound']],
    ['nothing of an issuer whose key is elsewhere', { issuer: { kind: 'Other' } }, 0, 0, ['Error CaNotFound']],
    ['nothing of an issuer that may not be read', { issuer: { kind: 'Forbidden' } }, 0, 0, ['Error CaNotFound']],
    [
      'nothing while the Secret of the issuer is not there',
      { issuer: { kind: 'Ca', signer: signerOf(ca, { certificate: missing }) } },
      0,
      0,
      ['Error CaNotFound'],
    ],
  ];
  for (const [name, sources, cas, signers, findings] of rows) {
    it(name, () => {
      const result = of(withoutList, sources);
      const said = result.findings.map(({ severity, reason }) => `${severity} ${reason ?? ''}`);
      const own = [result.cas.length, result.cas.filter(({ signer }) => signer).length];
      assert.deepEqual([...own, said], [cas, signers, findings]);
    });
  }

  it('has the root of an intermediate CA beside it', () => {
    const signer = signerOf(below, { root: ca.issuer.pem });
    const [one] = of(withoutList, { issuer: { kind: 'Ca', signer } }).cas;
    assert.equal(one?.ca.certificates, below.issuer.pem + ca.issuer.pem);
  });
});

describe('an issuer whose CA is below another one', () => {
  const issuer: IssuerSource = { kind: 'Ca', signer: signerOf(below, { root: ca.issuer.pem }) };
  const chain = below.issuer.pem + ca.issuer.pem;
  const none: Revocation = { type: 'None' };

  it('is trusted as the CA that signs the list, where its root alone is named', () => {
    const { cas, findings } = of(broker, { issuer, cas: [sourceOf({ signer: signerOf(below) })] });
    assert.deepEqual(
      cas.map((one) => [one.ca.keyId, one.ca.certificates, one.signer?.issuer.keyId]),
      [[below.issuer.keyId, chain, below.issuer.keyId]],
    );
    assert.deepEqual(findings, []);
  });

  const rows: readonly [what: string, source: CaSource, said: RegExp | undefined][] = [
    ['is trusted where it is named first', sourceOf({ ca: found(chain), signer: undefined }, none), undefined],
    [
      'is not trusted for its root, which signs no list of what it issues',
      sourceOf(),
      /^the CA of Issuer \S+ is below devices, and not itself among trustedCas/,
    ],
    ['nor for a root without a list', sourceOf({ signer: undefined }, none), /is below devices/],
    [
      'nor where it comes after its root',
      sourceOf({ ca: found(ca.issuer.pem + below.issuer.pem), signer: undefined }, none),
      /is below devices/,
    ],
    [
      'nor for a CA that has nothing to do with it',
      sourceOf({ ca: found(other.issuer.pem), signer: signerOf(other) }),
      /^the CA of Issuer \S+ is not among trustedCas/,
    ],
  ];
  for (const [what, source, said] of rows) {
    it(what, () => {
      const { cas, findings } = of(broker, { issuer, cas: [source] });
      assert.equal(cas.length, 1);
      assert.deepEqual(
        findings.map(({ reason }) => reason),
        said ? ['IssuerNotTrusted'] : [],
      );
      assert.match(findings[0]?.message ?? '', said ?? /^$/);
    });
  }
});

describe('the CA that issues', () => {
  const two = [sourceOf(), sourceOf({ ca: found(other.issuer.pem), signer: signerOf(other) })];
  const rows: readonly [name: string, sources: Partial<Sources>, keyId: string | undefined][] = [
    ['is that of the issuer', { issuer: { kind: 'Ca', signer: signerOf(other) }, cas: two }, other.issuer.keyId],
    ['is not known of an issuer that does not tell, whatever is trusted', { cas: [sourceOf()] }, undefined],
    [
      'is not known while the Secret of the issuer is not there',
      { issuer: { kind: 'Ca', signer: signerOf(ca, { certificate: missing }) }, cas: [sourceOf()] },
      undefined,
    ],
  ];
  for (const [name, sources, keyId] of rows) it(name, () => assert.equal(of(broker, sources).issuing, keyId));
});

it('a broker without client certificates trusts nothing, and lacks nothing', () => {
  const { origin, version, listeners, tls, acl, allowedNamespaces, update, workload, limits } = broker;
  const plain: Broker = { origin, version, listeners, tls, acl, allowedNamespaces, update, workload, limits };
  assert.deepEqual(of(plain, {}), { cas: [], issuing: undefined, findings: [] });
});
