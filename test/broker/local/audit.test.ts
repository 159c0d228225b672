import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { connected } from '../../../src/agent/client.ts';
import type { LocalStatus } from '../../../src/local/status.ts';
import { brokers, until } from '../mosquitto.ts';
import {
  allProved,
  basicFleet,
  type DevProcess,
  mosquittoWords,
  type Plant,
  plantOf,
  startedDev,
} from './dev-process.ts';

/** The audit lines so far. */
function auditOf({ state }: Plant): readonly Readonly<Record<string, unknown>>[] {
  try {
    const lines = readFileSync(path.join(state, 'audit.jsonl'), 'utf8').trimEnd().split('\n');
    return lines.map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
  } catch {
    return [];
  }
}

for (const broker of brokers) {
  describe(`the audit log of mqttsec dev on ${broker.name}`, function () {
    this.timeout(60_000);
    let plant: Plant;
    let dev: DevProcess;

    before(async () => {
      plant = plantOf(basicFleet);
      dev = startedDev(plant.directory, mosquittoWords(broker.dialect));
      await allProved(plant, dev);
    });
    after(async () => {
      await dev.stop();
      plant.remove();
    });

    it('tells of guessed passwords, once for many, and of nothing else', async () => {
      const status = JSON.parse(readFileSync(path.join(plant.state, 'status.json'), 'utf8')) as LocalStatus;
      const port = status.listeners.find(({ authentication }) => authentication === 'Password')?.port ?? 0;
      const endpoint = { kind: 'Network', host: '127.0.0.1', port, webSockets: false, tls: {} } as const;
      for (let i = 0; i < 12; i += 1) {
        const login = { clientId: 'p-1"},{"event":"LockedOut', username: 'p-1', password: `guess ${i}` };
        assert.equal((await connected(endpoint, login, 5_000)).kind, 'Refused');
      }
      await until(() => auditOf(plant).length > 0, 'a line is written');
      const [{ version, event, broker: name, instance, identity, count } = {}, ...others] = auditOf(plant);
      assert.deepEqual(
        [version, event, name, instance, identity, count, others],
        [...[1, 'AuthenticationFailed', status.broker, 'local', undefined, 10], []],
      );
    });
  });
}
