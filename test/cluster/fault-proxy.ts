/**
 * Stands between a client and an API server: logs every write, and makes go wrong what a test says. The client needs no
 * change but another address. It can also show an old view of recorded resources, while writes go to the server.
 */
import { createHash } from 'node:crypto';
import http from 'node:http';
import https from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { Agent, type Dispatcher } from 'undici';
import type { Credentials } from './api.ts';
import { type ApiCall, apiCall, isWrite, type Verb } from './fault-proxy/call.ts';
import { type Fault, type Injected, type Rule, Rules, type WatchFault, type WatchLine } from './fault-proxy/fault.ts';
import { History } from './fault-proxy/history.ts';
import { passLines } from './fault-proxy/watch-stream.ts';

export interface WriteRecord {
  /** In the order in which the requests came, from 1. */
  readonly seq: number;
  readonly verb: Verb;
  readonly path: string;
  readonly plural: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly subresource?: string;
  readonly userAgent: string;
  /** Of the request, SHA-256 in hexadecimal digits. */
  readonly bodyHash: string;
  /** Of the object before it, if it was there and the proxy may look (`observer`). */
  readonly preRV?: string;
  /** What the server answered; absent if it never saw the request. */
  status?: number;
  /** Of the object in the answer; equal to `preRV` for a write that changed nothing. */
  postRV?: string;
  /** What was made to go wrong. */
  fault?: Fault['kind'];
}

export interface FaultProxyOptions {
  /** The server, and who the proxy is there, unless the client says so itself in a header. */
  readonly upstream: Credentials;
  /** Somebody who may read all; needed for `preRV` and for views. */
  readonly observer?: Credentials;
  /** Told of every answer of the server, before the client gets it. */
  readonly onAnswer?: (call: ApiCall, status: number) => void;
  /** To serve HTTPS: PEM. */
  readonly tls?: { readonly certificate: string; readonly key: string };
}

export interface FaultProxy {
  /** Such as `http://127.0.0.1:40002`. */
  readonly server: string;
  readonly writes: readonly WriteRecord[];
  /** Requests of all sorts, by verb. */
  readonly counts: ReadonlyMap<Verb, number>;
  inject(rule: Rule<ApiCall, Fault>): Injected;
  injectWatch(rule: Rule<WatchLine, WatchFault>): Injected;
  /** Lets go on what watch faults hold. */
  release(): void;
  /** Resets all connections, as a server that dies. */
  cutAll(): void;
  /** Refuses connections until `up`. */
  down(): Promise<void>;
  up(): Promise<void>;
  readonly history: History;
  /** From now on reads of recorded resources show the state at a version; watches of it stay silent. */
  showView(at: bigint): void;
  /** Reads are live again; watches of the view are cut, so that their clients go on from its version. */
  endView(): void;
  /** From now on watches from versions before this are refused with 410, for good, as after a compaction. */
  forget(before: bigint): void;
  /** Ends every fault: rules, holds, view, refusal of connections. */
  heal(): Promise<void>;
  close(): Promise<void>;
}

export async function startFaultProxy(options: FaultProxyOptions): Promise<FaultProxy> {
  const proxy = new ServingProxy(options);
  await proxy.up();
  return proxy;
}

/** Of a connection, not of the request. `accept-encoding`, for what passes is read here. */
const notPassedOn: ReadonlySet<string> = new Set([
  ...[
    'connection',
    'keep-alive',
    'host',
    'transfer-encoding',
    'content-length',
    'accept-encoding',
    'expect',
    'upgrade',
  ],
]);

class ServingProxy implements FaultProxy {
  readonly writes: WriteRecord[] = [];
  readonly counts = new Map<Verb, number>();
  readonly history: History;
  readonly #options: FaultProxyOptions;
  readonly #upstream: Agent;
  readonly #observer: Agent | undefined;
  readonly #rules = new Rules<ApiCall, Fault>();
  readonly #watchRules = new Rules<WatchLine, WatchFault>();
  readonly #sockets = new Set<Socket>();
  readonly #viewers = new Set<http.ServerResponse>();
  #server: http.Server | undefined;
  #port = 0;
  #view: bigint | undefined;
  #forgotten = 0n;
  #release = Promise.withResolvers<undefined>();

