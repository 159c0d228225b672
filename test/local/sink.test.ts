import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { contentOf } from '../../src/domain/bundle/chunks.ts';
import { partNames, type BundleContent, type PartName } from '../../src/domain/bundle/content.ts';
import { joined } from '../../src/domain/pieces.ts';
import { directorySink, publishedIndex } from '../../src/local/sink.ts';
import { directorySource } from '../../src/local/source.ts';
import { systemClock } from '../../src/local/system.ts';
import { type BundleReading } from '../../src/ports.ts';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

function content(texts: Partial<Record<PartName, readonly string[]>>): BundleContent {
  const parts = Object.fromEntries(
    partNames.map((name) => [name, (texts[name] ?? []).map((text) => ({ text, hash: sha256(text) }))]),
  ) as unknown as BundleContent['parts'];
  return contentOf(parts);
}

const first = content({ acl: ['user a\n', 'user b\n'], crl: ['crl 1'] });
const second = content({ acl: ['user a\n', 'user c\n'], crl: ['crl 2'] });
const third = content({ acl: ['user d\n'], crl: ['crl 3'] });

describe('directory sink and source', () => {
  let root: string;
  let directory: string;
  const stop = new AbortController();
  beforeEach(() => {
    root = mkdtempSync(path.join(tmpdir(), 'mqttsec-sink-'));
    directory = path.join(root, 'bundle');
  });
  afterEach(() => rmSync(root, { recursive: true }));
  after(() => stop.abort());

  const sink = (loaded = 0) => directorySink(directory, () => loaded);
  const read = async (): Promise<BundleReading> => {
    const source = directorySource({
      directory,
      serverDirectory: path.join(root, 'server'),
      serverKeyPair: () => Promise.resolve(undefined),
      clock: systemClock(),
    });
    for await (const reading of source.bundles(stop.signal)) return reading;
    throw new Error('the source ended');
  };

  it('gives back the parts, with revision and hash', async () => {
    assert.deepEqual(await sink().publish('plant/main', first), { revision: 1, hash: first.hash, changed: true });
    const reading = await read();
    assert.equal(reading.kind, 'Bundle');
    assert.equal(joined(reading.bundle.parts.acl), 'user a\nuser b\n');
    assert.equal(joined(reading.bundle.parts.passwords), '');
    assert.equal(reading.bundle.index.revision, 1);
    assert.equal(reading.bundle.index.hash, first.hash);
  });

  it('writes nothing when the content is already there', async () => {
    await sink().publish('plant/main', first);
    const before = readdirSync(directory).map((name) => [name, statSync(path.join(directory, name)).mtimeMs]);
    assert.deepEqual(await sink().publish('plant/main', first), { revision: 1, hash: first.hash, changed: false });
    assert.deepEqual(
      readdirSync(directory).map((name) => [name, statSync(path.join(directory, name)).mtimeMs]),
      before,
    );
  });

  it('numbers above both the index and what was ever loaded', async () => {
    assert.equal((await sink(6).publish('plant/main', first)).revision, 7);
    assert.equal((await sink(3).publish('plant/main', second)).revision, 8);
    writeFileSync(path.join(directory, 'index.json'), 'no index');
    assert.equal((await sink(8).publish('plant/main', first)).revision, 9);
  });

  it('keeps the chunks of the previous set, and no older ones', async () => {
    const chunks = (one: BundleContent) => partNames.flatMap((name) => one.parts[name].map(({ hash }) => hash));
    await sink().publish('plant/main', first);
    await sink().publish('plant/main', second);
    await sink().publish('plant/main', third);
    const expected = new Set([...chunks(second), ...chunks(third), 'index.json']);
    assert.deepEqual(new Set(readdirSync(directory)), expected);
  });

  it('restores a chunk that was lost', async () => {
    await sink().publish('plant/main', first);
    rmSync(path.join(directory, sha256('crl 1')));
    assert.equal((await sink().publish('plant/main', first)).changed, true);
    assert.equal((await read()).kind, 'Bundle');
  });

  it('is readable for its owner alone', async () => {
    await sink().publish('plant/main', first);
    assert.equal(statSync(directory).mode & 0o777, 0o700);
    for (const name of readdirSync(directory)) assert.equal(statSync(path.join(directory, name)).mode & 0o777, 0o600);
  });

  const damage: Record<string, { break: () => void; reason: RegExp }> = {
    'a chunk that is missing': {
      break: () => rmSync(path.join(directory, sha256('crl 1'))),
      reason: /crl\[0\] is missing/,
    },
    'a chunk with another content': {
      break: () => writeFileSync(path.join(directory, sha256('crl 1')), 'crl 9'),
      reason: /crl\[0\] does not have its hash/,
    },
    'an index cut in the middle': {
      break: () => {
        const file = path.join(directory, 'index.json');
        writeFileSync(file, readFileSync(file, 'utf8').slice(0, 40));
      },
      reason: /no JSON/,
    },
    'an index without a part': {
      break: () => {
        const file = path.join(directory, 'index.json');
        writeFileSync(file, readFileSync(file, 'utf8').replace('"acl"', '"lca"'));
      },
      reason: /lacks a field/,
    },
    'an index that names a path': {
      break: () => {
        const file = path.join(directory, 'index.json');
        writeFileSync(file, readFileSync(file, 'utf8').replace(sha256('crl 1'), '../../etc/passwd'));
      },
      reason: /another type/,
    },
  };
  for (const [name, { break: breakIt, reason }] of Object.entries(damage)) {
    it(`says so about ${name}, and the next publish mends it`, async () => {
      await sink().publish('plant/main', first);
      breakIt();
      const reading = await read();
      assert.equal(reading.kind, 'Unreadable');
      assert.match(reading.reason, reason);
      await sink(1).publish('plant/main', second);
      assert.equal((await read()).kind, 'Bundle');
      assert.equal((await publishedIndex(directory))?.revision, 2);
    });
  }

  it('gives each newer set, and each only once', async () => {
    const signal = new AbortController();
    const source = directorySource({
      directory,
      serverDirectory: path.join(root, 'server'),
      serverKeyPair: () => Promise.resolve(undefined),
      clock: systemClock(),
    });
    await sink().publish('plant/main', first);
    const seen: (string | number)[] = [];
    for await (const reading of source.bundles(signal.signal)) {
      seen.push(reading.kind === 'Bundle' ? reading.bundle.index.revision : reading.reason);
      if (seen.length === 1) {
        await sink().publish('plant/main', first);
        await sink().publish('plant/main', second);
      }
      if (seen.at(-1) === 2) await sink().publish('plant/main', third);
      if (seen.at(-1) === 3) signal.abort();
    }
    assert.deepEqual(seen, [1, 2, 3]);
  });
});
