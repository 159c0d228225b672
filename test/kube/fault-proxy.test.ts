import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { Agent, type Dispatcher } from 'undici';
import { type ApiCall, apiCall, isWrite } from '../cluster/fault-proxy/call.ts';
import type { Fault, WatchFault } from '../cluster/fault-proxy/fault.ts';
import { type FaultProxy, startFaultProxy } from '../cluster/fault-proxy.ts';

/** A server of config maps in `plant`, with just enough of the API for the proxy: versions, lists, one watch after the other. */
class Stub {
  readonly seen: string[] = [];
  readonly objects = new Map<
    string,
    { metadata: { name: string; namespace: string; resourceVersion: string }; note: string }
  >();
  version = 10;
  #watches = new Set<http.ServerResponse>();
  readonly #server = http.createServer((request, response) => void this.#serve(request, response));

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  put(name: string, note: string): void {
    const type = this.objects.has(name) ? 'MODIFIED' : 'ADDED';
    this.version += 1;
    const object = { metadata: { name, namespace: 'plant', resourceVersion: `${this.version}` }, note };
    this.objects.set(name, object);
    this.tell(type, object);
  }

  remove(name: string): void {
    const object = this.objects.get(name);
    assert.ok(object);
    this.version += 1;
    this.objects.delete(name);
    this.tell('DELETED', { ...object, metadata: { ...object.metadata, resourceVersion: `${this.version}` } });
  }

  tell(type: string, object: object): void {
    for (const watch of this.#watches) watch.write(`${JSON.stringify({ type, object })}\n`);
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #serve(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { authorization = 'nobody' } = request.headers;
    const isObserver = authorization === 'Bearer observer';
    if (!isObserver) this.seen.push(`${request.method} ${request.url} ${Buffer.concat(chunks).toString()}`.trimEnd());
    const url = new URL(request.url ?? '', 'http://stub');
    if (url.searchParams.get('watch') === 'true') return this.#watch(response);
    const name = url.pathname.split('/')[6];
    if (request.method === 'GET' && name === undefined) return this.#list(response);
    if (request.method === 'PATCH' && name !== undefined) this.put(name, Buffer.concat(chunks).toString());
    const object = this.objects.get(name ?? '');
    response.writeHead(object ? 200 : 404, { 'content-type': 'application/json', 'x-who': authorization });
    response.end(JSON.stringify(object ?? { kind: 'Status', metadata: {}, code: 404 }));
  }

  #watch(response: http.ServerResponse): void {
    this.#watches.add(response);
    response.on('close', () => this.#watches.delete(response));
    response.writeHead(200, { 'content-type': 'application/json' });
    response.flushHeaders();
  }

  #list(response: http.ServerResponse): void {
    const metadata = { resourceVersion: `${this.version}` };
    response.end(
      JSON.stringify({ kind: 'ConfigMapList', apiVersion: 'v1', metadata, items: [...this.objects.values()] }),
    );
  }
}

const maps = '/api/v1/namespaces/plant/configmaps';

