/** Licences of the packages that are in a bundle, for those who get the bundle. */
import type { Metafile } from 'esbuild';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
}

/** Folders of the packages with a file in the bundle, relative to the root of the project, sorted. */
export function bundledPackages({ inputs }: Pick<Metafile, 'inputs'>): readonly string[] {
  const folders = Object.keys(inputs).flatMap((file) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file) ?? []);
  return [...new Set(folders)].sort();
}

/** Name, version and licence of each package, with the texts that it has; fails for one that states no licence. */
export function licencesText(root: string, packages: readonly string[]): string {
  return packages.map((folder) => licenceOf(path.join(root, folder))).join(`\n${'-'.repeat(80)}\n\n`);
}

function licenceOf(folder: string): string {
  const { name, version, license } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as Manifest;
  if (license === undefined) throw new Error(`write licences: ${name} ${version} states none`);
  const files = readdirSync(folder).filter((file) => /^(licen[cs]e|copying|notice)(?![a-z])/i.test(file));
  const texts = files.sort().map((file) => readFileSync(path.join(folder, file), 'utf8').trimEnd());
  return [`${name} ${version}, ${license}`, ...texts].join('\n\n').concat('\n');
}
