/** An HTTPS server of an API server's shape whose answers are ready before they are asked for, in a process of its own. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import https from 'node:https';
import type { ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { devicesPath, smallPath, type StubAddress } from './address.ts';
import { deviceText, pageSize } from './device.ts';
import { fleetDeviceText, fleetObjects } from './fleet.ts';

export interface StubServer extends StubAddress {
  stop(): void;
}

/**
 * `Certificates`: every list has `size` devices, and a watch gives as many events and then stays open. `Fleet`: the devices
 * have passwords, there are the broker and the template that they refer to and nothing else, and nothing ever changes.
 */
export type Contents = 'Certificates' | 'Fleet';

export async function startedStub(size: number, contents: Contents = 'Certificates'): Promise<StubServer> {
  const directory = mkdtempSync(path.join(tmpdir(), 'mqttsec-bench-kube-'));
  const request = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
  const files = [
    '-keyout',
    'key.pem',
    '-out',
    'cert.pem',
    '-subj',
    '/CN=stub',
    '-addext',
    'subjectAltName=IP:127.0.0.1',
  ];
  const { status, stderr } = spawnSync('openssl', [...request, ...files], { cwd: directory, encoding: 'utf8' });
  if (status !== 0) throw new Error(`measure API client: make a certificate: ${stderr}`);
  const child = spawn(process.execPath, [import.meta.filename, directory, `${size}`, contents], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const port = await portOf(child);
  const ca = readFileSync(path.join(directory, 'cert.pem'), 'utf8');
  return {
    url: `https://127.0.0.1:${port}`,
    ca,
    stop() {
      child.kill();
      rmSync(directory, { recursive: true });
    },
  };
}

async function portOf(child: ChildProcess): Promise<string> {
  for await (const text of child.stdout ?? []) return String(text).trim();
  throw new Error('measure API client: the server did not start');
}

function served(directory: string, size: number, contents: Contents): void {
  const small = Buffer.from(deviceText(0).replace('MqttDevice', 'ConfigMap'));
  const isFleet = contents === 'Fleet';
  const pages = pageBodies(size, isFleet ? fleetDeviceText : deviceText);
  const events = isFleet ? [] : eventChunks(size);
  const key = readFileSync(path.join(directory, 'key.pem'));
  const cert = readFileSync(path.join(directory, 'cert.pem'));
  const server = https.createServer({ key, cert }, (request, response) => {
    const url = new URL(request.url ?? '', 'https://stub');
    if (url.pathname === smallPath) return respond(response, small);
    if (url.searchParams.has('watch')) return void stream(response, events);
    if (isFleet && url.pathname !== devicesPath) return respond(response, listBody(fleetObjects(url.pathname)));
    const page = url.searchParams.has('limit') ? [pages[Number(url.searchParams.get('continue') ?? 0)]] : pages;
    respond(response, page.length === 1 && page[0] ? page[0] : wholeBody(size));
  });
  process.stdin.resume().once('close', () => process.exit()); // it ends with who started it
  server.listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port));
}

function respond(response: ServerResponse, body: Buffer): void {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length });
  response.end(body);
}

async function stream(response: ServerResponse, chunks: readonly Buffer[]): Promise<void> {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.flushHeaders();
  for (const chunk of chunks) {
    if (!response.write(chunk)) await new Promise((resolve) => response.once('drain', resolve));
  }
}

const listHead =
  '{"apiVersion":"mqttsecurity.io/v1alpha1","kind":"MqttDeviceList","metadata":{"resourceVersion":"900000"';

function listBody(items: readonly string[]): Buffer {
  return Buffer.from(`{"kind":"List","metadata":{"resourceVersion":"900000"},"items":[${items.join(',')}]}`);
}

function pageBodies(size: number, text: (index: number) => string): readonly Buffer[] {
  return Array.from({ length: Math.ceil(size / pageSize) }, (_, page) => {
    const first = page * pageSize;
    const items = Array.from({ length: Math.min(pageSize, size - first) }, (_item, index) => text(first + index));
    const next = first + pageSize < size ? `,"continue":"${page + 1}"` : '';
    return Buffer.from(`${listHead}${next}},"items":[${items.join(',')}]}`);
  });
}

/** Made once; a server that keeps to no limit gives it. */
let whole: Buffer | undefined;

function wholeBody(size: number): Buffer {
  whole ??= Buffer.from(
    `${listHead}},"items":[${Array.from({ length: size }, (_, index) => deviceText(index)).join(',')}]}`,
  );
  return whole;
}

/** Modifications of every device, some 60 kB at a time. */
function eventChunks(size: number): readonly Buffer[] {
  const lines = Array.from(
    { length: size },
    (_, index) => `{"type":"MODIFIED","object":${deviceText(index, 900_001 + index)}}\n`,
  );
  return Array.from({ length: Math.ceil(size / 30) }, (_, chunk) =>
    Buffer.from(lines.slice(chunk * 30, chunk * 30 + 30).join('')),
  );
}

if (process.argv[1] === import.meta.filename) {
  served(process.argv[2] ?? '', Number(process.argv[3]), process.argv[4] as Contents);
}
