import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { bundledPackages, licencesText } from '../../scripts/licences.ts';

describe('licences of what is bundled', () => {
  let root: string;

  before(() => {
    root = mkdtempSync(path.join(tmpdir(), 'mqttsec-licences-'));
  });
  after(() => rmSync(root, { recursive: true }));

  const made = (name: string, manifest: object, files: Readonly<Record<string, string>> = {}) => {
    const folder = path.join(root, 'node_modules', name);
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, 'package.json'), JSON.stringify({ name, version: '1.2.3', ...manifest }));
    for (const [file, text] of Object.entries(files)) writeFileSync(path.join(folder, file), text);
    return `node_modules/${name}`;
  };

  it('names each package with a file in the bundle once, those inside of others and of scopes too', () => {
    const inputs = Object.fromEntries(
      [
        'src/cli/main.ts',
        'node_modules/ajv/dist/ajv.js',
        'node_modules/ajv/lib/core.js',
        'node_modules/@scope/name/index.js',
        'node_modules/ajv/node_modules/inner/x.js',
      ].map((file) => [file, { bytes: 1, imports: [] }]),
    );
    assert.deepEqual(bundledPackages({ inputs }), [
      'node_modules/@scope/name',
      'node_modules/ajv',
      'node_modules/ajv/node_modules/inner',
    ]);
  });

  it('gives each licence and notice as it is, under name and version', () => {
    const one = made(
      'one',
      { license: 'MIT' },
      { 'LICENSE.md': 'Do as you like.', NOTICE: 'By one.', 'licenser.js': '' },
    );
    const two = made('two', { license: 'ISC' });
    const text = licencesText(root, [one, two]);
    assert.equal(text, `one 1.2.3, MIT\n\nDo as you like.\n\nBy one.\n\n${'-'.repeat(80)}\n\ntwo 1.2.3, ISC\n`);
  });

  it('refuses a package that states none', () => {
    const bare = made('bare', {});
    assert.throws(() => licencesText(root, [bare]), /bare 1\.2\.3 states none/);
  });
});
