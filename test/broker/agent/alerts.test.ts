/** What the agent tells, on a topic of the broker: who hears it, and that nobody else can write there. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Ajv } from 'ajv';
import type { Session } from '../../../src/agent/client.ts';
import { currentLink } from '../../../src/agent/generation.ts';
import { auditLine } from '../../../src/monitor/audit.ts';
import type { Notice } from '../../../src/monitor/notice.ts';
import { bundleOf, deviceCertificate, type SiteDevice } from '../../agent/site.ts';
import { brokers, until } from '../mosquitto.ts';
import { newPlant, type Plant, publishCode, type RunningAgent, sessionOf, startAgent } from './plant.ts';

const alertTopic = 'admin/alerts';
const schema = path.join(import.meta.dirname, '../../../schemas/audit-event.json');
const isAuditEvent = new Ajv({ strict: true, formats: { 'date-time': true } }).compile(
  JSON.parse(readFileSync(schema, 'utf8')) as object,
);

for (const broker of brokers) {
  describe(`alerts of an agent on ${broker.name}`, () => {
    let plant: Plant;
    let agent: RunningAgent;
    let notices: Notice[];
    let heard: string[];
    let reader: Session;
    const meddlers = ['m0', 'm1', 'm2'];
    const devices: readonly SiteDevice[] = [
      { identity: 'reader', lines: [{ access: 'read', topic: 'admin/#' }] },
      ...meddlers.map((identity): SiteDevice => ({ identity, lines: [{ access: 'write', topic: `dev/${identity}` }] })),
    ];
    const setOf = (revision: number, conf: object = { alertTopic }) =>
      bundleOf({ ...plant.site, conf: { ...plant.site.conf, logsDenials: true, ...conf } }, { revision, devices });

    beforeEach(async () => {
      [notices, heard] = [[], []];
      plant = await newPlant(broker);
      agent = startAgent(plant, { onNotice: (notice) => notices.push(notice) });
    });
    afterEach(() => agent.stop());

    async function listen(): Promise<void> {
      reader = await sessionOf(plant, 'reader', deviceCertificate(plant.site, 'reader'));
      assert.ok(await reader.subscribe('admin/#', (_, payload) => heard.push(Buffer.from(payload).toString())));
    }

    async function meddle(identity: string, topic = alertTopic): Promise<void> {
      const session = await sessionOf(plant, identity, deviceCertificate(plant.site, identity));
      assert.equal(await publishCode(session, topic, '{"version":1,"event":"Forged"}'), 0x87);
      await session.close();
    }

    const written = (): readonly string[] =>
      notices.map((notice) => auditLine(notice, { broker: 'plant', instance: 'one' }));
    const ownRights = (): string => {
      const acl = readFileSync(path.join(currentLink(plant.directory), 'acl'), 'utf8');
      return acl.slice(acl.indexOf('user mqttsec-agent-'));
    };

    it('are the audit lines, for whoever may read there; nobody else writes there', async () => {
      agent.give(setOf(1));
      await agent.loaded(1);
      await listen();
      for (const identity of ['m0', 'm1', 'm2']) await meddle(identity);
      await until(
        () => heard.length === 3,
        () => JSON.stringify([heard, notices, agent.events.slice(-5)]),
      );
      assert.deepEqual(heard, written());
      for (const text of heard) assert.ok(isAuditEvent(JSON.parse(text)), text);
      assert.ok(ownRights().includes(`topic write ${alertTopic}\n`));
    });

    it('are on no topic unless a set asks for it, and from then on without a start of the broker', async () => {
      agent.give(setOf(1, {}));
      await agent.loaded(1);
      await listen();
      await meddle('m0');
      await until(() => notices.length === 1, 'the audit line');
      assert.ok(!ownRights().includes(alertTopic));
      agent.give(setOf(2));
      await agent.loaded(2);
      await meddle('m1');
      await until(() => heard.length > 0, 'the alert');
      agent.give(setOf(3, {}));
      await agent.loaded(3);
      await meddle('m2');
      await until(() => notices.length === 3, 'the last audit line');
      assert.ok(!ownRights().includes(alertTopic));
      assert.deepEqual(heard, written().slice(1, 2));
      assert.equal(agent.count('Started'), 1);
    });

    it('go on when the broker was started again', async () => {
      agent.give(setOf(1));
      await agent.loaded(1);
      const pid = agent.events.flatMap((event) => (event.kind === 'Started' ? [event.pid] : []))[0] ?? 0;
      await listen();
      await meddle('m0');
      await until(() => heard.length === 1, 'the first alert');
      process.kill(pid, 'SIGKILL');
      await until(() => agent.count('Started') === 2 && agent.count('Recorded') > 1, 'the next broker', 30);
      await listen();
      await meddle('m1');
      await until(() => heard.length === 2, 'the second alert', 30);
      assert.match(heard[1] ?? '', /"identity":"m1"/);
    });
  });
}
