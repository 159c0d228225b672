import assert from 'node:assert/strict';
import { createDownloads } from '../../src/shell/downloads.ts';
import { parsedCrl } from '../../src/domain/pki/crl.ts';
import { newList } from '../../src/domain/pki/signed-list.ts';
import type { Download, DownloadRequest } from '../../src/ports.ts';
import { authority, start } from '../domain/pki/authorities.ts';
import { VirtualClock } from '../kube/virtual-clock.ts';

const ca = authority('partner');
const day = 86_400;
const listOf = (validitySeconds = 7 * day, now = start) =>
  newList(ca, { entries: [], formerNumber: undefined, validitySeconds, now }).pem;
const content = (pem: string, entityTag?: string): Download => ({
  ...{ kind: 'Content', bytes: Buffer.from(pem) },
  ...(entityTag !== undefined && { entityTag }),
});

/** A web server that answers what the test says. */
function web() {
  const clock = new VirtualClock();
  clock.wallOffset = start.getTime();
  const requests: DownloadRequest[] = [];
  const news: string[] = [];
  const server: { answer: () => Promise<Download> } = {
    answer: () => Promise.reject(new Error('the server answers 500')),
  };
  const downloads = createDownloads({
    ...{ clock, jitter: () => 0.5, onNews: (broker) => news.push(broker) },
    download: (request) => {
      requests.push(request);
      return server.answer();
    },
  });
  const ask = { broker: 'plant/main', url: 'https://pki/ca.crl', ca: 'PEM', refreshSeconds: 3600 } as const;
  /** What is known before and after whatever is due was fetched. */
  const read = async (change: Partial<typeof ask> = {}) => {
    downloads.read({ ...ask, ...change });
    await new Promise(setImmediate);
    return downloads.read({ ...ask, ...change });
  };
  const wait = () => (downloads.dueAt(ask.broker)?.getTime() ?? 0) - clock.now().getTime();
  return { clock, requests, news, server, downloads, ask, read, wait };
}

describe('lists on web servers', () => {
  it('are pending before the first answer, and nobody waits for it', async () => {
    const { downloads, ask, server, news, requests } = web();
    const pem = listOf();
    server.answer = () => Promise.resolve(content(pem));
    assert.deepEqual(downloads.read(ask), { kind: 'Pending' });
    await new Promise(setImmediate);
    assert.deepEqual([downloads.read(ask), news], [{ kind: 'Found', text: pem }, [ask.broker]]);
    assert.deepEqual(requests, [{ url: ask.url, ca: 'PEM' }]);
  });

  it('are fetched again after a while, and kept where the server says that they are the same', async () => {
    const { clock, read, wait, server, requests, news } = web();
    server.answer = () => Promise.resolve(content(listOf(), '"one"'));
    const first = await read();
    assert.equal(wait(), 3_420_000, 'an hour, less a little by chance');
    server.answer = () => Promise.resolve({ kind: 'Same' });
    await clock.advance(3_420_000);
    assert.deepEqual([await read(), requests.length, requests[1]?.entityTag, news.length], [first, 2, '"one"', 1]);
  });

  it('are fetched again at once when the clock was ahead and is put right', async () => {
    const { clock, read, server, requests } = web();
    server.answer = () => Promise.resolve(content(listOf()));
    await read();
    clock.wallOffset -= 600_000;
    await read();
    assert.equal(requests.length, 1);
    clock.wallOffset -= day * 1000;
    await read();
    assert.equal(requests.length, 2);
  });

  it('are fetched again before they end', async () => {
    const { read, wait, server } = web();
    server.answer = () => Promise.resolve(content(listOf(1200)));
    await read();
    assert.equal(wait(), 570_000, 'half of what is left');
  });

  it('are read in DER too', async () => {
    const { read, server } = web();
    const pem = listOf();
    const der = Buffer.from(pem.split('\n').slice(1, -2).join(''), 'base64');
    server.answer = () => Promise.resolve({ kind: 'Content', bytes: der });
    const value = await read();
    assert.ok(value.kind === 'Found' && parsedCrl(value.text).ok);
    assert.equal(value.text, pem);
  });

  it('stay when the server fails, which is asked again later and later, and say so until it answers', async () => {
    const { clock, read, wait, server, news } = web();
    const pem = listOf();
    server.answer = () => Promise.resolve(content(pem));
    await read();
    server.answer = () => Promise.reject(new Error('no answer'));
    const problem = 'https://pki/ca.crl cannot be downloaded: no answer';
    await clock.advance(3_420_000);
    const waits: number[] = [];
    for (let round = 0; round < 10; round += 1) {
      assert.deepEqual(await read(), { kind: 'Found', text: pem, problem });
      waits.push(wait() / 1000);
      await clock.advance(wait());
    }
    assert.deepEqual(waits, [10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600]);
    server.answer = () => Promise.resolve({ kind: 'Same' });
    const told = news.length;
    assert.deepEqual([await read(), news.length], [{ kind: 'Found', text: pem }, told + 1]);
  });

  it('say why there is none', async () => {
    const { read } = web();
    const message = 'https://pki/ca.crl cannot be downloaded: the server answers 500';
    assert.deepEqual(await read(), { kind: 'Missing', message });
  });

  it('say so without what is asked for by the address, which may be a secret', async () => {
    const { read } = web();
    const value = await read({ url: 'https://pki/ca.crl?token=hunter2' as 'https://pki/ca.crl' });
    const message = 'https://pki/ca.crl?… cannot be downloaded: the server answers 500';
    assert.deepEqual(value, { kind: 'Missing', message });
  });

  it('are fetched once for all brokers that name them, and by nobody when none does any more', async () => {
    const { clock, read, server, requests, news, downloads } = web();
    server.answer = () => Promise.resolve(content(listOf()));
    await read();
    await read({ broker: 'plant/second' as 'plant/main' });
    assert.deepEqual([requests.length, news], [1, ['plant/main']]);
    await clock.advance(700_000);
    await read({ url: 'https://pki/other.crl' as 'https://pki/ca.crl' });
    assert.equal(downloads.dueAt('plant/second'), undefined);
  });
});
