import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '../..');

/**
 * Brings generated files, by their path in the repository, up to date; with `isCheck` it writes nothing. Says what it wrote
 * or which are stale, and returns whether all are fresh now.
 */
export function areFresh(script: string, files: ReadonlyMap<string, string>, isCheck: boolean): boolean {
  const stale = [...files].filter(([name, text]) => textOf(name) !== text);
  for (const [name, text] of stale) {
    if (isCheck) console.error(`${script}: ${name} is stale: run \`npm run gen\``);
    else {
      write(name, text);
      console.log(`${script}: wrote ${name}`);
    }
  }
  return !isCheck || stale.length === 0;
}

function textOf(name: string): string | undefined {
  const file = path.join(root, name);
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}

function write(name: string, text: string): void {
  const file = path.join(root, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text);
}
