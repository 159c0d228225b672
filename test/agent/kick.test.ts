import assert from 'node:assert/strict';
import { type Admission, identitiesToKick } from '../../src/agent/kick.ts';
import type { BundleIdentity } from '../../src/domain/bundle/identities.ts';
import type { RevocationEntry } from '../../src/domain/pki/certificate.ts';

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
