/**
 * Makes everything that a release consists of in dist-release/, and publishes nothing.
 * Usage: release.ts [--out DIR] [--base-url URL] [--without-image]
 *   --base-url URL   where the files will lie; in the Krew manifest
 *   --without-image  leaves out the image, which needs docker or buildah
 * The same commit gives the same files, whose SHA-256 sums are beside them. Exit code 1: a step failed; 2: uncommitted changes.
 */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import manifest from '../package.json' with { type: 'json' };
import { chartTools } from './chart/render.ts';
import { chartFolder } from './chart/source.ts';
import { digestOf, sumsText, writeArchive } from './release/archive.ts';
import { krewManifest } from './release/krew.ts';
import { provenance } from './release/provenance.ts';
import { settledSbom } from './release/sbom.ts';

const root = path.resolve(import.meta.dirname, '..');
const { values } = parseArgs({
  options: {
    out: { type: 'string', default: path.join(root, 'dist-release') },
    'base-url': { type: 'string', default: `https://releases.example.com/${manifest.name}/v${manifest.version}` },
    'without-image': { type: 'boolean', default: false },
  },
});
const { out } = values;

function output(program: string, ...words: readonly string[]): string {
  return execFileSync(program, words, { cwd: root, encoding: 'utf8', maxBuffer: 64 << 20 });
}

function say(text: string): void {
  console.error(`release: ${text}`);
}

if (output('git', 'status', '--porcelain').trim() !== '') {
  say('there are uncommitted changes, and a release is a commit: commit or remove them');
  process.exit(2);
}
const revision = output('git', 'rev-parse', 'HEAD').trim();
const committed = new Date(Number(output('git', 'log', '-1', '--format=%ct')) * 1000);

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
const made = (name: string): string => path.join(out, name);

say('bundling the command line');
output(path.join(root, 'bin/node'), 'scripts/build.ts');
const cli = `mqttsec-${manifest.version}.tar.gz`;
writeArchive(made(cli), { root, files: ['LICENSE', 'bin', 'dist', 'crds', 'schemas'], time: committed });

say('packaging the chart');
const helm = path.join(chartTools(), 'helm');
const chart = `${manifest.name}-${manifest.version}.tgz`;
writeChart(made(chart));

say('listing what is in it');
// By the lock file: what is installed differs from machine to machine.
const kind = ['--package-lock-only', '--omit', 'dev', '--sbom-format', 'cyclonedx', '--sbom-type', 'application'];
const listed = output('npm', 'sbom', ...kind);
writeFileSync(made('sbom.cdx.json'), settledSbom(listed, { name: manifest.name, revision, time: committed }));
copyFileSync(path.join(root, 'deploy/install.yaml'), made('install.yaml'));

const archives = [cli, chart, 'sbom.cdx.json', 'install.yaml'];
if (!values['without-image']) {
  say('building the image');
  const image = `${manifest.name}-${manifest.version}.image.tar`;
  const local = process.env['LOCAL'] ? ['--local-base'] : [];
  output(path.join(root, 'scripts/image.sh'), ...local, '--archive', made(image));
  archives.push(image);
}
const sha256 = digestOf(made(cli));
const { version, description } = manifest;
writeFileSync(
  made('mqttsec.krew.yaml'),
  krewManifest({ version, description, sha256, archive: `${values['base-url']}/${cli}` }),
);
const subjects = [...archives, 'mqttsec.krew.yaml'].map((name) => ({ name, sha256: digestOf(made(name)) }));
const lockFile = { name: 'package-lock.json', sha256: digestOf(path.join(root, 'package-lock.json')) };
writeFileSync(made('provenance.intoto.json'), provenance({ subjects, revision, time: committed, version, lockFile }));
const all = [...subjects, { name: 'provenance.intoto.json', sha256: digestOf(made('provenance.intoto.json')) }];
writeFileSync(made('SHA256SUMS'), sumsText(all));
process.stdout.write(readFileSync(made('SHA256SUMS')));
say(`${all.length} files are in ${path.relative(process.cwd(), out) || '.'}; nothing was published`);

/** Helm gives files the time of their packaging: they are packed again with the time of the commit. */
function writeChart(file: string): void {
  const scratch = made('chart');
  output(helm, 'package', chartFolder, '--destination', scratch);
  output('tar', '--extract', '--gzip', '--file', path.join(scratch, chart), '--directory', scratch);
  writeArchive(file, { root: scratch, files: [manifest.name], time: committed });
  rmSync(scratch, { recursive: true });
}
