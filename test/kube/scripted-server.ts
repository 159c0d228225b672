/** An API server on loopback that does what a script says, for faults that a real one cannot be brought to. */
import assert from 'node:assert/strict';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { KubeConfig } from '@kubernetes/client-node';
import { accessFrom } from '../../src/kube/access.ts';
import type { KubeClient } from '../../src/kube/client.ts';
import type { KubeObject, ObjectMeta, ResourceType } from '../../src/kube/object.ts';
import type { Clock } from '../../src/kube/ports.ts';
import { kubeClient } from '../../src/kube/rest.ts';
import { type Transport, transportTo } from '../../src/kube/transport.ts';

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
}

/** Answers one request; what it leaves open stays open. */
export type Step = (response: http.ServerResponse, asked: Asked) => void;

export interface ScriptedServer {
  /** Such as `http://127.0.0.1:40001`. */
  readonly origin: string;
  /** In the order in which they came. */
  readonly asked: readonly Asked[];
  /** Steps that were not asked for yet. */
  readonly left: number;
  answers(...steps: readonly Step[]): void;
  readonly client: KubeClient;
  readonly transport: Transport;
  close(): Promise<void>;
}

export interface ScriptedOptions {
  readonly clock: Clock;
  readonly tokenFile?: string;
  /** Jitter: 0 makes every wait the longest there can be. */
  readonly random?: number;
}

/** Every request takes the next step; one more than there are is answered with 418, which nothing expects. */
export async function scriptedServer({ clock, tokenFile, random = 0 }: ScriptedOptions): Promise<ScriptedServer> {
  const asked: Asked[] = [];
  const steps: Step[] = [];
  const server = http.createServer((request, response) => {
    void received(request).then((one) => {
      asked.push(one);
      (steps.shift() ?? json(418, status(418, 'Unscripted')))(response, one);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const origin = `http://127.0.0.1:${port}`;
  const load = () => kubeConfig(origin, tokenFile);
  const access = accessFrom({ load, clock, userAgent: 'scripted-test' });
  const transport = transportTo({ access, clock, random: { next: () => random } });
  return {
    origin,
    asked,
    get left() {
      return steps.length;
    },
    answers: (...more) => void steps.push(...more),
    transport,
    client: kubeClient(transport, clock),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await transport.close();
    },
  };
}

function kubeConfig(server: string, tokenFile: string | undefined): KubeConfig {
  const config = new KubeConfig();
  const authProvider = tokenFile === undefined ? {} : { authProvider: { name: 'tokenFile', config: { tokenFile } } };
  config.loadFromOptions({
    clusters: [{ name: 'scripted', server, skipTLSVerify: false }],
    users: [{ name: 'tester', ...authProvider }],
    contexts: [{ name: 'scripted', cluster: 'scripted', user: 'tester' }],
    currentContext: 'scripted',
  });
  return config;
}

async function received(request: http.IncomingMessage): Promise<Asked> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const url = new URL(request.url ?? '', 'http://server');
  return {
    method: request.method ?? '',
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    headers: request.headers,
    body: Buffer.concat(chunks).toString(),
  };
}

export function json(code: number, body: unknown, headers: http.OutgoingHttpHeaders = {}): Step {
  return (response) => {
    response.writeHead(code, { 'content-type': 'application/json', ...headers });
    response.end(JSON.stringify(body));
  };
}

export function status(code: number, reason: string, message = `it is ${reason}`): object {
  return { kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason, message };
}

export function list(resourceVersion: string, items: readonly KubeObject[], continueToken?: string): Step {
  return json(200, { kind: 'List', apiVersion: 'v1', metadata: { resourceVersion, continue: continueToken }, items });
}

/** A watch that the test goes on with: `write` what comes, `end` it, or cut it. */
export interface OpenWatch {
  readonly step: Step;
  readonly opened: Promise<http.ServerResponse>;
}

export function openWatch(): OpenWatch {
  const { promise, resolve } = Promise.withResolvers<http.ServerResponse>();
  const step: Step = (response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.flushHeaders();
    resolve(response);
  };
  return { step, opened: promise };
}

/** A watch that gives these events and ends. */
export function watch(...events: readonly string[]): Step {
  return (response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(events.join(''));
  };
}

/** Waits for ever. */
export const silence: Step = () => undefined;

/** Closes the connection instead of answering. */
export const cut: Step = (response) => void response.socket?.destroy();

export type EventType = 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';

export function event(type: EventType, object: object): string {
  return `${JSON.stringify({ type, object })}\n`;
}

export function bookmark(resourceVersion: string): string {
  return event('BOOKMARK', { kind: 'ConfigMap', apiVersion: 'v1', metadata: { resourceVersion } });
}

export interface ConfigMap extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
}

export const configMaps: ResourceType<ConfigMap> = {
  group: '',
  version: 'v1',
  plural: 'configmaps',
  kind: 'ConfigMap',
  namespaced: true,
};

export function configMap(name: string, resourceVersion: string, meta: Partial<ObjectMeta> = {}): ConfigMap {
  const metadata = { name, namespace: 'plant', uid: `uid-${name}`, resourceVersion, ...meta };
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { of: resourceVersion } };
}

/** Resolves when `condition` holds; fails after 30 s, which no machine needs. */
export async function eventually(condition: () => boolean, what: string): Promise<void> {
  const end = performance.now() + 30_000;
  while (!condition()) {
    assert.ok(performance.now() < end, `waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

export async function collected<T>(items: AsyncIterable<T>): Promise<readonly T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
