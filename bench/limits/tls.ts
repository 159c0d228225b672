/** What it costs a real broker to let a device in, and to take its messages, by version, keys, chains and ciphers of TLS. */
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import net from 'node:net';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import tls from 'node:tls';
import { aclText } from '../../src/domain/acl/file.ts';
import { confText, type NetworkListener } from '../../src/domain/broker/conf.ts';
import { passwordHash, passwordsText } from '../../src/domain/broker/passwords.ts';
import { valueOf } from '../../test/agent/site.ts';
import { message, packetsIn } from '../../test/broker/limits/site.ts';
import { connectPacket, packet, password } from '../../test/broker/monitor/watched.ts';
import {
  type BrokerUnderTest,
  currentUser,
  dialectOf,
  freePorts,
  runningBroker,
  scratchDirectory,
} from '../../test/broker/mosquitto.ts';
import { type BenchRow, median } from '../row.ts';
import { type Fixture, fixture, type KeyType } from './certificates.ts';

const device = 'device';
const rounds = 7;
const connectsOfRound = 20;
const megabytesSent = 32;

const keyTypes: readonly KeyType[] = ['P-256', 'RSA 2048', 'RSA 4096'];

interface Way {
  readonly name: string;
  /** Absent: without TLS, by password. */
  readonly keys?: KeyType;
  readonly version?: 'TLSv1.2' | 'TLSv1.3';
  readonly chain?: number;
  readonly isResumed?: true;
}

const plain: Way = { name: 'no TLS, password' };
const ways: readonly Way[] = [
  plain,
  { name: 'TLS 1.3, P-256', keys: 'P-256' },
  { name: 'TLS 1.3, P-256, resumed', keys: 'P-256', isResumed: true },
  { name: 'TLS 1.2, P-256', keys: 'P-256', version: 'TLSv1.2' },
  { name: 'TLS 1.2, P-256, resumed', keys: 'P-256', version: 'TLSv1.2', isResumed: true },
  { name: 'TLS 1.3, P-256, chain of 2', keys: 'P-256', chain: 2 },
  { name: 'TLS 1.3, P-256, chain of 3', keys: 'P-256', chain: 3 },
  { name: 'TLS 1.3, RSA 2048', keys: 'RSA 2048' },
  { name: 'TLS 1.3, RSA 4096', keys: 'RSA 4096' },
];

const ciphers = ['TLS_AES_128_GCM_SHA256', 'TLS_AES_256_GCM_SHA384', 'TLS_CHACHA20_POLY1305_SHA256'];

interface Stand {
  readonly pid: number;
  readonly ports: ReadonlyMap<KeyType | 'plain', number>;
  readonly fixtures: ReadonlyMap<KeyType, Fixture>;
  readonly stop: () => Promise<void>;
}

async function stand(broker: BrokerUnderTest, fixtures: Stand['fixtures']): Promise<Stand> {
  const own = scratchDirectory();
  const file = (name: string): string => path.join(own, name);
  const free = await freePorts(1 + keyTypes.length);
  const users = [{ name: device, lines: [{ access: 'readwrite', topic: '#' } as const] }];
  await writeFile(file('acl'), valueOf(aclText({ users, patterns: [] })), { mode: 0o600 });
  await writeFile(file('passwords'), passwordsText(new Map([[device, passwordHash(password, Buffer.alloc(12, 7))]])), {
    mode: 0o600,
  });
  const at = { kind: 'Network', bindAddress: '127.0.0.1', protocol: 'MQTT' } as const;
  const ports = new Map<KeyType | 'plain', number>([['plain', free[0] ?? 0]]);
  const listeners: NetworkListener[] = [{ ...at, name: 'plain', port: free[0] ?? 0, authentication: 'Password' }];
  for (const [index, type] of keyTypes.entries()) {
    const { root, server } = fixtures.get(type) ?? missing(type);
    const files = { caFile: file(`${index}.ca`), certificateFile: file(`${index}.crt`), keyFile: file(`${index}.key`) };
    await writeFile(files.caFile, root);
    await writeFile(files.certificateFile, server.certificate);
    await writeFile(files.keyFile, server.key, { mode: 0o600 });
    const port = free[index + 1] ?? 0;
    ports.set(type, port);
    const secure = { profile: 'Intermediate', ...files } as const;
    listeners.push({ ...at, name: `keys-${index}`, port, authentication: 'Certificate', tls: secure });
  }
  const conf = confText({
    dialect: dialectOf(broker),
    user: currentUser,
    aclFile: file('acl'),
    passwordFile: file('passwords'),
    limits: { maxPacketSizeBytes: 1_048_576 },
    listeners,
  });
  const running = await runningBroker(broker, own, conf);
  return { pid: running.process.pid, ports, fixtures, stop: () => running.stop() };
}

