import assert from 'node:assert/strict';
import { joined } from '../../../src/domain/pieces.ts';
import mqtt, { type MqttClient } from 'mqtt';
import type { Session } from '../../../src/agent/client.ts';
import type { BrokerLauncher, BrokerProcess } from '../../../src/ports.ts';
import {
  bundleOf,
  deviceCertificate,
  type KeyPair,
  noticeOf,
  revocationOf,
  type SiteNotice,
} from '../../agent/site.ts';
import { brokers, until } from '../mosquitto.ts';
import { newPlant, type Plant, type RunningAgent, sessionOf, startAgent } from './plant.ts';

const denied = 0x87;
const rights = (identity: string) => [{ access: 'readwrite', topic: `dev/${identity}/#` }] as const;
const device = (identity: string) => ({ identity, lines: rights(identity) });
const fingerprint = (digit: string) => digit.repeat(64);
const noticeFor = (identity: string, digit = 'a'): SiteNotice => ({ identity, fingerprint: fingerprint(digit) });
const payloadOf = (notice: SiteNotice) => JSON.stringify(noticeOf(notice));

/** All that a session is given on these filters, as `TOPIC PAYLOAD`. */
async function heardBy(session: Session, ...filters: readonly string[]): Promise<string[]> {
  const heard: string[] = [];
  for (const filter of filters) {
    const isGranted = await session.subscribe(filter, (topic, payload) => {
      const text = `${topic} ${Buffer.from(payload).toString()}`;
      if (!topic.endsWith('/fence') && !heard.includes(text)) heard.push(text);
    });
    assert.ok(isGranted, `subscribe ${filter}`);
  }
  return heard;
}

/** What the session was given before a message of its own came back, which the broker sent after all else. */
async function allHeardBy(session: Session, identity: string, ...filters: readonly string[]): Promise<string[]> {
  const heard = await heardBy(session, ...filters);
  const fence = `dev/${identity}/fence`;
  let isBack = false;
  await session.subscribe(fence, (topic) => (isBack ||= topic === fence));
  assert.ok((await codeOf(session, fence, 'x')) < 0x80);
  await until(() => isBack, 'its own message comes back');
  return heard;
}

async function codeOf(session: Session, topic: string, payload: string): Promise<number> {
  const outcome = await session.publish(topic, payload);
  if (outcome.kind === 'Acknowledged') return outcome.code;
  throw new Error(`publish ${topic}: ${outcome.reason}`);
}

const acknowledge = (session: Session, identity: string, text: string) =>
  codeOf(session, `$mqttsec/${identity}/certificate/ack`, text);
const acknowledgementOf = (digit: string) => JSON.stringify({ fingerprint: fingerprint(digit) });

function acknowledged(agent: RunningAgent): readonly string[] {
  return (agent.report()?.acknowledgements ?? []).map((one) => `${one.identity} ${one.fingerprint.slice(0, 1)}`);
}

/** A session that outlives its connections. */
function lastingClient({ ports }: Plant, identity: string, { certificate, key }: KeyPair): Promise<MqttClient> {
  const client = mqtt.connect({
    ...{ protocol: 'mqtts', host: '127.0.0.1', port: ports.mtls, cert: certificate, key, rejectUnauthorized: false },
    ...{ protocolVersion: 5, clientId: identity, clean: false, properties: { sessionExpiryInterval: 3600 } },
    reconnectPeriod: 0,
  });
  return new Promise((resolve, reject) => {
    client.once('connect', () => resolve(client));
    client.once('error', reject);
  });
}

/** A broker that outlives its agents, as one in a container of its own does. */
function outliving(launcher: BrokerLauncher): { launcher: BrokerLauncher; end(): Promise<void> } {
  let running: BrokerProcess | undefined;
  return {
    launcher: {
      version: () => launcher.version(),
      async start(file, onLog) {
        running ??= await launcher.start(file, onLog);
        return { ...running, stop: () => Promise.resolve() };
      },
    },
    end: async () => running?.stop(),
  };
}

