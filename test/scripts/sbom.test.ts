import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { debianComponent, npmComponent, sbomText } from '../../scripts/sbom.ts';

const root = path.resolve(import.meta.dirname, '../..');
const libc =
  'Package: libc6\nStatus: install ok installed\nArchitecture: amd64\nVersion: 2.36-9+deb12u10\nDepends: x (= 1)\n';

interface Sbom {
  readonly metadata: { readonly component: { readonly purl: string } };
  readonly components: readonly { readonly purl: string; readonly licenses?: unknown }[];
}

describe('the bill of materials', () => {
  let folder: string;
  beforeEach(() => void (folder = mkdtempSync(path.join(tmpdir(), 'mqttsec-sbom-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  it('names packages by their package URLs, with the licence that they state', () => {
    writeFileSync(path.join(folder, 'package.json'), '{"name":"@scope/one","version":"1.2.3","license":"MIT OR ISC"}');
    assert.deepEqual(npmComponent(folder), {
      ...{ type: 'library', name: '@scope/one', version: '1.2.3', license: 'MIT OR ISC' },
      purl: 'pkg:npm/%40scope/one@1.2.3',
    });
    assert.deepEqual(debianComponent(libc), {
      ...{ type: 'library', name: 'libc6', version: '2.36-9+deb12u10' },
      purl: 'pkg:deb/debian/libc6@2.36-9%2Bdeb12u10?arch=amd64',
    });
    assert.throws(() => debianComponent('Package: half\n'), /list a package of Debian: it has no Version/);
  });

  it('is the same in whatever order its components come', () => {
    const [one, two] = [debianComponent(libc), debianComponent(libc.replace('libc6', 'libm'))];
    const text = sbomText(one, [two, one, two]);
    assert.equal(text, sbomText(one, [one, two]));
    const { metadata, components } = JSON.parse(text) as Sbom;
    assert.equal(metadata.component.purl, one.purl);
    assert.deepEqual(
      components.map(({ purl }) => purl),
      [one.purl, two.purl],
    );
  });

  it('has in the image what the bundle has, Node.js, and the packages of Debian', () => {
    const program = path.join(folder, 'usr/local/lib/mqttsec');
    const packages = path.join(folder, 'var/lib/dpkg/status.d');
    for (const place of [program, packages]) mkdirSync(place, { recursive: true });
    const ajv = npmComponent(path.join(root, 'node_modules/ajv'));
    const file = path.join(program, 'sbom.cdx.json');
    writeFileSync(file, sbomText(npmComponent(root, 'application'), [ajv]));
    writeFileSync(path.join(packages, 'libc6'), libc);
    const before = path.join(folder, 'before.json');
    cpSync(file, before);
    execFileSync(process.execPath, [path.join(root, 'scripts/image/sbom.ts'), folder]);
    const [former, image] = [before, file].map((each) => JSON.parse(readFileSync(each, 'utf8')) as Sbom);
    assert.deepEqual(image?.metadata, former?.metadata);
    assert.deepEqual(
      image?.components.filter(({ purl }) => purl.startsWith('pkg:npm/')),
      former?.components,
    );
    assert.deepEqual(
      image?.components.map(({ purl }) => purl),
      [debianComponent(libc).purl, `pkg:generic/node@${process.versions.node}`, ajv.purl],
    );
  });
});
