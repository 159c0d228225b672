/**
 * Bundles the command line into dist/: one entry, a chunk for what each command alone needs, and the licences of the
 * packages that are in it.
 */
import { build } from 'esbuild';
import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { bundleOptions } from './bundle.ts';
import { bundledPackages, licencesText } from './licences.ts';

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
writeFileSync(path.join(outdir, 'THIRD-PARTY-LICENSES.txt'), licencesText(root, bundledPackages(metafile)));
// Where the bundle is taken out of the package, this says what its files are.
writeFileSync(path.join(outdir, 'package.json'), '{ "type": "module" }\n');
