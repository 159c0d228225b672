/** What sessions that are kept, keepalives and floods of connections cost a real broker, and what limits make of them. */
import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import {
  client,
  type Client,
  type LimitedBroker,
  limitedBroker,
  message,
  receiver,
  sender,
  subscription,
} from '../../test/broker/limits/site.ts';
import { disconnectPacket, rawClient } from '../../test/broker/monitor/watched.ts';
import { type BrokerUnderTest, until } from '../../test/broker/mosquitto.ts';
import type { BenchRow } from '../row.ts';

const queued = 100_000;
const payloadBytes = 100;
const keepalives = { [sender]: 5, [receiver]: 10 } as const;
const pings = 3_000;
const limit = 50;
const flood = 60;

function residentBytes({ pid }: LimitedBroker): number {
  return 1024 * Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
}

/** Microseconds that the one thread of the broker was on a processor. */
function processorTime({ pid }: LimitedBroker): number {
  return Number(readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')[0]) / 1e3;
}

/** Messages wait for a device that is away; the floor is what they say. */
async function queueRow(broker: BrokerUnderTest): Promise<BenchRow> {
  const running = await limitedBroker(broker, { limits: { maxQueuedMessages: 2 * queued } });
  const away = await client(running, { version: 4, name: receiver, isKept: true });
  away.send(subscription);
  await away.settled();
  away.send(disconnectPacket);
  await away.closed();
  const from = await client(running, { version: 4, name: sender });
  const before = residentBytes(running);
  for (let sent = 0; sent < queued; sent += 100) {
    from.send(...Array.from({ length: 100 }, (_, index) => message(index + 1, Buffer.alloc(payloadBytes, 'x'))));
    await from.settled();
  }
  const value = (residentBytes(running) - before) / queued;
  await running.stop();
  const measure = `${broker.name}: memory of a message of ${payloadBytes} bytes that waits for a device`;
  return { measure, value, unit: 'bytes', floor: payloadBytes, ratio: value / payloadBytes, target: 'for comparison' };
}

/** Clients that say nothing more, from their CONNACK until the broker has closed; the floor is their keepalive. */
async function keepaliveRows(broker: BrokerUnderTest): Promise<readonly BenchRow[]> {
  const running = await limitedBroker(broker, {});
  const rows = await Promise.all(
    Object.entries(keepalives).map(async ([name, keepaliveSeconds]): Promise<BenchRow> => {
      const dead = await client(running, { version: 4, name, keepaliveSeconds });
      const start = performance.now();
      await until(() => dead.isClosed(), 'the broker notices', 120);
      const value = (performance.now() - start) / 1000;
      const measure = `${broker.name}: a dead client is noticed, keepalive of ${keepaliveSeconds} s`;
      const ratio = value / keepaliveSeconds;
      return { measure, value, unit: 's', floor: keepaliveSeconds, ratio, target: 'for comparison' };
    }),
  );
  await running.stop();
  return rows;
}

async function perTurn(running: LimitedBroker, turn: (from: Client, index: number) => Promise<void>): Promise<number> {
  const from = await client(running, { version: 4, name: sender });
  const before = processorTime(running);
  for (let index = 0; index < pings; index += 1) await turn(from, index);
  return (processorTime(running) - before) / pings;
}

/** A PINGREQ and its answer, one at a time; the floor is a message of QoS 1 with nobody to hear it, with one beside it. */
async function pingRow(broker: BrokerUnderTest): Promise<BenchRow> {
  const running = await limitedBroker(broker, {});
  const value = await perTurn(running, (from) => from.settled());
  const both = await perTurn(running, (from) => {
    from.send(message(1, Buffer.alloc(payloadBytes, 'x')));
    return from.settled();
  });
  await running.stop();
  const measure = `${broker.name}: a ping, beside a message of QoS 1 and a ping: processor time`;
  return { measure, value, unit: 'µs', floor: both, ratio: value / both, target: 'for comparison' };
}

/** How long a device asks to be let in while others connect and say nothing. */
async function entryRow(broker: BrokerUnderTest, maxConnections?: number): Promise<BenchRow> {
  const running = await limitedBroker(broker, maxConnections === undefined ? {} : { maxConnections });
  const entry = async (): Promise<number> => {
    const start = performance.now();
    for (;;) {
      const tried = await client(running, { version: 4, name: sender });
      const isIn = tried.connack[1] === 0;
      tried.socket.destroy();
      if (isIn) return (performance.now() - start) / 1000;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  };
  const floor = await entry();
  const silent = Array.from({ length: flood }, () => rawClient(running.port));
  await Promise.all(silent.map(({ socket }) => new Promise((resolve) => socket.once('connect', resolve))));
  const value = await entry();
  for (const { socket } of silent) socket.destroy();
  await running.stop();
  const what = maxConnections === undefined ? 'no limit' : `maxConnections of ${maxConnections}`;
  const measure = `${broker.name}: a device is let in beside ${flood} silent connections, ${what}`;
  return { measure, value, unit: 's', floor, ratio: value / floor, target: 'for comparison' };
}

export async function sessionRows(broker: BrokerUnderTest): Promise<readonly BenchRow[]> {
  return [
    await queueRow(broker),
    ...(await keepaliveRows(broker)),
    await pingRow(broker),
    await entryRow(broker),
    ...(broker.dialect === '2.1' ? [await entryRow(broker, limit)] : []),
  ];
}
