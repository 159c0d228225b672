/** Sets that are not what their index says, or not newer, and parts that cannot be read: the last good set stays, and it is said why. */
import assert from 'node:assert/strict';
import { mkdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { contentOf, chunksByOffset } from '../../../src/domain/bundle/chunks.ts';
import { type Bundle, type BundleContent, type PartName, partNames } from '../../../src/domain/bundle/content.ts';
import { joined } from '../../../src/domain/pieces.ts';
import { chunkPath } from '../../../src/local/index-file.ts';
import { directorySink } from '../../../src/local/sink.ts';
import { directorySource } from '../../../src/local/source.ts';
import {
  brokerName,
  bundleOf,
  deviceCertificate,
  type KeyPair,
  partsOf,
  revocationOf,
  type SiteSet,
} from '../../agent/site.ts';
import { brokers, scratchDirectory, until } from '../mosquitto.ts';
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

type Damage = (next: Bundle, former: Bundle) => Bundle;

/** One part is another text than the index names. */
const withPart = (name: PartName, change: (text: string, former: string) => string): Damage => {
  return (next, former) => ({
    ...next,
    parts: { ...next.parts, [name]: [change(joined(next.parts[name]), joined(former.parts[name]))] },
  });
};

const half = (text: string): string => text.slice(0, text.length / 2);

/** The lowest bit of the character in the middle. */
function withFlippedBit(text: string): string {
  const at = Math.floor(text.length / 2);
  return text.slice(0, at) + String.fromCharCode(text.charCodeAt(at) ^ 1) + text.slice(at + 1);
}

const damagedParts = ['acl', 'passwords', 'crl', 'ca', 'identities', 'revocations', 'mosquitto.conf'] as const;

const damages: readonly (readonly [what: string, damage: Damage, refusedBy: string])[] = [
  ...damagedParts.map((name) => [`half of ${name}`, withPart(name, half), 'ContentHash'] as const),
  ...damagedParts.map((name) => [`one bit of ${name} flipped`, withPart(name, withFlippedBit), 'ContentHash'] as const),
  ...(['acl', 'crl', 'revocations', 'identities'] as const).map(
    (name) => [`${name} of the revision before`, withPart(name, (_, former) => former), 'ContentHash'] as const,
  ),
  [
    'parts of one revision under the index of another',
    (next, former) => ({ ...former, index: next.index }),
    'ContentHash',
  ],
  [
    'a lower revision',
    (next, { index }) => ({ ...next, index: { ...next.index, revision: index.revision - 1 } }),
    'RevisionNotLower',
  ],
];

/** What an operator of a later version might say in each part, and the check that does not know it. */
const ofVersionToCome: readonly (readonly [PartName, addition: string, refusedBy: string])[] = [
  ['mosquitto.conf', 'quota_per_client 5', 'ConfAllowed'],
  ['acl', 'quota dev/b/# 5', 'AclParses'],
  ['passwords', 'q:$9$quota', 'PasswordsParse'],
  ['identities', 'q Certificate quota=5', 'IdentitiesParse'],
  ['revocations', 'quota 5', 'RevocationsParse'],
  ['notices', 'quota 5', 'NoticesParse'],
];

for (const broker of brokers) {
  describe(`agent on ${broker.name}, given`, () => {
    let plant: Plant;
    let pair: KeyPair;
    let agent: RunningAgent;
    const device = (identity: string) =>
      ({ identity, lines: [{ access: 'readwrite', topic: `dev/${identity}/#` }] }) as const;
    const locked = { identity: 'p', lines: [], password: 'correct horse' } as const;
    const former = (): SiteSet => ({ revision: 5, devices: [device('a'), device('b'), locked] });
    const next = (): SiteSet => {
      const revocations = [revocationOf(plant.site.ca, pair, plant.site.now)];
      const devices = [device('b'), { ...locked, password: 'another horse' }];
      return { revision: 6, devices, revocations, crlNumber: 2 };
    };
    const isServed = async () => {
      const session = await sessionOf(plant, 'a', pair);
      assert.ok((await publishCode(session, 'dev/a/x')) < 0x80);
      assert.equal(await publishCode(session, 'dev/b/x'), 0x87);
      await session.close();
    };
    const refusals = () => agent.report()?.refused?.refusals.map(({ check }) => check) ?? [];

    afterEach(() => agent.stop());

    it('damaged parts, parts of mixed revisions and lower revisions: refuses each, and takes the whole set', async () => {
      plant = await newPlant(broker);
      pair = deviceCertificate(plant.site, 'a');
      agent = startAgent(plant);
      const [loaded, good] = [bundleOf(plant.site, former()), bundleOf(plant.site, next())];
      agent.give(loaded);
      await agent.loaded(5);
      for (const [what, damage, check] of damages) {
        const before = agent.count('Refused');
        agent.give(damage(good, loaded));
        await until(() => agent.count('Refused') > before, `${what} is refused`);
        await until(
          () => refusals().includes(check),
          () => `${what} is told: ${JSON.stringify(agent.report())}`,
        );
        assert.equal(agent.report()?.loaded?.revision, 5);
      }
      await isServed();
      assert.deepEqual([agent.count('Swapped'), agent.count('Proof')], [1, 1]);
      agent.give(good);
      await agent.loaded(6);
      assert.equal(agent.report()?.refused, undefined);
      assert.equal((await connectedDevice(plant, 'a', pair)).kind, 'TlsRefused');
    });

    it('sets of a version to come: keeps the former set, says what it does not know, and takes the next one', async () => {
      plant = await newPlant(broker);
      pair = deviceCertificate(plant.site, 'a');
      agent = startAgent(plant);
      agent.give(bundleOf(plant.site, former()));
      await agent.loaded(5);
      const known = bundleOf(plant.site, { ...next(), notices: [{ identity: 'b', fingerprint: 'aa'.repeat(32) }] });
      for (const [name, addition, check] of ofVersionToCome) {
        // The index is right about it: nothing is damaged.
        const parts = { [name]: `${joined(known.parts[name])}${addition}\n` };
        const before = agent.count('Refused');
        agent.give(bundleOf(plant.site, { ...next(), parts }));
        await until(() => agent.count('Refused') > before, `${name} is refused`);
        await until(
          () => refusals().includes(check),
          () => `${name} is told: ${JSON.stringify(agent.report())}`,
        );
        assert.ok(!refusals().includes('ContentHash'));
      }
      await isServed();
      assert.deepEqual([agent.count('Swapped'), agent.count('Proof')], [1, 1]);
      agent.give(bundleOf(plant.site, next()));
      await agent.loaded(6);
      assert.equal((await connectedDevice(plant, 'a', pair)).kind, 'TlsRefused');
    });

    it('a directory whose passwords cannot be read: keeps the former set, and follows when they can', async () => {
      plant = await newPlant(broker);
      pair = deviceCertificate(plant.site, 'a');
      const [directory, serverDirectory] = [scratchDirectory(), scratchDirectory()];
      const { server } = plant.site;
      const clock = hastyClock();
      const source = directorySource({
        directory,
        serverDirectory,
        clock,
        serverKeyPair: () => Promise.resolve(server),
      });
      agent = startAgent(plant, { source, clock });
      const sink = directorySink(directory, () => agent.report()?.loaded?.revision ?? 0);
      await sink.publish(brokerName, contentFor(plant, former()));
      await agent.loaded(1);
      const content = contentFor(plant, next());
      const [chunk] = content.parts.passwords;
      assert.ok(chunk);
      // Root may read every file, so what cannot be read is a directory.
      mkdirSync(chunkPath(directory, chunk.hash));
      await sink.publish(brokerName, content);
      await until(() => refusals().includes('Readable'), 'it is refused');
      assert.match(JSON.stringify(agent.report()?.refused), /"Readable","reason":"read .*: it is a directory"/);
      assert.equal(agent.report()?.loaded?.revision, 1);
      await isServed();
      rmdirSync(chunkPath(directory, chunk.hash));
      writeFileSync(chunkPath(directory, chunk.hash), chunk.text);
      await agent.loaded(2);
      assert.equal((await connectedDevice(plant, 'p', 'correct horse')).kind, 'Refused');
      assert.equal((await connectedDevice(plant, 'p', 'another horse')).kind, 'Connected');
    });
  });
}

function contentFor({ site }: Plant, set: SiteSet): BundleContent {
  const texts = partsOf(site, set);
  const chunks = partNames.map((part) => [part, chunksByOffset(texts[part])]);
  return contentOf(Object.fromEntries(chunks) as BundleContent['parts']);
}
