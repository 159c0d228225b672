import assert from 'node:assert/strict';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { managedSessions } from '../../../src/authz/sessions/rabbitmq.ts';
import { authority, certificateOf } from '../../domain/pki/authorities.ts';

type SessionsOptions = { readonly path?: string } & Pick<Parameters<typeof managedSessions>[0], 'limits'>;

/** Comes bit by bit and does not end. */
function endless(text: string): Readable {
  return Readable.from(
    (async function* () {
      for (;;) yield await delay(1, text);
    })(),
  );
}

describe('sessions of RabbitMQ by its management API', () => {
  const [ours, others] = [authority('ours'), authority('others')];
  const { pem: cert, keyPem: key } = certificateOf(ours, 'rabbit', {
    use: { kind: 'Server', dnsNames: ['localhost'], ipAddresses: [Buffer.of(127, 0, 0, 1)] },
  });
  const asked: string[] = [];
  let answer: { readonly status: number; readonly text: string; readonly isEndless?: true };
  const server = https.createServer({ cert, key }, ({ method, url }, response) => {
    asked.push(`${String(method)} ${String(url)}`);
    response.writeHead(answer.status);
    if (answer.isEndless) void endless(answer.text).pipe(response);
    else response.end(answer.text);
  });
  const { signal } = new AbortController();
  const used: { close: () => Promise<void> }[] = [];

  before(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));

  after(async () => {
    for (const one of used) await one.close();
    server.closeAllConnections();
    server.close();
  });

  function sessionsBy(ca: string | undefined, { path = '', ...more }: SessionsOptions = {}) {
    const url = new URL(`https://127.0.0.1:${String((server.address() as AddressInfo).port)}${path}`);
    const sessions = managedSessions({ url, user: 'authz', password: 'pw', ...(ca !== undefined && { ca }), ...more });
    used.push(sessions);
    asked.length = 0;
    return sessions;
  }

  it('are asked for where the certificate is of the CA that is given, and nowhere else', async () => {
    answer = { status: 200, text: '[]' };
    assert.deepEqual(await sessionsBy(ours.issuer.pem).users(signal), new Map());
    for (const ca of [others.issuer.pem, undefined]) {
      await assert.rejects(sessionsBy(ca).users(signal), /^Error: list sessions of RabbitMQ at 127\.0\.0\.1:\d+: /);
      assert.deepEqual(asked, []);
    }
  });

  it('are those of clients of MQTT, each user once, since the oldest', async () => {
    const rows = [
      { user: 'a', protocol: 'MQTT 3.1.1', connected_at: 1000 },
      { user: 'a', protocol: 'MQTT 3.1.0', connected_at: 2000 },
      { user: 'b', protocol: 'Web MQTT 3.1.1' },
      { user: 'c', protocol: 'AMQP 0-9-1' },
      { user: 'd' },
      { protocol: 'MQTT 3.1.1' },
      null,
      'e',
    ];
    answer = { status: 200, text: JSON.stringify(rows) };
    assert.deepEqual(
      await sessionsBy(ours.issuer.pem).users(signal),
      new Map([['b', undefined] as const, ['a', new Date(1000)] as const]),
    );
  });

  it('are ended by the name of the user, whatever is in it', async () => {
    answer = { status: 204, text: '' };
    await sessionsBy(ours.issuer.pem).end('a/../b?c', 'Revoked', signal);
    assert.deepEqual(asked, ['DELETE /api/connections/username/a%2F..%2Fb%3Fc']);
  });

  for (const [path, wanted] of [
    ['/', '/api/'],
    ['/api/', '/api/'],
    ['/rabbit', '/rabbit/api/'],
    ['/rabbit/api', '/rabbit/api/'],
  ] as const) {
    it(`are asked for below ${wanted} where the URL ends with ${path}`, async () => {
      answer = { status: 200, text: '[]' };
      await sessionsBy(ours.issuer.pem, { path }).users(signal);
      assert.deepEqual(asked, [`GET ${wanted}connections?columns=user,protocol,connected_at`]);
    });
  }

  const limits = { milliseconds: 30_000, bytes: 64 * 1024 * 1024 };
  const endlessly: readonly (readonly [string, Partial<typeof limits>, RegExp])[] = [
    ['long', { milliseconds: 300 }, /timeout/],
    ['much', { bytes: 1000 }, /Response content exceeded max size/],
  ];
  for (const [what, less, message] of endlessly) {
    it(`are an error where an answer takes too ${what}`, async () => {
      answer = { status: 200, text: '    ', isEndless: true };
      await assert.rejects(sessionsBy(ours.issuer.pem, { limits: { ...limits, ...less } }).users(signal), message);
    });
  }

  const wrong: readonly (readonly [number, string, RegExp])[] = [
    [401, '{"error":"not_authorised"}', /status 401/],
    [302, '', /status 302/],
    [200, 'no JSON', /list sessions of RabbitMQ at .*JSON/],
    [200, '{}', /no list came/],
  ];
  for (const [status, text, message] of wrong) {
    it(`are an error with status ${status} and '${text}'`, async () => {
      answer = { status, text };
      await assert.rejects(sessionsBy(ours.issuer.pem).users(signal), message);
    });
  }
});
