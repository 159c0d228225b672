/** The agent's disk is full: what is in force stays, nothing is left half-done, and it goes on when there is room. */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { kill } from 'node:process';
import { bundleOf, deviceCertificate, type KeyPair, revocationOf } from '../../agent/site.ts';
import { brokers, until } from '../mosquitto.ts';
import {
  connectedDevice,
  hastyClock,
  newPlant,
  type Plant,
  publishCode,
  type RunningAgent,
  sessionOf,
  startAgent,
} from './plant.ts';
import { smallDisk, type SmallDisk } from './small-disk.ts';

const tried = await smallDisk();
// A container without the right to mount has none; what else this run shows is worth having all the same.
if (typeof tried === 'string') console.warn(`no small disk can be made, tests of a full one do not run: ${tried}`);
else tried.close();

for (const broker of typeof tried === 'string' ? [] : brokers) {
  describe(`agent on ${broker.name}, on a full disk`, () => {
    let disk: SmallDisk;
    let plant: Plant;
    let pair: KeyPair;
    let neighbour: KeyPair;
    let agent: RunningAgent;
    const device = (identity: string) =>
      ({ identity, lines: [{ access: 'readwrite', topic: `dev/${identity}/#` }] }) as const;
    const revoking = () => {
      const revocations = [revocationOf(plant.site.ca, pair, plant.site.now)];
      return bundleOf(plant.site, { revision: 2, devices: [device('b')], revocations, crlNumber: 2 });
    };
    const isServed = async (identity: string, credential: KeyPair) => {
      const session = await sessionOf(plant, identity, credential);
      assert.ok((await publishCode(session, `dev/${identity}/x`)) < 0x80);
      assert.equal(await publishCode(session, 'dev/c/x'), 0x87);
      await session.close();
    };
    let onProof = (): void => undefined;

    beforeEach(async () => {
      const made = await smallDisk();
      assert.ok(typeof made !== 'string');
      disk = made;
      plant = await newPlant(broker, { root: disk.root });
      [pair, neighbour] = [deviceCertificate(plant.site, 'a'), deviceCertificate(plant.site, 'b')];
      onProof = () => undefined;
      agent = startAgent(plant, { clock: hastyClock(), onEvent: ({ kind }) => kind === 'Proof' && onProof() });
      agent.give(bundleOf(plant.site, { revision: 1, devices: [device('a'), device('b')] }));
      await agent.loaded(1);
    });
    afterEach(async () => {
      await agent.stop();
      disk.close();
    });

    it('cannot write the next set: keeps the last one, says so, and follows when there is room', async () => {
      disk.fill();
      agent.give(revoking());
      await until(() => agent.report()?.refused?.revision === 2, 'it is refused');
      assert.match(JSON.stringify(agent.report()?.refused), /"Apply","reason":"write generation .*ENOSPC/);
      assert.equal(agent.report()?.loaded?.revision, 1);
      await isServed('a', pair);
      assert.deepEqual(
        readdirSync(path.join(plant.directory, 'generations')).filter((name) => !/^\d+$/.test(name)),
        [],
      );
      disk.free();
      await agent.loaded(2);
      assert.equal(agent.report()?.refused, undefined);
      assert.equal((await connectedDevice(plant, 'a', pair)).kind, 'TlsRefused');
      await isServed('b', neighbour);
    });

    it('cannot remember what was proved: revokes all the same, and does not call it loaded before it can', async () => {
      const session = await sessionOf(plant, 'a', pair);
      onProof = () => disk.fill();
      agent.give(revoking());
      await until(() => agent.report()?.lastError !== undefined, 'it says so');
      assert.match(agent.report()?.lastError ?? '', /ENOSPC/);
      assert.equal(agent.report()?.loaded?.revision, 1);
      await until(() => !session.isOpen(), 'the session is ended');
      assert.equal((await connectedDevice(plant, 'a', pair)).kind, 'TlsRefused');
      await isServed('b', neighbour);
      onProof = () => undefined;
      disk.free();
      await agent.loaded(2);
      assert.equal(agent.report()?.lastError, undefined);
    });

    it('cannot start a broker that ended: says so, and starts it when there is room', async () => {
      disk.fill();
      const started = agent.events.find((event) => event.kind === 'Started');
      kill(started?.pid ?? 0, 'SIGKILL');
      await until(() => /ENOSPC/.test(agent.report()?.lastError ?? ''), 'it says so');
      assert.equal((await connectedDevice(plant, 'a', pair)).kind, 'Unanswered');
      disk.free();
      await until(() => agent.report()?.lastError === undefined, 'it is proved again');
      await isServed('a', pair);
    });
  });
}
