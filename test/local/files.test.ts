import assert from 'node:assert/strict';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { makeDirectory } from '../../src/local/files.ts';

describe('local/files: makeDirectory', () => {
  let root: string;

  beforeEach(async () => {
    root = await mkdtemp(path.join(tmpdir(), 'mqttsec-files-'));
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  it('makes the directories above it too, for their owner alone', async () => {
    await makeDirectory(path.join(root, 'a/b/c'));
    for (const name of ['a', 'a/b', 'a/b/c']) assert.equal((await stat(path.join(root, name))).mode & 0o777, 0o700);
  });

  it('leaves one that is there, also when others make it at the same time', async () => {
    await Promise.all(Array.from({ length: 20 }, () => makeDirectory(path.join(root, 'a/b'))));
    await makeDirectory(path.join(root, 'a/b'));
  });

  it('says why there is none', async () => {
    const file = path.join(root, 'file');
    await writeFile(file, '');
    await assert.rejects(makeDirectory(file), /^Error: make directory .*file: a file is in its place$/);
    await assert.rejects(
      makeDirectory(path.join(file, 'a')),
      /^Error: make directory .*: a part of the path is no dir/,
    );
    await assert.rejects(makeDirectory('/proc/mqttsec/a'), /^Error: make directory \/proc\/mqttsec\/a: no such file/);
  });
});
