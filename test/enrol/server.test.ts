import assert from 'node:assert/strict';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import net from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import tls from 'node:tls';
import { enrolmentLine, type EnrolmentRefusal } from '../../src/enrol/event.ts';
import type { ClaimStore, Registrar } from '../../src/enrol/registrar.ts';
import { startEnrolment } from '../../src/enrol/server.ts';
import { authority, certificateOf } from '../domain/pki/authorities.ts';
import { bodyOf } from './client.ts';
import { isEnrolmentEvent } from './event-schema.ts';
import { type Ask, broker, foreignCertificate, openedSite, requestOf, type Site, strayCertificate } from './site.ts';

const [first, second, foreign] = ['pump-1', 'pump-1', 'pump-2'].map((name) => requestOf(name)) as [
  ReturnType<typeof requestOf>,
  ReturnType<typeof requestOf>,
  ReturnType<typeof requestOf>,
];

/** The last thing that was told, which fits its schema and one line. */
function lastOf(site: Site): Record<string, unknown> {
  const event = site.events.at(-1);
  assert.ok(event);
  const line = enrolmentLine(event, broker);
  assert.match(line, /^[ -~]*$/);
  const value = JSON.parse(line) as Record<string, unknown>;
  assert.ok(isEnrolmentEvent(value), JSON.stringify(isEnrolmentEvent.errors));
  return value;
}

const subjectOf = (pem = '') => new X509Certificate(pem).subject;

/** What came until the server ended the connection. */
const endOf = (socket: net.Socket) =>
  new Promise<string>((resolve) => {
    let text = '';
    socket.on('data', (data: Buffer) => (text += data.toString('latin1')));
    socket.once('error', () => resolve(text));
    socket.once('close', () => resolve(text));
  });

