/** The kinds as they were released last: a lock in the repository, for a clone may have no history. */
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { load } from 'js-yaml';
import type { Kind, Kinds, Schema } from './breaking.ts';

const root = path.resolve(import.meta.dirname, '../..');

export const lockFile = 'scripts/compat/released.json';

export interface Lock {
  /** The newest version of CHANGELOG.md, or `none` before the first release. */
  readonly release: string;
  readonly kinds: Kinds;
}

export function readLock(): Lock {
  return JSON.parse(readFileSync(path.join(root, lockFile), 'utf8')) as Lock;
}

export function lockText(lock: Lock): string {
  return `${JSON.stringify(lock, null, 1)}\n`;
}

/** The newest version that a changelog has under a heading of its own; `none` when it has `Unreleased` alone. */
export function newestRelease(changelog: string): string {
  return /^## \[?v?(\d+\.\d+\.\d+[^\]\s]*)/m.exec(changelog)?.[1] ?? 'none';
}

/** The kinds in a folder of definitions, by name. */
export function kindsIn(folder: string): Kinds {
  const files = readdirSync(path.join(root, folder)).filter((name) => name.endsWith('.yaml'));
  return Object.fromEntries(files.map((name) => kindOf(readFileSync(path.join(root, folder, name), 'utf8'))));
}

interface Definition {
  readonly spec: {
    readonly scope: string;
    readonly names: {
      readonly kind: string;
      readonly plural: string;
      readonly shortNames?: readonly string[];
      readonly categories?: readonly string[];
    };
    readonly versions: readonly {
      readonly name: string;
      readonly served: boolean;
      readonly subresources?: object;
      readonly selectableFields?: readonly { readonly jsonPath: string }[];
      readonly schema: { readonly openAPIV3Schema: Schema };
    }[];
  };
}

/** Name and kind of a definition in YAML. */
export function kindOf(text: string): readonly [string, Kind] {
  const { scope, names, versions } = (load(text) as Definition).spec;
  const { kind, plural, shortNames = [], categories = [] } = names;
  const served = versions
    .filter((one) => one.served)
    .map(({ name, subresources = {}, selectableFields = [], schema }) => {
      const selectable = selectableFields.map(({ jsonPath }) => jsonPath);
      return [
        name,
        { subresources: Object.keys(subresources), selectable, schema: undescribed(schema.openAPIV3Schema) },
      ];
    });
  return [kind, { scope, plural, shortNames, categories, versions: Object.fromEntries(served) as Kind['versions'] }];
}

/** Fields may be called `description`: what explains a node is a text. */
function undescribed<T>(node: T): T {
  if (Array.isArray(node)) return node.map(undescribed) as T;
  if (typeof node !== 'object' || node === null) return node;
  const kept = Object.entries(node).filter(([name, value]) => name !== 'description' || typeof value !== 'string');
  return Object.fromEntries(kept.map(([name, value]) => [name, undescribed<unknown>(value)])) as T;
}
