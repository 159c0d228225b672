import type { Kind } from '../../../src/domain/names.ts';
import type { Manifest, ManifestRow } from '../manifests.ts';

/** A patch as in RFC 7386: mappings are merged, `null` removes, everything else replaces. */
export type Patch = Readonly<Record<string, unknown>>;

function isMapping(value: unknown): value is Patch {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function patched(value: unknown, patch: unknown): unknown {
  if (!isMapping(patch)) return patch;
  const result = new Map(Object.entries(isMapping(value) ? value : {}));
  for (const [key, part] of Object.entries(patch)) {
    if (part === null) result.delete(key);
    else result.set(key, patched(result.get(key), part));
  }
  return Object.fromEntries(result);
}

export type Make = (patch?: Patch, name?: string) => Manifest;

/** Makes manifests of one kind from a base spec and a patch. */
export function manifestOf(kind: Kind, base: Patch): Make {
  return (patch = {}, name = 'sample') => ({
    apiVersion: 'mqttsecurity.io/v1alpha1',
    kind,
    metadata: { name, namespace: 'plant' },
    spec: patched(base, patch) as Patch,
  });
}

export function accepts(name: string, manifest: Manifest): ManifestRow {
  return { name: `${manifest.kind} accepts ${name}`, manifest, accepted: true };
}

/** A manifest that one cross-field rule refuses, with the field it names and what it says. */
export function refuses(name: string, manifest: Manifest, path: string, message: string): ManifestRow {
  return { name: `${manifest.kind} refuses ${name}`, manifest, accepted: false, path, message };
}

/** A manifest that the schema refuses. */
export function outOfBounds(name: string, manifest: Manifest, path: string, keyword: string): ManifestRow {
  return { name: `${manifest.kind} refuses ${name}`, manifest, accepted: false, path, keyword };
}

/** A manifest in which two items of a list have one key; the API server has words of its own for it. */
export function hasDuplicate(name: string, manifest: Manifest, path: string): ManifestRow {
  return { name: `${manifest.kind} refuses ${name}`, manifest, accepted: false, path };
}

/** An update from one patch of the base to another that is fine. */
export function mayUpdate(make: Make, name: string, from: Patch, to: Patch): ManifestRow {
  return { ...accepts(`an update that ${name}`, make(from)), update: make(to) };
}

/** An update from one patch of the base to another that a rule refuses. */
export function mayNotUpdate(
  make: Make,
  name: string,
  { from = {}, to, path, message }: { from?: Patch; to: Patch; path: string; message: string },
): ManifestRow {
  return { ...refuses(`an update that ${name}`, make(from), path, message), update: make(to) };
}