describe('enrol/server', function () {
  this.timeout(20_000);
  let site: Site;
  beforeEach(async () => {
    site = await openedSite();
  });
  afterEach(() => site.close());

  /** Enrolled by a claim: the certificate with its key. */
  async function enrolled(): Promise<{ pem: string; keyPem: string }> {
    const { certificates } = await site.ask({ claim: site.claim(), body: bodyOf(first.csr) });
    return { pem: certificates[0] ?? '', keyPem: first.key };
  }

  it('tells everybody its CAs', async () => {
    const { status, headers, certificates } = await site.ask({ operation: 'cacerts' });
    assert.deepEqual([status, headers['content-type']], [200, 'application/pkcs7-mime']);
    assert.deepEqual(certificates.map(subjectOf), ['CN=Enrolment CA']);
    assert.deepEqual(site.events, []);
  });

  it('gives a certificate for a claim, that one and no other', async () => {
    const claim = site.claim();
    const { status, headers, certificates } = await site.ask({ claim, body: bodyOf(first.csr) });
    assert.deepEqual([status, headers['content-type']], [200, 'application/pkcs7-mime; smime-type=certs-only']);
    assert.deepEqual(certificates.map(subjectOf), ['CN=pump-1']);
    assert.deepEqual(site.submitted, [first.csr]);
    const { time, ...told } = lastOf(site);
    assert.equal(typeof time, 'string');
    assert.deepEqual(told, {
      ...{ version: 1, event: 'Enrolment', broker, operation: 'simpleenroll', outcome: 'Issued' },
      ...{ address: '127.0.0.1', claim: claim.slice(0, 16), identity: 'pump-1' },
    });
  });

  it('answers a request that was answered again, and hands it in once', async () => {
    const claim = site.claim();
    const [one, other] = [
      await site.ask({ claim, body: bodyOf(first.csr) }),
      await site.ask({ claim, body: bodyOf(first.csr) }),
    ];
    assert.equal(one.status, 200);
    assert.deepEqual(other.certificates, one.certificates);
    assert.equal(site.submitted.length, 1);
  });

  it('gives one of many that show a claim at the same moment a certificate', async () => {
    const claim = site.claim();
    const requests = Array.from({ length: 12 }, () => requestOf('pump-1'));
    const answers = await Promise.all(requests.map(({ csr }) => site.ask({ claim, body: bodyOf(csr) })));
    assert.deepEqual(answers.map(({ status }) => status).sort(), [200, ...Array<number>(11).fill(401)]);
    assert.equal(site.submitted.length, 1);
  });

  it('has a client come again while there is no certificate yet, with the same claim', async () => {
    site.isIssuing = false;
    const claim = site.claim();
    const { status, headers, certificates } = await site.ask({ claim, body: bodyOf(first.csr) });
    assert.deepEqual([status, headers['retry-after'], certificates], [202, '2', []]);
    assert.equal(lastOf(site)['outcome'], 'Pending');
    assert.deepEqual(site.submitted, [first.csr]);
  });

  it('gives the next certificate for the one in use, for another key and for the same', async () => {
    const old = await enrolled();
    const next = await site.ask({ operation: 'simplereenroll', certificate: old, body: bodyOf(second.csr) });
    const [pem = ''] = next.certificates;
    assert.ok(new X509Certificate(pem).checkPrivateKey(createPrivateKey(second.key)));
    const certificate = { pem, keyPem: second.key };
    const third = await site.ask({ operation: 'simplereenroll', certificate, body: bodyOf(second.csr) });
    assert.notEqual(third.certificates[0], pem);
    assert.equal(subjectOf(third.certificates[0]), 'CN=pump-1');
    assert.deepEqual(site.submitted, [first.csr, second.csr, second.csr]);
  });

  type Case = readonly [what: string, ask: () => Ask | Promise<Ask>, status: number, reason: EnrolmentRefusal];
  const flawed = (csr: string) => {
    const bytes = Buffer.from(bodyOf(csr), 'base64');
    bytes[bytes.length - 4]! ^= 1;
    return bytes.toString('base64');
  };
  const withClaim = (words: Ask = {}): Ask => ({ claim: site.claim(), body: bodyOf(first.csr), ...words });
  const cases: readonly Case[] = [
    ['no claim', () => ({ body: bodyOf(first.csr) }), 401, 'ClaimMissing'],
    ['a token', () => ({ body: bodyOf(first.csr), headers: { authorization: 'Bearer x' } }), 401, 'ClaimMissing'],
    ['a claim that does not exist', () => withClaim({ claim: `${'0'.repeat(16)}:x` }), 401, 'ClaimUnknown'],
    ['an id that is a path', () => withClaim({ claim: '../../etc/passwd:x' }), 401, 'ClaimUnknown'],
    ['another secret', () => withClaim({ claim: `${site.claim()}x` }), 401, 'ClaimSecretWrong'],
    ['an expired claim', () => withClaim({ claim: site.claim({ expiresAt: new Date(0) }) }), 401, 'ClaimExpired'],
    [
      'a claim of another broker',
      () => withClaim({ claim: site.claim({ broker: 'plant/x' }) }),
      401,
      'ClaimOfOtherBroker',
    ],
    [
      'a claim of elsewhere',
      () => withClaim({ claim: site.claim({ networks: ['10.0.0.0/8'] }) }),
      401,
      'ClaimFromElsewhere',
    ],
    [
      'a claim of a device that is gone',
      () => withClaim({ claim: site.claim({ device: 'plant/x' }) }),
      401,
      'DeviceUnknown',
    ],
    ['a claim of a former device', () => withClaim({ claim: site.claim({ uid: 'u-1' }) }), 401, 'DeviceUnknown'],
    ['a request for another name', () => withClaim({ body: bodyOf(foreign.csr) }), 403, 'RequestRefused'],
    ['a request without proof of its key', () => withClaim({ body: flawed(first.csr) }), 403, 'RequestRefused'],
    [
      'a request to be a CA',
      () => withClaim({ body: bodyOf(requestOf('pump-1', ['-addext', 'basicConstraints=CA:TRUE']).csr) }),
      403,
      'RequestRefused',
    ],
    ['DER that is none', () => withClaim({ body: Buffer.from('nonsense').toString('base64') }), 403, 'RequestRefused'],
    ['base64 that is none', () => withClaim({ body: '***' }), 400, 'RequestMalformed'],
    ['no body', () => withClaim({ body: '' }), 400, 'RequestMalformed'],
    ['PEM', () => withClaim({ body: first.csr }), 400, 'RequestMalformed'],
    [
      'another content type',
      () => withClaim({ headers: { 'content-type': 'application/json' } }),
      415,
      'ContentTypeWrong',
    ],
    [
      'another encoding',
      () => withClaim({ headers: { 'content-transfer-encoding': 'binary' } }),
      415,
      'ContentTypeWrong',
    ],
    ['21 KiB', () => withClaim({ body: 'A'.repeat(21 * 1024) }), 413, 'BodyTooLarge'],
    [
      '21 KiB in pieces',
      () => withClaim({ body: 'A'.repeat(21 * 1024), headers: { 'transfer-encoding': 'chunked' } }),
      413,
      'BodyTooLarge',
    ],
    ['no certificate', () => ({ operation: 'simplereenroll', body: bodyOf(first.csr) }), 401, 'CertificateMissing'],
    ['a claim instead of a certificate', () => withClaim({ operation: 'simplereenroll' }), 401, 'CertificateMissing'],
    ['a certificate of another CA', () => withCertificate(foreignCertificate('pump-1')), 401, 'CertificateRefused'],
    [
      'a certificate that has ended',
      () => withCertificate(strayCertificate('pump-1', { notAfter: new Date('2026-01-02T00:00:00Z') })),
      401,
      'CertificateRefused',
    ],
    ['a certificate that was taken back', () => withCertificate(strayCertificate('pump-1')), 401, 'CertificateUnknown'],
    [
      'a certificate instead of a claim',
      async () => ({ certificate: await enrolled(), body: bodyOf(second.csr) }),
      401,
      'ClaimMissing',
    ],
    [
      'a request of one for another',
      async () => ({ ...withCertificate(await enrolled()), body: bodyOf(foreign.csr) }),
      403,
      'RequestRefused',
    ],
  ];
  function withCertificate(certificate: NonNullable<Ask['certificate']>): Ask {
    return { operation: 'simplereenroll', certificate, body: bodyOf(second.csr) };
  }
  for (const [what, ask, status, reason] of cases) {
    it(`refuses ${what}: the log knows why, the caller does not, and nothing is handed in`, async () => {
      const words = await ask();
      const before = site.submitted.length;
      const answer = await site.ask(words);
      assert.deepEqual([answer.status, lastOf(site)['reason']], [status, reason]);
      assert.equal(lastOf(site)['outcome'], 'Refused');
      assert.match(answer.body, /^[A-Za-z0-9 #/]+\n$/);
      assert.equal(site.submitted.length, before);
    });
  }

  it('answers whoever has no right with the same words, whatever is wrong', async () => {
    const without = await Promise.all(
      [undefined, `${'0'.repeat(16)}:x`, `${site.claim()}x`, site.claim({ expiresAt: new Date(0) })].map((claim) =>
        site.ask({ body: bodyOf(first.csr), ...(claim !== undefined && { claim }) }),
      ),
    );
    assert.equal(
      new Set(without.map(({ status, body, headers }) => JSON.stringify([status, body, headers['www-authenticate']])))
        .size,
      1,
    );
    assert.match(String(without[0]?.headers['www-authenticate']), /^Basic realm=/);
  });

  for (const refusal of ['DeviceRevoked', 'DeviceSuspended', 'DeviceEnded', 'KeyNotOfDevice'] as const) {
    it(`refuses claim and certificate of one that is ${refusal}`, async () => {
      const certificate = await enrolled();
      site.enrollee = { ...site.enrollee, refusal };
      for (const words of [withClaim({ body: bodyOf(second.csr) }), withCertificate(certificate)]) {
        assert.equal((await site.ask(words)).status, 401);
        assert.equal(lastOf(site)['reason'], refusal);
      }
      assert.equal(site.submitted.length, 1);
    });
  }

  /** The answer to a request whose body comes after `change`. */
  async function slowly({ operation = 'simpleenroll', claim, certificate, body = '' }: Ask, change: () => void) {
    const socket = tls.connect({
      ...{ host: '127.0.0.1', port: site.port, rejectUnauthorized: false },
      ...(certificate && { cert: certificate.pem, key: certificate.keyPem }),
    });
    const answer = endOf(socket);
    const { lookups } = site;
    socket.write(
      `POST /.well-known/est/${operation} HTTP/1.1\r\nHost: x\r\n` +
        (claim === undefined ? '' : `Authorization: Basic ${btoa(claim)}\r\n`) +
        `Content-Type: application/pkcs10\r\nContent-Length: ${body.length}\r\n\r\n`,
    );
    while (site.lookups === lookups) await delay(5);
    change();
    socket.write(body);
    return answer;
  }

  it('refuses one that was made anew under its name while the body came, and leaves its claim', async () => {
    const certificate = await enrolled();
    const claim = site.claim();
    for (const [words, uid, reason] of [
      [withClaim({ claim, body: bodyOf(second.csr) }), 'u-2', 'DeviceUnknown'],
      [withCertificate(certificate), 'u-3', 'CertificateUnknown'],
    ] as const) {
      const answer = slowly(words, () => (site.enrollee = { ...site.enrollee, uid }));
      assert.match(await answer, /^HTTP\/1\.1 401 /);
      assert.deepEqual([lastOf(site)['reason'], site.submitted], [reason, [first.csr]]);
    }
    assert.equal((await site.ask({ claim, body: bodyOf(second.csr) })).status, 200);
  });

  it('refuses a certificate that was taken back while the body came', async () => {
    const certificate = await enrolled();
    assert.match(await slowly(withCertificate(certificate), () => (site.isTakenBack = true)), /^HTTP\/1\.1 401 /);
    assert.deepEqual([lastOf(site)['reason'], site.submitted], ['CertificateUnknown', [first.csr]]);
  });

  it('hands in again what others wrote over, for its claim is used up', async () => {
    await enrolled();
    site.conflicts = 2;
    const { status } = await site.ask({ claim: site.claim(), body: bodyOf(second.csr) });
    assert.deepEqual([status, site.submitted], [200, [first.csr, second.csr, second.csr, second.csr]]);
  });

  it('looks at a certificate in the handshake alone: none comes later in its connection', async () => {
    const options = { host: '127.0.0.1', port: site.port, rejectUnauthorized: false, maxVersion: 'TLSv1.2' } as const;
    const outcome = new Promise<string>((resolve) => {
      const socket = tls.connect(options, () => {
        socket.renegotiate({ rejectUnauthorized: false }, (error: Error | null) =>
          resolve(error?.message ?? 'accepted'),
        );
      });
      socket.on('error', ({ message }: Error) => resolve(message));
    });
    assert.notEqual(await outcome, 'accepted');
  });

  it('refuses a certificate that ended since its connection began', async () => {
    const notAfter = new Date(Math.ceil(Date.now() / 1000) * 1000 + 2000);
    const { pem: cert, keyPem: key } = strayCertificate('pump-1', { notAfter });
    const socket = tls.connect({ host: '127.0.0.1', port: site.port, rejectUnauthorized: false, cert, key });
    const answers = endOf(socket);
    socket.write('GET /.well-known/est/cacerts HTTP/1.1\r\nHost: x\r\n\r\n');
    await once(socket, 'data');
    while (Date.now() <= notAfter.getTime()) await delay(20);
    const body = bodyOf(first.csr);
    socket.write(
      `POST /.well-known/est/simplereenroll HTTP/1.1\r\nHost: x\r\nContent-Type: application/pkcs10\r\n` +
        `Content-Length: ${body.length}\r\n\r\n${body}`,
    );
    assert.match(await answers, /HTTP\/1\.1 401 /);
    assert.equal(lastOf(site)['reason'], 'CertificateRefused');
  });

  it('refuses one that was revoked while its body came, and leaves its claim', async () => {
    const claim = site.claim();
    const answer = slowly(withClaim({ claim }), () => (site.enrollee = { ...site.enrollee, refusal: 'DeviceRevoked' }));
    assert.match(await answer, /^HTTP\/1\.1 401 /);
    assert.deepEqual([lastOf(site)['reason'], site.submitted], ['DeviceRevoked', []]);
    site.enrollee = { device: 'plant/pump-1', identity: 'pump-1' };
    assert.equal((await site.ask({ claim, body: bodyOf(second.csr) })).status, 200);
  });

  it('does not use a claim up for a request that is not in order', async () => {
    const claim = site.claim();
    assert.equal((await site.ask({ claim, body: bodyOf(foreign.csr) })).status, 403);
    assert.equal((await site.ask({ claim, body: bodyOf(first.csr) })).status, 200);
  });

  it('does not take a claim that was used for what was superseded since', async () => {
    const claim = site.claim();
    const { certificates } = await site.ask({ claim, body: bodyOf(first.csr) });
    const certificate = { pem: certificates[0] ?? '', keyPem: first.key };
    assert.equal((await site.ask({ operation: 'simplereenroll', certificate, body: bodyOf(second.csr) })).status, 200);
    assert.equal((await site.ask({ claim, body: bodyOf(first.csr) })).status, 401);
    assert.equal(lastOf(site)['reason'], 'ClaimUsed');
    assert.equal(site.submitted.length, 2);
  });

  it('says nothing of what is wrong with itself', async () => {
    site.isBroken = true;
    const answer = await site.ask(withClaim());
    assert.deepEqual([answer.status, answer.body], [503, 'not now\n']);
    assert.deepEqual([lastOf(site)['reason'], lastOf(site)['detail']], ['Failed', 'secret words of the API server']);
    assert.equal((await site.ask({ operation: 'cacerts' })).status, 503);
  });

  const elsewhere: readonly (readonly [operation: string, method: string, status: number])[] = [
    ['serverkeygen', 'POST', 404],
    ['fullcmc', 'POST', 404],
    ['cacerts', 'POST', 405],
    ['simpleenroll', 'GET', 405],
    ['simplereenroll', 'DELETE', 405],
  ];
  for (const [operation, method, status] of elsewhere) {
    it(`answers ${method} ${operation} with ${status}`, async () => {
      assert.equal((await site.ask({ operation, method })).status, status);
    });
  }

  it('does not read 10 MB', async () => {
    const { status } = await site.ask(withClaim({ body: Buffer.alloc(10_000_000, 'A') }));
    assert.ok(status === 413 || status === 0, String(status));
    assert.equal(lastOf(site)['reason'], 'BodyTooLarge');
    assert.equal((await site.ask(withClaim())).status, 200);
  });

  it('lets an address that asks too often wait', async () => {
    const statuses: number[] = [];
    for (let asked = 0; asked < 40 && !statuses.includes(429); asked += 1) {
      const all = await Promise.all(Array.from({ length: 10 }, () => site.ask({ operation: 'cacerts' })));
      statuses.push(...all.map(({ status }) => status));
    }
    assert.ok(statuses.includes(200) && statuses.includes(429));
    assert.equal(lastOf(site)['reason'], 'TooManyRequests');
  });
});

describe('enrol/server: time', function () {
  this.timeout(20_000);
  let site: Site;
  beforeEach(async () => {
    site = await openedSite({ handshake: 300, headers: 300, request: 600 });
  });
  afterEach(() => site.close());

  const secured = () => tls.connect({ host: '127.0.0.1', port: site.port, rejectUnauthorized: false });

  it('ends a connection whose body does not come', async () => {
    const socket = secured();
    const credentials = Buffer.from(site.claim()).toString('base64');
    socket.write(
      `POST /.well-known/est/simpleenroll HTTP/1.1\r\nHost: x\r\nAuthorization: Basic ${credentials}\r\n` +
        'Content-Type: application/pkcs10\r\nContent-Length: 900\r\n\r\nMII',
    );
    await endOf(socket);
    assert.equal(lastOf(site)['reason'], 'BodyIncomplete');
    assert.deepEqual(site.submitted, []);
  });

  it('ends a connection whose headers do not come', async () => {
    const socket = secured();
    socket.write('POST /.well-known/est/simpleenroll HTTP/1.1\r\nHost: x\r\n');
    assert.match(await endOf(socket), /^(HTTP\/1\.1 408 |$)/);
  });

  it('ends a connection whose handshake does not come', async () => {
    assert.equal(await endOf(net.connect(site.port, '127.0.0.1')), '');
  });

  it('answers nobody in plain text', async () => {
    const socket = net.connect(site.port, '127.0.0.1');
    socket.write('GET /.well-known/est/cacerts HTTP/1.1\r\nHost: x\r\n\r\n');
    assert.ok(!(await endOf(socket)).includes('200'));
  });
});

describe('enrol/server: its key pair', () => {
  const ca = authority('Server CA');
  const pairOf = (commonName: string) => {
    const { keyPem: key, pem: cert } = certificateOf(ca, commonName);
    return { key, cert, ca: ca.issuer.pem };
  };

  /** Common name of what the server on this port shows. */
  async function shownBy(port: number): Promise<string | undefined> {
    const socket = tls.connect({ host: '127.0.0.1', port, rejectUnauthorized: false });
    await once(socket, 'secureConnect');
    const shown = socket.getPeerX509Certificate()?.subject;
    socket.destroy();
    return shown;
  }

  it('is taken up when it is another one; one of no use is told, and leaves the last one', async () => {
    const looks = [
      () => pairOf('first'),
      () => assert.fail('read key pair'),
      () => ({ ...pairOf('second'), key: 'nonsense' }),
      () => pairOf('third'),
    ];
    const problems: unknown[] = [];
    let wake = () => {};
    const server = await startEnrolment(
      {
        ...{ host: '127.0.0.1', port: 0, onProblem: (error) => problems.push(error) },
        identity: () => Promise.resolve().then(looks.shift()),
      },
      {
        ...{ registrar: {} as Registrar, claims: {} as ClaimStore, onEvent: () => undefined },
        clock: {
          now: () => new Date(),
          sleep: (_, signal) =>
            new Promise((resolve) => {
              wake = resolve;
              signal?.addEventListener('abort', () => resolve());
            }),
        },
      },
    );
    try {
      for (const count of [1, 2]) {
        wake();
        while (problems.length < count) await delay(1);
        assert.equal(await shownBy(server.port), 'CN=first');
      }
      wake();
      while ((await shownBy(server.port)) !== 'CN=third') await delay(5);
      assert.equal(problems.length, 2);
    } finally {
      await server.close();
    }
  });
});
