/** Messages through a real broker while its log is read: not watched, watched, and with the debug log that denials need. */
import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { aclText } from '../../src/domain/acl/file.ts';
import { connected } from '../../src/agent/client.ts';
import { confText } from '../../src/domain/broker/conf.ts';
import { passwordHash, passwordsText } from '../../src/domain/broker/passwords.ts';
import { brokerEvent } from '../../src/monitor/line.ts';
import { createObserver } from '../../src/monitor/observe.ts';
import { valueOf } from '../../test/agent/site.ts';
import { enteredClient, packet, password, publishPacket } from '../../test/broker/monitor/watched.ts';
import {
  type BrokerUnderTest,
  currentUser,
  dialectOf,
  freePorts,
  scratchDirectory,
  until,
} from '../../test/broker/mosquitto.ts';
import { type BenchRow, median } from '../row.ts';

const rounds = 5;
const messages = 200_000;
const topic = 'dev/d1';
const observerName = 'observer';

type Watching = 'unwatched' | 'watched' | 'watched with the debug log' | 'observed';

/** A PUBLISH of QoS 0 with 64 bytes. */
const message = packet(0x30, Buffer.from([0, topic.length]), Buffer.from(topic), Buffer.alloc(64, 'x'));
const flood = Buffer.concat(Array.from({ length: messages }, () => message));

async function files(broker: BrokerUnderTest, directory: string, port: number, logsDenials: boolean): Promise<string> {
  const file = (name: string): string => path.join(directory, name);
  const users = [
    { name: 'd1', lines: [{ access: 'write', topic } as const] },
    { name: observerName, lines: [{ access: 'read', topic: '#' } as const] },
  ];
  const acl = valueOf(aclText({ users, patterns: [] }));
  await writeFile(file('acl'), acl, { mode: 0o600 });
  await writeFile(
    file('passwords'),
    passwordsText(new Map(users.map(({ name }) => [name, passwordHash(password, randomBytes(12))]))),
    {
      mode: 0o600,
    },
  );
  const listener = { kind: 'Network', name: 'l', port, bindAddress: '127.0.0.1', protocol: 'MQTT' } as const;
  const conf = confText({
    dialect: dialectOf(broker),
    user: currentUser,
    aclFile: file('acl'),
    passwordFile: file('passwords'),
    limits: { maxPacketSizeBytes: 65_536 },
    ...(logsDenials && { logsDenials: true }),
    listeners: [{ ...listener, authentication: 'Password' }],
  });
  await writeFile(file('mosquitto.conf'), conf);
  return file('mosquitto.conf');
}

const unobserved = { read: () => 0, close: () => Promise.resolve() };

/** Reads all that is published, as an agent does. */
async function observedBy(port: number): Promise<typeof unobserved> {
  const login = { clientId: observerName, username: observerName, password };
  const outcome = await connected({ kind: 'Network', host: '127.0.0.1', port, webSockets: false }, login, 10_000);
  if (outcome.kind !== 'Connected') throw new Error('measure monitor: the observer was not let in');
  const observer = createObserver({ isListed: (name) => name === 'd1' });
  const hear = (heard: string, { length: bytes }: Uint8Array): void =>
    void observer.note({ topic: heard, bytes }, new Date());
  await outcome.session.subscribe('#', hear, { qos: 0, isLive: true });
  return { read: () => observer.counts().messages, close: () => outcome.session.close() };
}

/** Messages per second of one client, from the first byte until the broker has answered what comes behind them. */
async function messagesPerSecond(broker: BrokerUnderTest, watching: Watching, note: (line: string) => void) {
  const directory = scratchDirectory();
  const [port = 0] = await freePorts(1);
  const file = await files(broker, directory, port, watching === 'watched with the debug log');
  let isUp = false;
  const running = await broker.launcher.start(file, (line) => {
    if (watching !== 'unwatched') note(line);
    isUp ||= / running$/.test(line);
  });
  await until(() => isUp, 'the broker runs');
  const { read, close } = watching === 'observed' ? await observedBy(port) : unobserved;
  const figures: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const client = await enteredClient(port, 'd1');
    const start = performance.now();
    client.send(flood, publishPacket(topic));
    await new Promise<void>((resolve) => client.socket.once('data', () => resolve()));
    figures.push((1000 * messages) / (performance.now() - start));
    client.socket.destroy();
  }
  await close();
  await running.stop();
  rmSync(directory, { recursive: true, force: true });
  return { rate: median(figures), readShare: read() / (rounds * (messages + 1)) };
}

/** The floor is the same broker whose log is read and not looked at. */
export async function throughputRows(
  broker: BrokerUnderTest,
  newNote: () => (event: ReturnType<typeof brokerEvent>) => void,
): Promise<readonly BenchRow[]> {
  const noteLine = (): ((line: string) => void) => {
    const note = newNote();
    return (line) => note(brokerEvent(line, broker.dialect));
  };
  const { rate: floor } = await messagesPerSecond(broker, 'unwatched', noteLine());
  const rows: BenchRow[] = [];
  for (const watching of ['watched', 'watched with the debug log', 'observed'] as const) {
    const { rate: value, readShare } = await messagesPerSecond(broker, watching, noteLine());
    const measure = `${broker.name}, ${watching}: messages of one client`;
    rows.push({ measure, value, unit: '/s', floor, ratio: value / floor, target: 'for comparison' });
    if (watching !== 'observed') continue;
    const share = `${broker.name}, observed: share of the messages that was read`;
    rows.push({ measure: share, value: 100 * readShare, unit: '%', target: 'for comparison' });
  }
  return rows;
}
