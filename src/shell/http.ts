/** A port of a long-running process, and the routes that it answers by: `/healthz`, `/readyz` and `/metrics`. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Registry } from 'prom-client';
import { listening } from '../http/listening.ts';
import { type HealthCheck, healthAnswer } from './health.ts';
import type { KeyPair, KeyPairFiles } from './key-pair.ts';

export interface TextAnswer {
  readonly status: number;
  readonly text: string;
  /** Plain text without it. */
  readonly type?: string;
}

/** Gives nothing where the path is not its own. */
export type Route = (url: URL, request: Pick<IncomingMessage, 'headers'>) => Promise<TextAnswer | undefined>;

export interface HttpOptions {
  /** All interfaces without it. */
  readonly host?: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** TLS 1.2 or later with these; a pair that is replaced is taken up. */
  readonly keyPair?: KeyPairFiles;
  readonly routes: readonly Route[];
  readonly onError: (error: unknown) => void;
}

export interface HttpEndpoint {
  readonly port: number;
  close(): Promise<void>;
}

const limits = { requestTimeout: 10_000, maxHeaderSize: 8192 };

/** Listens when this resolves. Errors: an address that is taken, a key pair that cannot be used. */
export async function startHttp({ host, port, keyPair, routes, onError }: HttpOptions): Promise<HttpEndpoint> {
  const listener = (request: IncomingMessage, response: ServerResponse) => {
    answer(routes, request, response).catch((error: unknown) => {
      onError(error);
      send(response, { status: 500, text: 'failed\n' });
    });
  };
  const server = keyPair ? tlsServer(await keyPair.current(), listener) : createServer(limits, listener);
  await listening(server, { port, ...(host !== undefined && { host }) });
  const unfollowed = keyPair?.follow((pair) => 'setSecureContext' in server && server.setSecureContext(pair));
  return {
    port: (server.address() as AddressInfo).port,
    close: () => {
      unfollowed?.();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      return closed;
    },
  };
}

function tlsServer(pair: KeyPair, listener: (request: IncomingMessage, response: ServerResponse) => void) {
  return createTlsServer({ ...limits, ...pair, minVersion: 'TLSv1.2' }, listener);
}

async function answer(routes: readonly Route[], request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method !== 'GET' && request.method !== 'HEAD') return send(response, { status: 405, text: 'only GET\n' });
  const url = new URL(request.url ?? '/', 'http://process');
  for (const route of routes) {
    const found = await route(url, request);
    if (found) return send(response, found);
  }
  send(response, { status: 404, text: 'not found\n' });
}

function send(response: ServerResponse, { status, text, type = 'text/plain; charset=utf-8' }: TextAnswer): void {
  response.writeHead(status, { 'content-type': type, 'x-content-type-options': 'nosniff' });
  response.end(text);
}

/** `/TITLE`, `/TITLE?verbose` and `/TITLE/CHECK`. */
export function healthRoute(title: 'healthz' | 'readyz', checks: readonly HealthCheck[]): Route {
  return async ({ pathname, searchParams }) => {
    const [, first, name, ...rest] = pathname.split('/');
    if (first !== title || rest.length > 0) return undefined;
    return healthAnswer({
      ...{ title, checks, exclude: searchParams.getAll('exclude'), verbose: searchParams.has('verbose') },
      ...(name !== undefined && name !== '' && { name }),
    });
  };
}

export function metricsRoute(registry: Registry): Route {
  return async ({ pathname }) =>
    pathname === '/metrics' ? { status: 200, text: await registry.metrics(), type: registry.contentType } : undefined;
}
