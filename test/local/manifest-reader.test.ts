import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { accepted } from '../../src/local/accepted.ts';
import {
  formerlyAccepted,
  keepGood,
  manifestReader,
  readState,
  type ManifestReader,
} from '../../src/local/manifest-reader.ts';
import { type Clock } from '../../src/ports.ts';
import { fleet } from '../cli/program.ts';

describe('manifests as they are read while somebody writes them', () => {
  let root: string;
  let reader: ManifestReader;
  /** What happens to the files while the reader waits for a second look. */
  let meanwhile: (() => void)[];
  const clock: Clock = {
    now: () => new Date('2026-06-01T00:00:00Z'),
    sleep: () => {
      meanwhile.shift()?.();
      return Promise.resolve();
    },
  };
  const write = (text: string) => writeFileSync(path.join(root, 'devices.yaml'), text);
  const both = fleet['devices.yaml'];
  const half = both.slice(0, both.indexOf('---\n'));

  async function read() {
    const { files, unreadable } = await readState(reader, clock);
    const names = files.flatMap(({ declarations }) => declarations.map(({ name }) => name));
    return { names, problems: unreadable.map(({ message }) => message) };
  }

  beforeEach(async () => {
    root = mkdtempSync(path.join(tmpdir(), 'mqttsec-reader-'));
    reader = manifestReader(root);
    meanwhile = [];
    write(both);
    assert.deepEqual((await read()).names, ['s-1', 'p-1']);
  });
  afterEach(() => rmSync(root, { recursive: true }));

  it('have what was there before and after a second look', async () => {
    write(half);
    meanwhile = [() => write(both)];
    assert.deepEqual(await read(), { names: ['s-1', 'p-1'], problems: [] });
  });

  it('are without what is missing at the second look, too', async () => {
    write(half);
    assert.deepEqual(await read(), { names: ['s-1'], problems: [] });
  });

  it('are looked at until two looks show the same', async () => {
    write(`${half}---\n${half.replace('s-1', 's-2')}`);
    meanwhile = [() => write(half), () => write(both)];
    assert.deepEqual(await read(), { names: ['s-1', 'p-1'], problems: [] });
  });

  it('keep what an emptied file declared, for as long as it is empty', async () => {
    write('');
    for (let look = 1; look <= 2; look += 1) {
      const { names, problems } = await read();
      assert.deepEqual(names, ['s-1', 'p-1']);
      assert.match(problems.join(), /^file is empty, what it declared stays in force/);
    }
    write(half);
    assert.deepEqual(await read(), { names: ['s-1'], problems: [] });
  });

  it('are compared with those of the former run at the start', async () => {
    const kept = path.join(root, 'kept');
    await keepGood(reader, accepted(undefined, await readState(reader, clock)), kept);
    const restarted = async () => {
      reader = manifestReader(root);
      await formerlyAccepted(reader, kept);
      return read();
    };
    write('');
    assert.deepEqual((await restarted()).names, ['s-1', 'p-1']);
    write(half);
    meanwhile = [() => write(both)];
    assert.deepEqual((await restarted()).names, ['s-1', 'p-1']);
    write(half);
    assert.deepEqual((await restarted()).names, ['s-1']);
  });

  it('are without a file that is deleted', async () => {
    rmSync(path.join(root, 'devices.yaml'));
    assert.deepEqual((await read()).names, []);
  });
});
