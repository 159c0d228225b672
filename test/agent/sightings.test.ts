import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Monitoring } from '../../src/agent/monitoring.ts';
import { observing } from '../../src/agent/observing.ts';
import { sightingsFile, withSightings } from '../../src/agent/sightings.ts';
import { parseSightings } from '../../src/domain/audit/sightings.ts';
import { scratchDirectory } from '../broker/mosquitto.ts';
import { VirtualClock } from '../kube/virtual-clock.ts';
import { valueOf } from './site.ts';

const others: Monitoring = {
  note: () => undefined,
  follow: () => undefined,
  expectRefusal: () => undefined,
  lockouts: () => undefined,
  run: () => Promise.resolve(),
};

describe('what an agent keeps of who came', () => {
  const root = scratchDirectory();
  const [directory, persistenceDirectory] = [path.join(root, 'agent'), path.join(root, 'data')];
  const [own, copy] = [sightingsFile(directory), sightingsFile(persistenceDirectory)];
  const seenIn = (file: string) => [...valueOf(parseSightings(readFileSync(file, 'utf8'))).lastSeen.keys()];

  beforeEach(() => {
    for (const one of [directory, persistenceDirectory]) {
      rmSync(one, { recursive: true, force: true });
      mkdirSync(one);
    }
  });
  after(() => {
    rmSync(root, { recursive: true, force: true });
  });

  /** One life of an agent during which these come. */
  async function lived(names: readonly string[], instance = 'one'): Promise<void> {
    const clock = new VirtualClock();
    const stop = new AbortController();
    const nobody = {
      endpoint: { kind: 'Unix', path: '' },
      login: { clientId: '', username: '', password: '' },
    } as const;
    const ignored = { answer: 1, onNotice: () => undefined, onCounts: () => undefined, onFailure: () => undefined };
    const reader = observing({ ...nobody, ...ignored, clock });
    const placement = { persistenceDirectory };
    const kept = withSightings(others, reader, { broker: 'plant/plant', instance, directory, placement, clock });
    kept.follow({ identities: { has: () => true }, denied: new Set() });
    const run = kept.run(stop.signal);
    for (const name of names) kept.note({ kind: 'Entered', clientId: name, identity: name, address: 'h:1' });
    stop.abort();
    await run;
  }

  it('lies beside it, and with the sessions of the broker', async () => {
    await lived(['a']);
    assert.deepEqual([seenIn(own), seenIn(copy)], [['a'], ['a']]);
  });

  const spoilings: Readonly<Record<string, () => void>> = {
    'is lost with its pod': () => {
      rmSync(own);
    },
    'is cut': () => {
      writeFileSync(own, '{"version":1');
    },
    'is no file': () => {
      rmSync(own);
      execFileSync('mkfifo', [own]);
    },
    'is a directory': () => {
      rmSync(own);
      mkdirSync(own);
    },
  };
  for (const [what, spoil] of Object.entries(spoilings)) {
    it(`is found in the volume when the file beside it ${what}, and begins anew when both are spoiled`, async () => {
      await lived(['a']);
      spoil();
      await lived(['b']);
      assert.deepEqual(seenIn(copy), ['a', 'b']);
      rmSync(own, { recursive: true, force: true });
      writeFileSync(copy, 'no JSON');
      await lived(['c']);
      assert.deepEqual([seenIn(own), seenIn(copy)], [['c'], ['c']]);
    });
  }

  it('is not read where it is larger than an agent writes it', async () => {
    await lived(['a']);
    writeFileSync(copy, 'no JSON');
    appendFileSync(own, Buffer.alloc(2 ** 27, ' '));
    await lived(['b']);
    assert.deepEqual(seenIn(own), ['b']);
  });

  it('is not taken from another instance, whose volume it was', async () => {
    await lived(['a'], 'two');
    await lived(['b']);
    assert.deepEqual(seenIn(own), ['b']);
  });
});
