import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { currentLink } from '../../../src/agent/generation.ts';
import { sha256 } from '../../../src/domain/hash.ts';
import { systemClock } from '../../../src/local/system.ts';
import type { BrokerLauncher, BrokerProcess } from '../../../src/ports.ts';
import { bundleOf, deviceCertificate, type KeyPair, revocationOf, type SiteSet } from '../../agent/site.ts';
import { brokers, scratchDirectory, until } from '../mosquitto.ts';
import type { KilledAgent, KillPoint } from './killed-agent.ts';
import { connectedDevice, newPlant, type Plant, publishCode, sessionOf, startAgent } from './plant.ts';

const points: readonly KillPoint[] = [
  'Written',
  'Swapped',
  'BeforeSignal',
  'AfterSignal',
  'Proof',
  'Kicked',
  'Recorded',
  'Reported',
];

/** Resolves with the signal that ended it. */
async function ranUntilKilled(killed: KilledAgent): Promise<string | null> {
  const file = path.join(scratchDirectory(), 'agent.json');
  await writeFile(file, JSON.stringify(killed));
  const script = path.join(import.meta.dirname, 'killed-agent.ts');
  const child = spawn(process.execPath, [script, file], { stdio: ['ignore', 'inherit', 'inherit'] });
  return new Promise((resolve) => child.once('exit', (_, signal) => resolve(signal)));
}

/** A broker that outlives its agents, as one in a container of its own does. */
function outliving(launcher: BrokerLauncher): { launcher: BrokerLauncher; end(): Promise<void>; starts(): number } {
  let running: BrokerProcess | undefined;
  let starts = 0;
  return {
    launcher: {
      version: () => launcher.version(),
      async start(file, onLog) {
        if (!running) starts += 1;
        running ??= await launcher.start(file, onLog);
        return { ...running, stop: () => Promise.resolve() };
      },
    },
    end: async () => running?.stop(),
    starts: () => starts,
  };
}

