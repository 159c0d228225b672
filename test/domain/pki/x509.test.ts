import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import fc from 'fast-check';
import type { IssuedCertificate } from '../../../src/domain/pki/certificate.ts';
import { signedCertificate } from '../../../src/domain/pki/issue.ts';
import { pemText } from '../../../src/domain/pki/pem.ts';
import {
  caBundleProblem,
  caCertificate,
  caKeyId,
  caSigner,
  isIssuedBy,
  issuedCertificate,
  keyIdOf,
  keyPairProblem,
  normalSerial,
} from '../../../src/domain/pki/x509.ts';
import { derPieces, mutated } from '../mutations.ts';
import { authority, certificateOf, end, type KeyKind, keys, seconds, serialBytes, start } from './authorities.ts';
import { openssl, opensslIn, withFiles } from './openssl.ts';

const ca = authority('plant CA');
const { pem, keyPem } = certificateOf(ca, 'sensor-1');

const messageOf = (result: { ok: boolean; findings?: readonly { message: string }[] }) =>
  result.findings?.[0]?.message ?? 'ok';

/** A self-signed certificate that `openssl req` made from these lines. */
function opensslCertificate(subject: string, extensions: readonly string[] = ['basicConstraints=critical,CA:TRUE']) {
  const config = `[req]\ndistinguished_name=n\nx509_extensions=x\n[n]\n[x]\n${extensions.join('\n')}\n`;
  return withFiles({ config }, (cwd) => {
    const args = [
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-nodes',
      '-keyout',
      'key',
      '-config',
      'config',
    ];
    const { stdout } = opensslIn(cwd, ['req', '-x509', ...args, '-subj', subject]);
    return { pem: stdout, keyPem: opensslIn(cwd, ['pkey', '-in', 'key']).stdout };
  });
}

/** Root, intermediate below it, and a root nobody knows. */
function chain() {
  const root = authority('root');
  const { publicKey, privateKey } = keys('P-256');
  const content = { publicKey, use: { kind: 'Ca' } as const, notBefore: start, notAfter: end };
  const intermediate = signedCertificate(
    { ...content, commonName: 'intermediate', serialBytes: serialBytes('i') },
    root,
  );
  return { root: root.issuer.pem, intermediate, key: privateKey };
}

describe('recorded certificate', () => {
  it('has the serial, dates, fingerprint and key that openssl shows', () => {
    const issued = issuedCertificate(pem, ca.issuer.keyId);
    assert.ok(issued.ok);
    const shown = openssl(
      ['x509', '-in', 'pem', '-noout', '-serial', '-fingerprint', '-sha256', '-dates', '-subject'],
      { pem },
    ).text;
    const told = new Map(shown.split('\n').map((line) => line.split(/=(.*)/, 2) as [string, string]));
    assert.equal(issued.value.serial, normalSerial(told.get('serial') ?? ''));
    assert.equal(issued.value.fingerprint, told.get('sha256 Fingerprint')?.replaceAll(':', '').toLowerCase());
    assert.deepEqual(issued.value.notBefore, new Date(told.get('notBefore') ?? ''));
    assert.deepEqual(issued.value.notAfter, new Date(told.get('notAfter') ?? ''));
    assert.equal(issued.value.identity, 'sensor-1');
    assert.equal(issued.value.keyId, keyIdOf(new X509Certificate(pem).publicKey));
    assert.equal(issued.value.caKeyId, ca.issuer.keyId);
  });

  for (const [subject, count] of [
    ['/O=Maker', 0],
    ['/CN=a/CN=b', 2],
  ] as const) {
    it(`is refused with ${count} common names`, () =>
      assert.match(
        messageOf(issuedCertificate(opensslCertificate(subject).pem, ca.issuer.keyId)),
        new RegExp(`has ${count} `),
      ));
  }

  it('is refused if it is no certificate', () => {
    for (const bad of ['', 'hello', pem.slice(0, -60), pem.replace('MII', 'AAA'), keyPem]) {
      assert.equal(issuedCertificate(bad, ca.issuer.keyId).ok, false);
    }
  });
});

