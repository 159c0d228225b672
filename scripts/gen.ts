/**
 * Writes what is derived from crds/, from the tables of findings and reasons and from the scripts for Argo CD: types, validators,
 * reference pages and a ConfigMap.
 * Usage: gen.ts [--check]; with --check it writes nothing and exits 1 when a file is stale.
 */
import path from 'node:path';
import { apiGroup } from '../src/domain/names.ts';
import { argocdFiles } from './gen/argocd.ts';
import { definitionsIn, type Definition } from './gen/crd.ts';
import { areFresh } from './gen/files.ts';
import { findingsPage, kindsPage, reasonsPage } from './gen/pages.ts';
import { keyedListsOf } from './gen/schemas.ts';
import { typesText } from './gen/types.ts';
import { validatorsText, validatorTypesText } from './gen/validators.ts';

const root = path.resolve(import.meta.dirname, '..');
const argocd = 'deploy/gitops/argocd';
const banner = '// Generated from crds/ by `npm run gen`: change the definitions, not this file.\n';

function listsText(definitions: readonly Definition[]): string {
  const lines = definitions.map((definition) => `  ${definition.kind}: ${JSON.stringify(keyedListsOf(definition))},\n`);
  return (
    `${banner}import type { Kind } from '../domain/names.ts';\n\n` +
    '/** Lists of which no two items may have the same key; `[*]` stands for each item, `.*` for each value of a map. */\n' +
    'export const keyedLists: Readonly<Record<Kind, readonly { readonly at: string; readonly key: string }[]>> = {\n' +
    `${lines.join('')}};\n`
  );
}

/** The generated files by their path in the repository. */
async function generatedFiles(): Promise<ReadonlyMap<string, string>> {
  const definitions = definitionsIn(path.join(root, 'crds'));
  const kinds = definitions.map(({ kind }) => kind);
  const scripts = argocdFiles({ group: apiGroup, kinds, folder: path.join(root, argocd) });
  return new Map([
    ['src/api/types.gen.ts', await typesText(definitions, banner)],
    ['src/api/validators.gen.js', validatorsText(definitions, banner)],
    ['src/api/validators.gen.d.ts', validatorTypesText(banner)],
    ['src/api/lists.gen.ts', listsText(definitions)],
    ['docs/reference/kinds.md', kindsPage(definitions)],
    ['docs/reference/findings.md', findingsPage()],
    ['docs/reference/reasons.md', reasonsPage()],
    ...scripts.map(([name, text]) => [`${argocd}/${name}`, text] as const),
  ]);
}

const isFresh = areFresh('gen', await generatedFiles(), process.argv.includes('--check'));
process.exitCode = isFresh ? 0 : 1;
