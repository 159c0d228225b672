/** Each limit of an MqttBroker on real brokers, before and after they have read their files again. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { connected, type PublishOutcome } from '../../src/agent/client.ts';
import {
  client,
  type Client,
  limitedBroker,
  type LimitedBroker,
  type LimitedOptions,
  message,
  receiver,
  sender,
  subscription,
  topic,
} from './limits/site.ts';
import { disconnectPacket, password, rawClient } from './monitor/watched.ts';
import { brokers, type BrokerUnderTest, scratchDirectory, until } from './mosquitto.ts';

/** Runs twice on one broker, for a reload of Mosquitto 2.0 resets some limits. */
async function onLimited(
  broker: BrokerUnderTest,
  options: LimitedOptions,
  run: (running: LimitedBroker) => Promise<void>,
): Promise<void> {
  const running = await limitedBroker(broker, options);
  try {
    await run(running);
    await running.reload();
    await run(running);
  } finally {
    await running.stop();
  }
}

function sending(running: LimitedBroker): Promise<Client> {
  return client(running, { version: 4, name: sender });
}

/** A subscriber whose session is a new one. */
async function receiving(running: LimitedBroker, isKept = false): Promise<Client> {
  (await client(running, { version: 4, name: receiver })).send(disconnectPacket);
  const subscriber = await client(running, { version: 4, name: receiver, isKept });
  subscriber.send(subscription);
  await subscriber.settled();
  return subscriber;
}

/** So many messages of so many bytes, which the broker has dealt with. */
async function sent(running: LimitedBroker, count: number, bytes: number): Promise<void> {
  const from = await sending(running);
  from.send(...Array.from({ length: count }, (_, index) => message(index + 1, Buffer.alloc(bytes))));
  await from.settled();
}

/** How many of them a subscriber finds that was away when they were sent. */
async function found(running: LimitedBroker, count: number, bytes: number): Promise<number> {
  const away = await receiving(running, true);
  away.send(disconnectPacket);
  await away.closed();
  await sent(running, count, bytes);
  const back = await client(running, { version: 4, name: receiver, isKept: true });
  await back.drained();
  return back.delivered();
}

/** Reason of a CONNACK. */
async function answerTo(running: LimitedBroker, version: 4 | 5, keepaliveSeconds: number): Promise<number | undefined> {
  return (await client(running, { version, name: sender, keepaliveSeconds })).connack[1];
}

/** Publishes over WebSockets, in a session of its own. */
async function publishedOver(running: LimitedBroker, bytes: number): Promise<PublishOutcome['kind']> {
  const at = { kind: 'Network', host: '127.0.0.1', port: running.port, webSockets: true } as const;
  const outcome = await connected(at, { clientId: sender, username: sender, password }, 10_000);
  assert.ok(outcome.kind === 'Connected', JSON.stringify(outcome));
  const { kind } = await outcome.session.publish(topic, 'x'.repeat(bytes));
  await outcome.session.close();
  return kind;
}

/** Where in a file of Mosquitto a time within these seconds stands, which is but once. */
function placeOfTime(stored: Buffer, earliest: number, latest: number): number {
  const places = Array.from({ length: stored.length - 7 }, (_, at) => at).filter((at) => {
    const time = stored.readBigInt64LE(at);
    return time >= earliest && time <= latest;
  });
  assert.equal(places.length, 1);
  return places[0] ?? 0;
}

