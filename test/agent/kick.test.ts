import assert from 'node:assert/strict';
import { type Admission, identitiesToKick, kicked, kickGrounds } from '../../src/agent/kick.ts';
import type { BundleIdentity } from '../../src/domain/bundle/identities.ts';
import type { RevocationEntry } from '../../src/domain/pki/certificate.ts';
import { type FakeBroker, fakeBroker, type Script } from './fake-broker.ts';

const at = new Date('2026-01-01T00:00:00Z');

function listed(identity: string, credential: string | null = 'certificate', rulesHash = 'r'): BundleIdentity {
  const credentialHash = credential ?? undefined;
  return { identity, authentication: 'Certificate', rulesHash, credentialHash, until: undefined };
}

function taken(identity: string, serial: string, reason: RevocationEntry['reason'] = 'KeyCompromise'): RevocationEntry {
  return { caKeyId: 'ca', serial, identity, notAfter: at, reason, at };
}

function admission(identities: readonly BundleIdentity[], revocations: readonly RevocationEntry[] = []): Admission {
  return { identities: new Map(identities.map((entry) => [entry.identity, entry])), revocations };
}

const cases: readonly [what: string, former: Admission | undefined, next: Admission, kicked: readonly string[]][] = [
  ['nothing changed', admission([listed('a')]), admission([listed('a')]), []],
  ['deleted, or past its end', admission([listed('a'), listed('b')]), admission([listed('b')]), ['a']],
  ['new', admission([]), admission([listed('a')]), []],
  ['other rules', admission([listed('a')]), admission([listed('a', 'certificate', 'q')]), []],
  ['another password', admission([listed('a', 'p1')]), admission([listed('a', 'p2')]), ['a']],
  ['password lost', admission([listed('a', 'p1')]), admission([listed('a', null)]), ['a']],
  ['first credential', admission([listed('a', null)]), admission([listed('a', 'p1')]), []],
  ['revoked and taken off', admission([listed('a')]), admission([], [taken('a', '1')]), ['a']],
  ['one of two certificates revoked', admission([listed('a')]), admission([listed('a')], [taken('a', '1')]), ['a']],
  ['revoked before', admission([listed('a')], [taken('a', '1')]), admission([listed('a')], [taken('a', '1')]), []],
  ['suspended', admission([listed('a')]), admission([listed('a')], [taken('a', '1', 'CertificateHold')]), []],
  [
    'revoked while suspended',
    admission([listed('a')], [taken('a', '1', 'CertificateHold')]),
    admission([listed('a')], [taken('a', '1')]),
    ['a'],
  ],
  ['no memory: revoked and not listed', undefined, admission([listed('b')], [taken('a', '1'), taken('b', '2')]), ['a']],
  ['no memory: suspended', undefined, admission([], [taken('a', '1', 'CertificateHold')]), []],
];

describe('identities to kick', () => {
  for (const [what, former, next, kicked] of cases) {
    it(`${what}: ${kicked.join(', ') || 'nobody'}`, () => {
      assert.deepEqual([...identitiesToKick(former, next)], kicked);
    });
  }
});

/** For each ground a case in which nobody would be cut without it. */
const grounds: Readonly<Record<string, readonly [former: Admission | undefined, next: Admission]>> = {
  TakenOff: [admission([listed('a')]), admission([])],
  CredentialChanged: [admission([listed('a', 'p1')]), admission([listed('a', 'p2')])],
  CertificateRevoked: [admission([listed('a')]), admission([listed('a')], [taken('a', '1')])],
  RevokedWithoutMemory: [undefined, admission([], [taken('a', '1')])],
};

describe('grounds to kick', () => {
  it('all have a case', () => {
    assert.deepEqual(Object.keys(grounds).sort(), kickGrounds.map(({ name }) => name).sort());
  });

  for (const [name, [former, next]] of Object.entries(grounds)) {
    it(`${name}: without it the session would go on`, () => {
      const others = kickGrounds.filter((ground) => ground.name !== name);
      assert.deepEqual([...identitiesToKick(former, next)], ['a']);
      assert.deepEqual([...identitiesToKick(former, next, others)], []);
    });
  }
});

describe('a takeover', () => {
  let fake: FakeBroker;
  afterEach(() => fake.close());
  const cut = (answer = 5_000) =>
    kicked(new Set(['a']), { endpoint: fake.endpoint, username: 'u', password: 'p', answer });

  it('is made with the very client ID, a clean start, and the login of the agent', async () => {
    fake = await fakeBroker({});
    assert.deepEqual(await cut(), new Map());
    assert.deepEqual(fake.connects, [{ clientId: 'a', isCleanStart: true, username: 'u', password: 'p' }]);
  });

  const failures: readonly [what: string, script: Script, why: RegExp][] = [
    ['refuses', { connack: () => 0x87 }, /^CONNACK 0x87$/],
    ['hangs up', { connack: () => 'Close' }, /closed/],
  ];
  for (const [what, script, why] of failures) {
    it(`has failed where the broker ${what}: the session may live on`, async () => {
      fake = await fakeBroker(script);
      assert.match((await cut()).get('a') ?? '', why);
    });
  }

  it('has failed where the broker does not answer', async () => {
    fake = await fakeBroker({ connack: () => 'Silence' });
    assert.match((await cut(50)).get('a') ?? '', /no answer in 50 ms/);
  });
});
