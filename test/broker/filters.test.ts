/** Every filter of a small world against every topic of it: our matching is that of the broker, written and delivered. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import mqtt, { type MqttClient } from 'mqtt';
import { type AclFile, type AclUser, aclText } from '../../src/domain/acl/file.ts';
import { filterOf } from '../../src/domain/acl/filter.ts';
import { fileVerdicts } from '../../src/domain/acl/verdict.ts';
import { brokers, currentUser, freePorts, runningBroker, scratchDirectory, until } from './mosquitto.ts';

const names = ['a', 'b', '', '$x'];
const topics = [1, 2, 3].flatMap((length) => sequences(names, length)).filter((topic) => topic !== '');
const filters = [1, 2, 3]
  .flatMap((length) => sequences([...names, '+', '#'], length))
  .filter((text) => filterOf(text).ok);

function sequences(values: readonly string[], length: number): string[] {
  if (length === 1) return [...values];
  return sequences(values, length - 1).flatMap((head) => values.map((value) => `${head}/${value}`));
}

const everything: AclUser = {
  name: 'everything',
  lines: ['#', '$x/#'].map((topic) => ({ access: 'readwrite', topic })),
};
/** Two users for each filter: one is allowed it, the other everything but it. */
const file: AclFile = {
  patterns: [],
  users: [
    everything,
    ...filters.flatMap((topic, index): AclUser[] => [
      { name: `only-${String(index)}`, lines: [{ access: 'readwrite', topic }] },
      { name: `but-${String(index)}`, lines: [{ access: 'deny', topic }, ...everything.lines] },
    ]),
  ],
};

async function connected(port: number, name: string): Promise<MqttClient> {
  return mqtt.connectAsync(`mqtt://127.0.0.1:${String(port)}`, {
    username: name,
    clientId: name,
    protocolVersion: 5,
    reconnectPeriod: 0,
  });
}

async function isPublished(client: MqttClient, topic: string): Promise<boolean> {
  try {
    await client.publishAsync(topic, '', { qos: 1 });
    return true;
  } catch (error) {
    if ((error as { code?: unknown }).code === 0x87) return false;
    throw new Error(`publish to ${topic}`, { cause: error });
  }
}

async function writable(client: MqttClient): Promise<string[]> {
  const answers = await Promise.all(topics.map(async (topic) => ({ topic, taken: await isPublished(client, topic) })));
  return answers.filter(({ taken }) => taken).map(({ topic }) => topic);
}

describe('filters select what they select in the broker', () => {
  const engine = fileVerdicts(file, new Date('2026-06-01T00:00:00Z'));
  const expected = (name: string, action: 'publish' | 'receive'): string[] =>
    topics.filter((topic) => engine[action](name, topic).allowed);

  for (const broker of brokers) {
    it(`${String(file.users.length * topics.length)} pairs of user and topic on ${broker.name}`, async function () {
      this.timeout(120_000);
      const [port] = await freePorts(1);
      assert.ok(port);
      const directory = scratchDirectory();
      const text = aclText(file);
      assert.ok(text.ok);
      await writeFile(path.join(directory, 'acl'), text.value, { mode: 0o600 });
      const lines = [
        `user ${currentUser}`,
        `listener ${String(port)} 127.0.0.1`,
        'allow_anonymous true',
        `acl_file ${path.join(directory, 'acl')}`,
        'set_tcp_nodelay true',
      ];
      const running = await runningBroker(broker, directory, `${lines.join('\n')}\n`);
      const clients: MqttClient[] = [];
      try {
        const received = new Map<string, Set<string>>();
        for (const { name } of file.users) {
          const client = await connected(port, name);
          clients.push(client);
          assert.deepEqual(await writable(client), expected(name, 'publish'), `${name} writes`);
          const own = new Set<string>();
          received.set(name, own);
          client.on('message', (topic) => own.add(topic));
        }
        for (const client of clients) await client.subscribeAsync(['#', '$x/#'], { qos: 0 });
        const [sender] = clients;
        assert.ok(sender);
        assert.deepEqual(await writable(sender), topics);
        // What was sent to a client before its PUBACK has arrived with it.
        for (const client of clients) await isPublished(client, 'barrier');
        await until(
          () => received.get('everything')?.size === topics.length + 1,
          'all is delivered to who may have it',
        );
        for (const { name } of file.users) {
          const own = topics.filter((topic) => received.get(name)?.has(topic));
          assert.deepEqual(own, expected(name, 'receive'), `${name} receives`);
        }
      } finally {
        await Promise.all(clients.map((client) => client.endAsync(true)));
        await running.stop();
      }
    });
  }
});
