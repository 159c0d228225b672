import assert from 'node:assert/strict';
import http from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { downloaderWith, isElsewhere } from '../../src/shell/downloader.ts';
import { around, newCa, serverPair } from '../agent/site.ts';

const anywhere = () => true;

describe('downloads', () => {
  const servers: http.Server[] = [];
  const ca = newCa('web', new Date());
  let plain: string;
  let secure: string;
  let handle: http.RequestListener = (_, response) => void response.end('list');

  const listening = (server: http.Server) =>
    new Promise<number>((resolve) => {
      servers.push(server);
      server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
    });

  before(async () => {
    const { certificate: cert, key } = serverPair(ca, around(new Date()));
    const answer: http.RequestListener = (request, response) => handle(request, response);
    plain = `http://127.0.0.1:${String(await listening(http.createServer(answer)))}`;
    secure = `https://localhost:${String(await listening(https.createServer({ cert, key }, answer)))}`;
  });
  after(async () => {
    for (const server of servers) server.closeAllConnections();
    await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  });

  const download = downloaderWith({ isAllowed: anywhere, limitBytes: 1000, patience: 500 });
  const answers = (status: number, headers: http.OutgoingHttpHeaders = {}, body = '') => {
    handle = (_, response) => void response.writeHead(status, headers).end(body);
  };

  it('give the content, and what the server calls it', async () => {
    answers(200, { etag: '"one"' }, 'list');
    assert.deepEqual(await download({ url: `${plain}/ca.crl` }), {
      ...{ kind: 'Content', bytes: new Uint8Array(Buffer.from('list')), entityTag: '"one"' },
    });
  });

  it('ask for nothing that is the same', async () => {
    handle = (request, response) =>
      void response.writeHead(request.headers['if-none-match'] === '"one"' ? 304 : 500).end();
    assert.deepEqual(await download({ url: plain, entityTag: '"one"' }), { kind: 'Same' });
  });

  it('trust the CA that is given, and no other', async () => {
    answers(200, {}, 'list');
    assert.equal((await download({ url: secure, ca: ca.pem })).kind, 'Content');
    await assert.rejects(download({ url: secure }), /self[- ]signed|unable to (get|verify)/i);
    await assert.rejects(download({ url: secure, ca: newCa('other', new Date()).pem }), /unable to|self[- ]signed/i);
  });

  const refusals: readonly [what: string, status: number, headers: http.OutgoingHttpHeaders, body: string, RegExp][] = [
    ['a redirect', 302, { location: 'http://127.0.0.1:1/' }, '', /answers 302/],
    ['an error', 404, {}, 'not here', /answers 404/],
    ['more than is taken', 200, {}, 'x'.repeat(1001), /exceeded|size/i],
  ];
  for (const [what, status, headers, body, message] of refusals) {
    it(`refuse ${what}`, async () => {
      answers(status, headers, body);
      await assert.rejects(download({ url: plain }), message);
    });
  }

  it('give up on a server that does not answer', async () => {
    handle = () => undefined;
    await assert.rejects(download({ url: plain }), /timeout/i);
  });

  it('give up on an answer that comes in parts without end, each of them in time', async () => {
    handle = (_, response) => {
      const parts = setInterval(() => response.write('x'), 20);
      response.once('close', () => clearInterval(parts));
    };
    const hasty = downloaderWith({ isAllowed: anywhere, longest: 300 });
    await assert.rejects(hasty({ url: plain }), /timeout/i);
  });

  it('are not made from this machine and its links, by whatever name', async () => {
    answers(200, {}, 'secret');
    const guarded = downloaderWith();
    for (const url of [
      plain,
      secure,
      plain.replace('127.0.0.1', '[::1]'),
      plain.replace('127.0.0.1', '169.254.169.254'),
    ]) {
      await assert.rejects(guarded({ url, ca: ca.pem }), /not allowed|no address that is allowed/, url);
    }
  });

  const places: readonly [address: string, isAllowed: boolean][] = [
    ['127.0.0.1', false],
    ['127.8.8.8', false],
    ['0.0.0.0', false],
    ['169.254.169.254', false],
    ['::1', false],
    ['::', false],
    ['fe80::1', false],
    ['::ffff:127.0.0.1', false],
    ['100.100.100.200', false],
    ['192.0.0.192', false],
    ['168.63.129.16', false],
    ['fd00:ec2::254', false],
    ['10.96.0.10', true],
    ['100.100.100.201', true],
    ['192.0.2.1', true],
    ['fd00::1', true],
    ['2001:db8::1', true],
  ];
  for (const [address, isAllowed] of places) {
    it(`${isAllowed ? 'may' : 'may not'} come from ${address}`, () => assert.equal(isElsewhere(address), isAllowed));
  }
});
