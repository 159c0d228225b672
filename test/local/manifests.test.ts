import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readManifests, stdinName } from '../../src/local/manifests.ts';
import { fileLimit } from '../../src/parse/yaml.ts';

describe('local/manifests', () => {
  let root: string;

  beforeEach(async () => {
    root = await mkdtemp(path.join(tmpdir(), 'mqttsec-manifests-'));
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  async function write(name: string, content: string | Uint8Array = 'a: 1\n'): Promise<string> {
    const file = path.join(root, name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, content);
    return file;
  }

  async function namesOf(...paths: string[]): Promise<string[]> {
    const { files, findings } = await readManifests(paths.map((name) => path.join(root, name)));
    assert.deepEqual(findings, []);
    return files.map((file) => path.relative(root, file.name));
  }

  async function findingOf(name: string): Promise<[code: string, message: string, line: number]> {
    const { findings } = await readManifests([path.join(root, name)]);
    assert.equal(findings.length, 1);
    const [{ code, message, position }] = findings as [(typeof findings)[number]];
    assert.ok(position);
    assert.ok(position.file.startsWith(path.join(root, name)));
    return [code, message, position.line];
  }

  it('walks a directory in order and takes manifests alone', async () => {
    for (const name of ['b.yml', 'a.yaml', 'c/d.json', 'c/a.YAML', 'notes.txt', 'x.yaml.bak']) await write(name);
    assert.deepEqual(await namesOf('.'), ['a.yaml', 'b.yml', 'c/a.YAML', 'c/d.json']);
  });

  it('enters no state directory, no dot directory and no node_modules, and takes no dot file', async () => {
    for (const name of ['a.yaml', '.mqttsec/s.yaml', '.git/g.yaml', 'node_modules/n.yaml', '.#a.yaml'])
      await write(name);
    assert.deepEqual(await namesOf('.'), ['a.yaml']);
  });

  it('takes a file that is named, whatever its extension, and each file once', async () => {
    await write('a.txt');
    await write('d/b.yaml');
    assert.deepEqual(await namesOf('a.txt', 'd', 'd/b.yaml', 'a.txt'), ['a.txt', 'd/b.yaml']);
  });

  it('follows links and survives their loops', async () => {
    await write('real/a.yaml');
    await symlink('..', path.join(root, 'real/loop'));
    await symlink('real', path.join(root, 'again'));
    await symlink('a.yaml', path.join(root, 'real/b.yaml'));
    assert.deepEqual(await namesOf('.'), ['again/a.yaml']);
  });

  it('gives the SHA-256 of what was read', async () => {
    const file = await write('a.yaml', '');
    const { files } = await readManifests([file]);
    assert.equal(files[0]?.hash, 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  });

  it('reads a pipe, which has no size', async () => {
    const pipe = path.join(root, 'pipe');
    execFileSync('mkfifo', [pipe]);
    const [{ files }] = await Promise.all([readManifests([pipe]), writeFile(pipe, 'a: 1\n')]);
    assert.deepEqual(
      files.map(({ name, text }) => [name, text]),
      [[pipe, 'a: 1\n']],
    );
  });

  it('gives many files in their order, whichever is read first', async () => {
    const names = Array.from({ length: 100 }, (_, index) => `${String(index).padStart(3, '0')}.yaml`);
    for (const [index, name] of names.entries()) await write(name, 'a'.repeat((100 - index) * 1000));
    assert.deepEqual(await namesOf('.'), names);
  });

  it('reads standard input', async () => {
    const { files, findings } = await readManifests(['-'], () => chunks('a: ', '1\n'));
    assert.deepEqual(findings, []);
    assert.deepEqual(
      files.map(({ name, text }) => [name, text]),
      [[stdinName, 'a: 1\n']],
    );
  });

  async function* chunks(...parts: string[]): AsyncIterable<Uint8Array> {
    for (const part of parts) yield Promise.resolve(Buffer.from(part));
  }

  describe('one finding for', () => {
    it('a path that does not exist', async () => {
      assert.deepEqual(await findingOf('none'), ['MQS001', 'cannot be read: no such file or directory', 1]);
    });
    it('an empty directory', async () => {
      assert.deepEqual(await findingOf('.'), ['MQS001', 'directory holds no .yaml, .yml or .json file', 1]);
    });
    it('a file over the limit', async () => {
      await write('big.yaml', Buffer.alloc(10 * 1024 * 1024, 'a'));
      assert.deepEqual(await findingOf('.'), ['MQS001', 'file is larger than 8 MiB: split it', 1]);
    });
    it('text that is not UTF-8, at its line', async () => {
      await write('latin1.yaml', Buffer.from('a: 1\nb: é\n', 'latin1'));
      assert.deepEqual(await findingOf('.'), ['MQS001', 'text is not UTF-8: convert it', 2]);
    });
    it('a link to nothing', async () => {
      await symlink('gone', path.join(root, 'a.yaml'));
      assert.deepEqual(await findingOf('.'), ['MQS001', 'cannot be read: no such file or directory', 1]);
    });
    it('a link to itself', async () => {
      await symlink('a.yaml', path.join(root, 'a.yaml'));
      assert.deepEqual(await findingOf('.'), ['MQS001', 'cannot be read: symbolic links form a loop', 1]);
    });
    it('no file of exactly the limit, which is read', async () => {
      await write('big.yaml', Buffer.alloc(fileLimit, 'a'));
      assert.deepEqual(await namesOf('.'), ['big.yaml']);
    });
    it('standard input over the limit', async () => {
      const { findings } = await readManifests(['-'], () => chunks('a'.repeat(fileLimit), 'b'));
      assert.deepEqual(
        findings.map((finding) => finding.position?.file),
        [stdinName],
      );
    });
  });

  it('reads what it can beside what it cannot', async () => {
    await write('good.yaml');
    await symlink('gone', path.join(root, 'bad.yaml'));
    const { files, findings } = await readManifests([root, path.join(root, 'none')]);
    assert.equal(files.length, 1);
    assert.equal(findings.length, 2);
  });

  it('leaves what is no file in a directory alone', async () => {
    await write('a.yaml');
    const server = createServer().listen(path.join(root, 'socket.yaml'));
    await once(server, 'listening');
    assert.deepEqual(await namesOf('.'), ['a.yaml']);
    server.close();
    await once(server, 'close');
  });
});