function missing(what: string): never {
  throw new Error(`measure limits: no ${what}`);
}

/** Milliseconds that the one thread of the broker was on a processor. */
function processorTime(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')[0]) / 1e6;
}

interface Entered {
  readonly socket: net.Socket;
  /** Until the CONNACK was there. */
  readonly milliseconds: number;
  /** Both ways, of TLS and what is in it. */
  readonly bytes: () => number;
  readonly received: () => Buffer;
  readonly isReused: boolean;
}

/** Lets the device in; tickets are kept by way. */
async function entered(at: Stand, way: Way, tickets: Map<string, Buffer>, cipher?: string): Promise<Entered> {
  const { keys, version = 'TLSv1.3', chain = 1, isResumed, name } = way;
  const start = performance.now();
  const port = at.ports.get(keys ?? 'plain') ?? missing('port');
  const raw = net.connect({ host: '127.0.0.1', port, noDelay: true });
  let socket: net.Socket = raw;
  if (keys) {
    const { device: devices } = at.fixtures.get(keys) ?? missing(keys);
    const { certificate, key } = devices.get(chain) ?? missing(`chain of ${chain}`);
    const session = isResumed && tickets.get(name);
    const shown = {
      // A client that knew the root would show it, too.
      rejectUnauthorized: false,
      cert: certificate,
      key,
      minVersion: version,
      maxVersion: version,
    } as const;
    const secure = tls.connect({
      socket: raw,
      ...shown,
      ...(session && { session }),
      ...(cipher && { ciphers: cipher }),
    });
    if (isResumed) secure.on('session', (ticket) => tickets.set(name, ticket));
    socket = secure;
  }
  let received = Buffer.alloc(0);
  socket.on('data', (bytes: Buffer) => (received = Buffer.concat([received, bytes])));
  const login = keys ? { clientId: device } : { clientId: device, username: device, password };
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.on('data', () => received.length >= 4 && resolve());
    socket.write(connectPacket(login));
  });
  if (received[3] !== 0) throw new Error(`measure limits: ${name} was not let in`);
  const milliseconds = performance.now() - start;
  const isReused = socket instanceof tls.TLSSocket && socket.isSessionReused();
  return { socket, milliseconds, bytes: () => raw.bytesRead + raw.bytesWritten, received: () => received, isReused };
}

function ended({ socket }: Entered): Promise<void> {
  return new Promise((resolve) => {
    socket.once('close', () => resolve());
    socket.end(packet(0xe0));
  });
}

interface Cost {
  readonly processor: number[];
  readonly milliseconds: number[];
  readonly bytes: number[];
}

