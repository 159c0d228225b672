/**
 * Writes what is derived from crds/ and from the tables of findings and reasons: types, validators and reference pages.
 * Usage: gen.ts [--check]; with --check it writes nothing and exits 1 when a file is stale.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { definitionsIn, type Definition } from './gen/crd.ts';
import { findingsPage, kindsPage, reasonsPage } from './gen/pages.ts';
import { keyedListsOf } from './gen/schemas.ts';
import { typesText } from './gen/types.ts';
import { validatorsText, validatorTypesText } from './gen/validators.ts';

const root = path.resolve(import.meta.dirname, '..');
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
  return new Map([
    ['src/api/types.gen.ts', await typesText(definitions, banner)],
    ['src/api/validators.gen.js', validatorsText(definitions, banner)],
    ['src/api/validators.gen.d.ts', validatorTypesText(banner)],
    ['src/api/lists.gen.ts', listsText(definitions)],
    ['docs/reference/kinds.md', kindsPage(definitions)],
    ['docs/reference/findings.md', findingsPage()],
    ['docs/reference/reasons.md', reasonsPage()],
  ]);
}

const files = await generatedFiles();
const stale = [...files].filter(([name, text]) => {
  const file = path.join(root, name);
  return !existsSync(file) || readFileSync(file, 'utf8') !== text;
});
if (process.argv.includes('--check')) {
  for (const [name] of stale) console.error(`gen: ${name} is stale: run \`npm run gen\``);
  process.exitCode = stale.length > 0 ? 1 : 0;
} else {
  for (const [name, text] of stale) {
    const file = path.join(root, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
    console.log(`gen: wrote ${name}`);
  }
}