describe('fault proxy', () => {
  let stub: Stub;
  let proxy: FaultProxy;
  let agent: Agent;

  beforeEach(async () => {
    stub = new Stub();
    const server = await stub.start();
    agent = new Agent();
    proxy = await startFaultProxy({ upstream: { server, ca: '' }, observer: { server, ca: '', token: 'observer' } });
  });

  afterEach(async () => {
    await agent.destroy();
    await proxy.close();
    await stub.stop();
  });

  function request(method: Dispatcher.HttpMethod, path: string, body?: string): Promise<Dispatcher.ResponseData> {
    const headers = {
      'user-agent': 'tester',
      authorization: 'Bearer own',
      'content-type': 'application/apply-patch+yaml',
    };
    return agent.request({ origin: proxy.server, path, method, headers, body: body ?? null });
  }

  async function bodyOf(method: Dispatcher.HttpMethod, path: string, body?: string): Promise<Record<string, unknown>> {
    return (await (await request(method, path, body)).body.json()) as Record<string, unknown>;
  }

  /** A watch, line by line. */
  async function watching(path = maps) {
    const { body } = await request('GET', `${path}?watch=true&resourceVersion=10`);
    const lines: string[] = [];
    let rest = '';
    const ended = (async () => {
      for await (const chunk of body) {
        const parts = (rest + String(chunk)).split('\n');
        rest = parts.pop() ?? '';
        lines.push(...parts);
      }
      return rest === '' ? 'End' : `End within ${rest.length} bytes`;
    })().catch((error: unknown) => `Cut ${(error as NodeJS.ErrnoException).code ?? ''}`);
    const names = () => lines.map((line) => line.match(/"name":"(\w+)"/)?.[1] ?? line);
    return { lines, names, ended };
  }

  async function until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise((resolve) => setTimeout(resolve, 1));
  }

  it('passes on what it is asked, with who asked', async () => {
    stub.put('one', 'x');
    const answer = await request('GET', `${maps}/one?pretty=1`);
    assert.equal(answer.statusCode, 200);
    assert.equal(answer.headers['x-who'], 'Bearer own');
    await answer.body.dump();
    assert.deepEqual(stub.seen, [`GET ${maps}/one?pretty=1`]);
    assert.deepEqual(proxy.writes, []);
    assert.deepEqual([...proxy.counts], [['get', 1]]);
  });

  it('logs every write, with the versions before and after it', async () => {
    await bodyOf('PATCH', `${maps}/one?fieldManager=t`, '{"a":1}');
    await bodyOf('PATCH', `${maps}/one/status`, '{}');
    await bodyOf('DELETE', `${maps}/none`);
    const common = { plural: 'configmaps', namespace: 'plant', userAgent: 'tester' };
    assert.deepEqual(proxy.writes, [
      {
        ...common,
        seq: 1,
        verb: 'apply',
        path: `${maps}/one`,
        name: 'one',
        bodyHash: hash('sha256', '{"a":1}'),
        status: 200,
        postRV: '11',
      },
      {
        ...common,
        seq: 2,
        verb: 'apply',
        path: `${maps}/one/status`,
        name: 'one',
        subresource: 'status',
        bodyHash: hash('sha256', '{}'),
        preRV: '11',
        status: 200,
        postRV: '12',
      },
      {
        ...common,
        seq: 3,
        verb: 'delete',
        path: `${maps}/none`,
        name: 'none',
        bodyHash: hash('sha256', ''),
        status: 404,
      },
    ]);
  });

  /** What the client and the server see of one write; the next one passes. */
  const faults: Readonly<Record<string, { fault: Fault; client: RegExp; applied: boolean }>> = {
    'is lost': { fault: { kind: 'Cut', phase: 'Before' }, client: /ECONNRESET|other side closed/, applied: false },
    'loses its answer': {
      fault: { kind: 'Cut', phase: 'During' },
      client: /ECONNRESET|other side closed/,
      applied: true,
    },
    'has half an answer': {
      fault: { kind: 'Torn' },
      client: /ECONNRESET|terminated|other side closed|aborted/,
      applied: true,
    },
    'meets a conflict': {
      fault: { kind: 'Answer', status: 409, reason: 'Conflict' },
      client: /^409 Conflict$/,
      applied: false,
    },
    'has to wait': {
      fault: { kind: 'Answer', status: 429, reason: 'TooManyRequests', retryAfterSeconds: 7 },
      client: /^429 TooManyRequests after 7$/,
      applied: false,
    },
    'meets a server in trouble': {
      fault: { kind: 'Answer', status: 503, reason: 'ServiceUnavailable' },
      client: /^503/,
      applied: false,
    },
    'comes late': { fault: { kind: 'Delay', phase: 'Before', milliseconds: 1 }, client: /^200$/, applied: true },
  };

  for (const [title, { fault, client, applied }] of Object.entries(faults)) {
    it(`makes a write that ${title}`, async () => {
      const injected = proxy.inject({ matches: isWrite, fault, times: 1 });
      assert.match(await seenOf(request('PATCH', `${maps}/one`, '{}')), client);
      assert.equal(stub.objects.has('one'), applied);
      assert.equal(proxy.writes[0]?.fault, fault.kind);
      assert.equal(proxy.writes[0].status, applied ? 200 : undefined);
      assert.equal(injected.hits, 1);
      assert.match(await seenOf(request('PATCH', `${maps}/two`, '{}')), /^200$/);
    });
  }

  /** Status, reason and time to wait, or how it broke off. */
  async function seenOf(answered: Promise<Dispatcher.ResponseData>): Promise<string> {
    try {
      const { statusCode, headers, body } = await answered;
      const { reason } = (await body.json()) as { reason?: string };
      const after = headers['retry-after'] === undefined ? [] : ['after', headers['retry-after']];
      return [statusCode, reason, ...after].filter((part) => part !== undefined).join(' ');
    } catch (error) {
      const { code = '', message } = error as NodeJS.ErrnoException;
      return `${code} ${message}`;
    }
  }

  for (const [phase, applied, answered] of [
    ['Before', false, false],
    ['During', true, false],
    ['After', true, true],
  ] as const) {
    it(`calls ${phase.toLowerCase()} a write, to kill who makes it`, async () => {
      const order: string[] = [];
      const call = () => void order.push(`killed, applied: ${stub.objects.has('one')}`);
      proxy.inject({ matches: isWrite, fault: { kind: 'Call', phase, call } });
      order.push((await seenOf(request('PATCH', `${maps}/one`, '{}'))) === '200' ? 'answered' : 'not answered');
      await until(() => order.length === 2);
      assert.deepEqual(
        order.toSorted(),
        [answered ? 'answered' : 'not answered', `killed, applied: ${applied}`].sort(),
      );
    });
  }

  it('chooses the fault for each call, and ends a rule that is removed', async () => {
    const rule = proxy.inject({
      matches: ({ name }) => name !== 'spared',
      fault: ({ name = '' }: ApiCall) => ({
        kind: 'Answer',
        status: name === 'one' ? 500 : 502,
        reason: 'InternalError',
      }),
    });
    const codes = async () =>
      Promise.all(['one', 'two', 'spared'].map(async (name) => (await request('GET', `${maps}/${name}`)).statusCode));
    assert.deepEqual(await codes(), [500, 502, 404]);
    rule.remove();
    assert.deepEqual(await codes(), [404, 404, 404]);
  });

  const gone = '{"type":"ERROR"';
  const watchFaults: readonly { fault: WatchFault; names: readonly string[]; end?: RegExp }[] = [
    { fault: { kind: 'Drop' }, names: ['a', 'c'] },
    { fault: { kind: 'Duplicate' }, names: ['a', 'b', 'b', 'c'] },
    { fault: { kind: 'Delay', milliseconds: 5 }, names: ['a', 'b', 'c'] },
    { fault: { kind: 'Torn' }, names: ['a'], end: /^End within \d\d bytes$/ },
    { fault: { kind: 'End' }, names: ['a'], end: /^End$/ },
    { fault: { kind: 'Gone' }, names: ['a', gone], end: /^End$/ },
    { fault: { kind: 'Cut' }, names: ['a'], end: /^Cut/ },
  ];

  for (const { fault, names, end } of watchFaults) {
    it(`does to one event of a watch: ${fault.kind}`, async () => {
      proxy.injectWatch({ matches: ({ object }) => object.metadata?.name === 'b', fault, times: 1 });
      const watch = await watching();
      for (const name of ['a', 'b', 'c']) stub.put(name, 'x');
      if (end) assert.match(await watch.ended, end);
      else await until(() => watch.lines.length === names.length);
      assert.deepEqual(
        watch.names().map((name) => name.slice(0, gone.length)),
        names,
      );
    });
  }

  it('holds a watch from an event on until it is released, and others go on', async () => {
    proxy.injectWatch({ matches: ({ object }) => object.metadata?.name === 'b', fault: { kind: 'Hold' }, times: 1 });
    const held = await watching();
    stub.put('a', 'x');
    stub.put('b', 'x');
    await until(() => held.lines.length === 1);
    const other = await watching();
    stub.put('b', 'y');
    await until(() => other.lines.length === 1);
    assert.deepEqual(held.names(), ['a']);
    proxy.release();
    await until(() => held.lines.length === 3);
    assert.deepEqual(held.names(), ['a', 'b', 'b']);
  });

  it('cuts everything at once, and refuses connections until it is up again at the same place', async () => {
    const watch = await watching();
    proxy.cutAll();
    assert.match(await watch.ended, /^Cut/);
    const { server } = proxy;
    await proxy.down();
    await assert.rejects(request('GET', maps), /ECONNREFUSED/);
    await proxy.heal();
    assert.equal(proxy.server, server);
    assert.equal((await request('GET', maps)).statusCode, 200);
  });

  it('refuses watches from versions that it was told to forget, for good', async () => {
    const codes = (version: number) =>
      request('GET', `${maps}?watch=true&resourceVersion=${version}`).then(({ statusCode }) => statusCode);
    proxy.forget(12n);
    await proxy.heal();
    assert.deepEqual([await codes(11), await codes(12)], [410, 200]);
  });

  it('answers for a server that cannot be reached with a cut', async () => {
    await stub.stop();
    await assert.rejects(request('GET', maps), /ECONNRESET|other side closed/);
    stub = new Stub();
  });

  describe('showing an old view', () => {
    const itemsOf = ({ items }: Record<string, unknown>) =>
      (items as { metadata: { name: string }; note: string }[])
        .map(({ metadata, note }) => `${metadata.name} ${note}`)
        .sort();

    beforeEach(async () => {
      stub.put('kept', 'old');
      stub.put('removed', 'old');
      await proxy.history.record('/api/v1/configmaps');
      stub.put('kept', 'new');
      stub.remove('removed');
      stub.put('made', 'new');
      await until(() => proxy.history.latest() === BigInt(stub.version));
    });

    it('lists, gets and selects as it was at each time', async () => {
      const views: Record<number, string[]> = {
        12: ['kept old', 'removed old'],
        13: ['kept new', 'removed old'],
        14: ['kept new'],
        15: ['kept new', 'made new'],
      };
      for (const [at, expected] of Object.entries(views)) {
        proxy.showView(BigInt(at));
        const list = await bodyOf('GET', maps);
        assert.deepEqual(itemsOf(list), expected);
        assert.deepEqual(list['metadata'], { resourceVersion: at });
        assert.deepEqual(
          itemsOf(await bodyOf('GET', `${maps}?fieldSelector=metadata.name%3Dkept`)),
          expected.slice(0, 1),
        );
        assert.deepEqual(itemsOf(await bodyOf('GET', '/api/v1/namespaces/other/configmaps')), []);
        assert.equal((await request('GET', `${maps}/removed`)).statusCode, Number(at) < 14 ? 200 : 404);
      }
    });

    it('lets a watch see what came until then and nothing more, and go on when the view ends', async () => {
      proxy.showView(13n);
      const watch = await watching();
      await until(() => watch.lines.length === 3);
      assert.deepEqual(watch.names(), ['kept', 'removed', 'kept']);
      stub.put('later', 'x');
      await until(() => proxy.history.latest() === BigInt(stub.version));
      assert.equal(watch.lines.length, 3);
      proxy.endView();
      assert.match(await watch.ended, /^Cut/);
      assert.deepEqual(itemsOf(await bodyOf('GET', maps)), ['kept new', 'later x', 'made new']);
    });

    it('passes writes, further pages of lists and what is not recorded on to the server', async () => {
      proxy.showView(12n);
      await bodyOf('PATCH', `${maps}/kept`, 'newer');
      assert.equal(stub.objects.get('kept')?.note, 'newer');
      assert.equal((await bodyOf('GET', `${maps}/kept`))['note'], 'old');
      assert.deepEqual(itemsOf(await bodyOf('GET', `${maps}?continue=x`)), ['kept newer', 'made new']);
      assert.equal((await request('GET', '/api/v1/namespaces/plant/secrets/kept')).statusCode, 200);
    });

    it('finds the version right before a change', () => {
      assert.equal(
        proxy.history.before('/api/v1/configmaps', (type) => type === 'DELETED'),
        13n,
      );
      assert.equal(
        proxy.history.before('/api/v1/configmaps', (_, { metadata }) => metadata.name === 'none'),
        undefined,
      );
    });
  });
});

