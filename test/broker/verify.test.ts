import assert from 'node:assert/strict';
import type { PointResult } from '../../src/verify/point.ts';
import type { World } from '../../src/verify/world.ts';
import { brokers } from './mosquitto.ts';
import { changed, type Parts, type Site, verifySite } from './verify/site.ts';

const failed = (results: readonly PointResult[]) =>
  results.filter(({ verdict }) => verdict === 'Fail').map(({ name }) => name);

/** What was seen of each point, for who reads why a test failed. */
const told = (results: readonly PointResult[]) =>
  results.map(({ name, verdict, reason }) => `${verdict} ${name}: ${reason}`).join('\n');

interface Defect {
  readonly what: string;
  readonly spoil: (parts: Parts, site: Site) => Parts;
  /** What is looked at, where it is not as on a good broker. */
  readonly seen?: (world: World, site: Site) => World;
  readonly fails: readonly string[];
}

const defects: readonly Defect[] = [
  {
    what: 'lets anybody in',
    // Where the user name becomes the client ID, Mosquitto wants one.
    spoil: (parts) => ({
      ...parts,
      global: changed(parts.global, 'allow_anonymous', 'allow_anonymous true'),
      passwords: changed(parts.passwords, 'use_username_as_clientid'),
    }),
    fails: ['NoAnonymousAccess'],
  },
  {
    what: 'listens without TLS, too',
    spoil: (parts, { plainPort }) => ({ ...parts, more: [`listener ${String(plainPort)} 127.0.0.1`] }),
    fails: ['NoPlainListener'],
  },
  {
    what: 'trusts another CA',
    spoil: (parts, { foreignCa }) => ({
      ...parts,
      ca: `${parts.ca}${foreignCa}`,
      certificates: changed(parts.certificates, 'crlfile'),
    }),
    seen: (world) => ({ ...world, refused: world.refused.filter(({ why }) => why !== 'Revoked') }),
    fails: ['ForeignCertificateRefused'],
  },
];

for (const broker of brokers) {
  describe(`verify, on ${broker.name}`, function () {
    this.timeout(60_000);
    let site: Site;
    before(async () => {
      site = await verifySite(broker);
    });

    it('passes where everything is as it should be', async () => {
      const results = await site.results();
      assert.deepEqual(failed(results), [], told(results));
      const untried = results.filter(({ verdict }) => verdict === 'NotApplicable');
      assert.deepEqual(untried, [], told(untried));
    });

    for (const { what, spoil, seen, fails } of defects) {
      it(`fails a broker that ${what}: ${fails.join(', ')}`, async () => {
        const results = await site.results(
          (parts) => spoil(parts, site),
          (world) => seen?.(world, site) ?? world,
        );
        assert.deepEqual(failed(results), fails, told(results));
      });
    }
  });
}
