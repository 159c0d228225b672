/** A broker that was proved and then hangs, or is given other files by somebody: nobody has to ask for it to be put right. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { kill } from 'node:process';
import { currentLink } from '../../../src/agent/generation.ts';
import { bundleOf, deviceCertificate, type KeyPair } from '../../agent/site.ts';
import { brokers, until } from '../mosquitto.ts';
import { newPlant, type Plant, publishCode, type RunningAgent, sessionOf, startAgent } from './plant.ts';

for (const broker of brokers) {
  describe(`agent on ${broker.name}, looking after it`, () => {
    let plant: Plant;
    let pair: KeyPair;
    let agent: RunningAgent;
    const a = { identity: 'a', lines: [{ access: 'readwrite', topic: 'dev/a/#' }] } as const;
    const reloads = () => agent.log.filter((line) => line.includes('Reloading config')).length;
    const pids = () => agent.events.flatMap((event) => (event.kind === 'Started' ? [event.pid] : []));
    const drifts = () => agent.events.flatMap((event) => (event.kind === 'Drifted' ? [event.what] : []));
    const isServed = async () => {
      const session = await sessionOf(plant, 'a', pair);
      assert.ok((await publishCode(session, 'dev/a/x')) < 0x80);
      assert.equal(await publishCode(session, 'dev/b/x'), 0x87);
      await session.close();
    };

    beforeEach(async () => {
      plant = await newPlant(broker);
      pair = deviceCertificate(plant.site, 'a');
      agent = startAgent(plant, { limits: { answer: 300, overall: 600, watch: 30 } });
      agent.give(bundleOf(plant.site, { revision: 1, devices: [a] }));
      await agent.loaded(1);
    });
    afterEach(() => agent.stop());

    it('finds one that hangs, says so, and starts another', async () => {
      kill(pids()[0] ?? 0, 'SIGSTOP');
      await until(() => drifts().length > 0, 'it is noticed');
      const told = () => agent.reports.find(({ lastError = '' }) => lastError.includes('does not answer'));
      await until(() => told() !== undefined, 'it is said');
      await until(() => pids().length === 2 && agent.report()?.lastError === undefined, 'another one is proved');
      assert.deepEqual([...new Set(drifts())], ['the local listener does not answer']);
      await isServed();
    });

    it('waits for one that hangs for a moment, and does not start it again', async () => {
      kill(pids()[0] ?? 0, 'SIGSTOP');
      await until(() => drifts().length > 0, 'it is noticed');
      kill(pids()[0] ?? 0, 'SIGCONT');
      await until(() => agent.report()?.lastError === undefined, 'it is proved again');
      assert.equal(pids().length, 1);
      await isServed();
    });

    it('puts right what somebody else had it read', async () => {
      await writeFile(path.join(currentLink(plant.directory), 'acl'), 'pattern readwrite #\n');
      kill(pids()[0] ?? 0, 'SIGHUP');
      await until(() => drifts().length > 0, 'it is noticed');
      await until(() => agent.report()?.lastError === undefined && agent.count('Proof') > 1, 'it is put right');
      await isServed();
      assert.equal(pids().length, 1);
    });

    it('leaves one alone that reads the same again, and one that nobody touches', async () => {
      const sessions = () => agent.log.filter((line) => line.includes('New client connected')).length;
      await until(() => agent.log.some((line) => line.includes('-watch')), 'it is looked after');
      const former = sessions();
      kill(pids()[0] ?? 0, 'SIGHUP');
      await until(() => reloads() === 1, 'it was reloaded');
      const session = await sessionOf(plant, 'a', pair);
      for (let i = 0; i < 200; i += 1) await publishCode(session, 'dev/a/x');
      assert.deepEqual([drifts(), agent.count('Proof'), reloads(), sessions()], [[], 1, 1, former + 1]);
    });
  });
}
