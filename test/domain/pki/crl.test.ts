import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { RevocationEntry } from '../../../src/domain/pki/certificate.ts';
import {
  crlSignedBy,
  crlSignerIn,
  parsedCrl,
  parsedCrls,
  type ReadCrl,
  signedCrl,
} from '../../../src/domain/pki/crl.ts';
import { issuedCertificate } from '../../../src/domain/pki/x509.ts';
import { contextTag } from '../../../src/domain/pki/der.ts';
import { commonNameOnly } from '../../../src/domain/pki/distinguished-name.ts';
import { derOf, extension, integer, type Node, sequence, tagged } from '../../../src/domain/pki/encode.ts';
import { oids } from '../../../src/domain/pki/oids.ts';
import { pemText } from '../../../src/domain/pki/pem.ts';
import { derPieces, mutated } from '../mutations.ts';
import { revocationEntries } from './arbitraries.ts';
import { authority, certificateOf, type KeyKind, revocation, seconds, start } from './authorities.ts';
import { crlWithEmptyLine, directoryName, distributionPoint, type ForeignContent, foreignCrl } from './foreign-crl.ts';
import { openssl, opensslIn, withFiles } from './openssl.ts';

const ca = authority('plant CA');
const { keyId } = ca.issuer;
const stamp = { number: 7n, thisUpdate: start, nextUpdate: seconds(start, 7 * 86_400) };

const crlOf = (entries: readonly RevocationEntry[], signer = ca) => signedCrl({ ...signer, ...stamp, entries });

function read(pem: string): ReadCrl {
  const crl = parsedCrl(pem);
  assert.ok(crl.ok, crl.ok ? '' : crl.findings[0]?.message);
  return crl.value;
}

const serialOf = (pem: string) => {
  const certificate = issuedCertificate(pem, keyId);
  assert.ok(certificate.ok);
  return certificate.value.serial;
};

describe('CRL writer', () => {
  for (const kind of ['P-256', 'P-384', 'RSA', 'Ed25519'] satisfies KeyKind[]) {
    it(`signs with ${kind} what openssl verifies`, () => {
      const signer = authority(`${kind} CA`, kind);
      const { pem } = crlOf([revocation(signer.issuer.keyId, 'ff')], signer);
      const answer = openssl(['crl', '-in', 'crl', '-CAfile', 'ca', '-noout'], { crl: pem, ca: signer.issuer.pem });
      assert.match(answer.text, /^verify OK/);
      assert.ok(crlSignedBy(read(pem), signer.issuer.pem));
    });
  }

  it('says what openssl reads: version, issuer, number, key identifier, times, serials in order, reasons', () => {
    const entries = [
      revocation(keyId, 'ff00', { reason: 'CertificateHold' }),
      revocation(keyId, '7f', { reason: 'Unspecified', at: new Date('2049-12-31T23:59:59Z') }),
      revocation(keyId, 'abc', { reason: 'PrivilegeWithdrawn', at: new Date('2050-01-01T00:00:00.999Z') }),
    ];
    const { text } = openssl(['crl', '-text', '-noout', '-in', 'crl'], { crl: crlOf(entries).pem });
    const told = text.split('\n').map((line) => line.trim());
    const wanted = [
      'Version 2 (0x1)',
      'Signature Algorithm: ecdsa-with-SHA256',
      'Issuer: CN = plant CA',
      'Last Update: Jan  1 00:00:00 2026 GMT',
      'Next Update: Jan  8 00:00:00 2026 GMT',
      ca.issuer.subjectKeyId.toString('hex').toUpperCase().match(/../g)?.join(':') ?? 'none',
      'X509v3 CRL Number:',
      '7',
      'Serial Number: 7F',
      'Revocation Date: Dec 31 23:59:59 2049 GMT',
      'Serial Number: 0ABC',
      'Revocation Date: Jan  1 00:00:00 2050 GMT',
      'Privilege Withdrawn',
      'Serial Number: FF00',
      'Revocation Date: Jan  1 01:00:00 2026 GMT',
      'Certificate Hold',
      'Signature Algorithm: ecdsa-with-SHA256',
    ];
    assert.deepEqual(
      told.filter((line) => wanted.includes(line)),
      wanted,
    );
  });

  it('lets openssl refuse the revoked and the held certificate, and pass the other', () => {
    const [revoked, held, fine] = ['revoked', 'held', 'fine'].map((name) => certificateOf(ca, name).pem);
    const { pem } = crlOf([
      revocation(keyId, serialOf(revoked!)),
      revocation(keyId, serialOf(held!), { reason: 'CertificateHold' }),
    ]);
    const verify = (certificate: string) =>
      openssl(
        [
          'verify',
          '-attime',
          String(start.getTime() / 1000 + 60),
          '-crl_check',
          '-CRLfile',
          'crl',
          '-CAfile',
          'ca',
          'certificate',
        ],
        { crl: pem, ca: ca.issuer.pem, certificate },
      );
    assert.match(verify(revoked!).text, /error 23 .*certificate revoked/);
    assert.match(verify(held!).text, /error 23 .*certificate revoked/);
    assert.equal(verify(fine!).text.trim(), 'certificate: OK');
  });

  it('is an empty list without entries, and leaves out serials of other CAs', () => {
    const { pem } = crlOf([revocation('00'.repeat(32), '1')]);
    assert.match(openssl(['crl', '-text', '-noout', '-in', 'crl'], { crl: pem }).text, /No Revoked Certificates/);
    assert.equal(read(pem).entries.size, 0);
  });

  it('gives back, read again, exactly what was to be signed', () => {
    fc.assert(
      fc.property(revocationEntries, fc.bigInt({ min: 0n, max: (1n << 159n) - 1n }), (some, number) => {
        const entries = some.map((entry) => ({ ...entry, caKeyId: keyId }));
        const published = signedCrl({ ...ca, ...stamp, number, entries });
        const crl = read(published.pem);
        assert.deepEqual(
          new Map(crl.entries),
          new Map(entries.map(({ serial, reason, at }) => [serial, { reason, date: at }])),
        );
        const { thisUpdate, nextUpdate } = crl;
        assert.deepEqual({ number: crl.number, thisUpdate, nextUpdate }, { ...stamp, number });
        assert.deepEqual(crl.issuer, ca.issuer.subject);
        assert.ok(crlSignedBy(crl, ca.issuer.pem));
      }),
      { numRuns: 50 },
    );
  });

  it('orders entries by serial whatever order they come in', () => {
    const entries = ['2', '10', 'ff', '1'].map((serial) => revocation(keyId, serial));
    assert.deepEqual([...read(crlOf(entries).pem).entries.keys()], ['1', '2', '10', 'ff']);
    assert.deepEqual(read(crlOf(entries).pem).tbs, read(crlOf([...entries].reverse()).pem).tbs);
  });
});

