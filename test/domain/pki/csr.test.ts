import assert from 'node:assert/strict';
import fc from 'fast-check';
import { csrLimitBytes, csrProblems, parsedCsr } from '../../../src/domain/pki/csr.ts';
import { derPieces, mutated } from '../mutations.ts';
import { keys, pkcs8 } from './authorities.ts';
import { openssl } from './openssl.ts';

const identity = 'plant.sensor-1';

interface RequestOptions {
  readonly subject?: string;
  /** Lines of the section of requested extensions. */
  readonly extensions?: readonly string[];
  readonly key?: readonly string[];
  readonly options?: readonly string[];
  readonly stringMask?: string;
}

const p256 = ['ec', '-pkeyopt', 'ec_paramgen_curve:P-256'];

/** A request that `openssl req` made. */
function request({
  subject = `/CN=${identity}`,
  extensions = [],
  key = p256,
  options = [],
  stringMask = 'utf8only',
}: RequestOptions = {}) {
  const config = `[req]\ndistinguished_name=n\nstring_mask=${stringMask}\n[n]\n[x]\n${extensions.join('\n')}\n`;
  const made = openssl(
    ['req', '-new', '-newkey', ...key, '-nodes', '-keyout', 'key', '-config', 'config', '-subj', subject]
      .concat(extensions.length > 0 ? ['-reqexts', 'x'] : [])
      .concat(options),
    { config },
  );
  assert.match(made.stdout, /BEGIN CERTIFICATE REQUEST/, made.text);
  return made.stdout.slice(made.stdout.indexOf('-----BEGIN'));
}

const good = request();

describe('CSR that fits', () => {
  const fitting: Record<string, RequestOptions> = {
    'P-256': {},
    'P-384': { key: ['ec', '-pkeyopt', 'ec_paramgen_curve:P-384'] },
    Ed25519: { key: ['ed25519'] },
    'RSA 2048': { key: ['rsa:2048'] },
    PrintableString: { stringMask: 'pkix' },
    'an organisation beside the name': { subject: `/C=DE/O=Maker/CN=${identity}/serialNumber=17` },
    'the extensions of a client': {
      extensions: [
        'basicConstraints=CA:FALSE',
        'keyUsage=digitalSignature,keyAgreement',
        'extendedKeyUsage=clientAuth',
      ],
    },
    'its identity as alternative name': { extensions: [`subjectAltName=DNS:${identity}`] },
  };
  for (const [what, options] of Object.entries(fitting)) {
    it(`is accepted with ${what}`, () => assert.deepEqual(csrProblems(request(options), identity), []));
  }

  it('is accepted under the label of older tools and with comments around it', () => {
    assert.deepEqual(csrProblems(`Made by hand\n${good.replaceAll('CERTIFICATE', 'NEW CERTIFICATE')}`, identity), []);
  });

  it('gives the key that is to be certified', () => {
    const csr = parsedCsr(good, identity);
    assert.ok(csr.ok);
    assert.equal(csr.value.publicKey.asymmetricKeyType, 'ec');
    assert.match(csr.value.keyId, /^[0-9a-f]{64}$/);
  });
});