for (const broker of brokers) {
  describe(`notices on ${broker.name}`, () => {
    let plant: Plant;
    let pairs: Readonly<Record<'a' | 'b', KeyPair>>;
    let agent: RunningAgent | undefined;
    const open: { end(): Promise<unknown> }[] = [];

    beforeEach(async () => {
      plant = await newPlant(broker);
      crl = undefined;
      pairs = { a: deviceCertificate(plant.site, 'a'), b: deviceCertificate(plant.site, 'b') };
    });
    afterEach(async () => {
      await Promise.all(open.splice(0).map((one) => one.end()));
      await agent?.stop();
      agent = undefined;
    });

    let crl: string | undefined;
    /** Sets that differ in their notices alone. */
    const setOf = (revision: number, ...notices: readonly SiteNotice[]) => {
      const parts = crl === undefined ? {} : { crl };
      const set = bundleOf(plant.site, { revision, devices: [device('a'), device('b')], notices, parts });
      crl = joined(set.parts.crl);
      return set;
    };

    async function session(identity: 'a' | 'b'): Promise<Session> {
      const opened = await sessionOf(plant, identity, pairs[identity]);
      open.push({ end: () => opened.close() });
      return opened;
    }

    async function shown(running: RunningAgent, notices: number): Promise<void> {
      const isShown = () => {
        const last = running.events.findLast(({ kind }) => kind === 'Notified');
        return last?.kind === 'Notified' && last.notices === notices;
      };
      await until(isShown, () => `${notices} notices are out: ${JSON.stringify(running.events.slice(-5))}`);
    }

    it('reach their device and nobody else, whatever it subscribes to', async () => {
      agent = startAgent(plant);
      agent.give(setOf(1, noticeFor('a')));
      await agent.loaded(1);
      const filters = ['#', '$mqttsec/#', '$mqttsec/+/certificate', '$mqttsec/a/certificate', '$mqttsec/a/#'];
      const [a, b] = [await session('a'), await session('b')];
      const [ofA, ofB] = [await heardBy(a, ...filters), await heardBy(b, ...filters, '$mqttsec/+/certificate/ack')];
      await heardBy(b, '$share/g/$mqttsec/+/certificate', '$share/g/$mqttsec/a/certificate');
      const noticeOfA = `$mqttsec/a/certificate ${payloadOf(noticeFor('a'))}`;
      await until(() => ofA.includes(noticeOfA), 'the notice comes');
      agent.give(setOf(2, noticeFor('a', 'c'), noticeFor('b')));
      await shown(agent, 2);
      assert.ok((await acknowledge(a, 'a', acknowledgementOf('c'))) < 0x80);
      await until(() => ofB.length > 0 && ofA.length > 1, 'the next ones come');
      await allHeardBy(b, 'b');
      assert.deepEqual(ofB, [`$mqttsec/b/certificate ${payloadOf(noticeFor('b'))}`]);
      assert.deepEqual(ofA, [noticeOfA, `$mqttsec/a/certificate ${payloadOf(noticeFor('a', 'c'))}`]);
    });

    it('can be written by nobody, and acknowledged by their device alone', async () => {
      agent = startAgent(plant);
      agent.give(setOf(1, noticeFor('a'), noticeFor('b', 'b')));
      await agent.loaded(1);
      const [a, b] = [await session('a'), await session('b')];
      for (const topic of ['$mqttsec/a/certificate', '$mqttsec/b/certificate'])
        for (const one of [a, b]) assert.equal(await codeOf(one, topic, '{}'), denied);
      assert.equal(await acknowledge(b, 'a', acknowledgementOf('a')), denied);
      assert.equal(await acknowledge(a, 'b', acknowledgementOf('b')), denied);
      for (const text of [
        '',
        'x',
        '{}',
        '[]',
        'null',
        acknowledgementOf('b'),
        `${acknowledgementOf('a')}${' '.repeat(512)}`,
      ])
        assert.ok((await acknowledge(a, 'a', text)) < 0x80);
      // As openssl prints it.
      const printed = Array.from({ length: 32 }, () => 'BB').join(':');
      assert.ok((await acknowledge(b, 'b', JSON.stringify({ fingerprint: printed }))) < 0x80);
      await until(() => acknowledged(agent as RunningAgent).length > 0, 'one is reported');
      assert.deepEqual(acknowledged(agent), ['b b']);
      assert.ok((await acknowledge(a, 'a', acknowledgementOf('a'))) < 0x80);
      await until(() => acknowledged(agent as RunningAgent).length > 1, 'the other is reported');
      assert.deepEqual([...acknowledged(agent)].sort(), ['a a', 'b b']);
    });

    it('are kept for who is away, and gone when they are done with, without a reload', async () => {
      agent = startAgent(plant);
      agent.give(setOf(1));
      await agent.loaded(1);
      const lasting = await lastingClient(plant, 'a', pairs.a);
      await lasting.subscribeAsync('$mqttsec/a/certificate', { qos: 1 });
      await lasting.endAsync();
      agent.give(setOf(2, noticeFor('a')));
      await agent.loaded(2);
      await shown(agent, 1);
      const [later, again] = [await session('b'), await lastingClient(plant, 'a', pairs.a)];
      const texts: string[] = [];
      again.on('message', (_, payload) => texts.push(payload.toString()));
      await again.subscribeAsync('$mqttsec/a/certificate', { qos: 1 });
      await until(() => texts.includes(payloadOf(noticeFor('a'))), 'the notice comes');
      await again.endAsync();
      assert.deepEqual(await allHeardBy(later, 'b', '$mqttsec/+/certificate'), []);
      agent.give(setOf(3));
      await agent.loaded(3);
      await shown(agent, 0);
      assert.deepEqual(await allHeardBy(await session('a'), 'a', '$mqttsec/a/certificate'), []);
      assert.equal(agent.count('Proof'), 1);
      assert.equal(agent.count('Swapped'), 1);
    });

    it('come again from the next agent, but for those that ended while none was there', async () => {
      const shared = outliving(broker.launcher);
      open.push({ end: () => shared.end() });
      const first = startAgent(plant, { launcher: shared.launcher });
      first.give(setOf(1, noticeFor('a'), noticeFor('b', 'b')));
      await first.loaded(1);
      await shown(first, 2);
      await first.stop();
      agent = startAgent(plant, { launcher: shared.launcher, limits: { resend: 100 } });
      agent.give(setOf(2, noticeFor('a')));
      await agent.loaded(2);
      await shown(agent, 1);
      const heard = await allHeardBy(await session('a'), 'a', '$mqttsec/a/certificate');
      assert.deepEqual(heard, [`$mqttsec/a/certificate ${payloadOf(noticeFor('a'))}`]);
      assert.deepEqual(await allHeardBy(await session('b'), 'b', '$mqttsec/b/certificate'), []);
    });

    it('wait when they are many for what takes rights back', async () => {
      const many = Array.from({ length: 2_000 }, (_, number) => `d${number}`);
      const devices = ['a', ...many].map(device);
      const notices = many.map((identity) => noticeFor(identity));
      const revocations = [revocationOf(plant.site.ca, pairs.b, plant.site.now)];
      const [first, second] = [
        bundleOf(plant.site, { revision: 1, devices: [device('b'), ...devices], notices }),
        bundleOf(plant.site, { revision: 2, devices, notices, revocations, crlNumber: 2 }),
      ];
      const running = startAgent(plant, {
        onEvent: (event) => {
          if (event.kind === 'Recorded' && event.revision === 1) running.give(second);
        },
      });
      agent = running;
      running.give(first);
      await running.loaded(2);
      assert.equal(running.count('Notified'), 0);
      await shown(running, many.length);
      const pair = deviceCertificate(plant.site, 'd1999');
      const last = await sessionOf(plant, 'd1999', pair);
      open.push({ end: () => last.close() });
      const heard = await allHeardBy(last, 'd1999', '$mqttsec/+/certificate');
      assert.deepEqual(heard, [`$mqttsec/d1999/certificate ${payloadOf(noticeFor('d1999'))}`]);
    });
  });
}
