import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ApiError, isConflict, isExpired, isNotFound, isThrottled, isTransient } from '../../src/kube/errors.ts';
import {
  configMap,
  configMaps,
  cut,
  eventually,
  json,
  type ScriptedServer,
  scriptedServer,
  silence,
  status,
  type Step,
} from './scripted-server.ts';
import { VirtualClock } from './virtual-clock.ts';

const found = json(200, configMap('main', '7'));
const throttled = (seconds: string) => json(429, status(429, 'TooManyRequests'), { 'retry-after': seconds });

describe('calls to the API server', () => {
  let clock: VirtualClock;
  let server: ScriptedServer;
  let scratch: string;
  let tokenFile: string;

  beforeEach(async () => {
    clock = new VirtualClock();
    scratch = mkdtempSync(path.join(tmpdir(), 'kube-token-'));
    tokenFile = path.join(scratch, 'token');
    writeFileSync(tokenFile, 'first\n');
    server = await scriptedServer({ clock, tokenFile });
  });
  afterEach(async () => {
    await server.close();
    rmSync(scratch, { recursive: true });
  });

  const get = (options = {}) => server.client.get(configMaps, 'plant', 'main', options);

  async function failure(call: Promise<unknown>): Promise<ApiError> {
    const error: unknown = await call.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof ApiError, String(error));
    return error;
  }

  it('say who asks', async () => {
    server.answers(found);
    assert.equal((await get()).metadata.resourceVersion, '7');
    const [asked] = server.asked;
    assert.equal(asked?.path, '/api/v1/namespaces/plant/configmaps/main');
    assert.equal(asked.headers['user-agent'], 'scripted-test');
    assert.equal(asked.headers.authorization, 'Bearer first');
  });

  const refusals: Record<string, { step: Step; message: string; is: (error: unknown) => boolean }> = {
    'what is not there': {
      step: json(404, status(404, 'NotFound', 'configmaps "main" not found')),
      message: 'get configmaps plant/main: NotFound: configmaps "main" not found',
      is: isNotFound,
    },
    'a conflict': {
      step: json(409, status(409, 'Conflict')),
      message: 'get configmaps plant/main: Conflict: it is Conflict',
      is: isConflict,
    },
    'a version that is gone': {
      step: json(410, status(410, 'Expired')),
      message: 'get configmaps plant/main: Expired: it is Expired',
      is: isExpired,
    },
    'a server that is busy and does not say for how long': {
      step: json(429, status(429, 'TooManyRequests')),
      message: 'get configmaps plant/main: TooManyRequests: it is TooManyRequests',
      is: isThrottled,
    },
    'a server that fails': {
      step: json(500, status(500, 'InternalError')),
      message: 'get configmaps plant/main: InternalError: it is InternalError',
      is: isTransient,
    },
    'the page of a proxy, whose text is not told': {
      step: (response) => response.writeHead(502).end('<h1>Bearer first is no good</h1>'),
      message: 'get configmaps plant/main: HTTP502: status 502',
      is: isTransient,
    },
    'an answer that is no JSON, of which nothing is told': {
      step: (response) => response.writeHead(200).end('{"password": "hunter2'),
      message: 'get configmaps plant/main: BadAnswer: the answer is not what was asked for',
      is: isTransient,
    },
  };
  for (const [what, { step, message, is }] of Object.entries(refusals)) {
    it(`tell ${what}`, async () => {
      server.answers(step);
      const error = await failure(get());
      assert.equal(error.message, message);
      assert.ok(is(error));
      assert.equal(server.asked.length, 1);
    });
  }

  it('wait as long as the server asks, and try again, writes too', async () => {
    server.answers(throttled('2'), json(503, status(503, 'ServiceUnavailable'), { 'retry-after': '3' }), found);
    const call = server.client.patchJson(configMaps, 'plant', 'main', []);
    await eventually(() => clock.sleeping === 1, 'the first wait');
    await clock.advance(1999);
    assert.equal(server.asked.length, 1);
    await clock.advance(1);
    await eventually(() => clock.sleeping === 1, 'the second wait');
    assert.equal(server.asked.length, 2);
    await clock.advance(3000);
    assert.equal((await call).metadata.name, 'main');
    assert.equal(server.asked.length, 3);
  });

  it('give up after five waits', async () => {
    server.answers(...Array.from({ length: 6 }, () => throttled('1')));
    const call = failure(get());
    for (let waits = 0; waits < 5; waits += 1) {
      await eventually(() => clock.sleeping === 1, `wait ${waits}`);
      await clock.advance(1000);
    }
    assert.equal((await call).retryAfterSeconds, 1);
    assert.equal(server.left, 0);
  });

  it('do not wait longer than 30 s, but say what was asked', async () => {
    server.answers(throttled('31'));
    const error = await failure(get());
    assert.equal(error.retryAfterSeconds, 31);
  });

  it('read once again when the connection was closed under them', async () => {
    server.answers(cut, found);
    const call = get();
    await eventually(() => clock.sleeping === 1, 'the pause');
    await clock.advance(200);
    assert.equal((await call).metadata.name, 'main');
  });

  it('do not write again when the connection was closed, for it may have been done', async () => {
    server.answers(cut);
    const call = server.client.apply(configMaps, configMap('main', '1'), { fieldManager: 'test', force: true });
    const error = await failure(call);
    assert.equal(error.reason, 'ConnectionFailed');
    assert.match(error.message, /^apply configmaps plant\/main: ConnectionFailed: /);
    assert.ok(error.cause instanceof Error);
  });

  it('end at their timeout, before the answer and within it', async () => {
    server.answers(silence, (response) => void response.writeHead(200).write('{"kind":'));
    const get50 = () => failure(get({ timeoutMilliseconds: 50 }));
    for (const error of [await get50(), await get50()]) {
      assert.equal(error.message, 'get configmaps plant/main: Timeout: no answer in 0.05 s');
      assert.ok(isTransient(error));
    }
  });

  it('end with their signal, be it before, during an answer or during a wait', async () => {
    const reason = new Error('enough');
    await assert.rejects(get({ signal: AbortSignal.abort(reason) }), reason);
    assert.equal(server.asked.length, 0);
    for (const step of [silence, throttled('10')]) {
      const abort = new AbortController();
      const before = server.asked.length;
      server.answers(step);
      const call = get({ signal: abort.signal });
      await eventually(() => server.asked.length > before && (step === silence || clock.sleeping === 1), 'the request');
      abort.abort(reason);
      await assert.rejects(call, reason);
    }
    assert.equal(clock.sleeping, 0);
  });

  it('read the token again when it is refused, once', async () => {
    server.answers(found);
    await get();
    writeFileSync(tokenFile, 'second');
    clock.stopFor(1000);
    server.answers(json(401, status(401, 'Unauthorized')), found);
    await get();
    assert.deepEqual(
      server.asked.map(({ headers }) => headers.authorization),
      ['Bearer first', 'Bearer first', 'Bearer second'],
    );
    clock.stopFor(1000);
    server.answers(json(401, status(401, 'Unauthorized')), json(401, status(401, 'Unauthorized')));
    assert.equal((await failure(get())).status, 401);
    assert.equal(server.left, 0);
  });

  it('keep the token they have while its file is being replaced', async () => {
    server.answers(found, found);
    await get();
    rmSync(tokenFile);
    clock.stopFor(31_000);
    await get();
    assert.equal(server.asked[1]?.headers.authorization, 'Bearer first');
  });

  it('keep their connections', async () => {
    const ports = new Set<number | undefined>();
    const step: Step = (response, asked) => {
      ports.add(response.socket?.remotePort);
      found(response, asked);
    };
    server.answers(...Array.from({ length: 20 }, () => step));
    for (let call = 0; call < 20; call += 1) await get();
    assert.ok(ports.size <= 2, `${ports.size} connections for 20 calls`); // one may be free only after the next was asked for
  });
});
