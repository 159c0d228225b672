import assert from 'node:assert/strict';
import { localMosquitto } from '../../src/local/mosquitto.ts';
import { systemClock } from '../../src/local/system.ts';
import { directoryOf } from '../cli/program.ts';
import { chmodSync } from 'node:fs';
import path from 'node:path';

/** A program that gives this version, in a tree as a package would install it. */
function installed(version: string, library: string): string {
  const root = directoryOf({
    'sbin/mosquitto': `#!/bin/sh\necho 'mosquitto version ${version}'\nexit 3\n`,
    [`lib/${library}/mosquitto_acl_file.so`]: '',
  });
  chmodSync(path.join(root, 'sbin/mosquitto'), 0o755);
  return root;
}

const found = (searchPath: readonly string[], command: readonly string[] = []) =>
  localMosquitto({ command, searchPath }, systemClock());

describe('the Mosquitto of this machine', () => {
  it('is the first on the search path', async () => {
    const root = installed('2.0.18', 'x86_64-linux-gnu');
    const { version, dialect } = await found(['', '/nonexistent', path.join(root, 'sbin')]);
    assert.deepEqual([version, dialect], ['2.0.18', '2.0']);
  });

  for (const library of ['x86_64-linux-gnu', 'x86_64-linux-gnu/mosquitto', 'mosquitto', '.']) {
    it(`of 2.1 has its plugins in lib/${library}`, async () => {
      const root = installed('2.1.2', library);
      const { pluginDirectory } = await found([path.join(root, 'sbin')]);
      assert.equal(pluginDirectory, path.join(root, 'lib', library));
    });
  }

  const refused: Record<string, [() => Promise<unknown>, RegExp]> = {
    'there is none': [
      () => found(['/nonexistent']),
      /none on the PATH; install it \('apt-get install mosquitto'\) or name one/,
    ],
    'the one that was named is not there': [
      () => found([], ['/nonexistent/m']),
      /start \/nonexistent\/m: there is no such program/,
    ],
    'the one that was named is not on the search path': [
      () => found(['', '/nonexistent'], ['mosquitto-x']),
      /start mosquitto-x: there is no such program/,
    ],
    'it is too old': [
      () => found([path.join(installed('1.6.9', 'x'), 'sbin')]),
      /Mosquitto 1\.6\.9 is not supported: use 2\.0 or 2\.1/,
    ],
    'it has no plugins': [
      () => found([path.join(installed('2.1.2', 'elsewhere/x'), 'sbin')]),
      /name its directory with --plugins/,
    ],
  };
  for (const [name, [find, message]] of Object.entries(refused)) {
    it(`is refused when ${name}`, () => assert.rejects(find, message));
  }
});