describe('CRL reader', () => {
  const entries = ['1', '80', 'ffff'].map((serial) => revocation(keyId, serial));
  const good = crlOf(entries).pem;

  it('reads one CRL per CA from one file and finds the signer of each', () => {
    const other = authority('other CA', 'RSA');
    const file = good + crlOf([], other).pem;
    const crls = parsedCrls(file);
    assert.ok(crls.ok);
    const bundle = ca.issuer.pem + other.issuer.pem;
    assert.deepEqual(
      crls.value.map((crl) => crlSignerIn(crl, bundle)),
      [keyId, other.issuer.keyId],
    );
    const one = parsedCrl(file);
    assert.ok(!one.ok);
  });

  it('reads what openssl ca writes', () => {
    const pem = opensslCrl(ca.issuer.pem, ca.keyPem);
    const crl = read(pem);
    assert.ok(crlSignedBy(crl, ca.issuer.pem));
    assert.deepEqual([...crl.entries.keys()], ['1f', 'ab12']);
    assert.equal(crl.entries.get('ab12')?.reason, 'Superseded');
    assert.equal(crl.number, 0x10n);
  });

  it('does not take a CRL for signed by a CA of the same name with another key, nor by one that may not sign CRLs', () => {
    const impostor = authority('plant CA');
    assert.equal(crlSignedBy(read(good), impostor.issuer.pem), false);
    assert.equal(crlSignedBy(read(good), impostor.issuer.pem + ca.issuer.pem), true);
    assert.equal(crlSignedBy(read(good), 'not PEM'), false);
  });

  const body = good.split('\n');
  const faults: Record<string, [string, RegExp]> = {
    'empty text': ['', /no PEM block/],
    'no PEM': ['hello', /line 1 is not PEM/],
    'a certificate': [ca.issuer.pem, /begins a block CERTIFICATE/],
    'the head that other libraries write': [good.replaceAll('X509 CRL', 'CRL'), /begins a block CRL/],
    'a cut end': [good.slice(0, good.length / 2), /cut off/],
    'text behind it': [`${good}garbage`, /is not PEM/],
    'a lost line': [body.toSpliced(2, 1).join('\n'), /CRL 1: .*cut off/],
    'a line joined to the next': [body.toSpliced(1, 2, `${body[1]!}${body[2]!}`).join('\n'), /lines of 64/],
    'a foreign character': [good.replace('\nMII', '\nM*I'), /base64/],
    'a second, truncated CRL': [good + good.slice(0, 200), /cut off/],
    'an empty line at the end of a block': [crlWithEmptyLine(ca, ['1']), /lines of 64/],
    'a space of Unicode behind the head': [good.replace('CRL-----', 'CRL-----\u00a0'), /is not PEM/],
  };
  for (const [fault, [text, message]] of Object.entries(faults)) {
    it(`refuses ${fault} with a reason`, () => {
      const result = parsedCrls(text);
      assert.ok(!result.ok);
      assert.equal(result.findings[0]?.code, 'MQS081');
      assert.match(result.findings[0].message, message);
    });
  }

  it('never throws and never verifies for a changed byte, a cut or noise', () => {
    const der = Buffer.from(body.slice(1, -2).join(''), 'base64');
    const change = fc.tuple(fc.nat(der.length - 1), fc.integer({ min: 1, max: 255 }));
    fc.assert(
      fc.property(fc.oneof(change, fc.nat(der.length - 1), fc.uint8Array({ maxLength: 200 })), (damage) => {
        const result = parsedCrl(pemOf(damaged(der, damage)));
        assert.ok(!result.ok || !crlSignedBy(result.value, ca.issuer.pem));
      }),
      { numRuns: 2000 },
    );
  });

  it('accepts nothing, however damaged, that openssl then cannot read', () => {
    const der = Buffer.from(body.slice(1, -2).join(''), 'base64');
    const accepted: string[] = [];
    const change = fc.tuple(fc.nat(der.length - 1), fc.integer({ min: 1, max: 255 }));
    fc.assert(
      fc.property(change, (damage) => {
        const pem = pemOf(damaged(der, damage));
        if (parsedCrl(pem).ok) accepted.push(pem);
      }),
      { numRuns: 3000 },
    );
    assert.ok(accepted.length > 100);
    const { stdout } = openssl(['storeutl', '-noout', '-crls', 'crls'], { crls: accepted.join('') });
    assert.equal(/Total found: (\d+)/.exec(stdout)?.[1], String(accepted.length));
  });

  it('is refused or not signed, however it is damaged and whatever the key of its CA', () => {
    for (const kind of ['P-256', 'RSA', 'Ed25519'] satisfies KeyKind[]) {
      const signer = authority(`${kind} CA`, kind);
      const whole = foreignCrl(signer, { serials: ['1', '2a', 'ff01'] });
      fc.assert(
        fc.property(mutated(whole, derPieces), (bytes) => {
          const result = parsedCrl(pemText('X509 CRL', bytes));
          if (!result.ok) assert.ok(result.findings.every(({ code }) => code === 'MQS081'));
          else assert.equal(crlSignedBy(result.value, signer.issuer.pem), bytes.equals(whole));
        }),
        { numRuns: 500 },
      );
    }
  });

  it('never throws for any text between the boundaries', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        assert.equal(parsedCrl(text).ok, false);
        assert.equal(parsedCrl(`-----BEGIN X509 CRL-----\n${text}\n-----END X509 CRL-----\n`).ok, false);
      }),
    );
  });
});

