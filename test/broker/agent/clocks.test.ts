/** An agent whose clock is wrong, or is set: what it has in force stays so, it says why, and goes on when the clock is right. */
import assert from 'node:assert/strict';
import type { Clock } from '../../../src/ports.ts';
import { bundleOf, day, deviceCertificate, type KeyPair, revocationOf, yearMilliseconds } from '../../agent/site.ts';
import { brokers, until } from '../mosquitto.ts';
import {
  connectedDevice,
  hastyClock,
  newPlant,
  type Plant,
  publishCode,
  type RunningAgent,
  sessionOf,
  startAgent,
} from './plant.ts';

const hour = 3_600_000;
const behind: readonly [what: string, milliseconds: number][] = [
  ['two hours', -2 * hour],
  ['thirty years', -30 * yearMilliseconds],
];

/** A clock that a test sets. */
function settableClock(): Clock & { offset: number } {
  const set = { offset: 0 };
  return Object.assign(
    set,
    hastyClock(() => new Date(Date.now() + set.offset)),
  );
}

for (const broker of brokers) {
  describe(`agent on ${broker.name}, by a wrong clock`, () => {
    let plant: Plant;
    let pair: KeyPair;
    let clock: ReturnType<typeof settableClock>;
    let agent: RunningAgent;
    const a = { identity: 'a', lines: [{ access: 'readwrite', topic: 'dev/a/#' }] } as const;
    const first = () => bundleOf(plant.site, { revision: 1, devices: [a] });
    const revoking = () => {
      const revocations = [revocationOf(plant.site.ca, pair, plant.site.now)];
      return bundleOf(plant.site, { revision: 2, devices: [], revocations, crlNumber: 2 });
    };
    const refusedBy = () => agent.report()?.refused?.refusals.map(({ check }) => check) ?? [];
    const isServed = async () => {
      const session = await sessionOf(plant, 'a', pair);
      const codes = [await publishCode(session, 'dev/a/x'), await publishCode(session, 'dev/b/x')];
      await session.close();
      assert.ok((codes[0] ?? 0) < 0x80);
      assert.equal(codes[1], 0x87);
    };

    beforeEach(async () => {
      plant = await newPlant(broker);
      pair = deviceCertificate(plant.site, 'a');
      clock = settableClock();
      agent = startAgent(plant, { clock });
    });
    afterEach(() => agent.stop());

    for (const [what, milliseconds] of behind) {
      it(`${what} behind from the start: serves nobody, says why, and serves when it is set`, async () => {
        clock.offset = milliseconds;
        agent.give(first());
        await until(() => refusedBy().includes('CrlInDate'), 'the set is refused');
        assert.equal(agent.count('Started'), 0);
        assert.match(JSON.stringify(agent.report()?.refused), /a CRL begins at .*: until then clients are refused/);
        clock.offset = 0;
        await agent.loaded(1);
        assert.equal(agent.report()?.refused, undefined);
        await isServed();
      });

      it(`${what} behind while it serves: keeps its set, says why, and revokes when it is set`, async () => {
        agent.give(first());
        await agent.loaded(1);
        clock.offset = milliseconds;
        agent.give(revoking());
        await until(() => refusedBy().includes('CrlInDate'), 'the set is refused');
        assert.equal(agent.report()?.loaded?.revision, 1);
        await isServed();
        clock.offset = 0;
        await agent.loaded(2);
        assert.equal((await connectedDevice(plant, 'a', pair)).kind, 'TlsRefused');
        assert.equal(agent.count('Started'), 1);
      });
    }

    it('behind at a start without a source: starts its last good set when it is set, without help', async () => {
      agent.give(first());
      await agent.loaded(1);
      await agent.stop();
      clock.offset = -30 * yearMilliseconds;
      agent = startAgent(plant, { clock });
      await until(() => agent.report()?.lastError !== undefined, 'it says why');
      assert.match(agent.report()?.lastError ?? '', /the last good set is not started: .*CrlInDate/);
      assert.equal(agent.report()?.loaded, undefined);
      clock.offset = 0;
      await agent.loaded(1);
      assert.equal(agent.report()?.lastError, undefined);
      await isServed();
    });

    it('ahead, then set back: tries at once what it would have tried a day later', async () => {
      clock.offset = 30 * day;
      agent.give(first());
      await until(() => refusedBy().includes('CrlInDate'), 'the set is refused');
      clock.offset = 0;
      await agent.loaded(1);
      await isServed();
    });

    it('ahead, then set back: gives a rule back that it took for ended', async () => {
      const end = new Date(Date.now() + hour);
      const lines = [...a.lines, { access: 'write', topic: 'extra/a', until: end }] as const;
      agent.give(bundleOf(plant.site, { revision: 1, devices: [{ identity: 'a', lines }] }));
      await agent.loaded(1);
      const session = await sessionOf(plant, 'a', pair);
      const isGranted = async () => (await publishCode(session, 'extra/a')) < 0x80;
      assert.equal(await isGranted(), true);
      clock.offset = 2 * hour;
      await until(async () => !(await isGranted()), 'the rule is dropped');
      clock.offset = 0;
      await until(isGranted, 'the rule is back');
      assert.equal(agent.report()?.loaded?.revision, 1);
      assert.ok(session.isOpen());
      assert.equal(agent.count('Kicked'), 0);
    });
  });
}
