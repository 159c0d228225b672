import assert from 'node:assert/strict';
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import { denialLog } from '../../src/authz/audit.ts';
import { dialects } from '../../src/authz/dialects/index.ts';
import { type AuthzServer, type AuthzServerOptions, isLoopback, startAuthzServer } from '../../src/authz/server.ts';
import { authzService, type ServiceOptions } from '../../src/authz/service.ts';
import { authority, certificateOf } from '../domain/pki/authorities.ts';
import { aDevice, aFleet, mainBroker } from '../fixtures.ts';
import { eventually } from '../kube/scripted-server.ts';

const secret = '0123456789abcdef01234567';
const fleet = aFleet({ devices: [aDevice('s-1')] });
const yes = '{"result":"allow"}';
const no = '{"result":"deny"}';
const publish = JSON.stringify({ username: 's-1', clientid: 's-1', action: 'publish', topic: 'sensors/s-1/x' });

interface Reply {
  readonly status: number | undefined;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
}

describe('server of the authorization service', () => {
  const servers: AuthzServer[] = [];
  const audit: Record<string, unknown>[] = [];
  const errors: unknown[] = [];

  async function started(
    options: Partial<AuthzServerOptions> = {},
    more: Partial<ServiceOptions> = { secret },
  ): Promise<AuthzServer> {
    const monotonic = () => performance.now();
    const write = (line: string) => void audit.push(JSON.parse(line) as Record<string, unknown>);
    const service = authzService({
      ...{ dialect: dialects.emqx, isCertificateProven: false, maxAgeSeconds: 600 },
      ...{ requestsPerSecond: 1e9, loginsPerSecond: 1e9, monotonic, now: () => new Date() },
      log: denialLog({ broker: mainBroker, write, monotonic }),
      ...more,
    });
    service.serve({
      fleet,
      broker: fleet.brokers.get(mainBroker),
      passwordOf: () => undefined,
      blockOf: () => undefined,
      readValue: () => Promise.reject(new Error('there is none')),
    });
    const server = await startAuthzServer({
      ...{ service, host: '127.0.0.1', port: 0, maxConnections: 100, onError: (error) => errors.push(error) },
      body: { bytes: 4096, milliseconds: 5000 },
      ...options,
    });
    servers.push(server);
    return server;
  }

  afterEach(async () => {
    await Promise.all(servers.splice(0).map((server) => server.close()));
    assert.deepEqual(errors, []);
    audit.length = 0;
  });

  const reasons = () => audit.map(({ reason }) => reason);

  function sent(
    port: number,
    body: string | Buffer,
    headers: http.OutgoingHttpHeaders = {},
    target = `/${secret}/authorization`,
  ): Promise<Reply> {
    const options = { host: '127.0.0.1', port, path: target, method: 'POST', agent: false } as const;
    return replyOf(http.request({ ...options, headers: { 'content-type': 'application/json', ...headers } }), body);
  }

  function replyOf(request: http.ClientRequest, body: string | Buffer): Promise<Reply> {
    return new Promise((resolve, reject) => {
      request.once('error', reject).once('response', (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (part: string) => (text += part));
        response.once('end', () => resolve({ status: response.statusCode, headers: response.headers, body: text }));
      });
      request.end(body);
    });
  }

  it('answers, and lets nobody keep the answer', async () => {
    const { port } = await started();
    const { status, headers, body } = await sent(port, publish);
    assert.deepEqual([status, body, headers['cache-control']], [200, yes, 'no-store']);
    assert.equal(headers['content-type'], 'application/json');
  });

  it('answers many requests on one connection', async () => {
    const { port } = await started();
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    const options = { host: '127.0.0.1', port, path: '/authorization', method: 'POST', agent } as const;
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${secret}` };
    const sockets = new Set<unknown>();
    for (let i = 0; i < 20; i += 1) {
      const request = http.request({ ...options, headers });
      request.once('socket', (socket) => sockets.add(socket));
      assert.equal((await replyOf(request, i % 2 === 0 ? publish : '{}')).body, i % 2 === 0 ? yes : no);
    }
    agent.destroy();
    assert.equal(sockets.size, 1);
  });

  it('denies a body of 10 MB, with its length told or not', async () => {
    const { port } = await started();
    const large = Buffer.alloc(10_000_000, 0x20);
    assert.equal((await sent(port, large, { 'content-length': large.length })).body, no);
    assert.equal((await sent(port, large, { 'transfer-encoding': 'chunked' })).body, no);
    assert.deepEqual(reasons(), ['TooLarge', 'TooLarge']);
  });

  it('takes a body of just the limit, and not a byte more', async () => {
    const { port } = await started();
    assert.equal((await sent(port, publish.padEnd(4096))).body, yes);
    assert.equal((await sent(port, publish.padEnd(4097))).body, no);
    assert.deepEqual(reasons(), ['TooLarge']);
  });

  it('denies another content type', async () => {
    const { port } = await started();
    assert.equal((await sent(port, publish, { 'content-type': 'text/plain' })).body, no);
    assert.deepEqual(reasons(), ['WrongContentType']);
  });

  it('denies a body that does not come to its end, and ends the connection', async () => {
    const { port } = await started({ body: { bytes: 4096, milliseconds: 100 } });
    const head = `POST /${secret}/authorization HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n`;
    const socket = net.connect(port, '127.0.0.1');
    socket.write(`${head}content-length: ${String(publish.length)}\r\n\r\n${publish.slice(0, 10)}`);
    let text = '';
    socket.setEncoding('utf8').on('data', (part: string) => (text += part));
    await new Promise((resolve) => socket.once('close', resolve));
    assert.ok(text.startsWith('HTTP/1.1 200 OK\r\n') && text.endsWith(no), text);
    assert.deepEqual(reasons(), ['TooSlow']);
  });

  it('outlives a caller that goes away in the middle of a body', async () => {
    const { port } = await started();
    const socket = net.connect(port, '127.0.0.1');
    const head = `POST /${secret}/authorization HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\n{`;
    await new Promise<void>((resolve) => socket.write(head, () => resolve()));
    socket.destroy();
    assert.equal((await sent(port, publish)).body, yes);
  });

  it('tells a caller without the secret nothing, and reads nothing more from it', async () => {
    const { port } = await started();
    const { status, headers, body } = await sent(port, publish, {}, '/authorization');
    assert.deepEqual([status, body, headers.connection], [200, no, 'close']);
    assert.deepEqual(reasons(), ['Unauthenticated']);
  });

  it('listens without TLS for this machine alone', async () => {
    for (const host of ['127.0.0.1', '127.1.2.3', '::1', 'localhost']) assert.ok(isLoopback(host), host);
    for (const host of ['0.0.0.0', '::', '192.0.2.1', '128.0.0.1', 'example.org', ''])
      assert.ok(!isLoopback(host), host);
    await assert.rejects(started({ host: '0.0.0.0' }), /^Error: listen on 0\.0\.0\.0: without TLS only/);
  });

  describe('over TLS', () => {
    const servers = authority('servers');
    const brokers = authority('brokers');
    const pair = (ca: typeof servers, name: string, use?: Parameters<typeof certificateOf>[2]) => {
      const { pem: cert, keyPem: key } = certificateOf(ca, name, use);
      return { cert, key };
    };
    const server = pair(servers, 'authz', {
      use: { kind: 'Server', dnsNames: ['localhost'], ipAddresses: [Buffer.of(127, 0, 0, 1)] },
    });
    const tls = {
      keyPair: server,
      follow: () => () => undefined,
      client: { ca: brokers.issuer.pem, name: 'rabbit' },
    };

    function asked(port: number, client: object): Promise<Reply> {
      const options = { host: '127.0.0.1', port, path: '/authorization', method: 'POST', agent: false } as const;
      const headers = { 'content-type': 'application/json' };
      return replyOf(https.request({ ...options, ca: servers.issuer.pem, headers, ...client }), publish);
    }

    it('takes the certificate of the broker instead of a secret, and that of nobody else', async () => {
      const { port } = await started({ tls }, {});
      assert.equal((await asked(port, pair(brokers, 'rabbit'))).body, yes);
      await assert.rejects(asked(port, {}));
      await assert.rejects(asked(port, pair(brokers, 'other')));
      await assert.rejects(asked(port, pair(servers, 'rabbit')));
      await assert.rejects(asked(port, { ...pair(brokers, 'rabbit'), maxVersion: 'TLSv1.1' }));
      assert.deepEqual(reasons(), []);
    });

    it('asks for the secret, too, where there is one', async () => {
      const { port } = await started({ tls });
      assert.equal((await asked(port, pair(brokers, 'rabbit'))).body, no);
      const path = `/${secret}/authorization`;
      assert.equal((await asked(port, { ...pair(brokers, 'rabbit'), path })).body, yes);
    });

    it('may listen for others', async () => {
      const { port } = await started({ tls, host: '0.0.0.0' }, {});
      assert.equal((await asked(port, pair(brokers, 'rabbit'))).body, yes);
    });

    it('takes up another key pair', async () => {
      let replace: (pair: { cert: string; key: string }) => void = () => undefined;
      const { port } = await started(
        { tls: { ...tls, follow: (onPair) => ((replace = onPair), () => undefined) } },
        {},
      );
      const other = authority('other servers');
      replace(
        pair(other, 'authz', {
          use: { kind: 'Server', dnsNames: ['localhost'], ipAddresses: [Buffer.of(127, 0, 0, 1)] },
        }),
      );
      await assert.rejects(asked(port, pair(brokers, 'rabbit')));
      const ca = other.issuer.pem;
      assert.equal((await asked(port, { ...pair(brokers, 'rabbit'), ca })).body, yes);
      await assert.rejects(asked(port, { ...pair(servers, 'rabbit'), ca }));
    });
  });

  it('closes one connection more than it may have', async () => {
    const { port } = await started({ maxConnections: 2 });
    const sockets = [1, 2, 3].map(() => net.connect(port, '127.0.0.1'));
    let ended = 0;
    for (const socket of sockets)
      socket
        .once('close', () => (ended += 1))
        .on('error', () => undefined)
        .resume();
    await eventually(() => ended === 1, 'one connection ends');
    for (const socket of sockets) socket.destroy();
  });
});
