/**
 * A broker by script: it speaks as much of MQTT 5 as probes and takeovers need, and does wrong what a real one cannot be
 * brought to. It knows no topics and no users; what it answers to each packet is the script's.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import tls from 'node:tls';
import type { Endpoint } from '../../src/agent/client.ts';
import type { KeyPair } from './site.ts';

/** A reason code, or what happens instead of an answer. */
type Reply = number | 'Silence' | 'Close';

export interface Connect {
  readonly clientId: string;
  readonly isCleanStart: boolean;
  readonly username: string | undefined;
  readonly password: string | undefined;
}

export interface Script {
  /** `commonName` is that of the client's certificate. Accepts everybody where it is absent. */
  readonly connack?: (connect: Connect, commonName: string | undefined) => Reply;
  /** Accepts every publish where it is absent. */
  readonly puback?: (topic: string) => Reply;
  /** What it publishes itself before it answers a publish. */
  readonly publishes?: (topic: string) => { readonly topic: string; readonly payload: string } | undefined;
}

export interface FakeBroker {
  readonly endpoint: Endpoint;
  readonly connects: readonly Connect[];
  close(): Promise<void>;
}

/** On a unix socket; with a key pair on a TCP port with TLS that asks for a certificate and takes any. */
export async function fakeBroker(script: Script, pair?: KeyPair): Promise<FakeBroker> {
  const connects: Connect[] = [];
  const sockets = new Set<net.Socket>();
  const serve = (socket: net.Socket): void => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    const commonName = socket instanceof tls.TLSSocket ? nameOf(socket) : undefined;
    onPackets(socket, (packet) => {
      const reply = replyTo(packet, script, connects, commonName);
      if (reply === 'Close') socket.destroy();
      else if (reply) socket.write(reply);
    });
  };
  const server = pair
    ? tls.createServer({ cert: pair.certificate, key: pair.key, requestCert: true, rejectUnauthorized: false }, serve)
    : net.createServer(serve);
  server.on('tlsClientError', () => undefined);
  const directory = mkdtempSync(path.join(tmpdir(), 'mqttsec-fake-'));
  const socketPath = path.join(directory, 's');
  await new Promise<void>((resolve) => {
    if (pair) server.listen(0, '127.0.0.1', resolve);
    else server.listen(socketPath, resolve);
  });
  return {
    connects,
    endpoint: pair ? networkEndpoint(server) : { kind: 'Unix', path: socketPath },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
      rmSync(directory, { recursive: true });
    },
  };
}

/** Undefined where no certificate was shown. */
function nameOf(socket: tls.TLSSocket): string | undefined {
  const { subject } = socket.getPeerCertificate() as Partial<tls.PeerCertificate>;
  const name = subject?.CN;
  return Array.isArray(name) ? name[0] : name;
}

function networkEndpoint(server: net.Server): Endpoint {
  const { port } = server.address() as net.AddressInfo;
  return { kind: 'Network', host: '127.0.0.1', port, webSockets: false, tls: {} };
}

interface Packet {
  readonly type: number;
  readonly flags: number;
  readonly body: Buffer;
}

/** Packets of MQTT have a type, a length of 7 bits a byte, and a body (MQTT 5.0 section 2.1). */
function onPackets(socket: net.Socket, take: (packet: Packet) => void): void {
  let pending = Buffer.alloc(0);
  socket.on('data', (data: Buffer) => {
    pending = Buffer.concat([pending, data]);
    for (;;) {
      const [length, start] = variableLength(pending, 1);
      if (start === 0 || pending.length < start + length) return;
      const first = pending.readUInt8(0);
      take({ type: first >> 4, flags: first & 15, body: pending.subarray(start, start + length) });
      pending = pending.subarray(start + length);
    }
  });
}

/** A number and where it ends; 0 for the latter where it is not all there. */
function variableLength(bytes: Buffer, at: number): readonly [value: number, end: number] {
  let value = 0;
  for (let index = 0; index < 4 && at + index < bytes.length; index += 1) {
    const byte = bytes.readUInt8(at + index);
    value += (byte & 127) * 128 ** index;
    if (byte < 128) return [value, at + index + 1];
  }
  return [0, 0];
}

const connectType = 1;
const publishType = 3;
const subscribeType = 8;
const disconnectType = 14;

function replyTo(
  { type, flags, body }: Packet,
  { connack = () => 0, puback = () => 0, publishes = () => undefined }: Script,
  connects: Connect[],
  commonName: string | undefined,
): Buffer | 'Close' | undefined {
  if (type === connectType) {
    const connect = connectIn(body);
    connects.push(connect);
    const reply = connack(connect, commonName);
    return typeof reply === 'number' ? Buffer.from([0x20, 3, 0, reply, 0]) : ended(reply);
  }
  if (type === disconnectType) return 'Close';
  if (type === subscribeType) return Buffer.from([0x90, 4, ...body.subarray(0, 2), 0, 1]);
  if (type !== publishType || (flags & 6) === 0) return undefined;
  const [topic, end] = textAt(body, 0);
  const reply = puback(topic);
  if (typeof reply !== 'number') return ended(reply);
  const acknowledgement = Buffer.from([0x40, 3, ...body.subarray(end, end + 2), reply]);
  const own = publishes(topic);
  return own ? Buffer.concat([publishPacket(own.topic, own.payload), acknowledgement]) : acknowledgement;
}

/** QoS 0, no properties, shorter than 128 bytes (MQTT 5.0 section 3.3). */
function publishPacket(topic: string, payload: string): Buffer {
  const [name, content] = [Buffer.from(topic), Buffer.from(payload)];
  return Buffer.from([0x30, 3 + name.length + content.length, 0, name.length, ...name, 0, ...content]);
}

function ended(reply: 'Silence' | 'Close'): 'Close' | undefined {
  return reply === 'Close' ? 'Close' : undefined;
}

function textAt(body: Buffer, at: number): readonly [text: string, end: number] {
  const end = at + 2 + body.readUInt16BE(at);
  return [body.toString('utf8', at + 2, end), end];
}

/** Name of the protocol, version, flags, keepalive, properties, then the payload (MQTT 5.0 section 3.1). */
function connectIn(body: Buffer): Connect {
  const flags = body.readUInt8(7);
  const [properties, start] = variableLength(body, 10);
  let at = start + properties;
  const next = (): string => {
    const [text, end] = textAt(body, at);
    at = end;
    return text;
  };
  return {
    clientId: next(),
    isCleanStart: (flags & 2) !== 0,
    username: flags & 128 ? next() : undefined,
    password: flags & 64 ? next() : undefined,
  };
}
