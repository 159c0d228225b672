/** A web server on loopback that says what the test says. */
import http from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';

export interface WebServer {
  readonly port: number;
  /** How often it was asked. */
  readonly asked: () => number;
  /** From now on. */
  readonly answers: (body: string, status?: number) => void;
  readonly end: () => Promise<void>;
}

/** Answers 500 until it is told what to. Without `tls` over plain HTTP. */
export async function webServer(tls?: https.ServerOptions): Promise<WebServer> {
  let answer: { readonly status: number; readonly body: string } = { status: 500, body: '' };
  let asked = 0;
  const handler = (_: http.IncomingMessage, response: http.ServerResponse) => {
    asked += 1;
    response.writeHead(answer.status).end(answer.body);
  };
  const server = tls ? https.createServer(tls, handler) : http.createServer(handler);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    asked: () => asked,
    answers: (body, status = 200) => void (answer = { status, body }),
    end: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
