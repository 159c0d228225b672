import assert from 'node:assert/strict';
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readAtChanges } from '../../src/local/watch.ts';
import { type Clock } from '../../src/ports.ts';

/** Never wakes anybody: what is noticed was notified of, not polled for. */
const stoppedClock: Clock = {
  now: () => new Date(0),
  sleep: (_, signal) =>
    new Promise((_resolve, reject) => {
      signal?.addEventListener('abort', () => reject(new Error('aborted')), { once: true });
    }),
};

describe('watched directories', () => {
  let root: string;
  let end: AbortController;
  let texts: AsyncGenerator<string>;
  const at = (...names: string[]) => path.join(root, ...names);

  beforeEach(async () => {
    root = mkdtempSync(path.join(tmpdir(), 'mqttsec-watch-'));
    mkdirSync(at('sub'));
    writeFileSync(at('a.yaml'), '0');
    writeFileSync(at('sub', 'b.yaml'), '0');
    end = new AbortController();
    const matters = (name: string) => !name.split(path.sep).some((part) => part.startsWith('.'));
    texts = readAtChanges(() => Promise.resolve(allText(root)), [root], stoppedClock, end.signal, {
      recursive: true,
      matters,
    });
    await texts.next();
  });
  afterEach(async () => {
    end.abort();
    await texts.return(undefined);
    rmSync(root, { recursive: true, force: true });
  });

  /** Waits until the reading shows this; one change may be given in several readings. */
  async function reads(wanted: string): Promise<void> {
    for (;;) {
      const { value } = (await texts.next()) as { value: string };
      if (value.includes(wanted)) return;
    }
  }

  const writers: Record<string, (file: string, text: string) => void> = {
    'written in place': writeFileSync,
    'replaced by a rename, as editors do': (file, text) => {
      writeFileSync(at('.draft'), text);
      renameSync(at('.draft'), file);
    },
  };
  for (const [name, write] of Object.entries(writers)) {
    it(`notices a file that is ${name}, each time, at any depth`, async () => {
      for (const file of [at('a.yaml'), at('sub', 'b.yaml')]) {
        for (const round of [1, 2, 3]) {
          write(file, `${file} ${String(round)}`);
          await reads(`${file} ${String(round)}`);
        }
      }
    });
  }

  it('follows directories that come, go, and come back', async () => {
    mkdirSync(at('new', 'deep'), { recursive: true });
    writeFileSync(at('new', 'deep', 'c.yaml'), 'one');
    await reads('one');
    writeFileSync(at('new', 'deep', 'c.yaml'), 'two');
    await reads('two');
    rmSync(at('new'), { recursive: true });
    mkdirSync(at('new', 'deep'), { recursive: true });
    writeFileSync(at('new', 'deep', 'c.yaml'), 'three');
    await reads('three');
    writeFileSync(at('new', 'deep', 'c.yaml'), 'four');
    await reads('four');
  });

  it('is not caught in a loop of links', async () => {
    symlinkSync(root, at('sub', 'loop'));
    writeFileSync(at('a.yaml'), 'after the loop');
    await reads('after the loop');
  });

  it('ends when it is told to', async () => {
    const last = texts.next();
    end.abort();
    assert.equal((await last).done, true);
  });
});

/** The text of all files that matter, in one. */
function allText(directory: string): string {
  const entries = readdirSync(directory, { withFileTypes: true }).filter(({ name }) => !name.startsWith('.'));
  const parts = entries.map((entry) => {
    const full = path.join(directory, entry.name);
    if (entry.isDirectory()) return allText(full);
    return entry.isFile() ? readFileSync(full, 'utf8') : '';
  });
  return parts.join('\n');
}
