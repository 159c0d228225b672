/** `make release-dry-run`, but for the image: of this checkout as it is, committed in a repository of its own. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { load } from 'js-yaml';
import manifest from '../../package.json' with { type: 'json' };
import { chartTools } from '../../scripts/chart/render.ts';

const root = path.resolve(import.meta.dirname, '../..');
const { name, version } = manifest;
const cli = `mqttsec-${version}.tar.gz`;

describe('a release that is not published', function () {
  this.timeout(240_000);
  let folder: string;
  const made = (file: string) => path.join(folder, 'dist-release', file);
  const output = (program: string, ...words: readonly string[]) =>
    execFileSync(program, words, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

  before(() => {
    chartTools();
    folder = mkdtempSync(path.join(tmpdir(), 'mqttsec-release-'));
    const list = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
    const files = execFileSync('git', list, { cwd: root, encoding: 'utf8' }).split('\0');
    for (const file of files.filter((one) => one !== '' && existsSync(path.join(root, one)))) {
      cpSync(path.join(root, file), path.join(folder, file), { verbatimSymlinks: true });
    }
    output('git', 'init', '--quiet');
    output('git', 'add', '--all');
    const somebody = ['-c', 'user.name=test', '-c', 'user.email=test@example.com', '-c', 'commit.gpgsign=false'];
    output('git', ...somebody, 'commit', '--quiet', '--no-verify', '--message', 'As it is');
    symlinkSync(path.join(root, 'node_modules'), path.join(folder, 'node_modules'));
    output('sh', '-c', 'echo /node_modules >>.git/info/exclude');
    output('bin/node', 'scripts/release.ts', '--without-image', '--base-url', 'https://releases.example.com/v1');
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('has each file that it promises, with its sum', () => {
    const archives = [cli, `${name}-${version}.tgz`, 'sbom.cdx.json', 'install.yaml', 'mqttsec.krew.yaml'];
    const all = [...archives, 'provenance.intoto.json', 'SHA256SUMS'];
    assert.deepEqual(readdirSync(made('.')).sort(), all.toSorted());
    const sums = execFileSync('sha256sum', ['--check', '--strict', 'SHA256SUMS'], { cwd: made('.'), encoding: 'utf8' });
    assert.equal(sums.trim().split('\n').length, all.length - 1);
    const { components } = JSON.parse(readFileSync(made('sbom.cdx.json'), 'utf8')) as {
      readonly components: unknown[];
    };
    assert.ok(components.length >= Object.keys(manifest.dependencies).length);
  });

  it('has a command line that runs where it is unpacked, with the list of what is in it', () => {
    const place = mkdtempSync(path.join(folder, 'unpacked-'));
    output('tar', '--extract', '--gzip', '--file', made(cli), '--directory', place);
    const said = execFileSync(path.join(place, 'bin/mqttsec'), ['version'], {
      encoding: 'utf8',
      env: { PATH: `${path.dirname(process.execPath)}:${process.env['PATH'] ?? ''}` },
    });
    assert.ok(said.includes(version), said);
    assert.ok(existsSync(path.join(place, 'dist/sbom.cdx.json')));
  });

  it('has a chart that Helm takes, and a plugin that Krew would find', () => {
    const text = output(path.join(chartTools(), 'helm'), 'template', 'gate', made(`${name}-${version}.tgz`));
    assert.match(text, /^kind: Deployment$/m);
    const { spec } = load(readFileSync(made('mqttsec.krew.yaml'), 'utf8')) as {
      readonly spec: { readonly platforms: readonly { readonly uri: string; readonly sha256: string }[] };
    };
    const sums = readFileSync(made('SHA256SUMS'), 'utf8');
    for (const { uri, sha256 } of spec.platforms) {
      assert.equal(uri, `https://releases.example.com/v1/${cli}`);
      assert.ok(sums.includes(`${sha256}  ${cli}\n`));
    }
  });
});
