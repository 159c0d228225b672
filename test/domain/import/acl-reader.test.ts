import assert from 'node:assert/strict';
import { readForeignAcl } from '../../../src/domain/import/acl-reader.ts';

/** What facts 4.7 say of lines: how each is read, as `ACCESS TOPIC`, or why it is refused. */
const rows: Readonly<Record<string, string | RegExp>> = {
  'topic read a/b': 'read a/b',
  '  topic write a/b': 'write a/b',
  'topic a/b': 'readwrite a/b',
  'topic deny': 'readwrite deny',
  'topic read me/x': 'read me/x',
  'topic read  a b/c  ': 'read a b/c',
  'topic read a/b\r': 'read a/b',
  'topic read "a"': 'read "a"',
  '\ttopic read a': /is none of user, topic, pattern/,
  ' # comment': /is none of user, topic, pattern/,
  'topic bogus a/b': /has "bogus" where read, write, readwrite, deny is meant/,
  'topic read a/#/b': /topic that has # before its end/,
  'topic read': 'readwrite read',
  topic: /topic that is empty/,
  'users x': /is none of user/,
  'user ': /names no user/,
  'topic read a\0b': /NUL/,
  '# until 2026-01-01T00:00:00.000Z': /rendered from manifests/,
};

describe('an acl_file of somebody else', () => {
  for (const [line, wanted] of Object.entries(rows)) {
    it(`${JSON.stringify(line)}: ${String(wanted)}`, () => {
      const read = readForeignAcl(`# first\n\nuser u\n${line}\n`);
      if (typeof wanted === 'string') {
        assert.ok(read.ok, JSON.stringify(read));
        assert.deepEqual(
          read.acl.users.get('u')?.map(({ access, topic, line: number }) => `${number} ${access} ${topic}`),
          [`4 ${wanted}`],
        );
      } else {
        assert.ok(!read.ok);
        assert.match(
          `${read.problems[0]?.line ?? ''} ${read.problems[0]?.message ?? ''}`,
          new RegExp(`^4 .*${wanted.source}`),
        );
      }
    });
  }

  it('has blocks of one user joined, and lines before the first user apart', () => {
    const read = readForeignAcl(
      'topic read a\nuser u # x\ntopic read b\nuser v\nuser u # x\npattern read c\ntopic read d\n',
    );
    assert.ok(read.ok);
    const topics = (lines: readonly { readonly topic: string }[] = []) => lines.map(({ topic }) => topic);
    assert.deepEqual(topics(read.acl.anonymous), ['a']);
    assert.deepEqual(topics(read.acl.users.get('u # x')), ['b', 'd']);
    assert.deepEqual(topics(read.acl.patterns), ['c']);
    assert.deepEqual([...read.acl.users.keys()], ['u # x', 'v']);
  });

  it('may not begin with a byte order mark', () => {
    assert.ok(!readForeignAcl('\uFEFFuser u\n').ok);
  });
});