async function connectCosts(at: Stand): Promise<ReadonlyMap<Way, Cost>> {
  const costs = new Map(ways.map((way): [Way, Cost] => [way, { processor: [], milliseconds: [], bytes: [] }]));
  const tickets = new Map<string, Buffer>();
  for (const way of ways) await ended(await entered(at, way, tickets));
  for (let round = 0; round < rounds; round += 1) {
    for (const [way, cost] of costs) {
      const before = processorTime(at.pid);
      for (let index = 0; index < connectsOfRound; index += 1) {
        const session = await entered(at, way, tickets);
        if (session.isReused !== (way.isResumed === true))
          throw new Error(`measure limits: ${way.name}: wrong handshake`);
        cost.milliseconds.push(session.milliseconds);
        await ended(session);
        cost.bytes.push(session.bytes());
      }
      cost.processor.push((processorTime(at.pid) - before) / connectsOfRound);
    }
  }
  return costs;
}

/** Milliseconds of the broker for each megabyte of messages of 16 KiB, from one device and without a subscriber. */
async function streamCost(at: Stand, way: Way, cipher?: string): Promise<number> {
  const session = await entered(at, way, new Map(), cipher);
  const used = session.socket instanceof tls.TLSSocket ? session.socket.getCipher().standardName : undefined;
  if (used !== cipher) throw new Error(`measure limits: ${String(used)} instead of ${String(cipher)}`);
  const payload = Buffer.alloc(16_384, 'x');
  const quiet = packet(0x30, Buffer.from([0, 3]), Buffer.from('a/b'), payload);
  const before = processorTime(at.pid);
  for (let sent = 0; sent < megabytesSent * 1e6; sent += payload.length) {
    if (!session.socket.write(quiet))
      await new Promise<void>((resolve) => session.socket.once('drain', () => resolve()));
  }
  session.socket.write(message(1, Buffer.from('x'), 'a/b'));
  while (!packetsIn(session.received()).some(({ type }) => type === 4)) {
    await new Promise<void>((resolve) => session.socket.once('data', () => resolve()));
  }
  const cost = (processorTime(at.pid) - before) / megabytesSent;
  await ended(session);
  return cost;
}

async function streamRows(at: Stand, broker: string): Promise<readonly BenchRow[]> {
  const variants = [undefined, ...ciphers];
  const costs = new Map(variants.map((cipher): [string | undefined, number[]] => [cipher, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const [cipher, figures] of costs) {
      const way = cipher === undefined ? plain : { name: cipher, keys: 'P-256' as const };
      figures.push(await streamCost(at, way, cipher));
    }
  }
  const floor = median(costs.get(undefined) ?? []);
  return ciphers.map((cipher) => {
    const value = median(costs.get(cipher) ?? []);
    const measure = `${broker}: a megabyte of messages, ${cipher}: processor time`;
    return { measure, value, unit: 'ms', floor, ratio: value / floor, target: 'for comparison' };
  });
}

/** The floor is a connect without TLS, and a stream of messages without it. */
export async function tlsRows(brokers: readonly BrokerUnderTest[]): Promise<readonly BenchRow[]> {
  const directory = scratchDirectory();
  const fixtures = new Map(
    keyTypes.map((type): [KeyType, Fixture] => [
      type,
      fixture(directory, type, device, type === 'P-256' ? [1, 2, 3] : [1]),
    ]),
  );
  const rows: BenchRow[] = [];
  for (const broker of brokers) {
    const at = await stand(broker, fixtures);
    const costs = await connectCosts(at);
    const floorCost = costs.get(plain) ?? missing('floor');
    for (const [way, cost] of costs) {
      if (way === plain) continue;
      const parts = [
        ['processor time', 'ms', cost.processor, floorCost.processor],
        ['time', 'ms', cost.milliseconds, floorCost.milliseconds],
        ['on the wire', 'bytes', cost.bytes, floorCost.bytes],
      ] as const;
      for (const [what, unit, figures, floors] of parts) {
        const [value, floor] = [median(figures), median(floors)];
        const measure = `${broker.name}: a connect, ${way.name}: ${what}`;
        rows.push({ measure, value, unit, floor, ratio: value / floor, target: 'for comparison' });
      }
    }
    rows.push(...(await streamRows(at, broker.name)));
    await at.stop();
  }
  return rows;
}
