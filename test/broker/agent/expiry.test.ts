/** The end of a certificate on a running broker: open sessions, and what TLS tickets could carry beyond it. */
import assert from 'node:assert/strict';
import tls from 'node:tls';
import { bundleOf, clientPair, type KeyPair, revocationOf } from '../../agent/site.ts';
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

/** CONNECT of MQTT 3.1.1 with a clean session, client ID `identity`. */
function connectPacket(identity: string): Buffer {
  const id = Buffer.from(identity);
  const rest = [0, 4, ...Buffer.from('MQTT'), 4, 2, 0, 30, 0, id.length, ...id];
  return Buffer.from([0x10, rest.length, ...rest]);
}

interface Answer {
  /** The handshake took up a former session. */
  readonly isResumed: boolean;
  /** Return code of the CONNACK; undefined when the broker hung up. */
  readonly code: number | undefined;
  /** The last ticket that the broker gave. */
  readonly ticket: Buffer | undefined;
}

/** Connects over TLS 1.3, with a ticket where there is one, and says what came of it; closes the connection. */
function tlsAnswer({ ports }: Plant, identity: string, pair: KeyPair, ticket?: Buffer): Promise<Answer> {
  return new Promise((resolve) => {
    let [code, isResumed, last]: [number | undefined, boolean, Buffer | undefined] = [undefined, false, undefined];
    const socket = tls.connect({
      ...{ host: '127.0.0.1', port: ports.mtls, rejectUnauthorized: false, minVersion: 'TLSv1.3' },
      ...{ cert: pair.certificate, key: pair.key },
      ...(ticket && { session: ticket }),
    });
    const settle = () => {
      socket.destroy();
      resolve({ isResumed, code, ticket: last });
    };
    socket.setTimeout(20_000, settle);
    socket.on('session', (session) => (last = session));
    socket.on('error', () => undefined);
    socket.once('close', settle);
    socket.once('secureConnect', () => {
      isResumed = socket.isSessionReused();
      socket.write(connectPacket(identity));
    });
    socket.once('data', (data: Buffer) => {
      code = data[3];
      settle();
    });
  });
}

for (const broker of brokers) {
  describe(`the end of a certificate on ${broker.name}`, () => {
    let plant: Plant;
    let agent: RunningAgent;

    beforeEach(async () => {
      plant = await newPlant(broker);
      agent = startAgent(plant);
    });
    afterEach(() => agent.stop());

    /** Ends so many milliseconds from now, on a whole second as X.509 has it. */
    const ending = (milliseconds: number) => new Date(Math.ceil((Date.now() + milliseconds) / 1000) * 1000);
    const from = () => new Date(Date.now() - 3_600_000);
    const device = (identity: string, until: Date, ticketsUntil?: Date) => ({
      ...{ identity, lines: [{ access: 'readwrite', topic: `dev/${identity}/#` }] as const, until },
      ...(ticketsUntil && { ticketsUntil }),
    });

    it('ends its open session; one that was renewed in time stays', async () => {
      const later = ending(3_600_000);
      const { end, gone, next, ended, kept } = await beforeItEnds(1_500, async (soon, round) => {
        const short = (identity: string) => clientPair(plant.site.ca, identity, { notBefore: from(), notAfter: soon });
        const [gone, renewed] = [short('gone'), short('renewed')];
        const next = clientPair(plant.site.ca, 'renewed', { notBefore: from(), notAfter: later });
        const set = (revision: number, renewed: ReturnType<typeof device>) => {
          agent.give(bundleOf(plant.site, { revision, devices: [device('gone', soon), renewed] }));
          return agent.loaded(revision);
        };
        await set(2 * round - 1, device('renewed', soon));
        const [ended, kept] = [await sessionOf(plant, 'gone', gone), await sessionOf(plant, 'renewed', renewed)];
        await set(2 * round, device('renewed', later, soon));
        assert.ok(ended.isOpen());
        return { gone, next, ended, kept };
      });
      await until(() => !ended.isOpen(), 'the session of the one that ended is cut');
      assert.ok(Date.now() >= end.getTime(), 'not before its end');
      assert.equal((await connectedDevice(plant, 'gone', gone)).kind, 'TlsRefused');
      assert.ok(kept.isOpen(), 'the session of the renewed one stays');
      assert.ok((await publishCode(kept, 'dev/renewed/x')) < 0x80);
      const fresh = await sessionOf(plant, 'renewed', next);
      assert.ok((await publishCode(fresh, 'dev/renewed/x')) < 0x80);
    });

    it('leaves no TLS ticket of it in force, although a newer certificate of the identity is good', async () => {
      const later = ending(3_600_000);
      const next = clientPair(plant.site.ca, 'a', { notBefore: from(), notAfter: later });
      const { end, former, ticket, ownTicket, resumed, proofs } = await beforeItEnds(2_000, async (soon, revision) => {
        const former = clientPair(plant.site.ca, 'a', { notBefore: from(), notAfter: soon });
        agent.give(bundleOf(plant.site, { revision, devices: [device('a', later, soon)] }));
        await agent.loaded(revision);
        const proofs = agent.count('Proof');
        const { ticket } = await tlsAnswer(plant, 'a', former);
        const { ticket: ownTicket } = await tlsAnswer(plant, 'a', next);
        assert.ok(ticket && ownTicket);
        return { former, ticket, ownTicket, resumed: await tlsAnswer(plant, 'a', former, ticket), proofs };
      });
      assert.deepEqual([resumed.isResumed, resumed.code], [true, 0], 'a ticket spares the look at the certificate');
      await until(() => agent.count('Proof') > proofs, 'the broker was reloaded at the end of the certificate');
      assert.ok(Date.now() >= end.getTime());
      const ended = await tlsAnswer(plant, 'a', former, ticket);
      assert.deepEqual([ended.isResumed, ended.code], [false, undefined]);
      const late = await tlsAnswer(plant, 'a', former, resumed.ticket);
      assert.deepEqual([late.isResumed, late.code], [false, undefined], 'nor one that was given for the first');
      assert.deepEqual(
        (await tlsAnswer(plant, 'a', next, ownTicket)).code,
        0,
        'the newer certificate is looked at again',
      );
      assert.equal(agent.count('Kicked'), 0, 'nobody is cut for it');
    });

    it('leaves no TLS ticket of one that was revoked in force', async () => {
      const later = ending(3_600_000);
      const [former, next] = ['a', 'a'].map((name) =>
        clientPair(plant.site.ca, name, { notBefore: from(), notAfter: later }),
      ) as [KeyPair, KeyPair];
      agent.give(bundleOf(plant.site, { revision: 1, devices: [device('a', later)] }));
      await agent.loaded(1);
      const { ticket } = await tlsAnswer(plant, 'a', former);
      assert.ok(ticket);
      const revocations = [revocationOf(plant.site.ca, former, new Date())];
      agent.give(bundleOf(plant.site, { revision: 2, devices: [device('a', later)], revocations, crlNumber: 2 }));
      await agent.loaded(2);
      const refused = await tlsAnswer(plant, 'a', former, ticket);
      assert.deepEqual([refused.isResumed, refused.code], [false, undefined]);
      assert.equal((await tlsAnswer(plant, 'a', next)).code, 0);
    });
  });
}
