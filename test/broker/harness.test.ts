import assert from 'node:assert/strict';
import { connected } from '../../src/agent/client.ts';
import { brokers, currentUser, freePorts, missingLines, runningBroker, scratchDirectory } from './mosquitto.ts';

describe('brokers under test', () => {
  it('has both lines of Mosquitto', function () {
    if (missingLines.length > 0) this.skip();
    assert.deepEqual(
      brokers.map(({ dialect }) => dialect),
      ['2.0', '2.1'],
    );
    for (const { dialect, version } of brokers) assert.ok(version.startsWith(`${dialect}.`));
  });

  for (const broker of brokers) {
    it(`${broker.name} starts, takes a message and stops`, async () => {
      const directory = scratchDirectory();
      const [port] = await freePorts(1);
      const conf = `user ${currentUser}\nallow_anonymous true\nlistener ${String(port)} 127.0.0.1\n`;
      const running = await runningBroker(broker, directory, conf);
      const endpoint = { kind: 'Network', host: '127.0.0.1', port: port!, webSockets: false } as const;
      const outcome = await connected(endpoint, { clientId: 'a' }, 5_000);
      assert.equal(outcome.kind, 'Connected');
      const { kind } = await outcome.session.publish('a/b', 'c');
      assert.equal(kind, 'Acknowledged');
      await outcome.session.close();
      await running.stop();
      assert.deepEqual(await running.process.exited.then(({ code, signal }) => ({ code, signal })), {
        code: 0,
        signal: null,
      });
    });
  }
});
