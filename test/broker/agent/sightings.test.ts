/** Who came to a real broker, as its agent remembers it over restarts. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { sightingsFile } from '../../../src/agent/sightings.ts';
import {
  dayOf,
  daysBefore,
  parseSightings,
  type Sightings,
  sightingsText,
} from '../../../src/domain/audit/sightings.ts';
import { bundleOf, deviceCertificate, type SiteDevice, valueOf } from '../../agent/site.ts';
import { brokers } from '../mosquitto.ts';
import { connectedDevice, newPlant, type Plant, type RunningAgent, sessionOf, startAgent } from './plant.ts';

for (const broker of brokers) {
  describe(`agent on ${broker.name}, remembering who came`, () => {
    let plant: Plant;
    const lines = [{ access: 'readwrite', topic: 'dev/#' }] as const;
    const devices: readonly SiteDevice[] = ['a', 'never'].map((identity) => ({ identity, lines }));
    const guessed: SiteDevice = { identity: 'guessed', password: 'correct horse', lines };
    const written = (): Sightings => valueOf(parseSightings(readFileSync(sightingsFile(plant.directory), 'utf8')));

    async function during(run: (agent: RunningAgent) => Promise<void>): Promise<void> {
      const agent = startAgent(plant);
      agent.give(bundleOf(plant.site, { revision: 1, devices: [...devices, guessed] }));
      await agent.loaded(1);
      await run(agent);
      await agent.stop();
    }

    beforeEach(async () => {
      plant = await newPlant(broker);
    });

    it('writes those who were let in, and nobody else', async () => {
      await during(async () => {
        await (await sessionOf(plant, 'a', deviceCertificate(plant.site, 'a'))).close();
        assert.equal((await connectedDevice(plant, 'guessed', 'wrong')).kind, 'Refused');
      });
      const { since, until, isComplete, lastSeen } = written();
      assert.deepEqual([[...lastSeen.keys()], isComplete], [['a'], true]);
      const today = dayOf(new Date());
      for (const day of [since, until, lastSeen.get('a')]) assert.ok([today, daysBefore(today, 1)].includes(day ?? ''));
    });

    it('goes on with what a former agent wrote, and begins anew where that is damaged', async () => {
      await during(() => Promise.resolve());
      const today = written().until;
      const former = { ...written(), since: '2026-01-01', lastSeen: new Map([['never', '2026-02-02']]) };
      writeFileSync(sightingsFile(plant.directory), sightingsText({ ...former, until: today }));
      await during(async () => {
        await (await sessionOf(plant, 'a', deviceCertificate(plant.site, 'a'))).close();
      });
      const { since, lastSeen } = written();
      assert.deepEqual([since, lastSeen.get('never'), lastSeen.has('a')], ['2026-01-01', '2026-02-02', true]);
      writeFileSync(sightingsFile(plant.directory), 'no JSON');
      await during(() => Promise.resolve());
      assert.deepEqual([written().since >= today, written().lastSeen.size], [true, 0]);
    });
  });
}