describe('certificate from outside', () => {
  const now = seconds(start, 60);
  const good = derOf(pem);
  const badTime = good.toString('latin1').replace('260101000000Z', '260230000000Z');

  it('is refused with a time that is none: openssl trusts it at no time', () => {
    const bad = pemText('CERTIFICATE', Buffer.from(badTime, 'latin1'));
    assert.match(messageOf(issuedCertificate(bad, ca.issuer.keyId)), /notBefore is not a time/);
    assert.match(keyPairProblem(bad, keyPem, now) ?? '', /notBefore is not a time/);
    const { text } = openssl(['verify', '-partial_chain', '-trusted', 'bad', 'bad'], { bad });
    assert.match(text, /format error in certificate's notBefore field/);
  });

  it('is read as openssl reads it, or refused, whatever was damaged', () => {
    const kinds: readonly KeyKind[] = ['P-256', 'RSA', 'Ed25519'];
    for (const kind of kinds) {
      const signer = authority(`${kind} CA`, kind);
      const device = certificateOf(signer, 'sensor-1');
      let taken = 0;
      for (const whole of [device.pem, signer.issuer.pem]) {
        const texts = mutated(derOf(whole), derPieces).map((bytes) => pemText('CERTIFICATE', bytes));
        fc.assert(
          fc.property(texts, (text) => {
            const read = issuedCertificate(text, signer.issuer.keyId);
            if (read.ok) {
              taken += 1;
              assertReadAs(read.value, new X509Certificate(text));
            } else assert.ok(read.findings.every(({ code }) => code === 'MQS083'));
            for (const answer of [keyPairProblem(text, device.keyPem, now), caBundleProblem(text)]) {
              assert.notEqual(answer, '');
            }
            const [asCa, known] = [caCertificate(text), isIssuedBy(text, signer.issuer)];
            if (asCa.ok)
              assert.equal(
                isIssuedBy(device.pem, asCa.value),
                asCa.value.subject.equals(signer.issuer.subject) && asCa.value.keyId === signer.issuer.keyId,
              );
            if (known) assert.ok([device.pem, signer.issuer.pem].includes(text));
          }),
          { numRuns: 500 },
        );
      }
      assert.ok(taken > 0, `${kind}: none was taken`);
    }
  }).timeout(60_000);
});

describe('serial', () => {
  for (const [given, normal] of [
    ['0A:FF', 'aff'],
    ['00', '0'],
    ['7F', '7f'],
    ['000123', '123'],
  ] as const) {
    it(`${given} is ${normal}`, () => assert.equal(normalSerial(given), normal));
  }
});

describe('CA with its key', () => {
  it('is named by its key, whatever its certificate says', () => {
    const { publicKey, privateKey } = keys('P-256');
    const content = { publicKey, use: { kind: 'Ca' } as const, notBefore: start, notAfter: end };
    const [one, two] = ['one', 'two'].map((commonName) =>
      caKeyId(signedCertificate({ ...content, commonName, serialBytes: serialBytes(commonName) }, { key: privateKey })),
    );
    assert.deepEqual(one, two);
  });

  it('reads what openssl made', () => {
    const made = opensslCertificate('/O=Maker/CN=CA', [
      'basicConstraints=critical,CA:TRUE',
      'keyUsage=keyCertSign,cRLSign',
      'subjectKeyIdentifier=hash',
    ]);
    const signer = caSigner(made.pem, made.keyPem);
    assert.ok(signer.ok, messageOf(signer));
    assert.match(
      openssl(['x509', '-in', 'pem', '-noout', '-ext', 'subjectKeyIdentifier'], made).text.replaceAll(':', ''),
      new RegExp(signer.value.issuer.subjectKeyId.toString('hex'), 'i'),
    );
  });

  const rows: [string, () => Parameters<typeof caSigner>, RegExp][] = [
    ['the key of another CA', () => [ca.issuer.pem, authority('plant CA').keyPem], /does not belong/],
    ['a device certificate', () => [pem, keyPem], /not a CA/],
    ['no key', () => [ca.issuer.pem, ca.issuer.pem], /not an unencrypted PEM private key/],
    ['no certificate', () => ['', ca.keyPem], /no PEM block/],
  ];
  for (const [what, input, message] of rows) {
    it(`is refused with ${what}`, () => assert.match(messageOf(caSigner(...input())), message));
  }

  it('is refused if it may not sign CRLs', () => {
    const made = opensslCertificate('/CN=CA', ['basicConstraints=critical,CA:TRUE', 'keyUsage=critical,keyCertSign']);
    assert.match(messageOf(caSigner(made.pem, made.keyPem)), /without cRLSign/);
  });

  it('is known for the issuer of its certificates only', () => {
    assert.equal(isIssuedBy(pem, ca.issuer), true);
    assert.equal(isIssuedBy(pem, authority('plant CA').issuer), false);
  });
});

describe('key pair of a server', () => {
  const now = seconds(start, 60);
  const rows: [string, [string, string, Date], RegExp | undefined][] = [
    ['belongs together', [pem, keyPem, now], undefined],
    ['may carry its chain', [pem + ca.issuer.pem, keyPem, now], undefined],
    ['needs its own key', [pem, ca.keyPem, now], /does not belong/],
    ['needs a key', [pem, pem, now], /not an unencrypted/],
    ['needs a certificate', ['', keyPem, now], /cannot be read/],
    ['needs to have begun', [pem, keyPem, seconds(start, -1)], /not valid before/],
    ['needs not to be over', [pem, keyPem, seconds(end, 1)], /expired at/],
  ];
  for (const [what, input, problem] of rows) {
    it(what, () => {
      const answer = keyPairProblem(...input);
      if (problem) assert.match(answer ?? '', problem);
      else assert.equal(answer, undefined);
    });
  }
});

describe('CA bundle', () => {
  const { root, intermediate } = chain();
  const rows: [string, string, RegExp | undefined][] = [
    ['is fine with a root', root, undefined],
    ['is fine with an intermediate and its root, in any order', intermediate + root, undefined],
    ['is fine with comments', `# plant\n${root}\n`, undefined],
    ['must reach a root', intermediate, /intermediate does not reach a self-signed root/],
    ['must reach its own root', intermediate + ca.issuer.pem, /does not reach/],
    ['must not hold a device certificate', root + pem, /sensor-1 is not a CA/],
    ['must not hold a key', root + keyPem, /begins a block PRIVATE KEY/],
    ['must not be empty', '', /no PEM block/],
    ['must not be endless', root.repeat(101), /more than 100 certificates/],
    ['must not be cut', root.slice(0, -40), /cut off|not begun/],
  ];
  for (const [what, bundle, problem] of rows) {
    it(what, () => {
      const answer = caBundleProblem(bundle);
      if (problem) assert.match(answer ?? '', problem);
      else assert.equal(answer, undefined);
    });
  }

  it('gives CA fields only of CAs', () => {
    assert.equal(caCertificate(root).ok, true);
    assert.equal(caCertificate(pem).ok, false);
  });
});

function derOf(text: string): Buffer {
  return Buffer.from(text.split('\n').slice(1, -2).join(''), 'base64');
}

function assertReadAs(issued: IssuedCertificate, x509: X509Certificate): void {
  assert.deepEqual([issued.notBefore, issued.notAfter], [x509.validFromDate, x509.validToDate]);
  assert.equal(issued.serial, normalSerial(x509.serialNumber));
  const names = x509.toLegacyObject().subject.CN;
  assert.equal(issued.identity, names);
}
