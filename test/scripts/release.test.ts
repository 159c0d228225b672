import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { load } from 'js-yaml';
import { digestOf, sumsText, writeArchive } from '../../scripts/release/archive.ts';
import { krewManifest } from '../../scripts/release/krew.ts';
import { provenance } from '../../scripts/release/provenance.ts';
import { settledSbom } from '../../scripts/release/sbom.ts';

const time = new Date('2026-01-01T00:00:00Z');

describe('a release', () => {
  let directory: string;
  const at = (name: string) => path.join(directory, name);

  beforeEach(() => (directory = mkdtempSync(path.join(tmpdir(), 'mqttsec-release-'))));

  afterEach(() => rmSync(directory, { recursive: true }));

  function sources(folder: string, mode: number, age: number): string {
    mkdirSync(at(`${folder}/bin`), { recursive: true });
    for (const name of ['bin/b', 'bin/a']) {
      writeFileSync(at(`${folder}/${name}`), name);
      chmodSync(at(`${folder}/${name}`), mode);
      utimesSync(at(`${folder}/${name}`), age, age);
    }
    return at(folder);
  }

  it('has archives that depend on their content alone', () => {
    writeArchive(at('one.tar.gz'), { root: sources('one', 0o750, 1000), files: ['bin'], time });
    writeArchive(at('two.tar.gz'), { root: sources('two', 0o775, 2000), files: ['bin'], time });
    assert.equal(digestOf(at('one.tar.gz')), digestOf(at('two.tar.gz')));
    const listed = execFileSync('tar', ['--list', '--verbose', '--gzip', '--file', at('one.tar.gz')], {
      encoding: 'utf8',
      env: { ...process.env, TZ: 'UTC' },
    });
    assert.match(listed, /^-rwxr-xr-x 0\/0 +5 2026-01-01 00:00 bin\/a$/m);
  });

  it('has sums that sha256sum checks', () => {
    writeFileSync(at('file'), 'content');
    writeFileSync(at('SHA256SUMS'), sumsText([{ name: 'file', sha256: digestOf(at('file')) }]));
    const check = () =>
      execFileSync('sha256sum', ['--check', 'SHA256SUMS'], { cwd: directory, encoding: 'utf8', stdio: 'pipe' });
    assert.equal(check(), 'file: OK\n');
    writeFileSync(at('file'), 'other content');
    assert.throws(check);
  });

  it('has a manifest for Krew, with one archive for all platforms', () => {
    const archive = 'https://releases.example.com/v1.2.3/mqttsec-1.2.3.tar.gz';
    const manifest = load(krewManifest({ version: '1.2.3', description: 'About it.', archive, sha256: 'abc' })) as {
      readonly spec: {
        readonly version: string;
        readonly shortDescription: string;
        readonly platforms: readonly { readonly uri: string; readonly bin: string; readonly sha256: string }[];
      };
    };
    assert.equal(manifest.spec.version, 'v1.2.3');
    assert.ok(manifest.spec.shortDescription.length <= 50, 'what Krew shows in a table');
    assert.equal(manifest.spec.platforms.length, 4);
    for (const { uri, bin, sha256 } of manifest.spec.platforms) {
      assert.deepEqual([uri, bin, sha256], [archive, 'bin/kubectl-mqttsec', 'abc']);
      assert.ok(readFileSync(path.resolve(import.meta.dirname, '../..', bin)));
    }
  });

  it('says what it was made from', () => {
    const subjects = [{ name: 'file', sha256: 'aa' }];
    const lockFile = { name: 'package-lock.json', sha256: 'bb' };
    const facts = { subjects, revision: 'c0ffee', time, version: '1.2.3', lockFile };
    const { subject, predicateType, predicate } = JSON.parse(provenance(facts)) as {
      readonly subject: object;
      readonly predicateType: string;
      readonly predicate: { readonly buildDefinition: { readonly resolvedDependencies: object } };
    };
    assert.deepEqual(subject, [{ name: 'file', digest: { sha256: 'aa' } }]);
    assert.equal(predicateType, 'https://slsa.dev/provenance/v1');
    const { resolvedDependencies } = predicate.buildDefinition;
    assert.deepEqual(resolvedDependencies, [
      { name: 'sources', digest: { gitCommit: 'c0ffee' } },
      { name: 'package-lock.json', digest: { sha256: 'bb' } },
    ]);
  });

  it('lists its packages the same each time', () => {
    const listed = (serialNumber: string, timestamp: string) =>
      JSON.stringify({
        serialNumber,
        metadata: { timestamp, component: { name: 'folder' } },
        components: [{ name: 'x' }],
      });
    const subject = { name: 'product', revision: 'c0ffee', time };
    const one = settledSbom(listed('urn:uuid:1', 'now'), subject);
    assert.equal(one, settledSbom(listed('urn:uuid:2', 'later'), subject));
    const { serialNumber, metadata, components } = JSON.parse(one) as Record<string, unknown>;
    assert.match(
      String(serialNumber),
      /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
      'as the schema of CycloneDX wants it',
    );
    assert.deepEqual(
      [metadata, components],
      [{ timestamp: '2026-01-01T00:00:00.000Z', component: { name: 'product' } }, [{ name: 'x' }]],
    );
  });
});