for (const broker of brokers) {
  const is21 = broker.dialect === '2.1';

  describe(`limits of ${broker.name}`, () => {
    it('maxPacketSizeBytes ends the session of whoever sends one byte more, the length field not counted', () =>
      onLimited(broker, { limits: { maxPacketSizeBytes: 2_000 } }, async (running) => {
        const lengthField = 2;
        const others = message(1, Buffer.alloc(1_000)).length - 1_000 - lengthField;
        const from = await sending(running);
        from.send(message(1, Buffer.alloc(2_000 - others)));
        await from.settled();
        assert.equal(from.isClosed(), false);
        from.send(message(2, Buffer.alloc(2_001 - others)));
        await from.closed();
      }));

    it(`maxPacketSizeBytes over WebSockets ${is21 ? 'is kept to' : 'is not kept to, of which MQS110 warns'}`, () =>
      onLimited(broker, { protocol: 'WebSockets', limits: { maxPacketSizeBytes: 2_000 } }, async (running) => {
        assert.equal(await publishedOver(running, 1_900), 'Acknowledged');
        assert.equal(await publishedOver(running, 20_000), is21 ? 'Unanswered' : 'Acknowledged');
      }));

    it('messageSizeLimitBytes drops a larger payload, and the session goes on', () =>
      onLimited(broker, { limits: { messageSizeLimitBytes: 100 } }, async (running) => {
        const to = await receiving(running);
        const from = await sending(running);
        from.send(message(1, Buffer.alloc(100)), message(2, Buffer.alloc(101)));
        await from.settled();
        await to.settled();
        assert.deepEqual([to.delivered(), from.isClosed()], [1, false]);
      }));

    it(`maxKeepaliveSeconds is told to clients of MQTT 5.0; those of 3.1.1 are ${is21 ? 'refused' : 'let in'}`, () =>
      onLimited(broker, { limits: { maxKeepaliveSeconds: 20 } }, async (running) => {
        const { connack } = await client(running, { version: 5, name: sender, keepaliveSeconds: 600 });
        const serverKeepAlive = 0x13;
        assert.ok(connack.includes(Buffer.from([serverKeepAlive, 0, 20])), connack.toString('hex'));
        const rejected = is21 ? 2 : 0;
        assert.equal(await answerTo(running, 4, 20), 0);
        assert.equal(await answerTo(running, 4, 21), rejected);
        assert.equal(await answerTo(running, 4, 0), rejected);
      }));

    it('maxQueuedMessages are kept for a device that is away, and no more', () =>
      onLimited(broker, { limits: { maxQueuedMessages: 30, maxInflightMessages: 20 } }, async (running) => {
        assert.equal(await found(running, 100, 10), 30);
      }));

    it('maxQueuedBytes are kept for a device that is away, and no more', () =>
      onLimited(broker, { limits: { maxQueuedBytes: 10_000 } }, async (running) => {
        assert.equal(await found(running, 100, 1_000), 10);
      }));

    it('maxInflightMessages are sent to a client that acknowledges none, and asked of one that sends', () =>
      onLimited(broker, { limits: { maxInflightMessages: 7 } }, async (running) => {
        const to = await receiving(running);
        await sent(running, 50, 10);
        await to.settled();
        assert.equal(to.delivered(), 7);
        const { connack } = await client(running, { version: 5, name: sender });
        const receiveMaximum = 0x21;
        assert.ok(connack.includes(Buffer.from([receiveMaximum, 0, 7])), connack.toString('hex'));
      }));

    it('persistentClientExpirationSeconds ends a session that is kept, by a time that is stored with it', async () => {
      const storage = path.join(scratchDirectory(), 'data');
      const database = path.join(storage, 'mosquitto.db');
      const options = { storage, limits: { persistentClientExpirationSeconds: 7_200 } };
      const hasSession = async (stored: Buffer): Promise<boolean> => {
        writeFileSync(database, stored);
        const running = await limitedBroker(broker, options);
        const { connack } = await client(running, { version: 4, name: receiver, isKept: true });
        await running.stop();
        return connack[0] === 1;
      };
      const earliest = Math.floor(Date.now() / 1_000) + 7_200;
      const running = await limitedBroker(broker, options);
      const away = await receiving(running, true);
      away.send(disconnectPacket);
      await away.closed();
      await running.stop();
      const latest = Math.floor(Date.now() / 1_000) + 7_200;
      const stored = readFileSync(database);
      const over = Buffer.from(stored);
      over.writeBigInt64LE(BigInt(earliest - 7_210), placeOfTime(stored, earliest, latest));
      assert.equal(await hasSession(stored), true);
      // Mosquitto 2.0.11 takes a session up again whose end was while it did not run.
      assert.equal(await hasSession(over), !is21);
    });

    if (is21) {
      it('maxConnections closes the sockets beyond it, also after a reload', () =>
        onLimited(broker, { maxConnections: 5 }, async (running) => {
          const flood = Array.from({ length: 12 }, () => rawClient(running.port));
          await until(() => flood.filter(({ isClosed }) => isClosed()).length === 7, 'seven of twelve are closed');
          const open = flood.filter(({ isClosed }) => !isClosed());
          for (const { socket } of flood) socket.destroy();
          assert.equal(open.length, 5);
          await until(async () => {
            const { connack, socket } = await sending(running);
            socket.destroy();
            return connack[1] === 0;
          }, 'a client comes in when they are gone');
        }));
    }
  });
}
