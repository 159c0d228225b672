/**
 * Bundles the command line into dist/: one entry, a chunk for what each command alone needs, and the licences and the list
 * of the packages that are in it.
 */
import { build } from 'esbuild';
import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { bundleOptions } from './bundle.ts';
import { bundledPackages, licencesText } from './licences.ts';
import { npmComponent, sbomText } from './sbom.ts';

const root = path.resolve(import.meta.dirname, '..');
const outdir = path.join(root, 'dist');

rmSync(outdir, { recursive: true, force: true });
const { metafile } = await build({
  ...bundleOptions,
  metafile: true,
  absWorkingDir: root,
  entryPoints: { mqttsec: 'src/cli/main.ts' },
  outdir,
  splitting: true,
  chunkNames: 'chunks/[name]-[hash]',
});
const packages = bundledPackages(metafile);
writeFileSync(path.join(outdir, 'THIRD-PARTY-LICENSES.txt'), licencesText(root, packages));
const components = packages.map((folder) => npmComponent(path.join(root, folder)));
writeFileSync(path.join(outdir, 'sbom.cdx.json'), sbomText(npmComponent(root, 'application'), components));
// Where the bundle is taken out of the package, this says what its files are.
writeFileSync(path.join(outdir, 'package.json'), '{ "type": "module" }\n');
