/**
 * A broker that somebody starts with the dynamic-security plugin, whatever the set says: the real plugin, in the real
 * broker, with a client in it that has more rights than were declared.
 */
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { lookOf, localLink, rulesChecks, rulesSight } from '../../../src/agent/prove-rules.ts';
import { dynamicSecurityQuestion } from '../../../src/domain/broker/dynamic-security.ts';
import { passwordHash, passwordsText } from '../../../src/domain/broker/passwords.ts';
import type { BrokerLauncher } from '../../../src/ports.ts';
import { bundleOf, deviceCertificate } from '../../agent/site.ts';
import { brokers, type BrokerUnderTest, currentUser, runningBroker, scratchDirectory, until } from '../mosquitto.ts';
import {
  connectedDevice,
  newPlant,
  type Plant,
  publishCode,
  type RunningAgent,
  sessionOf,
  startAgent,
} from './plant.ts';

/** `a` may publish everything, says the plugin. */
const secondAuthority = {
  defaultACLAccess: {
    ...{ publishClientSend: false, publishClientReceive: true, subscribe: false, unsubscribe: true },
  },
  clients: [{ username: 'a', roles: [{ rolename: 'everything' }] }],
  roles: [
    {
      rolename: 'everything',
      acls: [{ acltype: 'publishClientSend', topic: '#', priority: 0, allow: true }],
    },
  ],
};

async function pluginLines({ pluginDirectory }: BrokerUnderTest): Promise<string> {
  const file = path.join(scratchDirectory(), 'dynamic-security.json');
  await writeFile(file, JSON.stringify(secondAuthority), { mode: 0o600 });
  return `plugin ${pluginDirectory}/mosquitto_dynamic_security.so\nplugin_opt_config_file ${file}\n`;
}

/** Starts the broker as a wrapper does that somebody put around it. */
function wrapped(broker: BrokerUnderTest, isWrapped: () => boolean): BrokerLauncher {
  const { launcher } = broker;
  return {
    version: () => launcher.version(),
    async start(file, onLog) {
      if (!isWrapped()) return launcher.start(file, onLog);
      const text = await readFile(file, 'utf8');
      const other = path.join(scratchDirectory(), 'mosquitto.conf');
      const lines = await pluginLines(broker);
      await writeFile(other, text.replace('\n# listener ', `\n${lines}\n# listener `));
      return launcher.start(other, onLog);
    },
  };
}

for (const broker of brokers) {
  describe(`dynamic security in ${broker.name}`, () => {
    let plant: Plant;
    let agent: RunningAgent;
    let isWrapped: boolean;
    const device = { identity: 'a', lines: [{ access: 'write', topic: 'dev/a/#' }] } as const;

    beforeEach(async () => {
      plant = await newPlant(broker);
      isWrapped = true;
      agent = startAgent(plant, { launcher: wrapped(broker, () => isWrapped) });
    });
    afterEach(() => agent.stop());

    it('is found by its answer: the set is refused with a reason of its own, and the broker stopped', async () => {
      agent.give(bundleOf(plant.site, { revision: 1, devices: [device] }));
      await until(() => agent.report()?.refused !== undefined && agent.count('Stopped') > 0, 'it is refused');
      assert.deepEqual(
        agent.report()?.refused?.refusals.map(({ check }) => check),
        ['DynamicSecurity'],
      );
      assert.match(agent.report()?.refused?.refusals[0]?.reason ?? '', /take it out of what starts this broker/);
      assert.equal(agent.report()?.loaded, undefined);
      assert.equal((await connectedDevice(plant, 'a', deviceCertificate(plant.site, 'a'))).kind, 'Unanswered');
    });

    it('is no matter when it was taken out, and is found when it comes back with the next start', async () => {
      isWrapped = false;
      agent.give(bundleOf(plant.site, { revision: 1, devices: [device] }));
      await agent.loaded(1);
      const session = await sessionOf(plant, 'a', deviceCertificate(plant.site, 'a'));
      assert.equal(await publishCode(session, 'others/x'), 0x87);
      isWrapped = true;
      const conf = { ...plant.site.conf, limits: { maxPacketSizeBytes: 2_000_000 } };
      agent.give(bundleOf({ ...plant.site, conf }, { revision: 2, devices: [device] }));
      await until(() => agent.report()?.refused !== undefined, 'it is refused');
      assert.deepEqual(
        agent.report()?.refused?.refusals.map(({ check }) => check),
        ['DynamicSecurity'],
      );
      assert.equal(agent.report()?.loaded?.revision, 1);
    });
  });

  describe(`the question about dynamic security, in ${broker.name}`, () => {
    const login = { clientId: 'probe', username: 'probe', password: 'right' };
    const topics = { nonceTopic: 'nonce', forbiddenTopic: 'forbidden' };
    const { topic, answerTopic } = dynamicSecurityQuestion;
    const rights = ['write nonce', `write ${topic}`, `read ${answerTopic}`];

    const sightOf = async (lines: string, acl: readonly string[]) => {
      const directory = scratchDirectory();
      const at = (name: string) => path.join(directory, name);
      await writeFile(
        at('passwords'),
        passwordsText(new Map([['probe', passwordHash('right', Buffer.alloc(12, 1))]])),
        {
          mode: 0o600,
        },
      );
      await writeFile(at('acl'), `user probe\n${acl.map((line) => `topic ${line}\n`).join('')}`, { mode: 0o600 });
      const conf = `user ${currentUser}\nallow_anonymous false\npassword_file ${at('passwords')}\nacl_file ${at('acl')}\n`;
      const running = await runningBroker(
        broker,
        directory,
        `${conf}${lines}log_dest stderr\nlistener 0 ${at('sock')}\n`,
      );
      const link = localLink({ endpoint: { kind: 'Unix', path: at('sock') }, login }, 5_000);
      const sight = await rulesSight(await link.answer(), topics);
      await link.close();
      await running.stop();
      return sight;
    };

    it('is answered by the plugin and by nobody else', async () => {
      assert.equal(lookOf(await sightOf('', rights)), 'InForce');
      const sight = await sightOf(await pluginLines(broker), rights);
      assert.equal(lookOf(sight), 'Shared');
      const others = rulesChecks.filter(({ name }) => name !== 'NoSecondAuthority');
      assert.equal(lookOf(sight, others), 'InForce', 'no other check sees it');
    });

    it('is not taken as asked when it was refused', async () => {
      const sight = await sightOf(await pluginLines(broker), ['write nonce']);
      assert.equal(lookOf(sight), 'NotYet');
      const others = rulesChecks.filter(({ name }) => name !== 'QuestionGranted');
      assert.equal(lookOf(sight, others), 'InForce', 'no other check sees it');
    });
  });
}
