import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import type { PrivateKeySpec } from '../../src/domain/fleet.ts';
import { crlStamp } from '../../src/domain/pki/crl-schedule.ts';
import { parsedCsr } from '../../src/domain/pki/csr.ts';
import {
  type Authority,
  createAuthority,
  issueDeviceCertificate,
  issueServerCertificate,
  loadAuthority,
  signCrl,
} from '../../src/local/authority.ts';
import type { Random } from '../../src/ports.ts';
import { revocation, seconds } from '../domain/pki/authorities.ts';
import { openssl, opensslIn, withFiles } from '../domain/pki/openssl.ts';

const now = new Date('2026-01-01T12:00:00Z');
const random: Random = { bytes: (length) => randomBytes(length) };
const p256: PrivateKeySpec = { algorithm: 'ECDSA', size: 256, rotationPolicy: 'Always' };
const day = 86_400;

let ca: Authority;
before(async () => {
  ca = await createAuthority({ commonName: 'local CA', now, random });
});

const deviceOf = (
  privateKey: PrivateKeySpec,
  change: { identity?: string; durationSeconds?: number; now?: Date } = {},
) =>
  issueDeviceCertificate(ca, {
    identity: 'sensor-1',
    durationSeconds: day,
    now,
    random,
    key: { kind: 'Generated', privateKey },
    ...change,
  });

const verified = (
  certificate: string,
  purpose: string,
  extra: readonly string[] = [],
  files: Record<string, string> = {},
) =>
  openssl(
    [
      'verify',
      '-x509_strict',
      '-purpose',
      purpose,
      '-attime',
      String(now.getTime() / 1000),
      '-CAfile',
      'ca',
      ...extra,
      'certificate',
    ],
    { ca: ca.certificatePem, certificate, ...files },
  ).text.trim();

const textOf = (certificate: string) =>
  openssl(['x509', '-in', 'certificate', '-noout', '-text'], { certificate }).text;

describe('built-in CA', () => {
  it('is a CA for certificates and CRLs, with none below it', () => {
    const text = textOf(ca.certificatePem);
    assert.match(text, /CA:TRUE, pathlen:0/);
    assert.match(text, /Certificate Sign, CRL Sign/);
    assert.match(text, /NIST CURVE: P-256/);
    assert.equal(verified(ca.certificatePem, 'crlsign'), 'certificate: OK');
  });

  it('is the same CA when it is loaded from its files', () => {
    const loaded = loadAuthority(ca.certificatePem, ca.keyPem);
    assert.ok(loaded.ok);
    assert.equal(loaded.value.issuer.keyId, ca.issuer.keyId);
  });

  it('is refused with the key of another', async () => {
    const other = await createAuthority({ commonName: 'local CA', now, random });
    assert.equal(loadAuthority(ca.certificatePem, other.keyPem).ok, false);
  });

  it('signs CRLs that take a certificate back', async () => {
    const { certificatePem, issued } = await deviceOf(p256);
    const crlFor = (serial: string) =>
      signCrl(ca, { ...crlStamp(undefined, now, 7 * day), entries: [revocation(ca.issuer.keyId, serial)] }).pem;
    const checked = (crl: string) => verified(certificatePem, 'sslclient', ['-crl_check', '-CRLfile', 'crl'], { crl });
    assert.match(checked(crlFor(issued.serial)), /certificate revoked/);
    assert.equal(checked(crlFor('1')), 'certificate: OK');
  });
});

