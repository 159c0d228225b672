import type { Manifest, ManifestRow } from '../manifests.ts';
import { accepts, manifestOf, mayNotUpdate, mayUpdate, outOfBounds, refuses, type Patch } from './build.ts';

const certificate = manifestOf('DeviceCertificate', { deviceRef: { name: 'press-7' } });

/** Has the form of a request; what is in it is not the schema's business. */
export const sampleRequest = '-----BEGIN CERTIFICATE REQUEST-----\nMIHGMG8CAQA=\n-----END CERTIFICATE REQUEST-----\n';

type With = (fields: Patch) => Manifest;

/** The fields of a certificate stand in two kinds: `make` puts them there, `at` is where they are. */
export function lifetimeRows(make: With, at: string): readonly ManifestRow[] {
  return [
    accepts(`a lifetime of a day at ${at}`, make({ duration: '24h', renewBefore: '8h' })),
    accepts(`a lifetime without a renewal at ${at}`, make({ duration: '1h' })),
    accepts(`a renewal without a lifetime at ${at}`, make({ renewBefore: '5m' })),
    refuses(`a lifetime below an hour at ${at}`, make({ duration: '59m59s' }), `${at}.duration`, 'must be at least 1h'),
    refuses(
      `a lifetime above ten years at ${at}`,
      make({ duration: '87601h' }),
      `${at}.duration`,
      'must be at most 87600h',
    ),
    refuses(
      `a renewal that is too late at ${at}`,
      make({ renewBefore: '299s' }),
      `${at}.renewBefore`,
      'must be at least 5m',
    ),
    refuses(
      `a renewal at the begin at ${at}`,
      make({ duration: '24h', renewBefore: '24h' }),
      `${at}.renewBefore`,
      'must be shorter than `duration`',
    ),
    outOfBounds(`a lifetime in days at ${at}`, make({ duration: '90d' }), `${at}.duration`, 'pattern'),
    outOfBounds(`a lifetime that is a number at ${at}`, make({ duration: 2160 }), `${at}.duration`, 'type'),
  ];
}

export function keyRows(make: With, at: string): readonly ManifestRow[] {
  const key = (privateKey: Patch) => make({ privateKey });
  return [
    ...[256, 384, 521].map((size) => accepts(`an ECDSA key of ${size} bits at ${at}`, key({ size }))),
    ...[2048, 3072, 4096].map((size) =>
      accepts(`an RSA key of ${size} bits at ${at}`, key({ algorithm: 'RSA', size })),
    ),
    accepts(`an RSA key of default size at ${at}`, key({ algorithm: 'RSA' })),
    accepts(`an Ed25519 key at ${at}`, key({ algorithm: 'Ed25519', rotationPolicy: 'Never' })),
    refuses(
      `an ECDSA key of 2048 bits at ${at}`,
      key({ size: 2048 }),
      `${at}.privateKey.size`,
      "must be 256, 384 or 521 when `algorithm` is 'ECDSA'",
    ),
    refuses(
      `an RSA key of 1024 bits at ${at}`,
      key({ algorithm: 'RSA', size: 1024 }),
      `${at}.privateKey.size`,
      "must be 2048, 3072 or 4096 when `algorithm` is 'RSA'",
    ),
    refuses(
      `a size of Ed25519 at ${at}`,
      key({ algorithm: 'Ed25519', size: 256 }),
      `${at}.privateKey.size`,
      "may not be specified when `algorithm` is 'Ed25519'",
    ),
  ];
}

export function requestRows(make: With, at: string): readonly ManifestRow[] {
  const withKey = (fields: Patch) => make({ csr: sampleRequest, ...fields });
  const store = { pkcs12: { passwordSecretRef: { name: 'store' } } };
  return [
    accepts(`a request at ${at}`, withKey({ duration: '24h' })),
    accepts(`a request with CRLF at ${at}`, make({ csr: sampleRequest.replaceAll('\n', '\r\n') })),
    refuses(
      `a request beside a key at ${at}`,
      withKey({ privateKey: {} }),
      `${at}.privateKey`,
      'may not be specified when `csr` is specified',
    ),
    refuses(
      `a request with a Secret at ${at}`,
      withKey({ secretName: 'key' }),
      `${at}.secretName`,
      'may not be specified when `csr` is specified: there is no key to keep',
    ),
    refuses(
      `a request with a key store at ${at}`,
      withKey({ keystores: store }),
      `${at}.keystores`,
      'may not be specified when `csr` is specified: there is no key to keep',
    ),
    outOfBounds(
      `a certificate as request at ${at}`,
      make({ csr: sampleRequest.replaceAll(' REQUEST', '') }),
      `${at}.csr`,
      'pattern',
    ),
    outOfBounds(`a request after other text at ${at}`, make({ csr: `key\n${sampleRequest}` }), `${at}.csr`, 'pattern'),
  ];
}

const revoked = { revoked: { reason: 'Superseded' } };
const final = 'may not be changed or removed once it is set';

export const certificateRows: readonly ManifestRow[] = [
  accepts('the least that is needed', certificate()),
  accepts(
    'everything',
    certificate({
      duration: '48h',
      renewBefore: '12h',
      privateKey: { algorithm: 'ECDSA', size: 384, rotationPolicy: 'Always' },
      secretName: 'press-7-key',
      previousCertificate: { revokeAfterSeconds: 0 },
      keystores: { pkcs12: { passwordSecretRef: { name: 'store', key: 'pin' }, profile: 'Modern2023' } },
      revoked: { reason: 'CessationOfOperation', at: '2026-02-28T12:00:00Z' },
    }),
  ),
  ...lifetimeRows(certificate, 'spec'),
  ...keyRows(certificate, 'spec'),
  ...requestRows(certificate, 'spec'),
  outOfBounds(
    'a hold as the reason of a revocation',
    certificate({ revoked: { reason: 'CertificateHold' } }),
    'spec.revoked.reason',
    'enum',
  ),
  mayNotUpdate(certificate, 'changes the device', {
    to: { deviceRef: { name: 'other' } },
    path: 'spec.deviceRef',
    message: 'may not be changed: a certificate belongs to one device',
  }),
  mayUpdate(certificate, 'changes the lifetime', { duration: '48h' }, { duration: '24h' }),
  mayUpdate(certificate, 'changes the request', { csr: sampleRequest }, { csr: sampleRequest.replace('MIHG', 'MIHH') }),
  mayUpdate(certificate, 'revokes', {}, revoked),
  mayNotUpdate(certificate, 'removes a revocation', { from: revoked, to: {}, path: 'spec.revoked', message: final }),
  mayNotUpdate(certificate, 'changes a revocation', {
    from: revoked,
    to: { revoked: { reason: 'KeyCompromise' } },
    path: 'spec.revoked',
    message: final,
  }),
];
