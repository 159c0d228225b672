import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { mqttsec } from '../../cli/program.ts';
import { brokers, until } from '../mosquitto.ts';
import {
  allProved,
  basicFleet,
  connected,
  type DevProcess,
  kitOf,
  mayPublish,
  mosquittoWords,
  type Plant,
  plantOf,
  proved,
  startedDev,
  writtenStatus,
} from './dev-process.ts';

const asking = (basicFleet['broker.yaml'] ?? '').replace(
  'spec:\n',
  'spec:\n  lockout: { maxFailures: 3, blockSeconds: 900 }\n  monitoring: { aclViolations: Enabled }\n',
);

/** What the agent of a run that was killed reported last. */
function report({ state }: Plant, lockout: { readonly identity: string; readonly since: Date; readonly until: Date }) {
  const file = path.join(state, 'report.json');
  const former = JSON.parse(readFileSync(file, 'utf8')) as object;
  writeFileSync(file, JSON.stringify({ ...former, lockouts: [{ reason: 'DeniedPublishes', ...lockout }] }));
}

for (const broker of brokers) {
  describe(`a lockout under mqttsec dev on ${broker.name}`, function () {
    this.timeout(60_000);
    let plant: Plant;
    let dev: DevProcess | undefined;

    beforeEach(async () => {
      plant = plantOf({ ...basicFleet, 'broker.yaml': asking });
      await begin();
    });
    afterEach(async () => {
      await dev?.stop();
      plant.remove();
    });

    async function begin(): Promise<void> {
      // What a former run wrote is no sign that this one is up.
      const before = writtenStatus(plant)?.loaded?.provedAt;
      dev = startedDev(plant.directory, mosquittoWords(broker.dialect));
      await until(() => writtenStatus(plant)?.loaded?.provedAt !== before, 'a set is proved', 30);
      await allProved(plant, dev);
    }

    it('denies everything over restarts, and no session ends; unlock ends it', async () => {
      await dev?.stop();
      const now = Date.now();
      report(plant, { identity: 's-1', since: new Date(now - 5_000), until: new Date(now + 10 ** 9) });
      await begin();
      await proved(plant, 's-1', 'Locked');
      const client = await connected(kitOf(plant, 's-1'));
      try {
        assert.equal(await mayPublish(client, 'sensors/s-1/t'), false);
        assert.match(
          mqttsec(['status', plant.directory]).out,
          /^s-1 .* True +Locked until \d{4}-\d\d-\d\d \d\d:\d\d$/m,
        );
        assert.match(mqttsec(['status', plant.directory]).out, /^p-1 .* True +Ready$/m);
        client.end(true);
        await dev?.stop();
        await begin();
        await proved(plant, 's-1', 'Locked');
        const again = await connected(kitOf(plant, 's-1'));
        try {
          assert.equal(await mayPublish(again, 'sensors/s-1/t'), false);
          const { code, out } = mqttsec(['unlock', 's-1', '--state', plant.state]);
          assert.deepEqual([code, out], [0, 'MqttDevice plant/s-1 is released now\n']);
          await until(() => mayPublish(again, 'sensors/s-1/t'), 'it is released');
          assert.equal(again.connected, true, 'its session went on');
        } finally {
          again.end(true);
        }
      } finally {
        client.end(true);
      }
    });

    it('that a person ended while nobody ran is over at the start, and begins again when the device goes on', async () => {
      const client = await connected(kitOf(plant, 's-1'));
      for (let publishes = 0; publishes < 3; publishes += 1) await mayPublish(client, 'forbidden/x');
      await proved(plant, 's-1', 'Locked');
      client.end(true);
      await dev?.stop();
      const { out } = mqttsec(['unlock', 's-1', '--state', plant.state]);
      assert.equal(out, "MqttDevice plant/s-1 is released when 'mqttsec dev' runs\n");
      await begin();
      await proved(plant, 's-1', 'Ready');
      const again = await connected(kitOf(plant, 's-1'));
      try {
        assert.equal(await mayPublish(again, 'sensors/s-1/t'), true);
        const told = () =>
          readFileSync(path.join(plant.state, 'audit.jsonl'), 'utf8').trimEnd().split('\n').at(-1) ?? '';
        await until(() => told().includes('"event":"Released","broker"'), told);
        await until(
          async () => {
            await mayPublish(again, 'forbidden/x');
            return !(await mayPublish(again, 'sensors/s-1/t'));
          },
          'it is locked out again',
          30,
        );
      } finally {
        again.end(true);
      }
    });

    it('begins when a device hammers what it may not, ends by unlock, and begins again when it goes on', async () => {
      const client = await connected(kitOf(plant, 's-1'));
      try {
        for (let publishes = 0; publishes < 3; publishes += 1) await mayPublish(client, 'forbidden/x');
        await proved(plant, 's-1', 'Locked');
        assert.equal(await mayPublish(client, 'sensors/s-1/t'), false);
        assert.equal(mqttsec(['unlock', 's-1', '--state', plant.state]).code, 0);
        await proved(plant, 's-1', 'Ready');
        assert.equal(await mayPublish(client, 'sensors/s-1/t'), true);
        assert.equal(client.connected, true);
        await until(
          async () => {
            await mayPublish(client, 'forbidden/x');
            return !(await mayPublish(client, 'sensors/s-1/t'));
          },
          'it is locked out again',
          30,
        );
        await proved(plant, 's-1', 'Locked');
      } finally {
        client.end(true);
      }
    });
  });
}
