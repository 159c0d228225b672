/** Files of somebody else and what `mqttsec import` makes of them, side by side on real brokers. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import mqtt, { type MqttClient } from 'mqtt';
import { renderedFiles } from '../../src/domain/bundle/rendered.ts';
import { parseManifests } from '../../src/parse/manifests.ts';
import { root } from '../cli/program.ts';
import { chanceOf } from '../cluster/faults/chance.ts';
import { type BrokerUnderTest, brokers, currentUser, freePorts, runningBroker, scratchDirectory } from './mosquitto.ts';

const users = Array.from({ length: 20 }, (_, at) => `u${at}`);
const names = ['a', 'b', 'u1', 'u2', 'x y'];
const topics = ['a', 'b', 'u1', 'u2', 'x y'].flatMap((first) => [
  first,
  ...names.map((second) => `${first}/${second}`),
]);

/** All ways of writing that facts 4.7 name, users in several blocks, and rules by chance; without denies in patterns. */
function foreignFile(seed: number): string {
  const chance = chanceOf(seed);
  const topic = () =>
    [1, 2]
      .slice(chance.below(2))
      .map(() => chance.pick([...names, '+']))
      .join('/');
  const line = () => {
    const access = chance.pick(['', 'read ', 'write ', 'readwrite ', 'deny ', 'read  ']);
    // Without an access word a space would end it.
    const text = access === '' ? topic().replaceAll('x y', 'a') : topic();
    return `${chance.pick(['', '  '])}topic ${access}${text}${chance.pick(['', '/#', ' ', '\r'])}`;
  };
  const blocks = [...users, ...users.slice(0, 5)].map((user) => [
    `user ${user}`,
    line(),
    line(),
    '',
    '# a comment',
    line(),
  ]);
  const patterns = ['pattern read b/%u', 'pattern write %c/a', 'pattern readwrite a/+'];
  return [['user all', 'topic #'], ...blocks, patterns].flat().join('\n') + '\n';
}

/** What each user may do at a broker with this acl_file: `u1 publish a/b`. */
async function observed(broker: BrokerUnderTest, text: string): Promise<readonly string[]> {
  const directory = scratchDirectory();
  const [port = 0] = await freePorts(1);
  const acl = path.join(directory, 'acl');
  await writeFile(acl, text, { mode: 0o600 });
  const conf = [
    `user ${currentUser}`,
    'set_tcp_nodelay true',
    'allow_anonymous true',
    `acl_file ${acl}`,
    `listener ${port} 127.0.0.1`,
  ];
  const running = await runningBroker(broker, directory, `${conf.join('\n')}\n`);
  const clients = new Map<string, MqttClient>();
  try {
    const found: string[] = [];
    for (const user of [...users, 'all']) {
      const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${port}`, {
        ...{ username: user, clientId: user, protocolVersion: 5, reconnectPeriod: 0 },
      });
      clients.set(user, client);
      client.on('message', (topic) => void found.push(`${user} receive ${topic}`));
      await client.subscribeAsync('#', { qos: 0 });
    }
    const all = clients.get('all');
    for (const topic of topics) await all?.publishAsync(topic, '', { qos: 1 });
    // The answer to a message of its own comes after all that was delivered before, and so does a refusal.
    for (const client of clients.values()) await client.publishAsync('sync', '', { qos: 1 }).catch(() => undefined);
    const received = found.filter((line) => !line.startsWith('all ') && !line.endsWith(' sync'));
    for (const user of users) {
      for (const topic of topics) {
        const taken = await clients
          .get(user)
          ?.publishAsync(topic, '', { qos: 1 })
          .then(
            () => true,
            () => false,
          );
        if (taken === true) received.push(`${user} publish ${topic}`);
      }
    }
    return [...new Set(received)].sort();
  } finally {
    for (const client of clients.values()) await client.endAsync(true);
    await running.stop();
  }
}

describe('mqttsec import', () => {
  for (const broker of brokers) {
    it(`makes manifests that allow the same on ${broker.name}`, async function () {
      this.timeout(60_000);
      const seed = Number(process.env['MQTTSEC_SEED'] ?? Math.floor(Math.random() * 1_000_000));
      const text = foreignFile(seed);
      const file = path.join(scratchDirectory(), 'acl');
      await writeFile(file, text);
      const { status, stdout, stderr } = spawnSync(path.join(root, 'bin/mqttsec'), ['import', '--acl', file], {
        encoding: 'utf8',
      });
      assert.deepEqual([status, stderr], [0, ''], `MQTTSEC_SEED=${seed}`);
      const { fleet, values } = parseManifests([{ name: 'imported.yaml', text: stdout }]);
      const files = renderedFiles(fleet, 'default/imported', values);
      assert.ok(files.ok);
      const [before, after] = [await observed(broker, text), await observed(broker, files.value.get('acl') ?? '')];
      assert.ok(before.length > 0);
      assert.deepEqual(after, before, `MQTTSEC_SEED=${seed}\n${text}`);
    });
  }
});
