/** Sessions that have to end, on real brokers: the right ones, wherever they are, and however soon their devices come back. */
import assert from 'node:assert/strict';
import mqtt, { type MqttClient } from 'mqtt';
import { bundleOf, deviceCertificate, type KeyPair, revocationOf } from '../../agent/site.ts';
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

for (const broker of brokers) {
  describe(`agent on ${broker.name}, ending sessions`, () => {
    let plant: Plant;
    let agent: RunningAgent;
    const clients: MqttClient[] = [];
    const device = (identity: string) =>
      ({ identity, lines: [{ access: 'readwrite', topic: `dev/${identity}/#` }] }) as const;

    beforeEach(async () => {
      plant = await newPlant(broker);
      agent = startAgent(plant);
    });
    afterEach(async () => {
      for (const client of clients.splice(0)) client.end(true);
      await agent.stop();
    });

    /** A device that comes back at once whenever it is cut, with a session that outlives its connection. */
    function persistent(pair: KeyPair, clientId: string): MqttClient {
      const client = mqtt.connect({
        ...{ protocol: 'mqtts', host: '127.0.0.1', port: plant.ports.mtls, rejectUnauthorized: false },
        ...{ cert: pair.certificate, key: pair.key, clientId, protocolVersion: 5, clean: false, reconnectPeriod: 1 },
        properties: { sessionExpiryInterval: 3600 },
      });
      client.on('error', () => undefined);
      clients.push(client);
      return client;
    }

    it('ends the revoked one on every listener, and none whose name is like it', async () => {
      const names = ['a', 'A', 'aa', 'a-1'] as const;
      const pairs = new Map(names.map((name) => [name, deviceCertificate(plant.site, name)]));
      const of = (name: (typeof names)[number]) => pairs.get(name) ?? assert.fail();
      const locked = { ...device('p'), password: 'correct horse' };
      agent.give(bundleOf(plant.site, { revision: 1, devices: [...names.map(device), locked] }));
      await agent.loaded(1);
      const kept = await Promise.all(names.slice(1).map((name) => sessionOf(plant, name, of(name))));
      const cut = [await sessionOf(plant, 'a', of('a')), await sessionOf(plant, 'p', 'correct horse')];
      const revocations = [revocationOf(plant.site.ca, of('a'), plant.site.now)];
      const devices = names.slice(1).map(device);
      agent.give(bundleOf(plant.site, { revision: 2, devices, revocations, crlNumber: 2 }));
      await agent.loaded(2);
      await until(() => cut.every((session) => !session.isOpen()), 'both sessions are ended');
      for (const session of kept) assert.ok((await publishCode(session, 'other')) === 0x87 && session.isOpen());
      assert.equal((await connectedDevice(plant, 'p', 'correct horse')).kind, 'Refused');
    });

    it('keeps a revoked device out that comes back between proof and kick, and lets its new certificate in at once', async () => {
      const [former, next] = [deviceCertificate(plant.site, 'a'), deviceCertificate(plant.site, 'a')];
      agent.give(bundleOf(plant.site, { revision: 1, devices: [device('a')] }));
      await agent.loaded(1);
      let accepted = 0;
      const stubborn = persistent(former, 'a').on('connect', () => (accepted += 1));
      await until(() => accepted === 1, 'it is connected');
      await stubborn.subscribeAsync('dev/a/#', { qos: 1 });
      const revocations = [revocationOf(plant.site.ca, former, plant.site.now)];
      agent.give(bundleOf(plant.site, { revision: 2, devices: [device('a')], revocations, crlNumber: 2 }));
      await agent.loaded(2);
      await until(() => !stubborn.connected, 'its session is ended');
      let refused = 0;
      stubborn.on('close', () => (refused += 1));
      await until(() => refused >= 5, 'it tried again and again');
      assert.equal(accepted, 1);
      const session = await sessionOf(plant, 'a', next);
      assert.ok((await publishCode(session, 'dev/a/x')) < 0x80);
      agent.give(bundleOf(plant.site, { revision: 3, devices: [device('a'), device('b')], revocations, crlNumber: 2 }));
      await agent.loaded(3);
      assert.ok(session.isOpen(), 'who came back rightly is not cut again');
      assert.equal(agent.count('Kicked'), 1);
    });

    it('takes with the session what it had stored', async () => {
      const [former, next] = [deviceCertificate(plant.site, 'a'), deviceCertificate(plant.site, 'a')];
      const other = deviceCertificate(plant.site, 'b');
      const b = { identity: 'b', lines: [{ access: 'write', topic: 'dev/a/x' }] } as const;
      agent.give(bundleOf(plant.site, { revision: 1, devices: [device('a'), b] }));
      await agent.loaded(1);
      const thief = persistent(former, 'a');
      await thief.subscribeAsync('dev/a/#', { qos: 1 });
      thief.end(true);
      const publisher = await sessionOf(plant, 'b', other);
      assert.ok((await publishCode(publisher, 'dev/a/x')) < 0x80);
      const revocations = [revocationOf(plant.site.ca, former, plant.site.now)];
      agent.give(bundleOf(plant.site, { revision: 2, devices: [device('a'), b], revocations, crlNumber: 2 }));
      await agent.loaded(2);
      const rightful = persistent(next, 'a');
      const isPresent = await new Promise((resolve) =>
        rightful.once('connect', ({ sessionPresent }) => resolve(sessionPresent)),
      );
      assert.equal(isPresent, false);
    });
  });
}
