/** A broker with listeners as devices get them, its log read by the parser, and clients that send what no library would. */
import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import net from 'node:net';
import path from 'node:path';
import tls from 'node:tls';
import type { Endpoint } from '../../../src/agent/client.ts';
import { aclText } from '../../../src/domain/acl/file.ts';
import { confText, type NetworkListener } from '../../../src/domain/broker/conf.ts';
import { passwordHash, passwordsText } from '../../../src/domain/broker/passwords.ts';
import type { BrokerEvent } from '../../../src/monitor/event.ts';
import { brokerEvent } from '../../../src/monitor/line.ts';
import {
  around,
  type Ca,
  clientPair,
  crlOf,
  type KeyPair,
  newCa,
  revocationOf,
  serverPair,
  valueOf,
} from '../../agent/site.ts';
import {
  type BrokerUnderTest,
  currentUser,
  dialectOf,
  freePorts,
  runningBroker,
  scratchDirectory,
  until,
} from '../mosquitto.ts';

export const agentName = 'mqttsec-agent-01';
export const password = 'correct horse';
export const maxPacketSizeBytes = 2000;

export interface WatchedBroker {
  readonly passwordPort: number;
  readonly certificatePort: number;
  /** Of the agent's own listener. */
  readonly own: Endpoint;
  /** Of device `d1`; revoked ones of it and of a stranger's CA. */
  readonly pairs: { readonly good: KeyPair; readonly revoked: KeyPair; readonly foreign: KeyPair };
  readonly log: readonly string[];
  /** Of the log, since the last call. */
  readonly events: () => readonly BrokerEvent[];
  readonly reload: () => void;
  readonly stop: () => Promise<void>;
}

/** Identities `d1`, `d2` and `victim` may write below `dev/` and their name. */
export async function watchedBroker(broker: BrokerUnderTest): Promise<WatchedBroker> {
  const directory = scratchDirectory();
  const [passwordPort = 0, certificatePort = 0] = await freePorts(2);
  const now = new Date();
  const ca = newCa('devices', now);
  const pairs = {
    good: clientPair(ca, 'd1', around(now)),
    revoked: clientPair(ca, 'd1', around(now)),
    foreign: clientPair(newCa('others', now), 'd1', around(now)),
  };
  const file = (name: string) => path.join(directory, name);
  const server = serverPair(ca, around(now));
  const parts = { acl: accessText(), passwords: passwordText(), ca: ca.pem, crl: crlText(ca, pairs.revoked, now) };
  const written = { ...parts, certificate: server.certificate, key: server.key };
  for (const [name, text] of Object.entries(written)) await writeFile(file(name), text, { mode: 0o600 });
  const tlsFiles = { profile: 'Intermediate', certificateFile: file('certificate'), keyFile: file('key') } as const;
  const at = { kind: 'Network', protocol: 'MQTT', bindAddress: '127.0.0.1' } as const;
  const listeners: readonly NetworkListener[] = [
    { ...at, name: 'passwords', port: passwordPort, authentication: 'Password' },
    {
      ...at,
      name: 'certificates',
      port: certificatePort,
      authentication: 'Certificate',
      tls: { ...tlsFiles, caFile: file('ca'), crlFile: file('crl') },
    },
  ];
  const conf = confText({
    dialect: dialectOf(broker),
    user: currentUser,
    aclFile: file('acl'),
    passwordFile: file('passwords'),
    limits: { maxPacketSizeBytes },
    logsDenials: true,
    listeners: [...listeners, { kind: 'Unix', path: file('own') }],
  });
  const running = await runningBroker(broker, directory, conf);
  let read = 0;
  return {
    passwordPort,
    certificatePort,
    own: { kind: 'Unix', path: file('own') },
    pairs,
    log: running.log,
    events() {
      const lines = running.log.slice(read);
      read = running.log.length;
      return lines.map((line) => brokerEvent(line, broker.dialect)).filter(({ kind }) => kind !== 'Unknown');
    },
    reload: () => running.process.reload(),
    async stop() {
      await running.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

function accessText(): string {
  const users = ['d1', 'd2', 'victim'].map((name) => ({
    name,
    lines: [{ access: 'write', topic: `dev/${name}` } as const],
  }));
  return valueOf(aclText({ users, patterns: [] }));
}

function passwordText(): string {
  const names = ['d1', 'd2', 'victim', agentName];
  return passwordsText(new Map(names.map((name) => [name, passwordHash(password, randomBytes(12))])));
}

function crlText(ca: Ca, revoked: KeyPair, now: Date): string {
  return crlOf(ca, 1, now, [revocationOf(ca, revoked, now)]);
}

interface Hello {
  readonly clientId: string | Buffer;
  readonly username?: string;
  readonly password?: string;
  readonly keepaliveSeconds?: number;
}

/** A length of two bytes, and the bytes. */
export function field(text: string | Buffer): Buffer {
  const bytes = Buffer.from(text as string);
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 0xff]), bytes]);
}

