import assert from 'node:assert/strict';
import { bundleOf, deviceCertificate, revocationOf } from '../../agent/site.ts';
import { brokers, until } from '../mosquitto.ts';
import {
  beforeItEnds,
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

    it('brings an edited rule to a live session without dropping it', async () => {
      const pair = deviceCertificate(plant.site, 'a');
      agent.give(bundleOf(plant.site, { revision: 1, devices: [device('a')] }));
      await agent.loaded(1);
      const session = await sessionOf(plant, 'a', pair);
      assert.equal(await publishCode(session, 'extra/a'), denied);
      const lines = [...rights('a'), { access: 'write', topic: 'extra/a' }] as const;
      agent.give(bundleOf(plant.site, { revision: 2, devices: [{ identity: 'a', lines }] }));
      await agent.loaded(2);
      assert.ok((await publishCode(session, 'extra/a')) < 0x80);
      assert.ok((await publishCode(session, 'dev/a/x')) < 0x80);
      assert.equal(agent.count('Started'), 1);
      assert.equal(agent.count('Kicked'), 0);
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

    it('denies a suspended device everything and keeps its session, until the hold is lifted', async () => {
      const pair = deviceCertificate(plant.site, 'a');
      agent.give(bundleOf(plant.site, { revision: 1, devices: [device('a')] }));
      await agent.loaded(1);
      const session = await sessionOf(plant, 'a', pair);
      const revocations = [revocationOf(plant.site.ca, pair, new Date(), 'CertificateHold')];
      const suspended = { identity: 'a', lines: [{ access: 'deny', topic: '#' }] } as const;
      agent.give(bundleOf(plant.site, { revision: 2, devices: [suspended], revocations, crlNumber: 2 }));
      await agent.loaded(2);
      assert.equal(await publishCode(session, 'dev/a/x'), denied);
      assert.equal((await connectedDevice(plant, 'a', pair)).kind, 'TlsRefused');
      agent.give(bundleOf(plant.site, { revision: 3, devices: [device('a')], crlNumber: 3 }));
      await agent.loaded(3);
      assert.ok((await publishCode(session, 'dev/a/x')) < 0x80);
      assert.ok((await publishCode(await sessionOf(plant, 'a', pair), 'dev/a/x')) < 0x80);
    });

    it('ends the session of a changed password, and takes only the new one', async () => {
      agent.give(bundleOf(plant.site, { revision: 1, devices: [{ ...device('a'), password: 'old' }] }));
      await agent.loaded(1);
      const session = await sessionOf(plant, 'a', 'old');
      agent.give(bundleOf(plant.site, { revision: 2, devices: [{ ...device('a'), password: 'new' }] }));
      await agent.loaded(2);
      await until(() => !session.isOpen(), 'the session is ended');
      assert.equal((await connectedDevice(plant, 'a', 'old')).kind, 'Refused');
      await sessionOf(plant, 'a', 'new');
    });

    it('ends what has ended by itself, while nobody sends anything', async () => {
      const pair = deviceCertificate(plant.site, 'a');
      const other = deviceCertificate(plant.site, 'b');
      const { end, session, ending } = await beforeItEnds(1_000, async (soon, revision) => {
        const lines = [...rights('a'), { access: 'write', topic: 'extra/a', until: soon }] as const;
        const leaving = { ...device('b'), until: soon };
        agent.give(bundleOf(plant.site, { revision, devices: [{ identity: 'a', lines }, leaving] }));
        await agent.loaded(revision);
        return { session: await sessionOf(plant, 'a', pair), ending: await sessionOf(plant, 'b', other) };
      });
      await until(() => !ending.isOpen(), 'the session of b is ended');
      assert.ok(new Date() >= end);
      assert.equal(await publishCode(session, 'extra/a'), denied);
      assert.ok((await publishCode(session, 'dev/a/x')) < 0x80);
      assert.equal(await publishCode(await sessionOf(plant, 'b', other), 'dev/b/x'), denied);
    });

    it('starts the broker again for another configuration, and leaves it alone for the same content', async () => {
      const { site } = plant;
      agent.give(bundleOf(site, { revision: 1, devices: [device('a')] }));
      await agent.loaded(1);
      const swaps = agent.count('Swapped');
      const same = bundleOf(site, { revision: 1, devices: [device('a')] });
      agent.give({ ...same, index: { ...same.index, revision: 7 }, parts: { ...same.parts } });
      await until(() => agent.count('Swapped') > swaps || agent.report()?.loaded?.revision === 7, 'it is taken');
      const conf = { ...site.conf, limits: { maxPacketSizeBytes: 2_000 } };
      agent.give(bundleOf({ ...site, conf }, { revision: 8, devices: [device('a')] }));
      await agent.loaded(8);
      assert.equal(agent.count('Started'), 2);
    });

    it('keeps the last good set when a bad one comes, and says so', async () => {
      const pair = deviceCertificate(plant.site, 'a');
      agent.give(bundleOf(plant.site, { revision: 1, devices: [device('a')] }));
      await agent.loaded(1);
      const session = await sessionOf(plant, 'a', pair);
      agent.give(bundleOf(plant.site, { revision: 2, devices: [], parts: { acl: 'user a\ntopic bogus #\n' } }));
      await until(() => agent.report()?.refused?.revision === 2, 'it is refused');
      assert.deepEqual(
        agent.report()?.refused?.refusals.map(({ check }) => check),
        ['AclParses'],
      );
      assert.equal(agent.report()?.loaded?.revision, 1);
      agent.giveUnreadable('chunk acl[0] is missing');
      await until(() => agent.report()?.refused?.revision === undefined, 'it is said that nothing could be read');
      assert.deepEqual(
        agent.report()?.refused?.refusals.map(({ check }) => check),
        ['Readable'],
      );
      assert.ok((await publishCode(session, 'dev/a/x')) < 0x80);
      assert.equal(agent.count('Swapped'), 1);
    });
  });
}