for (const broker of brokers) {
  describe(`agent on ${broker.name}, started again`, () => {
    let plant: Plant;
    let pair: KeyPair;
    let neighbour: KeyPair;
    let first: SiteSet;
    let second: SiteSet;

    beforeEach(async () => {
      plant = await newPlant(broker);
      [pair, neighbour] = [deviceCertificate(plant.site, 'a'), deviceCertificate(plant.site, 'b')];
      const a = { identity: 'a', lines: [{ access: 'readwrite', topic: 'dev/a/#' }] } as const;
      const b = { identity: 'b', lines: [{ access: 'readwrite', topic: 'dev/b/#' }] } as const;
      first = { revision: 1, devices: [a, b] };
      const revocations = [revocationOf(plant.site.ca, pair, plant.site.now)];
      second = { revision: 2, devices: [b], revocations, crlNumber: 2 };
    });

    afterEach(async () => {
      // One that a killed agent left outlives the run where the test fails before the next agent begins.
      await broker.launcher.endFormer?.(path.join(currentLink(plant.directory), 'mosquitto.conf'));
    });

    for (const point of points) {
      it(`converges after a kill at ${point}`, async () => {
        const bundles = [bundleOf(plant.site, first), bundleOf(plant.site, second)] as const;
        const { directory } = plant;
        assert.equal(await ranUntilKilled({ dialect: broker.dialect, directory, point, bundles }), 'SIGKILL');
        const agent = startAgent(plant);
        agent.give(bundles[1]);
        await agent.loaded(2);
        assert.equal((await connectedDevice(plant, 'a', pair)).kind, 'TlsRefused');
        assert.ok((await publishCode(await sessionOf(plant, 'b', neighbour), 'dev/b/x')) < 0x80);
        assert.equal(readdirSync(path.join(directory, 'generations')).length, 1);
        await agent.stop();
      });
    }

    for (const point of ['AfterSignal', 'Proof', 'Kicked'] as const) {
      it(`un-revokes nobody after a kill at ${point} while its source is silent`, async () => {
        const bundles = [bundleOf(plant.site, first), bundleOf(plant.site, second)] as const;
        const { directory } = plant;
        assert.equal(await ranUntilKilled({ dialect: broker.dialect, directory, point, bundles }), 'SIGKILL');
        const agent = startAgent(plant);
        await until(() => agent.report()?.lastError !== undefined, 'it says why');
        assert.match(
          agent.report()?.lastError ?? '',
          /not started: RevocationsKept: no longer revoked: .* of a; NothingGivenBack: a has /,
        );
        agent.giveUnreadable('nothing is to be had from there');
        await until(() => agent.report()?.refused !== undefined, 'it looks for what else it could start');
        assert.equal(
          (await connectedDevice(plant, 'b', neighbour)).kind,
          'Unanswered',
          'nobody serves what was not proved',
        );
        agent.give(bundles[1]);
        await agent.loaded(2);
        const proofs = agent.events.flatMap((event) => (event.kind === 'Proof' ? [event.revision] : []));
        assert.deepEqual([proofs, agent.count('Started')], [[2], 1]);
        assert.equal((await connectedDevice(plant, 'a', pair)).kind, 'TlsRefused');
        assert.ok((await publishCode(await sessionOf(plant, 'b', neighbour), 'dev/b/x')) < 0x80);
        await agent.stop();
      });
    }

    for (const point of ['AfterSignal', 'Proof'] as const) {
      it(`gives back no right after a kill at ${point} while its source is silent`, async () => {
        const narrower = { ...first, revision: 2, devices: first.devices.map((one) => ({ ...one, lines: [] })) };
        const bundles = [bundleOf(plant.site, first), bundleOf(plant.site, narrower)] as const;
        const { directory } = plant;
        assert.equal(await ranUntilKilled({ dialect: broker.dialect, directory, point, bundles }), 'SIGKILL');
        const agent = startAgent(plant);
        await until(() => agent.report()?.lastError !== undefined, 'it says why');
        assert.match(
          agent.report()?.lastError ?? '',
          /not started: NothingGivenBack: rules of a were taken back since$/,
        );
        assert.equal(agent.count('Started'), 0);
        agent.give(bundles[1]);
        await agent.loaded(2);
        assert.equal(await publishCode(await sessionOf(plant, 'a', pair), 'dev/a/x'), 0x87);
        await agent.stop();
      });
    }

    it('starts on its last good set while its source is silent, and refuses an older one', async () => {
      const before = startAgent(plant);
      before.give(bundleOf(plant.site, second));
      await before.loaded(2);
      await before.stop();
      assert.equal((await connectedDevice(plant, 'b', neighbour)).kind, 'Unanswered');
      const after = startAgent(plant);
      await after.loaded(2);
      assert.ok((await publishCode(await sessionOf(plant, 'b', neighbour), 'dev/b/x')) < 0x80);
      after.give(bundleOf(plant.site, { ...first, crlNumber: 3 }));
      await until(() => after.report()?.refused !== undefined, 'it is refused');
      const refused = after.report()?.refused?.refusals.map(({ check }) => check);
      assert.deepEqual(refused, ['RevisionNotLower', 'RevocationsKept']);
      await after.stop();
    });

    /** Has the agent that is away leave a record with these parts, as one of another version would. */
    const leaveRecord = (change: (parts: Readonly<Record<string, readonly string[]>>) => object) => {
      const file = path.join(plant.directory, 'good/bundle.json');
      const [, content = ''] = readFileSync(file, 'utf8').split('\n', 2);
      const bundle = JSON.parse(content) as { readonly parts: Readonly<Record<string, readonly string[]>> };
      const text = JSON.stringify({ ...bundle, parts: change(bundle.parts) });
      writeFileSync(file, `${sha256(text)}\n${text}`);
    };
    const leftBehind = async () => {
      const before = startAgent(plant);
      before.give(bundleOf(plant.site, second));
      await before.loaded(2);
      await before.stop();
    };

    it('starts on the last good set of an earlier version of the agent while its source is silent', async () => {
      await leftBehind();
      leaveRecord((parts) =>
        Object.fromEntries(Object.entries(parts).map(([name, pieces]) => [name, pieces.join('')])),
      );
      const after = startAgent(plant);
      await after.loaded(2);
      assert.equal((await connectedDevice(plant, 'a', pair)).kind, 'TlsRefused');
      assert.ok((await publishCode(await sessionOf(plant, 'b', neighbour), 'dev/b/x')) < 0x80);
      await after.stop();
    });

    it('serves nobody on a set of a version that it does not know, says so, and takes the next one', async () => {
      await leftBehind();
      leaveRecord((parts) => ({ ...parts, acl: undefined }));
      const after = startAgent(plant);
      await until(() => after.report()?.lastError !== undefined, 'it says why');
      assert.equal(
        after.report()?.lastError,
        'the last good set is not started: its record is of another version: it has no acl',
      );
      assert.equal((await connectedDevice(plant, 'b', neighbour)).kind, 'Unanswered');
      assert.equal(after.count('Started'), 0);
      after.give(bundleOf(plant.site, second));
      await after.loaded(2);
      assert.equal(after.report()?.lastError, undefined);
      assert.equal((await connectedDevice(plant, 'a', pair)).kind, 'TlsRefused');
      await after.stop();
    });

    it('does not start on a last good set whose CRL has ended', async () => {
      const before = startAgent(plant);
      before.give(bundleOf(plant.site, first));
      await before.loaded(1);
      await before.stop();
      const later = new Date(plant.site.now.getTime() + 8 * 86_400_000);
      const after = startAgent(plant, { clock: systemClock(() => later) });
      await until(() => after.report()?.lastError !== undefined, 'it says why');
      assert.match(after.report()?.lastError ?? '', /CrlInDate/);
      assert.equal(after.count('Started'), 0);
      await after.stop();
    });

    for (const memory of ['with', 'without'] as const) {
      it(`ends the sessions of those revoked while it was away, ${memory} memory`, async () => {
        const shared = outliving(broker.launcher);
        const before = startAgent(plant, { launcher: shared.launcher });
        before.give(bundleOf(plant.site, first));
        await before.loaded(1);
        const [cut, kept] = [await sessionOf(plant, 'a', pair), await sessionOf(plant, 'b', neighbour)];
        await before.stop();
        if (memory === 'without') rmSync(path.join(plant.directory, 'kicked'));
        const after = startAgent(plant, { launcher: shared.launcher, limits: { resend: 100 } });
        after.give(bundleOf(plant.site, second));
        await after.loaded(2);
        await until(() => !cut.isOpen(), 'the session is cut');
        assert.equal((await connectedDevice(plant, 'a', pair)).kind, 'TlsRefused');
        assert.ok((await publishCode(kept, 'dev/b/x')) < 0x80);
        assert.equal(shared.starts(), 1);
        await after.stop();
        await shared.end();
      });
    }
  });
}
