import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  basicCredentials,
  certsOnlyBody,
  isRequestType,
  operationAt,
  requestInBody,
} from '../../../src/domain/enrol/est.ts';
import { pemText } from '../../../src/domain/pki/pem.ts';
import { bodyOf, certificatesInBody } from '../../enrol/client.ts';
import { textsAround } from '../mutations.ts';
import { authority, certificateOf } from '../pki/authorities.ts';
import { openssl } from '../pki/openssl.ts';

const ca = authority('Plant CA');
const leaf = certificateOf(ca, 'pump-1').pem;

/** A body as a tool that knows nothing of EST shows it. */
const printed = (body: string) => openssl(['pkcs7', '-print_certs', '-in', 'in.p7b'], { 'in.p7b': wrapped(body) });
const wrapped = (body: string) => pemText('PKCS7', Buffer.from(body, 'base64'));

describe('domain/enrol/est: answers', () => {
  const lists: readonly (readonly [what: string, pem: string, count: number])[] = [
    ['one certificate', leaf, 1],
    ['a certificate and its CA', `${leaf}${ca.issuer.pem}`, 2],
    ['so many that lengths take three bytes', leaf.repeat(200), 200],
  ];
  for (const [what, pem, count] of lists) {
    it(`are what OpenSSL reads, in order: ${what}`, () => {
      const body = certsOnlyBody(pem);
      assert.ok(body.ok);
      const { status, stdout, text } = printed(body.value);
      assert.equal(status, 0, text);
      const blocks = stdout.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----\n/g) ?? [];
      assert.equal(blocks.join(''), pem);
      assert.deepEqual(certificatesInBody(body.value), { ok: true, value: blocks });
      assert.equal(blocks.length, count);
    });
  }

  it('are lines of base64 that end as in HTTP', () => {
    const body = certsOnlyBody(leaf);
    assert.ok(body.ok && /^([A-Za-z0-9+/]{1,76}={0,2}\r\n)+$/.test(body.value));
  });

  it('are refused where there is no certificate to give', () => assert.equal(certsOnlyBody('nothing').ok, false));
});

describe('domain/enrol/est: requests', () => {
  const paths: readonly (readonly [path: string, operation: string | undefined])[] = [
    ['/.well-known/est/cacerts', 'cacerts'],
    ['/.well-known/est/simpleenroll', 'simpleenroll'],
    ['/.well-known/est/simplereenroll', 'simplereenroll'],
    ['/.well-known/est/fullcmc', undefined],
    ['/.well-known/est/serverkeygen', undefined],
    ['/.well-known/est/label/cacerts', undefined],
    ['/.well-known/est/cacerts?a', undefined],
    ['/.well-known/est/../est/cacerts', undefined],
    ['/.well-known/est/constructor', undefined],
    ['', undefined],
  ];
  for (const [path, operation] of paths) {
    it(`asks at ${path || 'nothing'} for ${operation ?? 'nothing that is served'}`, () => {
      assert.equal(operationAt(path), operation);
    });
  }

  const types: readonly (readonly [type: string | undefined, encoding: string | undefined, isRequest: boolean])[] = [
    ['application/pkcs10', undefined, true],
    ['Application/PKCS10; charset=x', 'Base64', true],
    ['application/pkcs10', 'binary', false],
    ['application/pkcs7-mime', 'base64', false],
    ['application/x-www-form-urlencoded', undefined, false],
    [undefined, 'base64', false],
  ];
  for (const [type, encoding, isRequest] of types) {
    it(`of type ${String(type)}, encoding ${String(encoding)}: ${isRequest ? 'taken' : 'refused'}`, () => {
      assert.equal(isRequestType(type, encoding), isRequest);
    });
  }

  it('hold what was put into them', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 3000 }), (bytes) => {
        const pem = pemText('CERTIFICATE REQUEST', Buffer.from(bytes));
        const body = bodyOf(pem);
        assert.deepEqual(requestInBody(body), { ok: true, value: pem });
        assert.deepEqual(requestInBody(body.replaceAll('\r\n', '')), { ok: true, value: pem });
      }),
    );
  });

  for (const body of ['', ' \r\n', 'MIIB*', 'MIIBa', '-----BEGIN CERTIFICATE REQUEST-----', 'MIIB====', 'MIIB-_==']) {
    it(`are refused for ${JSON.stringify(body)}`, () => assert.equal(requestInBody(body).ok, false));
  }

  it('are a request or a problem, whatever the body', () => {
    const good = bodyOf(pemText('CERTIFICATE REQUEST', Buffer.from(leaf)));
    fc.assert(
      fc.property(textsAround(good), (body) => {
        const read = requestInBody(body);
        const text = body.replace(/[ \t\r\n]/g, '');
        if (read.ok) assert.equal(bodyOf(read.value).replace(/\s/g, ''), text);
        else assert.ok(read.problem !== '');
      }),
      { numRuns: 1000 },
    );
  });

  it('have credentials or none, whatever the header', () => {
    fc.assert(
      fc.property(textsAround(`Basic ${Buffer.from('a:b').toString('base64')}`), (header) => {
        const { user, password } = basicCredentials(header) ?? {};
        assert.equal(typeof user, typeof password);
        assert.ok(!user?.includes(':'));
      }),
    );
  });

  const headers: readonly (readonly [header: string | undefined, found: unknown])[] = [
    [`Basic ${Buffer.from('a:b:c').toString('base64')}`, { user: 'a', password: 'b:c' }],
    [`basic ${Buffer.from(':').toString('base64')}`, { user: '', password: '' }],
    [`Basic ${Buffer.from('ab').toString('base64')}`, undefined],
    ['Bearer YTpi', undefined],
    ['Basic', undefined],
    [`Basic ${'A'.repeat(4000)}`, undefined],
    [undefined, undefined],
  ];
  for (const [header, found] of headers) {
    it(`with ${String(header).slice(0, 40)} have ${found === undefined ? 'no credentials' : 'credentials'}`, () => {
      assert.deepEqual(basicCredentials(header), found);
    });
  }
});
