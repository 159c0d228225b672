import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parseAcl } from '../../src/domain/acl/file-parser.ts';
import { parsePasswords, passwordHash, passwordLine } from '../../src/domain/broker/passwords.ts';
import { parseIdentities } from '../../src/domain/bundle/identities.ts';
import { parseNotices } from '../../src/domain/bundle/notices.ts';
import { joined, linesOf, type Text } from '../../src/domain/pieces.ts';
import { parseRevocations } from '../../src/domain/pki/revocations.ts';

/** A text, cut at some places into pieces of any length, empty ones too. */
const cutText = fc
  .tuple(fc.string({ unit: fc.constantFrom('a', 'b', '\n') }), fc.array(fc.nat({ max: 20 })))
  .map(([text, places]) => ({ text, pieces: cut(text, places) }));

function cut(text: string, places: readonly number[]): readonly string[] {
  const ends = [...places].sort((a, b) => a - b);
  return [...ends, text.length].map((end, number) => text.slice(ends[number - 1] ?? 0, end));
}

describe('lines of a text in pieces', () => {
  it('are those of the whole text, wherever it is cut', () => {
    fc.assert(
      fc.property(cutText, ({ text, pieces }) => {
        assert.equal(joined(pieces), text);
        assert.deepEqual([...linesOf(pieces)], [...linesOf(text)]);
      }),
    );
  });

  it('have their ends, but for a last one that is cut off', () => {
    const rows: readonly [string, string[]][] = [
      ['', []],
      ['a', ['a']],
      ['a\n', ['a\n']],
      ['\na\n\nb', ['\n', 'a\n', '\n', 'b']],
    ];
    for (const [text, lines] of rows) assert.deepEqual([...linesOf(text)], lines);
  });
});

const hash = passwordHash('horse', Buffer.from('twelve bytes'));
const entry = `${'ab'.repeat(32)} 1f a 2030-01-01T00:00:00Z KeyCompromise 2026-01-01T00:00:00Z\n`;
const notice = (identity: string): string => `${JSON.stringify({ version: 1, identity, action: 'Renew' })}\n`;

/** For each reader a text that it takes, and some that it refuses at a line that its message names. */
const readers: Readonly<Record<string, readonly [read: (text: Text) => unknown, texts: readonly string[]]>> = {
  acl: [parseAcl, ['user a\ntopic read a/b\nuser b\n', 'user a\n\nbogus\n', 'user a\ntopic read a\tb\n', 'user a']],
  passwords: [parsePasswords, [passwordLine('a', hash), 'a\nb:\n', passwordLine('a', hash).slice(0, -1)]],
  identities: [parseIdentities, ['a Certificate r c -\nb Password r c -\n', 'a Certificate r c -\nb\n', 'a C']],
  notices: [parseNotices, [notice('a') + notice('b'), notice('a') + notice('a'), notice('a').slice(0, -1)]],
  revocations: [parseRevocations, [entry, entry + entry, entry.slice(0, -1)]],
};

for (const [name, [read, texts]] of Object.entries(readers)) {
  it(`${name} in pieces are read, and refused, as the whole`, () => {
    for (const text of texts) {
      for (let place = 0; place <= text.length; place += 1) {
        assert.deepEqual(read(cut(text, [place])), read(text), `cut at ${place}`);
      }
    }
    const verdicts = texts.map((text) => (read(text) as { ok: boolean }).ok);
    assert.deepEqual(verdicts, [true, ...texts.slice(1).map(() => false)]);
  });
}