describe('CRL with extensions that openssl heeds, critical or not', () => {
  const [fine, revoked] = ['fine', 'revoked'].map((name) => certificateOf(ca, name).pem) as [string, string];
  const serial = serialOf(revoked);
  const isTrue = Buffer.of(0xff);
  const inPart = (...fields: readonly Node[]) =>
    ({ extensions: [extension(oids.issuingDistributionPoint, sequence(...fields))] }) as const;
  const otherSerial = tagged(contextTag(2, 'primitive'), Buffer.of(5));
  const ownIssuer = tagged(contextTag(1), derOf(directoryName(ca.issuer.issuer)));
  const harms: Record<string, [content: Omit<ForeignContent, 'serials'>, fine: RegExp, revoked: RegExp, why: RegExp]> =
    {
      'an entry for another CA': [
        {
          entryExtensions: [extension(oids.certificateIssuer, sequence(directoryName(commonNameOnly('other CA'))))],
        },
        /: OK$/,
        /: OK$/,
        /indirect list/,
      ],
      'a scope of one distribution point': [
        inPart(distributionPoint('http://crl/')),
        /error 44/,
        /error 44/,
        /partial/,
      ],
      'a scope of CA certificates': [
        inPart(tagged(contextTag(2, 'primitive'), isTrue)),
        /error 44/,
        /error 44/,
        /partial/,
      ],
      'a scope of other CAs': [inPart(tagged(contextTag(4, 'primitive'), isTrue)), /error 3 /, /error 3 /, /partial/],
      'what was changed since another list': [
        { extensions: [extension(oids.deltaCrlIndicator, integer('1'))] },
        /: OK$/,
        /error 23/,
        /delta/,
      ],
      'a former certificate of the CA': [{ authority: [ownIssuer, otherSerial] }, /error 3 /, /error 3 /, /^$/],
    };
  const verdict = (crl: string, certificate: string) => {
    const at = ['-attime', String(start.getTime() / 1000 + 60)];
    const files = { crl, ca: ca.issuer.pem, certificate };
    return openssl(
      ['verify', ...at, '-crl_check', '-CRLfile', 'crl', '-CAfile', 'ca', 'certificate'],
      files,
    ).text.trim();
  };

  for (const [what, [content, ofFine, ofRevoked, why]] of Object.entries(harms)) {
    it(`is refused for ${what}`, () => {
      const pem = pemText('X509 CRL', foreignCrl(ca, { serials: [serial], ...content }));
      assert.match(verdict(pem, fine), ofFine);
      assert.match(verdict(pem, revoked), ofRevoked);
      const result = parsedCrl(pem);
      if (result.ok) assert.equal(crlSignedBy(result.value, ca.issuer.pem), false);
      assert.match(result.ok ? '' : result.findings[0]!.message, why);
    });
  }

  it('is taken when it names the very certificate of the CA', () => {
    const ownSerial = tagged(contextTag(2, 'primitive'), Buffer.from(`00${ca.issuer.serial}`.slice(-32), 'hex'));
    const pem = pemText('X509 CRL', foreignCrl(ca, { serials: [serial], authority: [ownIssuer, ownSerial] }));
    assert.match(verdict(pem, fine), /: OK$/);
    assert.match(verdict(pem, revoked), /error 23/);
    assert.ok(crlSignedBy(read(pem), ca.issuer.pem));
  });
});

