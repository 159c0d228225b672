import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  chunkCountFor,
  chunkCountsOf,
  chunkHashes,
  chunkOf,
  chunksByOffset,
  contentOf,
  shardsOfChunk,
  chunkTextsOf,
  verifiedParts,
} from '../../../src/domain/bundle/chunks.ts';
import {
  type BundleContent,
  type BundleIndex,
  chunkLimitBytes,
  partNames,
} from '../../../src/domain/bundle/content.ts';
import { hashOfParts } from '../../../src/domain/hash.ts';
import { shardCount } from '../../../src/domain/sharded.ts';

const part = fc.array(fc.string({ unit: 'grapheme', maxLength: 40 }).map(chunkOf), { maxLength: 4 });
const content: fc.Arbitrary<BundleContent> = fc
  .record({
    'mosquitto.conf': part,
    acl: part,
    passwords: part,
    identities: part,
    crl: part,
    ca: part,
    revocations: part,
    notices: part,
  })
  .map(contentOf);

function indexOf({ parts, hash }: BundleContent): BundleIndex {
  return { broker: 'main', revision: 1, hash, parts: chunkHashes(parts) };
}

function chunksOf({ parts }: BundleContent): Map<string, string> {
  return new Map(partNames.flatMap((name) => parts[name].map(({ hash, text }): [string, string] => [hash, text])));
}

describe('hashes of several parts', () => {
  it('tell apart what only joins to the same text', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), fc.array(fc.string()), (a, b) => {
        const same = a.length === b.length && a.every((text, i) => text === b[i]);
        assert.equal(hashOfParts(a) === hashOfParts(b), same);
      }),
    );
    assert.notEqual(hashOfParts(['ab', 'c']), hashOfParts(['a', 'bc']));
    assert.notEqual(hashOfParts([]), hashOfParts(['']));
  });
});

describe('chunks of a bundle', () => {
  it('come back as the parts they were made of', () => {
    fc.assert(
      fc.property(content, (some) => {
        const read = verifiedParts(indexOf(some), chunksOf(some));
        assert.ok(read.ok);
        for (const name of partNames)
          assert.deepEqual(
            read.value[name],
            some.parts[name].map(({ text }) => text),
          );
      }),
    );
  });

  it('are refused when any of them was changed in one character, or is missing', () => {
    fc.assert(
      fc.property(content, fc.nat(), fc.nat(), fc.boolean(), (some, which, where, drop) => {
        const chunks = chunksOf(some);
        const filled = [...chunks].filter(([, text]) => text.length > 0);
        fc.pre(filled.length > 0);
        const [hash, text] = filled[which % filled.length]!;
        const at = where % text.length;
        const changed = text.slice(0, at) + (text[at] === 'x' ? 'y' : 'x') + text.slice(at + 1);
        if (drop) chunks.delete(hash);
        else chunks.set(hash, changed);
        const read = verifiedParts(indexOf(some), chunks);
        assert.ok(!read.ok);
        assert.ok(read.findings.every(({ message }) => message.includes(hash)));
      }),
    );
  });

  it('are taken from the set before, where they are the same', () => {
    fc.assert(
      fc.property(content, content, (some, other) => {
        const former = verifiedParts(indexOf(some), chunksOf(some));
        assert.ok(former.ok);
        const known = chunkTextsOf({ index: indexOf(some), parts: former.value });
        assert.deepEqual([...known].sort(), [...chunksOf(some)].sort());
        const mixed = contentOf({ ...other.parts, acl: some.parts.acl });
        const read = verifiedParts(indexOf(mixed), new Map([...chunksOf(other), ...known]));
        assert.deepEqual(read, verifiedParts(indexOf(mixed), chunksOf(mixed)));
      }),
    );
  });

  it('are refused when the index mixes two contents', () => {
    const parts = Object.fromEntries(
      partNames.map((name) => [name, [chunkOf(name)]]),
    ) as unknown as BundleContent['parts'];
    const index = indexOf(contentOf(parts));
    const mixed = { ...index, parts: { ...index.parts, acl: index.parts.ca } };
    const read = verifiedParts(mixed, chunksOf(contentOf(parts)));
    assert.ok(!read.ok);
    assert.deepEqual(
      read.findings.map(({ path }) => path),
      ['index'],
    );
  });

  it('tell a chunk that moved from one part to its neighbour', () => {
    const parts = Object.fromEntries(partNames.map((name) => [name, []])) as unknown as BundleContent['parts'];
    const one = contentOf({ ...parts, acl: [chunkOf('a')] });
    const other = contentOf({ ...parts, passwords: [chunkOf('a')] });
    assert.notEqual(one.hash, other.hash);
  });
});

describe('text cut by offset', () => {
  it('is the same again when joined, in chunks within the limit, cut between lines', () => {
    const line = fc.string({ unit: 'grapheme', maxLength: 50 }).map((text) => `${text.replaceAll('\n', ' ')}\n`);
    fc.assert(
      fc.property(
        fc.array(line, { minLength: 1, maxLength: 20 }),
        fc.integer({ min: 1, max: 3000 }),
        (lines, times) => {
          const text = lines.join('').repeat(times).slice(0, 600_000).toWellFormed();
          const chunks = chunksByOffset(text);
          assert.equal(chunks.map((chunk) => chunk.text).join(''), text);
          assert.ok(chunks.every((chunk) => Buffer.byteLength(chunk.text) <= chunkLimitBytes));
          assert.ok(chunks.slice(0, -1).every((chunk) => chunk.text.endsWith('\n')));
        },
      ),
      { numRuns: 30 },
    );
  });

  it('without lines is cut between characters', () => {
    const text = `x${'€'.repeat(chunkLimitBytes)}`;
    const chunks = chunksByOffset(text);
    assert.equal(chunks.map((chunk) => chunk.text).join(''), text);
    assert.deepEqual(chunksByOffset(''), []);
  });
});

describe('the number of chunks', () => {
  const bytes = fc.array(fc.nat({ max: 20_000 }), { minLength: shardCount, maxLength: shardCount });

  it('is a power of two that keeps every chunk within the limit, and never shrinks', () => {
    fc.assert(
      fc.property(bytes, fc.option(fc.integer({ min: 0, max: 10 }), { nil: undefined }), (some, exponent) => {
        const former = exponent === undefined ? undefined : 2 ** exponent;
        const count = chunkCountFor(some, former);
        assert.ok(count !== undefined && count >= (former ?? 1));
        assert.equal(Math.log2(count) % 1, 0);
        for (let chunk = 0; chunk < count; chunk += 1) {
          const [first, end] = shardsOfChunk(chunk, count);
          assert.ok(some.slice(first, end).reduce((sum, size) => sum + size, 0) <= chunkLimitBytes);
        }
        assert.equal(chunkCountFor(some, count), count);
      }),
    );
  });

  it('is chosen anew where the former one is no number of chunks', () => {
    for (const former of [0, -1, 3, 1.5, 2048, NaN]) assert.equal(chunkCountFor([1], former), 1);
  });

  it('does not exist for a shard that is above the limit alone', () => {
    assert.equal(chunkCountFor([chunkLimitBytes + 1]), undefined);
    assert.equal(chunkCountFor([chunkLimitBytes]), shardCount);
  });

  it('is read from what is published, without the leading chunk of the ACL', () => {
    const parts = Object.fromEntries(
      partNames.map((name) => [name, ['h', 'h', 'h']]),
    ) as unknown as BundleIndex['parts'];
    assert.deepEqual(chunkCountsOf({ parts }), { acl: 2, passwords: 3, identities: 3, revocations: 3, notices: 3 });
  });
});