describe('fault proxy, reading a request', () => {
  const read = (line: string, contentType = 'application/json') => {
    const [method = '', url = ''] = line.split(' ');
    const { verb, api, plural, namespace, name, subresource } = apiCall(
      method,
      url,
      { 'content-type': contentType },
      Buffer.alloc(0),
    );
    return [verb, api, plural, namespace, name, subresource].map((part) => part ?? '-').join(' ');
  };
  const table: Readonly<Record<string, string>> = {
    'GET /api/v1/configmaps': 'list /api/v1 configmaps - - -',
    'GET /api/v1/configmaps?watch=1': 'watch /api/v1 configmaps - - -',
    'GET /api/v1/namespaces/plant/configmaps/a%3Ab': 'get /api/v1 configmaps plant a:b -',
    'POST /apis/example.org/v1/namespaces/plant/things': 'create /apis/example.org/v1 things plant - -',
    'PUT /apis/example.org/v1/things/one/status': 'update /apis/example.org/v1 things - one status',
    'DELETE /api/v1/namespaces/plant/configmaps': 'deletecollection /api/v1 configmaps plant - -',
    'DELETE /api/v1/namespaces/plant': 'delete /api/v1 namespaces - plant -',
    'PUT /api/v1/namespaces/plant/finalize': 'update /api/v1 namespaces - plant finalize',
    'PATCH /api/v1/namespaces/plant/pods/one/ephemeralcontainers': 'patch /api/v1 pods plant one ephemeralcontainers',
    'GET /readyz': 'other   - - -',
    'GET /apis': 'other   - - -',
  };
  for (const [line, expected] of Object.entries(table)) it(line, () => assert.equal(read(line), expected));

  it('tells an apply from other patches', () => {
    assert.match(read('PATCH /api/v1/namespaces/plant/pods/one', 'application/apply-patch+yaml'), /^apply /);
  });
});