describe('CSR that is refused', () => {
  const flippedSignature = () => {
    const der = derOf(good);
    der[der.length - 5]! ^= 1;
    return pemOf(der);
  };
  const refusedOnes: Record<string, [() => string, RegExp]> = {
    'the name of somebody else': [
      () => request({ subject: '/CN=admin' }),
      /common name is "admin", not "plant.sensor-1"/,
    ],
    'a name in other letters': [() => request({ subject: `/CN=${identity.toUpperCase()}` }), /common name is/],
    'a name with a space behind': [() => request({ subject: `/CN=${identity} ` }), /common name is/],
    'two common names': [() => request({ subject: `/CN=${identity}/CN=admin` }), /2 common names/],
    'the right name second': [() => request({ subject: `/CN=admin/CN=${identity}` }), /2 common names/],
    'no common name': [() => request({ subject: '/O=Maker' }), /0 common names/],
    'a name as BMPString': [() => request({ stringMask: 'MASK:0x800' }), /form that the broker does not read/],
    'an e-mail address': [() => request({ subject: `/CN=${identity}/emailAddress=a@b` }), /attribute 1\.2\.840/],
    'a user ID': [() => request({ subject: `/CN=${identity}/UID=admin` }), /attribute 0\.9\./],
    'RSA 1024': [() => request({ key: ['rsa:1024'] }), /1024 bits, not 2048 to 4096/],
    'a P-521 key': [() => request({ key: ['ec', '-pkeyopt', 'ec_paramgen_curve:P-521'] }), /curve secp521r1/],
    'a secp256k1 key': [() => request({ key: ['ec', '-pkeyopt', 'ec_paramgen_curve:secp256k1'] }), /curve secp256k1/],
    'an Ed448 key': [() => request({ key: ['ed448'] }), /type ed448/],
    'an RSA key with exponent 3': [
      () => request({ key: ['rsa:2048', '-pkeyopt', 'rsa_keygen_pubexp:3'] }),
      /public exponent 3/,
    ],
    'SHA-1': [() => request({ key: ['rsa:2048'], options: ['-sha1'] }), /signature algorithm/],
    'RSA-PSS': [
      () => request({ key: ['rsa:2048'], options: ['-sigopt', 'rsa_padding_mode:pss'] }),
      /signature algorithm/,
    ],
    'CA:true': [() => request({ extensions: ['basicConstraints=CA:TRUE'] }), /asks to be a CA/],
    'a path length': [
      () => request({ extensions: ['basicConstraints=critical,CA:TRUE,pathlen:0'] }),
      /asks to be a CA/,
    ],
    'the right to sign certificates': [() => request({ extensions: ['keyUsage=keyCertSign'] }), /sign certificates/],
    'server authentication': [() => request({ extensions: ['extendedKeyUsage=clientAuth,serverAuth'] }), /another use/],
    'a foreign DNS name': [() => request({ extensions: ['subjectAltName=DNS:broker.example'] }), /alternative name/],
    'its own and a foreign name': [
      () => request({ extensions: [`subjectAltName=DNS:${identity},DNS:admin`] }),
      /alternative name/,
    ],
    'an IP address': [() => request({ extensions: ['subjectAltName=IP:10.0.0.1'] }), /alternative name/],
    'an unknown critical extension': [
      () => request({ extensions: ['1.2.3.4=critical,DER:0500'] }),
      /critical extension 1\.2\.3\.4/,
    ],
    'a signature that is not its own': [flippedSignature, /does not verify/],
    'a changed byte in its name': [
      () => pemOf(Buffer.from(derOf(good).toString('latin1').replace('sensor-1', 'sensor-2'), 'latin1')),
      /does not verify|sensor-2/,
    ],
    'no PEM': [() => 'hello', /cannot be read/],
    'a private key': [() => pkcs8(keys('P-256').privateKey), /PRIVATE KEY/],
    'two requests': [() => good + good, /more than one request/],
    'a cut end': [() => good.slice(0, -40), /cut off|not begun/],
    'a megabyte': [() => good + 'x'.repeat(1_000_000), new RegExp(`more than ${csrLimitBytes} bytes`)],
    'the bytes of something else': [() => pemOf(derOf(pkcs8(keys('P-256').privateKey))), /cannot be read/],
  };
  for (const [what, [pem, message]] of Object.entries(refusedOnes)) {
    it(`has ${what}`, () => {
      const text = pem();
      const problems = csrProblems(text, identity);
      assert.ok(
        problems.some((problem) => message.test(problem)),
        `${message.source} is not among: ${problems.join('; ')}`,
      );
      const csr = parsedCsr(text, identity);
      assert.ok(!csr.ok);
      assert.deepEqual(
        csr.findings.map(({ code, reason, message: told }) => ({ code, reason, told })),
        problems.map((told) => ({ code: 'MQS082', reason: 'CsrRefused', told })),
      );
    });
  }

  it('is refused with a reason, or its very content fits, however it is damaged and whatever its key', () => {
    for (const key of [p256, ['rsa:2048'], ['ed25519']]) {
      const der = derOf(request({ key, extensions: [`subjectAltName=DNS:${identity}`] }));
      fc.assert(
        fc.property(mutated(der, derPieces), (bytes) => {
          const csr = parsedCsr(pemOf(bytes), identity);
          if (csr.ok) assert.deepEqual(bytes, der);
          else assert.ok(csr.findings.length > 0 && csr.findings.every(({ code }) => code === 'MQS082'));
        }),
        { numRuns: 500 },
      );
    }
  });

  it('names everything that is wrong at once', () => {
    const pem = request({ subject: '/CN=admin', key: ['rsa:1024'], extensions: ['basicConstraints=CA:TRUE'] });
    assert.equal(csrProblems(pem, identity).length, 3);
  });

  it('never throws for a damaged byte or a cut, and fits only unchanged', () => {
    const der = derOf(good);
    const position = fc.nat(der.length - 1);
    fc.assert(
      fc.property(position, fc.integer({ min: 1, max: 255 }), position, (at, bits, cut) => {
        const copy = Buffer.from(der);
        copy[at]! ^= bits;
        assert.notDeepEqual(csrProblems(pemOf(copy), identity), []);
        assert.notDeepEqual(csrProblems(pemOf(der.subarray(0, cut)), identity), []);
      }),
      { numRuns: 2000 },
    );
  });
});

const derOf = (pem: string) => Buffer.from(pem.split('\n').slice(1, -2).join(''), 'base64');

const pemOf = (der: Buffer) =>
  `-----BEGIN CERTIFICATE REQUEST-----\n${
    der
      .toString('base64')
      .match(/.{1,64}/g)
      ?.join('\n') ?? ''
  }\n-----END CERTIFICATE REQUEST-----\n`;
