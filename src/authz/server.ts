/** The HTTP server of the authorization service: TLS or loopback, and bounds on all that a caller can send. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, BlockList, isIPv6 } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { listening } from '../http/listening.ts';
import { type BodyLimits, readBody } from './body.ts';
import type { Reply } from './dialects/dialect.ts';
import { type AuthzService, type IncomingCall, isReply } from './service.ts';

/** The server's key pair, PEM. */
interface KeyPair {
  readonly cert: string;
  readonly key: string;
}

export interface AuthzTls {
  readonly keyPair: KeyPair;
  /** Calls back with each pair that replaces it; ends by what it gives. */
  readonly follow: (onPair: (pair: KeyPair) => void) => () => void;
  /** PEM: callers must have a certificate of it, with this name as CN or DNS name. */
  readonly client?: { readonly ca: string; readonly name: string };
}

export interface AuthzServerOptions {
  readonly service: AuthzService;
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Absent: the address must be one of this machine alone. */
  readonly tls?: AuthzTls;
  readonly body: BodyLimits;
  /** Connections at a time; one more is closed. */
  readonly maxConnections: number;
  readonly onError: (error: unknown) => void;
}

export interface AuthzServer {
  readonly port: number;
  /** Lets what is being answered end, for a second. */
  close(): Promise<void>;
}

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/** True for addresses that nobody outside of this machine reaches. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || loopback.check(host, isIPv6(host) ? 'ipv6' : 'ipv4');
}

const drainMilliseconds = 1000;

/** Listens when this resolves. Errors: an address that is taken, or one that others reach without TLS. */
export async function startAuthzServer(options: AuthzServerOptions): Promise<AuthzServer> {
  const { host, port, tls, maxConnections, body } = options;
  if (!tls && !isLoopback(host)) throw new Error(`listen on ${host}: without TLS only on an address of this machine`);
  const limits = {
    maxHeaderSize: 8192,
    headersTimeout: body.milliseconds,
    requestTimeout: body.milliseconds * 2,
    connectionsCheckingInterval: 1000,
    keepAliveTimeout: 65_000,
  };
  const listener = (request: IncomingMessage, response: ServerResponse) => handled(options, request, response);
  const server = tls ? tlsServer(tls, limits, listener) : createServer(limits, listener);
  server.maxConnections = maxConnections;
  await listening(server, { host, port });
  const unfollowed = tls?.follow(
    (pair) => 'setSecureContext' in server && server.setSecureContext(contextOf(tls, pair)),
  );
  return {
    port: (server.address() as AddressInfo).port,
    close: () => closed(server, unfollowed),
  };
}

function contextOf({ client }: AuthzTls, pair: KeyPair) {
  return { ...pair, minVersion: 'TLSv1.2', ...(client && { ca: client.ca }) } as const;
}

type Listener = (request: IncomingMessage, response: ServerResponse) => void;

function tlsServer(tls: AuthzTls, limits: object, listener: Listener) {
  const { client } = tls;
  const asked = client && { requestCert: true, rejectUnauthorized: true };
  const server = createTlsServer({ ...limits, ...contextOf(tls, tls.keyPair), ...asked }, listener);
  server.on('secureConnection', (socket: TLSSocket) => {
    if (client && !isNamed(socket, client.name)) socket.destroy();
  });
  return server;
}

function isNamed(socket: TLSSocket, name: string): boolean {
  const { subject, subjectaltname = '' } = socket.getPeerCertificate();
  return subject.CN === name || subjectaltname.split(', ').includes(`DNS:${name}`);
}

function closed(server: Server, unfollowed: (() => void) | undefined): Promise<void> {
  unfollowed?.();
  return new Promise((resolve) => {
    const end = setTimeout(() => server.closeAllConnections(), drainMilliseconds);
    server.close(() => {
      clearTimeout(end);
      resolve();
    });
    server.closeIdleConnections();
  });
}

function handled({ service, body, onError }: AuthzServerOptions, request: IncomingMessage, response: ServerResponse) {
  const incoming = incomingOf(request);
  const failed = (error: unknown): void => {
    onError(error);
    send(response, service.failed(incoming), true);
  };
  const guarded = (reply: () => Reply | Promise<Reply>, isLast: boolean): void => {
    try {
      const made = reply();
      if (made instanceof Promise) made.then((late) => send(response, late, isLast)).catch(failed);
      else send(response, made, isLast);
    } catch (error) {
      failed(error);
    }
  };
  const open = service.opened(incoming);
  if (isReply(open)) return guarded(() => open, true);
  readBody(request, body, (reading) => {
    if (reading === 'Gone') return;
    guarded(() => service.replied(open, reading), typeof reading === 'string');
  });
}

function incomingOf({ method, url, headers, socket }: IncomingMessage): IncomingCall {
  const hook = headers['vernemq-hook'];
  return {
    method: method ?? '',
    target: url ?? '/',
    authorization: headers.authorization,
    contentType: headers['content-type'] ?? '',
    hook: typeof hook === 'string' ? hook : undefined,
    address: socket.remoteAddress,
  };
}

/** What follows on a connection whose body was not read to its end is no request. */
function send(response: ServerResponse, { status, contentType, body, cacheControl }: Reply, isLast: boolean): void {
  if (response.headersSent) return;
  response.writeHead(status, [
    ...['content-type', contentType, 'content-length', String(Buffer.byteLength(body))],
    ...['cache-control', cacheControl ?? 'no-store'],
    ...(isLast ? ['connection', 'close'] : []),
  ]);
  response.end(body);
}
