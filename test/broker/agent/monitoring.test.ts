/** What real clients do, as the agent tells of it: who locks himself out, and who cannot lock out another. */
import assert from 'node:assert/strict';
import type { AgentFigures } from '../../../src/agent/state.ts';
import { connected } from '../../../src/agent/client.ts';
import type { Notice, NoticeKind } from '../../../src/monitor/notice.ts';
import type { InstanceLockout } from '../../../src/ports.ts';
import { bundleOf, deviceCertificate, type SiteDevice } from '../../agent/site.ts';
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

const lockout = { maxFailures: 5, windowSeconds: 60, blockSeconds: 600 };

for (const broker of brokers) {
  describe(`agent on ${broker.name}, watching its log`, () => {
    let plant: Plant;
    let agent: RunningAgent;
    let notices: Notice[];
    let figures: AgentFigures | undefined;
    const own = (identity: string) => [{ access: 'readwrite', topic: `dev/${identity}/#` }] as const;
    const a: SiteDevice = { identity: 'a', lines: own('a') };
    const victim: SiteDevice = { identity: 'victim', password: 'correct horse', lines: own('victim') };
    const setOf = (revision: number, conf: object = { logsDenials: true, lockout }) =>
      bundleOf({ ...plant.site, conf: { ...plant.site.conf, ...conf } }, { revision, devices: [a, victim] });
    const kinds = (of: NoticeKind) => notices.filter(({ kind }) => kind === of);
    const lockouts = (): readonly InstanceLockout[] | undefined => agent.report()?.lockouts;

    function start(former?: readonly InstanceLockout[]): void {
      agent = startAgent(plant, {
        onNotice: (notice) => notices.push(notice),
        onFigures: (now) => (figures = now),
        ...(former && { formerLockouts: former }),
      });
    }

    beforeEach(async () => {
      [notices, figures] = [[], undefined];
      plant = await newPlant(broker);
      start();
    });
    afterEach(() => agent.stop());

    async function hammer(times: number): Promise<void> {
      const session = await sessionOf(plant, 'a', deviceCertificate(plant.site, 'a'));
      for (let i = 0; i < times; i += 1) assert.equal(await publishCode(session, `dev/victim/${i}`), 0x87);
      await session.close();
    }

    it('reports a device that hammers forbidden topics as locked out, once', async () => {
      agent.give(setOf(1));
      await agent.loaded(1);
      await hammer(lockout.maxFailures - 1);
      await until(
        () => figures?.events.DeniedPublish === lockout.maxFailures - 1,
        () => JSON.stringify(figures),
      );
      assert.deepEqual(lockouts(), []);
      await hammer(1);
      await until(
        () => lockouts()?.length === 1,
        () => JSON.stringify([figures, notices]),
      );
      const [found] = lockouts() ?? [];
      assert.deepEqual([found?.identity, found?.reason], ['a', 'PublishDenied']);
      assert.equal(Date.parse(found?.until ?? '') - Date.parse(found?.since ?? ''), lockout.blockSeconds * 1000);
      const reports = agent.reports.length;
      await hammer(20);
      await until(() => figures?.events.DeniedPublish === lockout.maxFailures + 20, 'they are counted');
      assert.deepEqual([kinds('LockedOut').length, agent.reports.length], [1, reports]);
      assert.equal(figures?.lockouts, 1);
    });

    it('locks nobody out for passwords that others guess, and for names that others claim', async () => {
      agent.give(setOf(1));
      await agent.loaded(1);
      const session = await sessionOf(plant, 'victim', 'correct horse');
      const port = {
        kind: 'Network',
        host: '127.0.0.1',
        port: plant.ports.password,
        webSockets: false,
        tls: {},
      } as const;
      const forged = 'victim disconnected due to oversize packet.';
      for (let i = 0; i < 12; i += 1) {
        assert.equal((await connectedDevice(plant, 'victim', `guess ${i}`)).kind, 'Refused');
        const claim = { clientId: forged, username: 'nobody', password: 'x' };
        assert.equal((await connected(port, claim, 5_000)).kind, 'Refused');
      }
      await until(
        () => kinds('AuthenticationFailed').length > 0,
        () => JSON.stringify([figures, notices]),
      );
      await until(
        () => (figures?.refusals.NotAuthorised ?? 0) >= 24,
        () => JSON.stringify(figures),
      );
      assert.ok(session.isOpen());
      assert.ok((await publishCode(session, 'dev/victim/x')) < 0x80);
      assert.deepEqual(
        notices.filter(({ identity }) => identity !== undefined),
        [],
      );
      assert.deepEqual(lockouts(), []);
      await session.close();
    });

    it('takes nothing that it does itself for an attack', async () => {
      agent.give(setOf(1));
      await agent.loaded(1);
      const session = await sessionOf(plant, 'a', deviceCertificate(plant.site, 'a'));
      for (let revision = 2; revision <= 14; revision += 1) {
        const devices = [a, { ...victim, lines: own(`v${revision}`) }];
        agent.give(
          bundleOf({ ...plant.site, conf: { ...plant.site.conf, logsDenials: true, lockout } }, { revision, devices }),
        );
        await agent.loaded(revision);
      }
      agent.give(
        bundleOf(
          { ...plant.site, conf: { ...plant.site.conf, logsDenials: true, lockout } },
          { revision: 15, devices: [] },
        ),
      );
      await agent.loaded(15);
      await session.closed;
      assert.equal((await connectedDevice(plant, 'victim', 'x')).kind, 'Refused');
      await until(
        () => figures?.refusals.NotAuthorised === 1,
        () => JSON.stringify(figures),
      );
      assert.deepEqual(notices, []);
      const { Entered, Takeover, DeniedPublish } = figures?.events ?? {};
      assert.deepEqual({ Entered, Takeover, DeniedPublish }, { Entered: 1, Takeover: 0, DeniedPublish: 0 });
      assert.deepEqual(lockouts(), []);
    });

    it('hears of denied publishes from the reload on that brings the debug log, and until the one that takes it', async () => {
      agent.give(setOf(1, {}));
      await agent.loaded(1);
      await hammer(3);
      agent.give(setOf(2));
      await agent.loaded(2);
      await hammer(2);
      await until(
        () => kinds('PublishDenied').length > 0,
        () => agent.log.slice(-20).join('\n'),
      );
      assert.equal(kinds('PublishDenied')[0]?.topic, 'dev/victim/0');
      assert.equal(agent.count('Started'), 1, 'it was not started again');
      agent.give(setOf(3, { lockout }));
      await agent.loaded(3);
      await hammer(3);
      await until(
        () => figures?.events.Entered === 3,
        () => JSON.stringify(figures),
      );
      assert.equal(figures?.events.DeniedPublish, 2);
    });

    it('has traces of a busy fleet in no log, and hears one denied publish among them', async () => {
      agent.give(setOf(1));
      await agent.loaded(1);
      const session = await sessionOf(plant, 'victim', 'correct horse');
      for (let i = 0; i < 500; i += 1) assert.ok((await publishCode(session, 'dev/victim/x')) < 0x80);
      assert.equal(await publishCode(session, 'dev/a/x'), 0x87);
      await session.close();
      await until(
        () => kinds('PublishDenied').length === 1,
        () => JSON.stringify(figures),
      );
      await until(() => agent.log.some((line) => /: Client victim .*disconnected\.$/.test(line)), 'what people read');
      assert.deepEqual(agent.log.filter((line) => line.includes('PUBLISH') || line.includes('PUBACK')).slice(0, 3), []);
    });

    it('takes up what a former agent reported, and forgets it at its end', async () => {
      await agent.stop();
      const at = (seconds: number) => `${new Date(Date.now() + seconds * 1000).toISOString().slice(0, 19)}Z`;
      const former = (identity: string, until: string) => ({ identity, reason: 'Oversize', since: at(-60), until });
      start([former('a', at(500)), former('victim', at(2)), former('gone', at(500))]);
      agent.give(setOf(1));
      await agent.loaded(1);
      await until(
        () => lockouts()?.length === 1,
        () => JSON.stringify(agent.report()),
        15,
      );
      assert.deepEqual(
        lockouts()?.map(({ identity }) => identity),
        ['a'],
      );
      await until(() => kinds('Released').some(({ identity }) => identity === 'victim'), 'it is told');
    });
  });
}