  constructor(options: FaultProxyOptions) {
    this.#options = options;
    this.#upstream = agentFor(options.upstream);
    this.#observer = options.observer && agentFor(options.observer);
    const { server, token } = options.observer ?? options.upstream;
    this.history = new History(this.#observer ?? this.#upstream, server, authorization(token));
  }

  get server(): string {
    return `${this.#options.tls ? 'https' : 'http'}://127.0.0.1:${this.#port}`;
  }

  inject(rule: Rule<ApiCall, Fault>): Injected {
    return this.#rules.add(rule);
  }

  injectWatch(rule: Rule<WatchLine, WatchFault>): Injected {
    return this.#watchRules.add(rule);
  }

  release(): void {
    this.#release.resolve(undefined);
    this.#release = Promise.withResolvers<undefined>();
  }

  cutAll(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  async down(): Promise<void> {
    const closed = new Promise((resolve) => (this.#server ? this.#server.close(resolve) : resolve(undefined)));
    this.#server = undefined;
    this.cutAll();
    await closed;
  }

  async up(): Promise<void> {
    if (this.#server) return;
    const { tls } = this.#options;
    const onRequest = (request: http.IncomingMessage, response: http.ServerResponse) =>
      void this.#serve(request, response).catch(() => response.socket?.resetAndDestroy());
    const server = tls
      ? https.createServer({ cert: tls.certificate, key: tls.key }, onRequest)
      : http.createServer(onRequest);
    this.#server = server;
    server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.on('error', () => undefined).on('close', () => this.#sockets.delete(socket));
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject).listen(this.#port, '127.0.0.1', resolve);
    });
    this.#port = (server.address() as AddressInfo).port;
  }

  showView(at: bigint): void {
    this.#view = at;
  }

  endView(): void {
    this.#view = undefined;
    for (const response of this.#viewers) response.socket?.resetAndDestroy();
  }

  forget(before: bigint): void {
    this.#forgotten = before;
  }

  async heal(): Promise<void> {
    this.#rules.clear();
    this.#watchRules.clear();
    this.release();
    this.endView();
    await this.up();
  }

  async close(): Promise<void> {
    this.release();
    this.history.stop();
    await this.down();
    await Promise.all([this.#upstream.destroy(), this.#observer?.destroy()]);
  }

  async #serve(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    response.on('error', () => undefined);
    const url = request.url ?? '';
    const call = apiCall(request.method ?? '', url, request.headers, await bodyOf(request));
    this.counts.set(call.verb, (this.counts.get(call.verb) ?? 0) + 1);
    const record = isWrite(call) ? await this.#logged(call) : undefined;
    // To a client that is gone, such as one that was killed, nothing happens any more.
    const fault = request.socket.destroyed ? undefined : this.#rules.effectOn(call);
    if (record && fault) record.fault = fault.kind;
    if ((await happened(fault, 'Before', response)) === 'Ended') return;
    if (this.#view !== undefined && isViewed(call) && this.history.has(call)) {
      return this.#answerFromView(call, this.#view, response);
    }
    if (call.verb === 'watch') {
      if (BigInt(call.query.get('resourceVersion') ?? '0') < this.#forgotten) return answerInstead(response, expired);
      return this.#watch(call, url, response);
    }
    return this.#pass({ call, url, response, record, fault });
  }

  async #pass({ call, url, response, record, fault }: Passing): Promise<void> {
    const answer = await this.#forwarded(call, url);
    const whole = Buffer.from(await answer.body.arrayBuffer());
    this.#options.onAnswer?.(call, answer.statusCode);
    if (record) finish(record, answer.statusCode, whole);
    if ((await happened(fault, 'During', response)) === 'Ended') return;
    response.writeHead(answer.statusCode, { ...passed(answer.headers), 'content-length': whole.length });
    if (fault?.kind === 'Torn') return tear(response, whole);
    await ended(response, whole);
    await happened(fault, 'After', response);
  }

  /** Waits for the version before it, so that what is logged is what the write met. */
  async #logged(call: ApiCall): Promise<WriteRecord> {
    const { verb, path, plural, namespace, name, subresource, userAgent, body } = call;
    const record: WriteRecord = {
      seq: this.writes.length + 1,
      ...{ verb, path, plural, userAgent },
      ...(namespace !== undefined && { namespace }),
      ...(name !== undefined && { name }),
      ...(subresource !== undefined && { subresource }),
      bodyHash: createHash('sha256').update(body).digest('hex'),
    };
    this.writes.push(record);
    const preRV = await this.#present(call);
    return preRV === undefined ? record : Object.assign(record, { preRV });
  }

  async #present({ name, path, subresource }: ApiCall): Promise<string | undefined> {
    const { observer } = this.#options;
    if (!this.#observer || !observer || name === undefined) return undefined;
    const object = subresource === undefined ? path : path.slice(0, -subresource.length - 1);
    const answer = await this.#observer.request({
      ...{ origin: observer.server, path: object, method: 'GET', headers: authorization(observer.token) },
    });
    return versionIn(Buffer.from(await answer.body.arrayBuffer()));
  }

  #forwarded({ method, headers, body }: ApiCall, url: string, signal?: AbortSignal): Promise<Dispatcher.ResponseData> {
    const { server, token } = this.#options.upstream;
    return this.#upstream.request({
      ...{ origin: server, path: url, method: method },
      headers: { ...authorization(token), ...passed(headers) },
      body: body.length > 0 ? body : null,
      ...{ headersTimeout: 0, bodyTimeout: 0, ...(signal && { signal }) },
    });
  }