describe('CRLs of every size, to openssl', function () {
  this.timeout(60_000);
  const at = ['-attime', String(start.getTime() / 1000 + 60)];
  for (const kind of ['P-256', 'RSA'] satisfies KeyKind[]) {
    for (const count of [0, 1, 10_000]) {
      it(`of ${count} entries by a CA with ${kind}: crl -verify and verify -crl_check agree`, () => {
        const signer = authority(`${kind} CA`, kind);
        const [fine, revoked] = ['fine', 'revoked'].map((name) => certificateOf(signer, name).pem) as [string, string];
        const others = Array.from({ length: Math.max(count - 1, 0) }, (_, index) => (0x1000 + index).toString(16));
        const serials = count === 0 ? [] : [serialOf(revoked), ...others];
        const entries = serials.map((serial) => revocation(signer.issuer.keyId, serial));
        const files = { crl: crlOf(entries, signer).pem, ca: signer.issuer.pem, fine, revoked };
        withFiles(files, (directory) => {
          const crl = opensslIn(directory, ['crl', '-in', 'crl', '-CAfile', 'ca', '-verify', '-noout', '-crlnumber']);
          assert.match(crl.text, /verify OK/);
          assert.match(crl.text, /crlNumber=(0x)?0*7\b/i);
          const verified = (name: string) =>
            opensslIn(directory, ['verify', ...at, '-crl_check', '-CRLfile', 'crl', '-CAfile', 'ca', name]);
          assert.equal(verified('fine').text.trim(), 'fine: OK');
          const { status, text } = verified('revoked');
          if (count === 0) assert.equal(status, 0, text);
          else assert.match(text, /error 23 .*certificate revoked/);
        });
        assert.equal(read(files.crl).entries.size, count);
      });
    }
  }
});

function damaged(der: Buffer, damage: [number, number] | number | Uint8Array): Buffer {
  if (typeof damage === 'number') return der.subarray(0, damage);
  if (damage instanceof Uint8Array) return Buffer.from(damage);
  const copy = Buffer.from(der);
  copy[damage[0]]! ^= damage[1];
  return copy;
}

const pemOf = (der: Buffer) =>
  `-----BEGIN X509 CRL-----\n${
    der
      .toString('base64')
      .match(/.{1,64}/g)
      ?.join('\n') ?? ''
  }\n-----END X509 CRL-----\n`;

/** A CRL that `openssl ca` signs over two serials. */
function opensslCrl(caPem: string, keyPem: string): string {
  const config =
    '[ca]\ndefault_ca=d\n[d]\ndatabase=index\ncrlnumber=number\ndefault_md=sha256\ndefault_crl_days=7\ncrl_extensions=e\n[e]\nauthorityKeyIdentifier=keyid\n';
  const index =
    'R\t360101000000Z\t260101000000Z\t1F\tunknown\t/CN=a\nR\t360101000000Z\t260102000000Z,superseded\tAB12\tunknown\t/CN=b\n';
  const files = { config, index, number: '10\n', ca: caPem, key: keyPem };
  return openssl(['ca', '-gencrl', '-config', 'config', '-cert', 'ca', '-keyfile', 'key'], files).stdout;
}
