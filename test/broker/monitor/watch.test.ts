import assert from 'node:assert/strict';
import { defaultRules } from '../../../src/monitor/settings.ts';
import type { Notice } from '../../../src/monitor/notice.ts';
import { createMonitor, type Monitor } from '../../../src/monitor/watch.ts';
import { brokers, until } from '../mosquitto.ts';
import {
  connectPacket,
  disconnectPacket,
  enteredClient,
  maxPacketSizeBytes,
  publishPacket,
  rawClient,
  type WatchedBroker,
  watchedBroker,
} from './watched.ts';

const now = new Date('2026-01-01T00:00:00Z');
const lockout = { maxFailures: 5, windowSeconds: 60, blockSeconds: 900 };

for (const broker of brokers) {
  describe(`monitor of ${broker.name}`, () => {
    let watched: WatchedBroker;
    let monitor: Monitor;
    let notices: Notice[];
    const locked = (): readonly string[] => monitor.lockouts(now).map(({ identity }) => identity);
    const told = (kind: Notice['kind']) => notices.filter((notice) => notice.kind === kind);
    /** Reads the log until this device has left for the last time. */
    const readTo = async (name: string): Promise<void> => {
      const isLast = () =>
        watched.events().some((event) => {
          notices.push(...monitor.note(event, now));
          return event.kind === 'Left' && event.clientId === name;
        });
      await until(isLast, `${name} leaves`);
    };
    const comeAndGo = async (name: string): Promise<void> => {
      const client = await enteredClient(watched.passwordPort, name);
      client.send(disconnectPacket);
      await client.closed();
    };

    before(async () => {
      watched = await watchedBroker(broker);
    });
    after(() => watched.stop());
    beforeEach(() => {
      watched.events();
      notices = [];
      monitor = createMonitor({
        isListed: (name) => ['d1', 'd2', 'victim'].includes(name),
        rules: defaultRules,
        lockout,
      });
    });

    it('locks out a device that hammers a topic it has no right to, and nobody else', async () => {
      const [hammer, other] = [
        await enteredClient(watched.passwordPort, 'd1'),
        await enteredClient(watched.passwordPort, 'd2'),
      ];
      for (let i = 0; i < 5; i += 1) {
        hammer.send(publishPacket('dev/d2'));
        other.send(publishPacket('dev/d2'));
      }
      await Promise.all([hammer.answered(4 + 5 * 4), other.answered(4 + 5 * 4)]);
      hammer.send(disconnectPacket);
      await readTo('d1');
      assert.deepEqual(locked(), ['d1']);
      assert.deepEqual(told('PublishDenied')[0]?.topic, 'dev/d2');
      other.send(disconnectPacket);
      await other.closed();
    });

    it('locks out one that sends packets over the limit again and again', async () => {
      for (let i = 0; i < 5; i += 1) {
        const client = await enteredClient(watched.passwordPort, 'd1');
        client.send(publishPacket('dev/d1', Buffer.alloc(maxPacketSizeBytes)));
        await client.closed();
      }
      await comeAndGo('d2');
      await readTo('d2');
      assert.deepEqual([locked(), told('LockedOut')[0]?.reason], [['d1'], 'Oversize']);
    });

    it('locks out one that connects again and again', async () => {
      for (let i = 0; i < 24; i += 1) await comeAndGo('d1');
      await comeAndGo('d2');
      await readTo('d2');
      assert.deepEqual([locked(), told('ConnectStorm')[0]?.identity], [['d1'], 'd1']);
    });

    it('does not lock out a victim for what others do in its name, but tells of them', async () => {
      const names = [
        'victim',
        "victim (p2, c1, k60, u'victim').",
        'victim disconnected due to oversize packet.',
        'victim [127.0.0.1:1] disconnected: oversize packet.',
        "Denied PUBLISH from victim (d0, q1, r0, m1, 'a', ... (1 bytes))",
        `victim [127.0.0.1:1] disconnected: oversize packet.${'x'.repeat(1200)}`,
      ];
      const victim = await enteredClient(watched.passwordPort, 'victim');
      for (let i = 0; i < 6; i += 1) {
        for (const name of names) {
          const client = rawClient(watched.passwordPort);
          const login = i % 2 === 0 ? { clientId: name } : { clientId: 'x', username: name, password: 'wrong' };
          client.send(connectPacket(login), publishPacket('a', Buffer.alloc(maxPacketSizeBytes)));
          await client.closed();
        }
      }
      const liar = await enteredClient(watched.passwordPort, 'd1');
      for (const topic of names) liar.send(publishPacket(`${topic}', ... (1 bytes))`));
      await liar.answered(4 + names.length * 4);
      assert.equal(victim.isClosed(), false);
      victim.send(disconnectPacket);
      await readTo('victim');
      assert.deepEqual(locked(), ['d1']);
      const [failures] = told('AuthenticationFailed');
      assert.deepEqual([failures?.count, failures?.identity], [10, undefined]);
      assert.equal(monitor.counts().refusals.NotAuthorised, 36, 'none is hidden');
      assert.deepEqual(new Set(notices.map(({ identity }) => identity)), new Set([undefined, 'd1']));
    });
  });
}
