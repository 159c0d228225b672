import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { appendFile, copyFile, rm, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { kill } from 'node:process';
import { currentLink, linkedGeneration } from '../../../src/agent/generation.ts';
import type { Proof } from '../../../src/agent/proof.ts';
import type { BrokerLauncher } from '../../../src/ports.ts';
import {
  around,
  bundleOf,
  deviceCertificate,
  type KeyPair,
  newCa,
  pemOf,
  revocationOf,
  serverPair,
} from '../../agent/site.ts';
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

/** What happens between the swap and the signal; `deliver` sends the signal. */
type Interference = (reloads: number, deliver: () => void) => void | Promise<void>;

function launcherWith(launcher: BrokerLauncher, interfere: Interference): BrokerLauncher {
  let reloads = 0;
  return {
    version: () => launcher.version(),
    async start(file, onLog) {
      const process = await launcher.start(file, onLog);
      const reload = (): void => void interfere((reloads += 1), () => process.reload());
      return { ...process, reload };
    },
  };
}

/** Damages a file of the generation in place once, before the first SIGHUP after the first set was proved. */
function damagedOnce(
  launcher: BrokerLauncher,
  directory: string,
  damage: (link: string) => Promise<void>,
): BrokerLauncher {
  let isDone = false;
  return launcherWith(launcher, async (_, deliver) => {
    // A broker that is slow to begin is signalled as well.
    const hasGood = (await linkedGeneration(directory, 'good')) !== undefined;
    if (hasGood && !isDone) {
      isDone = true;
      await damage(currentLink(directory));
    }
    deliver();
  });
}

const now = new Date();
const otherKey = pemOf(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey);

type Seen = Readonly<Record<'2.0' | '2.1', Proof['kind']>>;

/** What the proof sees of each damage, which the brokers take as facts 1.1 says. */
const damages: readonly [what: string, damage: (link: string) => Promise<void>, seen: Seen][] = [
  [
    'a bad word in the ACL',
    (link) => appendFile(path.join(link, 'acl'), 'topic bogus x\n'),
    { '2.0': 'FailOpen', '2.1': 'BrokerGone' },
  ],
  ['no ACL', (link) => rm(path.join(link, 'acl')), { '2.0': 'FailOpen', '2.1': 'BrokerGone' }],
  ['an empty ACL', (link) => truncate(path.join(link, 'acl')), { '2.0': 'Failed', '2.1': 'Failed' }],
  ['no passwords', (link) => rm(path.join(link, 'passwords')), { '2.0': 'FailOpen', '2.1': 'BrokerGone' }],
  ['no CRL', (link) => rm(path.join(link, 'crl')), { '2.0': 'FailOpen', '2.1': 'BrokerGone' }],
  ['half a CRL', (link) => truncate(path.join(link, 'crl'), 200), { '2.0': 'FailOpen', '2.1': 'BrokerGone' }],
  [
    'a key of another certificate',
    (link) => writeFile(path.join(link, 'server.key'), otherKey),
    { '2.0': 'Failed', '2.1': 'BrokerGone' },
  ],
  [
    'another server certificate with its key',
    async (link) => {
      const { certificate, key } = serverPair(newCa('other', now), around(now));
      await writeFile(path.join(link, 'server.crt'), certificate);
      await writeFile(path.join(link, 'server.key'), key);
    },
    { '2.0': 'Failed', '2.1': 'Failed' },
  ],
  ['the CRL of the generation before', (link) => formerFile(link, 'crl'), { '2.0': 'Failed', '2.1': 'Failed' }],
  ['the ACL of the generation before', (link) => formerFile(link, 'acl'), { '2.0': 'Failed', '2.1': 'Failed' }],
];

/** Puts a file of the first generation into the present one. */
function formerFile(link: string, file: string): Promise<void> {
  return copyFile(path.join(link, '../generations/1', file), path.join(link, file));
}

for (const broker of brokers) {
  describe(`agent on ${broker.name}, under fire`, () => {
    let plant: Plant;
    let agent: RunningAgent;
    let pair: KeyPair;
    const a = { identity: 'a', lines: [{ access: 'readwrite', topic: 'dev/a/#' }] } as const;
    const revoked = () => [revocationOf(plant.site.ca, pair, plant.site.now)];
    const second = () =>
      bundleOf(plant.site, {
        revision: 2,
        devices: [{ identity: 'b', lines: [] }],
        revocations: revoked(),
        crlNumber: 2,
      });

    async function begin(launcher?: BrokerLauncher, limits = { resend: 200 }): Promise<void> {
      agent = startAgent(plant, { ...(launcher && { launcher }), limits });
      agent.give(bundleOf(plant.site, { revision: 1, devices: [a] }));
      await agent.loaded(1);
    }

    const proofs = (): readonly Proof['kind'][] =>
      agent.events.flatMap((event) => (event.kind === 'Proof' ? [event.proof.kind] : []));

    beforeEach(async () => {
      plant = await newPlant(broker);
      pair = deviceCertificate(plant.site, 'a');
    });
    afterEach(() => agent.stop());

    for (const [what, damage, seen] of damages) {
      it(`${what} between swap and reload: ${seen[broker.dialect]}, the last good set, then the new one`, async () => {
        await begin(damagedOnce(broker.launcher, plant.directory, damage));
        agent.give(second());
        await agent.loaded(2);
        assert.deepEqual(proofs(), ['Proved', seen[broker.dialect], 'Proved', 'Proved']);
        const between = agent.reports.filter(({ refused }) => refused?.revision === 2);
        assert.deepEqual([...new Set(between.map(({ loaded }) => loaded?.revision))], [1]);
        assert.equal((await connectedDevice(plant, 'a', pair)).kind, 'TlsRefused');
        const neighbour = await sessionOf(plant, 'b', deviceCertificate(plant.site, 'b'));
        assert.equal(await publishCode(neighbour, 'dev/b/x'), 0x87);
      });
    }

    it('sends a lost SIGHUP again, and reports nothing before it had effect', async () => {
      let received = 0;
      await begin(
        launcherWith(broker.launcher, (reloads, deliver) => {
          if (reloads < 3) return;
          received += 1;
          assert.equal(agent.report()?.loaded?.revision, 1);
          deliver();
        }),
        { resend: 50 },
      );
      agent.give(second());
      await agent.loaded(2);
      assert.equal(received, 1);
      assert.deepEqual(proofs(), ['Proved', 'Proved']);
      assert.equal((await connectedDevice(plant, 'a', pair)).kind, 'TlsRefused');
    });

    it('signals no broker before it answers, however long it takes to start', async () => {
      const users = Array.from({ length: 4_000 }, (_, i) => ({ ...a, identity: `d-${i}` }));
      const early: number[] = [];
      let reloads = 0;
      const launcher: BrokerLauncher = {
        version: () => broker.launcher.version(),
        async start(file, onLog) {
          const started = await broker.launcher.start(file, onLog);
          const reload = (): void => {
            reloads += 1;
            if (!agent.log.some((line) => line.endsWith(' running'))) early.push(reloads);
            started.reload();
          };
          return { ...started, reload };
        },
      };
      // Impatient: each look that finds no effect is followed by a signal.
      agent = startAgent(plant, { launcher, limits: { resend: 0, signals: 1_000_000 } });
      agent.give(bundleOf(plant.site, { revision: 1, devices: [a, ...users] }));
      await agent.loaded(1);
      agent.give(bundleOf(plant.site, { revision: 2, devices: users }));
      await agent.loaded(2);
      assert.ok(reloads > 0);
      assert.deepEqual([early, agent.count('Exited'), agent.count('Started')], [[], 0, 1]);
    });

    it('starts a broker that is deaf to SIGHUP again', async () => {
      await begin(
        launcherWith(broker.launcher, () => undefined),
        { resend: 50 },
      );
      const conf = { ...plant.site.conf, limits: { maxPacketSizeBytes: 2_000 } };
      agent.give(bundleOf(plant.site, { revision: 2, devices: [] }));
      await until(() => agent.count('Started') === 2, 'it is started on the last good set');
      await until(() => proofs().length === 4, 'which is proved');
      assert.deepEqual(proofs(), ['Proved', 'Failed', 'Failed', 'Proved']);
      assert.equal(agent.report()?.loaded?.revision, 1);
      agent.give(bundleOf({ ...plant.site, conf }, { revision: 3, devices: [] }));
      await agent.loaded(3);
    });

    it('starts a broker that was killed again, on the last good set', async () => {
      await begin();
      const first = agent.events.find((event) => event.kind === 'Started');
      kill(first?.pid ?? 0, 'SIGKILL');
      await until(() => proofs().length === 2, 'the last good set is proved again');
      assert.deepEqual(proofs(), ['Proved', 'Proved']);
      assert.ok((await publishCode(await sessionOf(plant, 'a', pair), 'dev/a/x')) < 0x80);
      assert.equal(agent.report()?.lastError, undefined);
    });

    it('tries a first set again whose port was taken', async () => {
      const blocker = await newPlant(broker);
      const other = startAgent({ ...blocker, site: { ...blocker.site, conf: plant.site.conf }, ports: plant.ports });
      const conf = blocker.site.conf;
      const listeners = conf.listeners.map((listener) =>
        listener.kind === 'Network'
          ? { ...listener, port: listener.name === 'mtls' ? plant.ports.mtls : plant.ports.password }
          : listener,
      );
      other.give(bundleOf({ ...blocker.site, conf: { ...conf, listeners } }, { revision: 1, devices: [] }));
      await other.loaded(1);
      agent = startAgent(plant);
      agent.give(bundleOf(plant.site, { revision: 1, devices: [a] }));
      await until(() => agent.report()?.refused !== undefined, 'it says that it could not start');
      assert.match(JSON.stringify(agent.report()), /Address already in use/);
      await other.stop();
      await agent.loaded(1);
    });
  });
}
