/** What a fleet publishes through real brokers, as an agent reads it that is asked to. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { currentLink } from '../../../src/agent/generation.ts';
import { sightingsFile } from '../../../src/agent/sightings.ts';
import { parseSightings, type Published } from '../../../src/domain/audit/sightings.ts';
import type { Notice } from '../../../src/monitor/notice.ts';
import type { ObservedCounts } from '../../../src/monitor/observe.ts';
import type { Clock } from '../../../src/ports.ts';
import { systemClock } from '../../../src/local/system.ts';
import { bundleOf, type SiteDevice, valueOf } from '../../agent/site.ts';
import { brokers, until } from '../mosquitto.ts';
import { newPlant, type Plant, publishCode, type RunningAgent, sessionOf, startAgent } from './plant.ts';

const password = 'correct horse';

for (const broker of brokers) {
  describe(`agent on ${broker.name}, reading what is published`, () => {
    let plant: Plant;
    let agent: RunningAgent;
    let notices: Notice[];
    let counts: ObservedCounts | undefined;
    let ahead: number;
    const devices = ['a', 'b'].map((identity): SiteDevice => {
      return { identity, password, lines: [{ access: 'readwrite', topic: '#' }] };
    });
    const setOf = (revision: number, observes: boolean) =>
      bundleOf({ ...plant.site, conf: { ...plant.site.conf, ...(observes && { observes }) } }, { revision, devices });
    const clock: Clock = { ...systemClock(), now: () => new Date(Date.now() + ahead) };
    const messages = (): number => counts?.messages ?? 0;
    const acl = (): string => readFileSync(path.join(currentLink(plant.directory), 'acl'), 'utf8');
    const published = (): Published | undefined =>
      valueOf(parseSightings(readFileSync(sightingsFile(plant.directory), 'utf8'))).published;

    function start(): void {
      agent = startAgent(plant, {
        clock,
        onNotice: (notice) => notices.push(notice),
        onObserved: (now) => (counts = now),
      });
    }

    async function give(revision: number, observes: boolean): Promise<void> {
      agent.give(setOf(revision, observes));
      await agent.loaded(revision);
      const enters = agent.log.filter((line) => /New client connected .*-observe /.test(line)).length;
      const leaves = agent.log.filter((line) => /Client \S+-observe .*disconnected/.test(line)).length;
      await until(
        () => {
          const open = agent.log.filter((line) => /New client connected .*-observe /.test(line)).length;
          const closed = agent.log.filter((line) => /Client \S+-observe .*disconnected/.test(line)).length;
          return observes ? open > enters || open > closed : closed > leaves || open === closed;
        },
        () => `the session for it is ${observes ? 'opened' : 'closed'}\n${agent.log.join('\n')}`,
        60,
      );
    }

    /** Publishes until the agent has read one of them: its subscription comes a moment after its session. */
    async function heard(): Promise<void> {
      const session = await sessionOf(plant, 'a', password);
      const before = messages();
      await until(
        async () => {
          await publishCode(session, 'x/a/state');
          return messages() > before;
        },
        'a message is read',
        60,
      );
      await session.close();
    }

    async function publish(identity: string, topic: string, bytes = 10): Promise<void> {
      const session = await sessionOf(plant, identity, password);
      assert.ok((await publishCode(session, topic, 'x'.repeat(bytes))) < 0x80);
      await session.close();
    }

    beforeEach(async () => {
      [notices, counts, ahead] = [[], undefined, 0];
      plant = await newPlant(broker);
      start();
    });
    afterEach(() => agent.stop());

    it('tells, after a time of learning, of new topics and large payloads by the identity that they name', async () => {
      await give(1, true);
      await heard();
      await publish('a', 'x/b/state', 300);
      ahead += 2 * 3_600_000;
      await publish('a', 'x/a/state', 1_000);
      await publish('a', 'x/b/admin', 5_000);
      await publish('b', 'groups/new');
      const told = (): readonly unknown[] =>
        notices
          .filter(({ kind }) => kind === 'TopicUnseen' || kind === 'SizeUnusual')
          .map(({ kind, identity, topic, bytes }) => [kind, identity, topic, bytes]);
      await until(
        () => told().length >= 2,
        () => JSON.stringify(notices),
        60,
      );
      await agent.stop();
      assert.deepEqual(told(), [
        ['TopicUnseen', 'b', 'x/b/admin', undefined],
        ['SizeUnusual', 'b', 'x/b/admin', 5_000],
      ]);
    });

    it('remembers over a restart what was published, and by whom it is named', async () => {
      await give(1, true);
      await heard();
      await publish('a', 'groups/new');
      const all = messages();
      await publish('a', 'x/b/state');
      await until(() => messages() > all, 'the last one is read', 60);
      await agent.stop();
      const topics = { '': ['groups/new'], a: ['x/{device}/state'], b: ['x/{device}/state'] };
      assert.deepEqual(Object.fromEntries(published()?.topics ?? []), topics);
      counts = undefined;
      start();
      await give(1, true);
      await heard();
      await agent.stop();
      const known = published();
      assert.deepEqual([Object.fromEntries(known?.topics ?? []), known?.isComplete], [topics, true]);
    });

    it('reads nothing, and may read nothing, unless it is asked to; a broker is not started again for it', async () => {
      await give(1, false);
      await publish('a', 'x/a/state');
      assert.doesNotMatch(acl(), /^topic read #$/m);
      await give(2, true);
      assert.match(acl(), /^topic read #$/m);
      await heard();
      await give(3, false);
      assert.doesNotMatch(acl(), /^topic read #$/m);
      const before = messages();
      await publish('a', 'x/a/state');
      await agent.stop();
      assert.deepEqual([messages(), agent.count('Started'), published()], [before, 1, undefined]);
    });
  });
}
