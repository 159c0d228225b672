/** The one port of a long-running process: `/healthz`, `/readyz` and `/metrics`. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Registry } from 'prom-client';
import { type HealthCheck, healthAnswer } from './health.ts';

export interface HttpOptions {
  /** All interfaces without it. */
  readonly host?: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly live: readonly HealthCheck[];
  readonly ready: readonly HealthCheck[];
  readonly registry: Registry;
  readonly onError: (error: unknown) => void;
}

export interface HttpEndpoint {
  readonly port: number;
  close(): Promise<void>;
}

/** Listens when this resolves. Errors: an address that is taken. */
export async function startHttp(options: HttpOptions): Promise<HttpEndpoint> {
  const server = createServer({ requestTimeout: 10_000, maxHeaderSize: 8192 }, (request, response) => {
    answer(options, request, response).catch((error: unknown) => {
      options.onError(error);
      sendText(response, 500, 'failed\n');
    });
  });
  const { host, port } = options;
  await listening(server, { port, ...(host !== undefined && { host }) });
  return {
    port: (server.address() as AddressInfo).port,
    close: () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      return closed;
    },
  };
}

function listening(server: Server, address: { readonly host?: string; readonly port: number }): Promise<void> {
  return new Promise((resolve, reject) => {
    const onError = (cause: Error) =>
      reject(new Error(`listen on ${address.host ?? '*'}:${address.port}: ${cause.message}`, { cause }));
    server.once('error', onError).listen(address, () => {
      server.off('error', onError);
      resolve();
    });
  });
}

async function answer(options: HttpOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method !== 'GET' && request.method !== 'HEAD') return sendText(response, 405, 'only GET\n');
  const url = new URL(request.url ?? '/', 'http://process');
  const [, title = '', name, ...rest] = url.pathname.split('/');
  const checks = new Map([
    ['healthz', options.live],
    ['readyz', options.ready],
  ]).get(title);
  if (checks && rest.length === 0) {
    const { status, text } = await healthAnswer({
      ...{ title, checks, exclude: url.searchParams.getAll('exclude'), verbose: url.searchParams.has('verbose') },
      ...(name !== undefined && name !== '' && { name }),
    });
    return sendText(response, status, text);
  }
  if (url.pathname !== '/metrics') return sendText(response, 404, 'not found\n');
  sendText(response, 200, await options.registry.metrics(), options.registry.contentType);
}

function sendText(response: ServerResponse, status: number, text: string, type = 'text/plain; charset=utf-8'): void {
  response.writeHead(status, { 'content-type': type, 'x-content-type-options': 'nosniff' });
  response.end(text);
}
