/** Mosquitto is replaced by another version under a running agent, over the same files. */
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { kill } from 'node:process';
import type { BrokerLauncher } from '../../../src/ports.ts';
import { bundleOf, deviceCertificate, type KeyPair, revocationOf, type Site } from '../../agent/site.ts';
import { brokers, type BrokerUnderTest, dialectOf, until } from '../mosquitto.ts';
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

const [older, younger] = brokers;

/** Starts whatever is installed at the time. */
function exchangeable(first: BrokerUnderTest): BrokerLauncher & { installed: BrokerUnderTest } {
  return {
    installed: first,
    version() {
      return this.installed.launcher.version();
    },
    start(file, onLog) {
      return this.installed.launcher.start(file, onLog);
    },
  };
}

if (older && younger) {
  describe(`agent while ${older.name} and ${younger.name} take turns`, () => {
    let plant: Plant;
    let site: Site;
    let agent: RunningAgent;
    let launcher: ReturnType<typeof exchangeable>;
    let pair: KeyPair;
    let neighbour: KeyPair;
    const device = (identity: string) =>
      ({ identity, lines: [{ access: 'readwrite', topic: `dev/${identity}/#` }] }) as const;
    const first = () => bundleOf(site, { revision: 1, devices: [device('a'), device('b')] });
    const second = (of = site) => {
      const revocations = [revocationOf(site.ca, pair, site.now)];
      return bundleOf(of, { revision: 2, devices: [device('b')], revocations, crlNumber: 2 });
    };
    const inDialectOf = (other: BrokerUnderTest): Site => ({
      ...site,
      conf: { ...site.conf, dialect: dialectOf(other) },
    });
    const isServed = async (identity: string, credential: KeyPair) => {
      const session = await sessionOf(plant, identity, credential);
      assert.ok((await publishCode(session, `dev/${identity}/x`)) < 0x80);
      assert.equal(await publishCode(session, 'dev/c/x'), 0x87);
      await session.close();
    };
    /** The broker ends, and what is installed now comes in its place. */
    const replaceBy = (other: BrokerUnderTest) => {
      const started = agent.events.findLast((event) => event.kind === 'Started');
      launcher.installed = other;
      kill(started?.pid ?? 0, 'SIGTERM');
    };
    const isProved = (version: string, starts: number) =>
      until(
        () => {
          const { mosquittoVersion, lastError } = agent.report() ?? {};
          const { length } = agent.events.filter((event) => event.kind === 'Proof' && event.proof.kind === 'Proved');
          return mosquittoVersion === version && lastError === undefined && length >= starts;
        },
        () => `${version} is proved: ${JSON.stringify(agent.report())}`,
      );

    beforeEach(async () => {
      launcher = exchangeable(older);
      plant = await newPlant(older);
      const persistenceDirectory = path.join(plant.directory, '../data');
      mkdirSync(persistenceDirectory);
      site = { ...plant.site, conf: { ...plant.site.conf, persistenceDirectory } };
      [pair, neighbour] = [deviceCertificate(site, 'a'), deviceCertificate(site, 'b')];
      agent = startAgent(plant, { launcher, clock: hastyClock() });
    });
    afterEach(() => agent.stop());

    it('has each enforce what the one before it did, and names the one that runs', async () => {
      agent.give(first());
      await agent.loaded(1);
      replaceBy(younger);
      await isProved(younger.version, 2);
      await isServed('a', pair);
      agent.give(second());
      await agent.loaded(2);
      assert.equal((await connectedDevice(plant, 'a', pair)).kind, 'TlsRefused');
      replaceBy(older);
      await isProved(older.version, 4);
      assert.equal((await connectedDevice(plant, 'a', pair)).kind, 'TlsRefused');
      await isServed('b', neighbour);
      assert.equal(agent.report()?.loaded?.revision, 2);
    });

    it('lets nobody in by one that does not understand the configuration, and says so until the other is back', async () => {
      site = inDialectOf(younger);
      launcher.installed = younger;
      agent.give(first());
      await agent.loaded(1);
      replaceBy(older);
      await until(
        () => /Unknown configuration variable|ended with code/.test(agent.report()?.lastError ?? ''),
        'it says so',
      );
      await until(() => agent.report()?.mosquittoVersion === older.version, 'it names the version');
      assert.equal((await connectedDevice(plant, 'a', pair)).kind, 'Unanswered');
      launcher.installed = younger;
      await isProved(younger.version, 2);
      await isServed('a', pair);
    });

    it('takes a configuration for the other up as soon as that is installed, with the former set in force until then', async () => {
      agent.give(first());
      await agent.loaded(1);
      agent.give(second(inDialectOf(younger)));
      await until(() => agent.report()?.refused?.revision === 2, 'it is refused');
      assert.deepEqual(
        agent.report()?.refused?.refusals.map(({ check }) => check),
        ['ConfDialect'],
      );
      await isServed('a', pair);
      assert.equal(agent.count('Started'), 1);
      launcher.installed = younger;
      await agent.loaded(2);
      assert.equal(agent.report()?.mosquittoVersion, younger.version);
      assert.equal((await connectedDevice(plant, 'a', pair)).kind, 'TlsRefused');
      await isServed('b', neighbour);
    });

    it('takes a first configuration for the other up as soon as that is installed', async () => {
      site = inDialectOf(younger);
      agent.give(first());
      await until(() => agent.report()?.refused?.revision === 1, 'it is refused');
      assert.equal(agent.count('Started'), 0);
      launcher.installed = younger;
      await agent.loaded(1);
      await isServed('a', pair);
    });
  });
}