describe('device certificate', () => {
  const kinds: [string, PrivateKeySpec, RegExp][] = [
    ['ECDSA P-256', p256, /NIST CURVE: P-256/],
    ['ECDSA P-384', { ...p256, size: 384 }, /NIST CURVE: P-384/],
    ['RSA 2048', { ...p256, algorithm: 'RSA', size: 2048 }, /Public-Key: \(2048 bit\)/],
    ['Ed25519', { ...p256, algorithm: 'Ed25519', size: 256 }, /ED25519 Public-Key/],
  ];
  for (const [name, spec, shown] of kinds) {
    it(`over ${name} is for a TLS client and nothing else`, async () => {
      const { certificatePem, keyPem = '' } = await deviceOf(spec);
      const text = textOf(certificatePem);
      assert.match(text, shown);
      assert.match(text, /Subject: CN = sensor-1\n/);
      assert.match(text, /X509v3 Key Usage: critical\n +Digital Signature\n/);
      assert.match(text, /X509v3 Extended Key Usage: *\n +TLS Web Client Authentication\n/);
      assert.match(text, /CA:FALSE/);
      assert.equal(verified(certificatePem, 'sslclient'), 'certificate: OK');
      assert.match(
        verified(certificatePem, 'sslserver'),
        /unsuitable certificate purpose|unsupported certificate purpose/,
      );
      assert.match(keyPem, /^-----BEGIN PRIVATE KEY-----/);
      const publicKeys = [
        ['x509', '-in', 'certificate', '-noout', '-pubkey'],
        ['pkey', '-in', 'key', '-pubout'],
      ].map((args) => openssl(args, { certificate: certificatePem, key: keyPem }).stdout);
      assert.equal(publicKeys[0], publicKeys[1]);
    });
  }

  it('begins ten minutes ago, but never before its CA, and ends after its duration, but never after its CA', async () => {
    const later = seconds(now, day);
    const { issued } = await deviceOf(p256, { now: later });
    assert.deepEqual([issued.notBefore, issued.notAfter], [seconds(later, -600), seconds(later, day)]);
    const early = await deviceOf(p256, { now: seconds(now, -300) });
    assert.deepEqual(early.issued.notBefore, ca.issuer.notBefore);
    const long = await deviceOf(p256, { durationSeconds: 100 * 365 * day });
    assert.deepEqual(long.issued.notAfter, ca.issuer.notAfter);
  });

  it('has a positive serial of 16 bytes from the random source', async () => {
    for (const byte of [0x00, 0xff]) {
      const fixed: Random = { bytes: (length) => new Uint8Array(length).fill(byte) };
      const { issued } = await issueDeviceCertificate(ca, {
        identity: 'a',
        durationSeconds: day,
        now,
        random: fixed,
        key: { kind: 'Generated', privateKey: p256 },
      });
      assert.match(issued.serial, byte === 0 ? /^40(00){15}$/ : /^7f(ff){15}$/);
    }
  });

  it('carries the key of a request, and no key comes back', async () => {
    const request = withFiles({}, (cwd) => {
      const made = opensslIn(cwd, [
        'req',
        '-new',
        '-newkey',
        'ed25519',
        '-nodes',
        '-keyout',
        'key',
        '-subj',
        '/CN=sensor-9',
      ]);
      return made.stdout.slice(made.stdout.indexOf('-----BEGIN CERT'));
    });
    const csr = parsedCsr(request, 'sensor-9');
    assert.ok(csr.ok);
    const key = { kind: 'Csr', csr: csr.value } as const;
    const made = await issueDeviceCertificate(ca, { identity: 'sensor-9', durationSeconds: day, now, random, key });
    assert.equal(made.keyPem, undefined);
    assert.equal(made.issued.keyId, csr.value.keyId);
    assert.equal(verified(made.certificatePem, 'sslclient'), 'certificate: OK');
  });
});

describe('server certificate', () => {
  it('is for its names and addresses', async () => {
    const names = { dnsNames: ['localhost', 'broker.example'], ipAddresses: ['127.0.0.1', '::1'] };
    const { certificatePem } = await issueServerCertificate(ca, { ...names, durationSeconds: day, now, random });
    for (const name of [
      ['-verify_hostname', 'broker.example'],
      ['-verify_ip', '127.0.0.1'],
      ['-verify_ip', '::1'],
    ]) {
      assert.equal(verified(certificatePem, 'sslserver', name), 'certificate: OK');
    }
    assert.match(verified(certificatePem, 'sslserver', ['-verify_hostname', 'other.example']), /hostname mismatch/i);
    assert.match(verified(certificatePem, 'sslclient'), /purpose/);
  });

  it('is not made for what is no address', async () => {
    const wrong = { dnsNames: [], ipAddresses: ['localhost'], durationSeconds: day, now, random };
    await assert.rejects(
      issueServerCertificate(ca, wrong),
      /^Error: issue server certificate: localhost is no IP address$/,
    );
  });
});
