/** A broker with limits and one listener for passwords, and clients that acknowledge only what a test has them acknowledge. */
import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { aclText } from '../../../src/domain/acl/file.ts';
import { confText, type NetworkListener } from '../../../src/domain/broker/conf.ts';
import { passwordHash, passwordsText } from '../../../src/domain/broker/passwords.ts';
import type { BrokerLimits } from '../../../src/domain/fleet.ts';
import { valueOf } from '../../agent/site.ts';
import { packet, password, type RawClient, rawClient } from '../monitor/watched.ts';
import {
  type BrokerUnderTest,
  currentUser,
  dialectOf,
  freePorts,
  runningBroker,
  scratchDirectory,
  until,
} from '../mosquitto.ts';

/** One of them may write and read below it. */
export const sender = 'sender';
export const receiver = 'receiver';
export const topic = 'things/one';

export interface LimitedOptions {
  readonly limits?: Partial<BrokerLimits>;
  readonly protocol?: NetworkListener['protocol'];
  readonly maxConnections?: number;
  /** Where sessions are stored at its end; absent: nowhere. */
  readonly storage?: string;
}

export interface LimitedBroker {
  readonly port: number;
  readonly pid: number;
  readonly log: readonly string[];
  /** Has it read its files again, and waits until it has. */
  readonly reload: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

export async function limitedBroker(broker: BrokerUnderTest, options: LimitedOptions): Promise<LimitedBroker> {
  const { limits = {}, protocol = 'MQTT', maxConnections, storage } = options;
  const directory = scratchDirectory();
  const [port = 0] = await freePorts(1);
  const names = [sender, receiver];
  const file = (name: string): string => path.join(directory, name);
  const users = names.map((name) => ({ name, lines: [{ access: 'readwrite', topic: 'things/#' } as const] }));
  await writeFile(file('acl'), valueOf(aclText({ users, patterns: [] })), { mode: 0o600 });
  const lines = new Map(names.map((name) => [name, passwordHash(password, randomBytes(12))]));
  await writeFile(file('passwords'), passwordsText(lines), { mode: 0o600 });
  if (storage !== undefined) mkdirSync(storage, { recursive: true });
  const at = { kind: 'Network', name: 'l', port, bindAddress: '127.0.0.1', protocol } as const;
  const conf = confText({
    dialect: dialectOf(broker),
    user: currentUser,
    aclFile: file('acl'),
    passwordFile: file('passwords'),
    ...(storage !== undefined && { persistenceDirectory: `${storage}/` }),
    limits: { maxPacketSizeBytes: 1_048_576, ...limits },
    logsDenials: true,
    listeners: [
      { ...at, authentication: 'Password', ...(maxConnections !== undefined && { maxConnections }) },
      // Mosquitto 2.0 does not start with a listener for WebSockets alone.
      { kind: 'Unix', path: file('own') },
    ],
  });
  const { log, process: running, ...ended } = await runningBroker(broker, directory, conf);
  return {
    port,
    pid: running.pid,
    log,
    stop: () => ended.stop(),
    async reload() {
      const read = log.length;
      running.reload();
      await until(() => log.slice(read).some((line) => line.includes('Reloading config')), 'the files are read again');
    },
  };
}

export interface Hello {
  readonly version: 4 | 5;
  readonly name: string;
  /** Keeps the session while the client is away. */
  readonly isKept?: boolean;
  readonly keepaliveSeconds?: number;
}

function text(value: string): Buffer {
  return Buffer.concat([Buffer.from([value.length >> 8, value.length & 0xff]), Buffer.from(value)]);
}

/** CONNECT of MQTT 3.1.1 or 5.0; a session that is kept never ends by itself. */
function hello({ version, name, isKept = false, keepaliveSeconds = 60 }: Hello): Buffer {
  const head = [0, 4, ...Buffer.from('MQTT'), version, 0xc0 | (isKept ? 0 : 2)];
  const alive = [keepaliveSeconds >> 8, keepaliveSeconds & 0xff];
  const properties = isKept ? [5, 0x11, 0xff, 0xff, 0xff, 0xff] : [0];
  const fixed = Buffer.from([...head, ...alive, ...(version === 5 ? properties : [])]);
  return packet(0x10, fixed, text(name), text(name), text(password));
}

/** Packets of MQTT by type (3: PUBLISH), with what follows their length, of all that was received whole. */
export function packetsIn(received: Buffer): readonly { readonly type: number; readonly body: Buffer }[] {
  const found: { type: number; body: Buffer }[] = [];
  for (let at = 0; at + 1 < received.length;) {
    let [length, factor, next] = [0, 1, at + 1];
    let byte: number | undefined;
    do {
      byte = received[next++];
      length += ((byte ?? 0) & 127) * factor;
      factor *= 128;
    } while (byte !== undefined && byte > 127);
    if (next + length > received.length) break;
    found.push({ type: (received[at] ?? 0) >> 4, body: received.subarray(next, next + length) });
    at = next + length;
  }
  return found;
}

export interface Client extends RawClient {
  /** Of the CONNACK, with its flags: session present in the first byte, the reason in the second one. */
  readonly connack: Buffer;
  /** How many messages it was sent; it acknowledges none by itself. */
  readonly delivered: () => number;
  /** Acknowledges all messages, until there are no more. */
  readonly drained: () => Promise<void>;
  /** Waits until a PINGREQ is answered: all that it sent before was dealt with, all that it was to get before is there. */
  readonly settled: () => Promise<void>;
}

export async function client({ port }: LimitedBroker, login: Hello): Promise<Client> {
  const raw = rawClient(port);
  raw.send(hello(login));
  const answers = (type: number) => packetsIn(raw.answer()).filter((one) => one.type === type);
  await until(() => raw.isClosed() || answers(2).length > 0, 'a CONNACK');
  const settled = async (): Promise<void> => {
    const before = answers(13).length;
    raw.send(packet(0xc0));
    await until(() => raw.isClosed() || answers(13).length > before, 'a PINGRESP', 60);
  };
  return {
    ...raw,
    connack: answers(2)[0]?.body ?? Buffer.alloc(0),
    delivered: () => answers(3).length,
    settled,
    async drained() {
      await settled();
      for (let taken = 0; taken < answers(3).length; await settled()) {
        const next = answers(3).slice(taken);
        taken += next.length;
        raw.send(...next.map(({ body }) => packet(0x40, body.subarray(2 + body.readUInt16BE(0)).subarray(0, 2))));
      }
    },
  };
}

/** PUBLISH of MQTT 3.1.1 with QoS 1. */
export function message(id: number, payload: Buffer, to = topic): Buffer {
  return packet(0x32, text(to), Buffer.from([id >> 8, id & 0xff]), payload);
}

/** SUBSCRIBE of MQTT 3.1.1 with QoS 1. */
export const subscription: Buffer = packet(0x82, Buffer.from([0, 1]), text('things/#'), Buffer.from([1]));