/** One packet of MQTT 3.1.1 with this first byte. */
export function packet(first: number, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  const length: number[] = [];
  let rest = body.length;
  do {
    length.push((rest % 128) | (rest > 127 ? 128 : 0));
    rest = Math.floor(rest / 128);
  } while (rest > 0);
  return Buffer.concat([Buffer.from([first, ...length]), body]);
}

export function connectPacket({ clientId, username, password: secret, keepaliveSeconds = 60 }: Hello): Buffer {
  const flags = 2 | (username === undefined ? 0 : 0x80) | (secret === undefined ? 0 : 0x40);
  const head = Buffer.from([0, 4, ...Buffer.from('MQTT'), 4, flags, keepaliveSeconds >> 8, keepaliveSeconds & 0xff]);
  const named = [username, secret].flatMap((text) => (text === undefined ? [] : [field(text)]));
  return packet(0x10, head, field(clientId), ...named);
}

/** PUBLISH of QoS 1. */
export function publishPacket(topic: string, payload: Buffer = Buffer.from('x')): Buffer {
  return packet(0x32, field(topic), Buffer.from([0, 7]), payload);
}

export const disconnectPacket = packet(0xe0);

export interface RawClient {
  readonly socket: net.Socket;
  /** All that the broker answered. */
  readonly answer: () => Buffer;
  readonly send: (...packets: readonly Buffer[]) => void;
  readonly isClosed: () => boolean;
  /** Waits until the broker has answered so much, or has closed. */
  readonly answered: (bytes: number) => Promise<void>;
  readonly closed: () => Promise<void>;
}

export function rawClient(port: number, pair?: KeyPair | 'NoCertificate'): RawClient {
  const plain = { host: '127.0.0.1', port };
  const secure = { ...plain, rejectUnauthorized: false };
  const socket =
    pair === undefined
      ? net.connect(plain)
      : tls.connect(pair === 'NoCertificate' ? secure : { ...secure, cert: pair.certificate, key: pair.key });
  let received = Buffer.alloc(0);
  let isClosed = false;
  socket.on('data', (bytes: Buffer) => (received = Buffer.concat([received, bytes])));
  socket.on('error', () => undefined).on('close', () => (isClosed = true));
  return {
    socket,
    answer: () => received,
    send: (...packets) => void socket.write(Buffer.concat(packets)),
    isClosed: () => isClosed,
    answered: (bytes) => until(() => isClosed || received.length >= bytes, `${bytes} bytes of an answer`),
    closed: () => until(() => isClosed, 'the broker closes'),
  };
}

/** A client that was let in. */
export async function enteredClient(port: number, name: string, keepaliveSeconds = 60): Promise<RawClient> {
  const client = rawClient(port);
  client.send(connectPacket({ clientId: name, username: name, password, keepaliveSeconds }));
  await client.answered(4);
  if (client.answer()[3] !== 0) throw new Error(`connect ${name}: ${client.answer().toString('hex')}`);
  return client;
}
