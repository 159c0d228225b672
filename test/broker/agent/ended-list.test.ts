/** A revocation list of one of two CAs has ended: who has a certificate of the other one is served and taken back as ever. */
import assert from 'node:assert/strict';
import {
  around,
  bundleOf,
  type Ca,
  clientPair,
  crlOf,
  day,
  deviceCertificate,
  type KeyPair,
  newCa,
  revocationOf,
} from '../../agent/site.ts';
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
  describe(`agent on ${broker.name}, with a revocation list that has ended`, () => {
    let plant: Plant;
    let agent: RunningAgent;
    let partner: Ca;
    let [own, foreign]: [KeyPair | undefined, KeyPair | undefined] = [undefined, undefined];
    const devices = ['own', 'foreign'].map((identity) => ({
      identity,
      lines: [{ access: 'readwrite', topic: `dev/${identity}/#` }] as const,
    }));

    const setWith = (revision: number, revoked: readonly KeyPair[] = []) => {
      const { site } = plant;
      const revocations = revoked.map((pair) => revocationOf(site.ca, pair, site.now));
      const ended = crlOf(partner, 1, site.now, [], { from: -8 * day, to: -day });
      const parts = { ca: site.ca.pem + partner.pem, crl: crlOf(site.ca, revision, site.now, revocations) + ended };
      return bundleOf(site, { revision, devices, revocations, parts });
    };
    const kind = async (identity: string, pair?: KeyPair) =>
      pair && (await connectedDevice(plant, identity, pair)).kind;
    const ownIsServed = async () => {
      assert.ok(own);
      const session = await sessionOf(plant, 'own', own);
      assert.ok((await publishCode(session, 'dev/own/x')) < 0x80);
      assert.equal(await publishCode(session, 'dev/foreign/x'), 0x87);
      return session;
    };

    beforeEach(async () => {
      plant = await newPlant(broker);
      partner = newCa('partner', plant.site.now);
      own = deviceCertificate(plant.site, 'own');
      foreign = clientPair(partner, 'foreign', around(plant.site.now));
      agent = startAgent(plant);
      agent.give(setWith(1));
      await agent.loaded(1);
    });
    afterEach(() => agent.stop());

    it('begins with it, and refuses those of its CA alone', async () => {
      await ownIsServed();
      assert.equal(await kind('foreign', foreign), 'TlsRefused');
    });

    it('takes back what is of the other CA', async () => {
      const session = await ownIsServed();
      assert.ok(own);
      agent.give(setWith(2, [own]));
      await agent.loaded(2);
      await until(() => !session.isOpen(), 'the session is cut');
      assert.deepEqual([await kind('own', own), await kind('foreign', foreign)], ['TlsRefused', 'TlsRefused']);
    });

    it('starts again on it while its source is silent', async () => {
      await agent.stop();
      agent = startAgent(plant);
      await agent.loaded(1);
      await ownIsServed();
      assert.equal(await kind('foreign', foreign), 'TlsRefused');
    });
  });
}
