/** TLS that was completed before a revocation, and used after it: the broker lets it in, the agent ends it. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import tls from 'node:tls';
import { bundleOf, deviceCertificate, revocationOf } from '../../agent/site.ts';
import { brokers, until } from '../mosquitto.ts';
import { newPlant, type Plant, publishCode, type RunningAgent, sessionOf, startAgent } from './plant.ts';

/** CONNECT of MQTT 3.1.1 with a clean session. */
function connectPacket(identity: string): Buffer {
  const id = Buffer.from(identity);
  const rest = [0, 4, ...Buffer.from('MQTT'), 4, 2, 0, 30, 0, id.length, ...id];
  return Buffer.from([0x10, rest.length, ...rest]);
}

for (const broker of brokers) {
  describe(`agent on ${broker.name}, a connection from before a revocation`, () => {
    let plant: Plant;
    let agent: RunningAgent;
    const a = { identity: 'a', lines: [{ access: 'readwrite', topic: 'dev/a/#' }] } as const;

    beforeEach(async () => {
      plant = await newPlant(broker);
      agent = startAgent(plant);
    });
    afterEach(() => agent.stop());

    for (const [what, devices] of [
      ['of a device that has another certificate', [a]],
      ['of a device that was taken off', []],
    ] as const) {
      it(`${what}, opens no session that lasts`, async () => {
        const [former, next] = [deviceCertificate(plant.site, 'a'), deviceCertificate(plant.site, 'a')];
        agent.give(bundleOf(plant.site, { revision: 1, devices: [a] }));
        await agent.loaded(1);
        const early = tls.connect({
          ...{ host: '127.0.0.1', port: plant.ports.mtls, rejectUnauthorized: false, minVersion: 'TLSv1.3' },
          ...{ cert: former.certificate, key: former.key },
        });
        await once(early, 'session');
        let isClosed = false;
        early.once('close', () => (isClosed = true));
        const revocations = [revocationOf(plant.site.ca, former, plant.site.now)];
        agent.give(bundleOf(plant.site, { revision: 2, devices, revocations, crlNumber: 2 }));
        await agent.loaded(2);
        const told = (): string =>
          [...agent.events.map((event) => JSON.stringify(event)), ...agent.log.slice(-30)].join('\n');
        assert.ok(!isClosed, `the connection outlives the reload\n${told()}`);
        early.resume().write(connectPacket('a'));
        await until(
          () => isClosed,
          () => `the session is ended\n${told()}`,
        );
        await until(() => agent.log.some((line) => line.endsWith("u'a').")), 'it was let in by the broker');
        if (devices.length === 0) return;
        await until(() => agent.count('Kicked') === 2, 'it is told');
        const session = await sessionOf(plant, 'a', next);
        assert.ok((await publishCode(session, 'dev/a/x')) < 0x80);
        agent.give(
          bundleOf(plant.site, { revision: 3, devices: [{ identity: 'a', lines: [] }], revocations, crlNumber: 2 }),
        );
        await agent.loaded(3);
        assert.ok(session.isOpen(), 'who came by a newer connection stays');
        assert.equal(agent.count('Kicked'), 2);
      });
    }
  });
}
