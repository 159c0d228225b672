/**
 * Sessions of devices that are away while rights change. Mosquitto 2.0 has a defect there, which is why
 * `reloadDefectFindings` warns: when it reads its files again it forgets the rights of every certificate device that is
 * away, so that nothing is kept for it until it is back. Patterns are for everybody and are not forgotten.
 */
import assert from 'node:assert/strict';
import mqtt, { type MqttClient } from 'mqtt';
import { type AclLine, aclText, implicitPatterns } from '../../../src/domain/acl/file.ts';
import { bundleOf, deviceCertificate, type KeyPair, type SiteSet, valueOf } from '../../agent/site.ts';
import { brokers, scratchDirectory, until } from '../mosquitto.ts';
import { newPlant, type Plant, publishCode, type RunningAgent, sessionOf, startAgent } from './plant.ts';

const password = 'correct horse';

type Layout = 'PerIdentity' | 'Patterns';

const reads = (topic: string): AclLine => ({ access: 'read', topic });

/** Two devices that may read their news, by certificate and by password, and one that writes it. */
function setIn(layout: Layout, revision: number): SiteSet {
  const linesOf = (identity: string) => (layout === 'Patterns' ? [] : [reads(`news/${identity}`)]);
  const writer = { identity: 'writer', password, lines: [{ access: 'write', topic: 'news/+' }] } as const;
  const devices = [
    { identity: 'cert', lines: linesOf('cert') },
    { identity: 'word', password, lines: linesOf('word') },
    writer,
  ];
  if (layout === 'PerIdentity') return { revision, devices };
  const patterns = [...implicitPatterns, reads('news/%u')];
  const users = [{ name: writer.identity, lines: writer.lines }];
  return { revision, devices, parts: { acl: valueOf(aclText({ patterns, users })) } };
}

/** One more device, so that the broker has to be told. */
function withAnother(set: SiteSet): SiteSet {
  const added = { identity: 'another', lines: [] };
  return { ...set, revision: set.revision + 1, devices: [...set.devices, added] };
}

/** The plant with a broker that stores sessions. */
function storing(plant: Plant): Plant {
  const persistenceDirectory = `${scratchDirectory()}/`;
  return { ...plant, site: { ...plant.site, conf: { ...plant.site.conf, persistenceDirectory } } };
}

/** A device whose session stays when it goes. */
interface StayingDevice {
  readonly identity: string;
  readonly credential: KeyPair | string;
}

/** Takes the session up; resolves when the device is subscribed, or its session is there again. */
async function takenUp(
  { ports }: Plant,
  { identity, credential }: StayingDevice,
  onMessage: (payload: string) => void = () => undefined,
): Promise<MqttClient> {
  const client = mqtt.connect({
    ...{ protocol: 'mqtts', host: '127.0.0.1', rejectUnauthorized: false, minVersion: 'TLSv1.3' },
    ...(typeof credential === 'string'
      ? { port: ports.password, username: identity, password: credential }
      : { port: ports.mtls, cert: credential.certificate, key: credential.key }),
    ...{ clientId: identity, protocolVersion: 4, clean: false, reconnectPeriod: 0 },
  });
  client.on('message', (_, payload) => onMessage(payload.toString()));
  const isThere = await new Promise<boolean>((resolve, reject) => {
    client.once('connect', ({ sessionPresent }) => resolve(sessionPresent));
    client.once('error', reject);
  });
  if (!isThere) await client.subscribeAsync(`news/${identity}`, { qos: 1 });
  return client;
}

/** What a device is given that was away while the broker was told of another set, and after that somebody wrote to it. */
async function received(plant: Plant, change: () => Promise<void>, device: StayingDevice): Promise<string[]> {
  await (await takenUp(plant, device)).endAsync();
  await change();
  const writer = await sessionOf(plant, 'writer', password);
  const topic = `news/${device.identity}`;
  assert.ok((await publishCode(writer, topic, 'while away')) < 0x80);
  const payloads: string[] = [];
  const client = await takenUp(plant, device, (payload) => payloads.push(payload));
  assert.ok((await publishCode(writer, topic, 'once back')) < 0x80);
  await until(() => payloads.includes('once back'), 'the device is given what is written while it is there');
  await client.endAsync();
  return payloads;
}

const all = ['while away', 'once back'];

for (const broker of brokers) {
  const isLosing = broker.dialect === '2.0';

  describe(`sessions of devices that are away, on ${broker.name}`, () => {
    let plant: Plant;
    let agent: RunningAgent;

    beforeEach(async () => {
      plant = storing(await newPlant(broker));
      agent = startAgent(plant);
    });
    afterEach(() => agent.stop());

    const certificateDevice = () => ({ identity: 'cert', credential: deviceCertificate(plant.site, 'cert') });
    const passwordDevice = { identity: 'word', credential: password };

    const first = async (layout: Layout) => {
      agent.give(bundleOf(plant.site, setIn(layout, 1)));
      await agent.loaded(1);
    };
    const next = async (layout: Layout) => {
      agent.give(bundleOf(plant.site, withAnother(setIn(layout, 1))));
      await agent.loaded(2);
    };
    const reloaded = async (layout: Layout, device: StayingDevice) => {
      await first(layout);
      return received(plant, () => next(layout), device);
    };

    it(`${isLosing ? 'lose' : 'keep'} what is written after a reload: certificates, rules by identity`, async () => {
      const expected = isLosing ? ['once back'] : all;
      assert.deepEqual(await reloaded('PerIdentity', certificateDevice()), expected);
    });

    it('keep it: certificates, rules as patterns', async () => {
      assert.deepEqual(await reloaded('Patterns', certificateDevice()), all);
    });

    it('keep it: passwords, rules by identity', async () => {
      assert.deepEqual(await reloaded('PerIdentity', passwordDevice), all);
    });

    it('keep it: certificates, rules by identity, when the broker was started again', async () => {
      await first('PerIdentity');
      const startAgain = async () => {
        await agent.stop();
        agent = startAgent(plant);
        await next('PerIdentity');
      };
      assert.deepEqual(await received(plant, startAgain, certificateDevice()), all);
    });
  });
}
