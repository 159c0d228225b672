/** The TLS port that devices enrol at (RFC 7030 section 3.3): nothing is served in plain text. */
import { constants } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { TLSSocket } from 'node:tls';
import { bodyLimitBytes, methods, operationAt } from '../domain/enrol/est.ts';
import { listening } from '../http/listening.ts';
import { rateLimit, type RateLimit } from './rate.ts';
import {
  enrolmentAnswer,
  type EnrolmentRequest,
  type EnrolmentWorld,
  type EstAnswer,
  plain,
  type RequestBody,
} from './service.ts';

/** What the server shows, and whose clients it knows. */
interface ServerIdentity {
  readonly key: string;
  readonly cert: string;
  /** PEM of the CAs of client certificates. */
  readonly ca: string;
}

export interface EnrolmentServerOptions {
  readonly host?: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Read again from time to time: a server certificate is renewed. */
  readonly identity: () => Promise<ServerIdentity>;
  /** Told of each time that it could not be read again, or is of no use: the last one stays. */
  readonly onProblem?: (error: unknown) => void;
  /** Bounds of one request, milliseconds and connections; those of the product without it. */
  readonly limits?: Partial<typeof usualLimits>;
}

/** Time for a handshake, for the headers and for a whole request, milliseconds; connections at a time. */
const usualLimits = { handshake: 5_000, headers: 5_000, request: 10_000, connections: 256 } as const;

/** Neither resumed nor negotiated again: whoever is looked at in the handshake is who asks. */
const secureOptions = constants.SSL_OP_NO_TICKET | constants.SSL_OP_NO_RENEGOTIATION;

/** How often the key pair is looked at, milliseconds. */
const followMilliseconds = 60_000;

export interface EnrolmentServer {
  readonly port: number;
  /** Ends it, with whatever is under way. */
  readonly close: () => Promise<void>;
}

/** Listens when this resolves. Errors: an address that is taken, a key pair that cannot be used. */
export async function startEnrolment(
  options: EnrolmentServerOptions,
  world: Omit<EnrolmentWorld, 'signal'>,
): Promise<EnrolmentServer> {
  const end = new AbortController();
  const rate = rateLimit();
  const shown = await options.identity();
  const server = tlsServer(shown, options);
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    void served(request, { ...world, signal: end.signal }, rate)
      .catch(() => plain(503))
      .then((answer) => send(response, answer));
  });
  const { host, port } = options;
  await listening(server, { port, ...(host !== undefined && { host }) }, 'listen for enrolment');
  // What a single connection does wrong is its own trouble.
  server.on('error', () => undefined);
  void followed(server, shown, options, world.clock, end.signal);
  return {
    port: (server.address() as AddressInfo).port,
    close: () => {
      end.abort();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      return closed;
    },
  };
}

function tlsServer(identity: ServerIdentity, { limits }: EnrolmentServerOptions): Server {
  const { handshake, headers, request, connections } = { ...usualLimits, ...limits };
  const server = createServer({
    ...identity,
    ...{ minVersion: 'TLSv1.2', requestCert: true, rejectUnauthorized: false },
    ...{ secureOptions, handshakeTimeout: handshake },
    ...{ headersTimeout: headers, requestTimeout: request, connectionsCheckingInterval: Math.min(1_000, request / 2) },
    ...{ maxHeaderSize: 8192, keepAliveTimeout: 5_000 },
  });
  server.maxConnections = connections;
  return server;
}

/** Takes up another key pair or CA; one that cannot be used leaves the last one. */
async function followed(
  server: Server,
  first: ServerIdentity,
  { identity, onProblem }: EnrolmentServerOptions,
  clock: EnrolmentWorld['clock'],
  signal: AbortSignal,
): Promise<void> {
  let shown = JSON.stringify(first);
  for (;;) {
    await clock.sleep(followMilliseconds, signal).catch(() => undefined);
    if (signal.aborted) return;
    try {
      const next = await identity();
      if (JSON.stringify(next) === shown) continue;
      server.setSecureContext({ ...next, minVersion: 'TLSv1.2', secureOptions });
      shown = JSON.stringify(next);
    } catch (error) {
      onProblem?.(error);
    }
  }
}

async function served(request: IncomingMessage, world: EnrolmentWorld, rate: RateLimit): Promise<EstAnswer> {
  const operation = operationAt(request.url ?? '');
  if (!operation) return plain(404);
  if (request.method !== methods[operation]) return plain(405, { allow: methods[operation] });
  const { socket } = request;
  if (!(socket instanceof TLSSocket)) return plain(503);
  const address = socket.remoteAddress ?? '';
  const now = world.clock.now();
  if (!rate.admits(address, now)) {
    if (rate.isNews(now)) {
      world.onEvent({ at: now, operation, outcome: 'Refused', reason: 'TooManyRequests', address });
    }
    return plain(429, { 'retry-after': '2' });
  }
  return enrolmentAnswer({ operation, address, ...headersOf(request), ...sender(socket, request, now) }, world);
}

function headersOf({ headers }: IncomingMessage) {
  const encoding = headers['content-transfer-encoding'];
  return {
    contentType: headers['content-type'],
    transferEncoding: Array.isArray(encoding) ? encoding.join() : encoding,
    authorization: headers.authorization,
  };
}

/** A connection may outlive the certificate that was looked at when it began. */
function sender(
  socket: TLSSocket,
  request: IncomingMessage,
  now: Date,
): Pick<EnrolmentRequest, 'certificate' | 'body'> {
  const shown = socket.getPeerX509Certificate();
  const certificate = shown && {
    fingerprint: shown.fingerprint256.replaceAll(':', '').toLowerCase(),
    isTrusted: socket.authorized && shown.validToDate > now,
  };
  return { certificate, body: () => bodyOf(request) };
}

/** The body as bytes; of one that is too large no more is read. The connection stays, for the answer. */
function bodyOf(request: IncomingMessage): Promise<RequestBody> {
  const tooLarge = { ok: false, reason: 'BodyTooLarge' } as const;
  if (Number(request.headers['content-length'] ?? 0) > bodyLimitBytes) return Promise.resolve(tooLarge);
  const chunks: Buffer[] = [];
  let length = 0;
  return new Promise((resolve) => {
    request.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length > bodyLimitBytes) {
        request.pause();
        resolve(tooLarge);
      } else chunks.push(chunk);
    });
    request.once('end', () => resolve({ ok: true, text: Buffer.concat(chunks).toString('latin1') }));
    for (const event of ['error', 'close'] as const) {
      request.once(event, () => resolve({ ok: false, reason: 'BodyIncomplete' }));
    }
  });
}

/** Whoever is refused is let go: what else it sends is not read. */
function send(response: ServerResponse, { status, headers, body }: EstAnswer): void {
  if (response.destroyed) return;
  const isOver = status >= 400;
  response.writeHead(status, {
    ...headers,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    ...(isOver && { connection: 'close' }),
  });
  response.end(body);
}
