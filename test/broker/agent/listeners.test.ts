import assert from 'node:assert/strict';
import net from 'node:net';
import type { NetworkListener } from '../../../src/domain/broker/conf.ts';
import { connected } from '../../../src/agent/client.ts';
import type { Proof } from '../../../src/agent/proof.ts';
import { bundleOf, clientPair, deviceCertificate, newCa, type Site } from '../../agent/site.ts';
import { brokers, until } from '../mosquitto.ts';
import { connectedDevice, newPlant, type Plant, type RunningAgent, sessionOf, startAgent } from './plant.ts';

const a = { identity: 'a', lines: [{ access: 'readwrite', topic: 'dev/a/#' }] } as const;
const b = { identity: 'b', lines: [], password: 'correct horse' } as const;

/** The site with other listeners. */
function siteWith({ site }: Plant, change: (listener: NetworkListener) => NetworkListener): Site {
  const listeners = site.conf.listeners.map((listener) => (listener.kind === 'Unix' ? listener : change(listener)));
  return { ...site, conf: { ...site.conf, listeners } };
}

for (const broker of brokers) {
  describe(`agent on ${broker.name}, listeners`, () => {
    let plant: Plant;
    let agent: RunningAgent;
    const proofs = (): readonly Proof['kind'][] =>
      agent.events.flatMap((event) => (event.kind === 'Proof' ? [event.proof.kind] : []));

    beforeEach(async () => {
      plant = await newPlant(broker);
      agent = startAgent(plant);
    });
    afterEach(() => agent.stop());

    it('proves WebSockets listeners too', async () => {
      const site = siteWith(plant, (listener) =>
        // 2.0 does not look into the CRL on them before the first reload.
        listener.authentication === 'Certificate' && broker.dialect === '2.0'
          ? listener
          : { ...listener, protocol: 'WebSockets' },
      );
      agent.give(bundleOf(site, { revision: 1, devices: [a, b] }));
      await agent.loaded(1);
      agent.give(bundleOf(site, { revision: 2, devices: [b], crlNumber: 2 }));
      await agent.loaded(2);
      assert.deepEqual(proofs(), ['Proved', 'Proved']);
      const endpoint = {
        kind: 'Network',
        host: '127.0.0.1',
        port: plant.ports.password,
        webSockets: true,
        tls: {},
      } as const;
      const login = { clientId: 'b', username: 'b', password: 'correct horse' };
      const outcome = await connected(endpoint, login, 5_000);
      assert.equal(outcome.kind, 'Connected');
      await outcome.session.close();
    });

    it('without CRLs proves that a foreign CA is refused, and starts the broker again for another CA', async () => {
      const site = siteWith(plant, (listener) => {
        if (listener.authentication === 'Password') return listener;
        const { crlFile, ...tls } = listener.tls;
        assert.ok(crlFile);
        return { ...listener, tls };
      });
      const second = newCa('second', site.now);
      agent.give(bundleOf(site, { revision: 1, devices: [a], parts: { crl: '' } }));
      await agent.loaded(1);
      const dates = { notBefore: site.now, notAfter: new Date(site.now.getTime() + 86_400_000) };
      const pair = clientPair(second, 'a', dates);
      assert.equal((await connectedDevice(plant, 'a', pair)).kind, 'TlsRefused');
      agent.give(bundleOf(site, { revision: 2, devices: [a], parts: { crl: '', ca: site.ca.pem + second.pem } }));
      await agent.loaded(2);
      assert.equal(agent.count('Started'), 2);
      await sessionOf(plant, 'a', pair);
    });

    it('keeps a set that a full listener does not let it prove, and proves it when there is room', async () => {
      // The limit does not hold on 2.0, where it is refused in manifests for this reason.
      const expected = broker.dialect === '2.0' ? ['Proved', 'Proved'] : ['Proved', 'Unproved', 'Proved'];
      const site = siteWith(plant, (listener) =>
        listener.authentication === 'Certificate' ? { ...listener, maxConnections: 3 } : listener,
      );
      agent.give(bundleOf(site, { revision: 1, devices: [a] }));
      await agent.loaded(1);
      const session = await sessionOf(plant, 'a', deviceCertificate(site, 'a'));
      const silent = [1, 2].map(() => net.connect(plant.ports.mtls, '127.0.0.1'));
      await Promise.all(silent.map((socket) => new Promise((resolve) => socket.once('connect', resolve))));
      agent.give(bundleOf(site, { revision: 2, devices: [{ identity: 'a', lines: [] }], crlNumber: 2 }));
      await until(() => proofs().length >= 2, 'it tries');
      const published = await session.publish('dev/a/x');
      assert.deepEqual(published, { kind: 'Acknowledged', code: 0x87 });
      for (const socket of silent) socket.destroy();
      await agent.loaded(2);
      assert.deepEqual(proofs(), expected);
      assert.ok(session.isOpen());
    });
  });
}
