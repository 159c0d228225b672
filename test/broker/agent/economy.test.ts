/**
 * What a storm of edits costs a broker, in reloads counted by its own log. The operator publishes a set at most once in a
 * window (`update.windowMilliseconds`), or soon where it takes something back; the agent reloads once for each set that
 * it takes up, and takes up only the newest. Time is virtual for the operator: the bound is counted, not measured.
 */
import assert from 'node:assert/strict';
import { currentLink } from '../../../src/agent/generation.ts';
import { passwordHash } from '../../../src/domain/broker/passwords.ts';
import type { Bundle } from '../../../src/domain/bundle/content.ts';
import type { BrokerLauncher } from '../../../src/ports.ts';
import { bundleOf, type SiteDevice, textsOf } from '../../agent/site.ts';
import { brokerSite, type BrokerSite, main } from '../../controllers/broker/site.ts';
import { brokers, currentUser, until } from '../mosquitto.ts';
import { newPlant, type Plant, publishCode, type RunningAgent, sessionOf, startAgent } from './plant.ts';

const edits = 1_000;
/** Of the operator's time, between two edits. */
const betweenEdits = 10;
const windowMilliseconds = 500;
/** The first change of a window goes out at once, the last ones at the end of theirs, and the one that takes back at once. */
const mostSets = edits / (windowMilliseconds / betweenEdits) + 2;

/** In the middle of a window, something is taken back. */
const takenAt = edits / 2 + windowMilliseconds / betweenEdits / 2;
/** In a storm the operator compiles once in 25 ms: after so many edits more at the latest it sees that it takes back. */
const latestEdit = Math.ceil(25 / betweenEdits);

/** No signal is sent twice, however slow the machine is. */
const limits = { resend: 600_000 };

const reloadsOf = ({ log }: RunningAgent) => log.filter((line) => line.includes('Reloading config')).length;

for (const broker of brokers) {
  describe(`reloads of ${broker.name}`, function () {
    this.timeout(60_000);
    let plant: Plant;
    let agent: RunningAgent;

    beforeEach(async () => {
      plant = await newPlant(broker);
    });
    afterEach(() => agent.stop());

    describe('in a storm of edits', () => {
      let site: BrokerSite;

      beforeEach(() => {
        const { directory, ports } = plant;
        const placement = {
          ...{ directory: currentLink(directory), user: currentUser, pluginDirectory: broker.pluginDirectory },
          ...{ bindAddress: '127.0.0.1', ports: new Map([['password', ports.password]]) },
        };
        agent = startAgent(plant, { broker: main, placement, limits });
        site = brokerSite();
        const update = { strategy: 'Reload', windowMilliseconds };
        site.changeBroker({ spec: { ...site.spec, mosquitto: { version: broker.dialect }, update } });
      });

      /** What is published now, as the agent's source would give it. */
      function published(): Bundle {
        const { index, contents } = site.published;
        const content = contents.get(index?.hash ?? '');
        assert.ok(index && content);
        return {
          index: { broker: main, ...index },
          parts: textsOf(content),
          server: plant.site.server,
        };
      }

      /** One look of the controller; what it publishes is loaded and proved before anything else happens. */
      async function look(): Promise<boolean> {
        const { writes } = site.published;
        await site.run();
        if (site.published.writes === writes) return false;
        const bundle = published();
        agent.give(bundle);
        await agent.loaded(bundle.index.revision);
        site.prove('a', 'b');
        await site.run();
        return true;
      }

      it(`are at most ${mostSets} for ${edits} edits, and what takes back waits for none`, async () => {
        site.putDevice('victim');
        site.setPassword('victim', passwordHash('correct horse', Buffer.from('twelve bytes')));
        await look();
        const session = await sessionOf(plant, 'victim', 'correct horse');
        const isGranted = async () => (await publishCode(session, 'sensors/victim/x')) < 0x80;
        await site.clock.advance(10 * windowMilliseconds);
        let [waited, deniedAt] = [0, 0];
        for (let edit = 1; edit <= edits; edit += 1) {
          site.putDevice(`device-${edit}`);
          if (edit === takenAt) {
            assert.equal(site.state.isCurrent, false, 'the window is open: edits wait');
            assert.ok(await isGranted());
            site.putDevice('victim', { suspended: true }, 2);
          }
          if (!(await look())) waited += 1;
          if (edit >= takenAt && deniedAt === 0 && !(await isGranted())) deniedAt = edit;
          await site.clock.advance(betweenEdits);
        }
        assert.ok(deniedAt >= takenAt && deniedAt - takenAt <= latestEdit, `denied at edit ${deniedAt}`);
        for (let window = 0; window < 2; window += 1) {
          await site.clock.advance(windowMilliseconds);
          await look();
        }
        assert.equal(site.state.isCurrent, true);
        const sets = site.published.writes - 1;
        assert.ok(sets <= mostSets, `${sets} sets`);
        assert.ok(waited > edits - mostSets);
        assert.equal(reloadsOf(agent), sets);
        assert.ok(session.isOpen());
      });
    });

    describe('by an agent', () => {
      const device = (topic: string): SiteDevice => ({ identity: 'a', lines: [{ access: 'write', topic }] });

      it('are one for each set, and none for the same content again', async () => {
        agent = startAgent(plant, { limits });
        const sets = Array.from({ length: 10 }, (_, i) =>
          bundleOf(plant.site, { revision: i + 1, devices: [device(`t/${i}`)] }),
        );
        for (const [at, bundle] of sets.entries()) {
          agent.give(bundle);
          await agent.loaded(at + 1);
          assert.equal(reloadsOf(agent), at);
        }
        const last = sets.at(-1);
        assert.ok(last);
        for (let revision = 11; revision <= 60; revision += 1) {
          agent.give({ ...last, index: { ...last.index, revision }, parts: { ...last.parts } });
          await agent.loaded(revision);
        }
        assert.deepEqual([reloadsOf(agent), agent.count('Started'), agent.count('Swapped')], [9, 1, 10]);
      });

      it('are one for a thousand sets that come while another one is loaded', async () => {
        let deliver: (() => void) | undefined;
        let isHeld = true;
        const launcher: BrokerLauncher = {
          version: () => broker.launcher.version(),
          async start(file, onLog) {
            const started = await broker.launcher.start(file, onLog);
            const reload = () => (isHeld ? (deliver = () => started.reload()) : started.reload());
            return { ...started, reload };
          },
        };
        agent = startAgent(plant, { launcher, limits });
        agent.give(bundleOf(plant.site, { revision: 1, devices: [device('t/1')] }));
        await agent.loaded(1);
        agent.give(bundleOf(plant.site, { revision: 2, devices: [device('t/2')] }));
        await until(() => deliver !== undefined, 'the second set is being loaded');
        for (let revision = 3; revision <= edits + 2; revision += 1) {
          agent.give(bundleOf(plant.site, { revision, devices: [device(`t/${revision}`)] }));
        }
        isHeld = false;
        deliver?.();
        await agent.loaded(edits + 2);
        assert.equal(reloadsOf(agent), 2);
      });
    });
  });
}