  async #watch(call: ApiCall, url: string, response: http.ServerResponse): Promise<void> {
    const left = new AbortController();
    response.on('close', () => left.abort());
    const answer = await this.#forwarded(call, url, left.signal);
    answer.body.on('error', () => undefined);
    this.#options.onAnswer?.(call, answer.statusCode);
    response.writeHead(answer.statusCode, passed(answer.headers));
    response.flushHeaders();
    if (answer.statusCode !== 200) {
      response.end(Buffer.from(await answer.body.arrayBuffer()));
      return;
    }
    const released = () => this.#release.promise;
    await passLines({ call, upstream: answer.body, response, rules: this.#watchRules, released });
    left.abort();
  }

  #answerFromView(call: ApiCall, at: bigint, response: http.ServerResponse): void {
    if (call.verb === 'watch') {
      this.#viewers.add(response);
      response.on('close', () => this.#viewers.delete(response));
      response.writeHead(200, { 'content-type': 'application/json' });
      response.flushHeaders();
      response.write(this.history.lines(call, at).join(''));
      return;
    }
    const { status, body } = this.history.answer(call, at);
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  }
}

/** The further pages of a list are of the time of its first. */
function isViewed(call: ApiCall): boolean {
  return !isWrite(call) && !call.query.has('continue');
}

interface Passing {
  readonly call: ApiCall;
  readonly url: string;
  readonly response: http.ServerResponse;
  readonly record: WriteRecord | undefined;
  readonly fault: Fault | undefined;
}

/** Resolves when the answer is with the client, or the client is gone. */
async function ended(response: http.ServerResponse, whole: Buffer): Promise<void> {
  if (response.destroyed) return;
  const closed = new Promise<void>((resolve) => response.once('close', resolve));
  const finished = new Promise<void>((resolve) => response.end(whole, resolve));
  await Promise.race([closed, finished]);
}

/** Lets the fault happen if it belongs to this phase; tells whether that was the end of the request. */
async function happened(
  fault: Fault | undefined,
  phase: 'Before' | 'During' | 'After',
  response: http.ServerResponse,
): Promise<'Goes on' | 'Ended'> {
  switch (fault?.kind) {
    case 'Delay':
      if (fault.phase === phase) await delay(fault.milliseconds);
      return 'Goes on';
    case 'Answer':
      if (phase === 'Before') answerInstead(response, fault);
      return phase === 'Before' ? 'Ended' : 'Goes on';
    case 'Call':
      if (fault.phase !== phase) return 'Goes on';
      await fault.call();
      if (phase === 'After') return 'Goes on';
      response.socket?.resetAndDestroy();
      return 'Ended';
    case 'Cut':
      if (fault.phase !== phase) return 'Goes on';
      response.socket?.resetAndDestroy();
      return 'Ended';
    case 'Torn':
    case undefined:
      return 'Goes on';
  }
}

const expired = { kind: 'Answer', status: 410, reason: 'Expired' } as const;

function answerInstead(response: http.ServerResponse, fault: Fault & { readonly kind: 'Answer' }): void {
  const { status, reason, retryAfterSeconds } = fault;
  const headers = retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) };
  const body = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', reason, code: status };
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify({ ...body, message: `${reason} (made by the test)` }));
}

function tear(response: http.ServerResponse, whole: Buffer): void {
  response.write(whole.subarray(0, whole.length >> 1), () => response.socket?.resetAndDestroy());
}

function finish(record: WriteRecord, status: number, body: Buffer): void {
  record.status = status;
  const version = status < 300 ? versionIn(body) : undefined;
  if (version !== undefined) record.postRV = version;
}

function versionIn(body: Buffer): string | undefined {
  try {
    const { metadata } = JSON.parse(body.toString()) as { metadata?: { resourceVersion?: string } };
    return metadata?.resourceVersion;
  } catch {
    return undefined; // an answer that is no object, such as a health check
  }
}

async function bodyOf(request: http.IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function passed(headers: http.IncomingHttpHeaders): Record<string, string | string[]> {
  const given = Object.entries(headers).filter(([name, value]) => value !== undefined && !notPassedOn.has(name));
  return Object.fromEntries(given) as Record<string, string | string[]>;
}

function authorization(token: string | undefined): Record<string, string> {
  return token === undefined ? {} : { authorization: `Bearer ${token}` };
}

function agentFor({ ca, certificate, key }: Credentials): Agent {
  const own = certificate === undefined || key === undefined ? {} : { cert: certificate, key };
  return new Agent({ allowH2: false, connect: { ca, ...own } });
}
