import assert from 'node:assert/strict';
import { bundleOf, deviceCertificate, revocationOf } from '../../agent/site.ts';
import { brokers, until } from '../mosquitto.ts';
import {
  connectedDevice,
  newPlant,
  type Plant,
  publishCode,
  type RunningAgent,
  sessionOf,
  startAgent,
} from './plant.ts';

const denied = 0x87;
const rights = (identity: string) => [{ access: 'readwrite', topic: `dev/${identity}/#` }] as const;

for (const broker of brokers) {
  describe(`agent on ${broker.name}`, () => {
    let plant: Plant;
    let agent: RunningAgent;

    beforeEach(async () => {
      plant = await newPlant(broker);
      agent = startAgent(plant);
    });
    afterEach(() => agent.stop());

    const device = (identity: string) => ({ identity, lines: rights(identity) });

    it('starts no broker before the first good set', async () => {
      agent.give(bundleOf(plant.site, { revision: 1, devices: [], parts: { acl: 'topic bogus a\n' } }));
      await until(() => agent.report()?.refused !== undefined, 'the set is refused');
      assert.equal(agent.count('Started'), 0);
      assert.equal((await connectedDevice(plant, 'a', deviceCertificate(plant.site, 'a'))).kind, 'Unanswered');
    });

    it('lets a device do what it may and nothing else', async () => {
      const pair = deviceCertificate(plant.site, 'a');
      const withPassword = { ...device('b'), password: 'correct horse' };
      agent.give(bundleOf(plant.site, { revision: 1, devices: [device('a'), withPassword] }));
      await agent.loaded(1);
      const sessions = [await sessionOf(plant, 'a', pair), await sessionOf(plant, 'b', 'correct horse')] as const;
      for (const [session, own, other] of [
        [sessions[0], 'a', 'b'],
        [sessions[1], 'b', 'a'],
      ] as const) {
        assert.ok((await publishCode(session, `dev/${own}/x`)) < 0x80);
        assert.equal(await publishCode(session, `dev/${other}/x`), denied);
      }
    });

    it('cuts the session of a revoked device, keeps it out, and leaves its neighbour alone', async () => {
      const [pair, neighbour] = [deviceCertificate(plant.site, 'a'), deviceCertificate(plant.site, 'b')];
      agent.give(bundleOf(plant.site, { revision: 1, devices: [device('a'), device('b')] }));
      await agent.loaded(1);
      const [cut, kept] = [await sessionOf(plant, 'a', pair), await sessionOf(plant, 'b', neighbour)];
      const revocations = [revocationOf(plant.site.ca, pair, new Date())];
      agent.give(bundleOf(plant.site, { revision: 2, devices: [device('b')], revocations, crlNumber: 2 }));
      await agent.loaded(2);
      await until(() => !cut.isOpen(), 'the session is cut');
      assert.equal((await connectedDevice(plant, 'a', pair)).kind, 'TlsRefused');
      assert.ok(kept.isOpen());
      assert.ok((await publishCode(kept, 'dev/b/x')) < 0x80);
    });
  });
}
