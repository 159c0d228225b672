import { type BundleIndex, partNames } from './content.ts';
import type { SetIndex } from './set.ts';

/** Of an index: the key or file in which it lies. */
export const indexName = 'index.json';

const hashPattern = /^[0-9a-f]{64}$/;

/** Whether this is how a chunk is named: by the hash of its text. */
export function isChunkName(name: string): boolean {
  return hashPattern.test(name);
}

/** An index as it is written. `header` says whose it is, field by field. */
export function setIndexText<P extends string>(
  header: Readonly<Record<string, string>>,
  { revision, hash, parts }: SetIndex<P>,
): string {
  return `${JSON.stringify({ ...header, revision, hash, parts }, undefined, 2)}\n`;
}

export function indexText({ broker, ...index }: BundleIndex): string {
  return setIndexText({ broker }, index);
}

/** The index that the text holds, or what is wrong with it. It must have these parts, and each field of `header`. */
export function parseSetIndex<P extends string>(
  text: string,
  names: readonly P[],
  header: Readonly<Record<string, string>> = {},
): SetIndex<P> | string {
  const value = jsonOf(text);
  if (value === undefined) return 'the index is no JSON';
  if (!isIndex(value, names)) return 'the index lacks a field or has one of another type';
  const other = Object.entries(header).find(([field, expected]) => value[field] !== expected);
  if (other) return `the index is not for ${other[0]} ${other[1]}`;
  const { revision, hash, parts } = value;
  return { revision, hash, parts };
}

/** The index of a bundle that the text holds, or what is wrong with it. */
export function parseIndex(text: string): BundleIndex | string {
  const index = parseSetIndex(text, partNames);
  if (typeof index === 'string') return index;
  const { broker } = jsonOf(text) as { readonly broker?: unknown };
  return typeof broker === 'string' ? { broker, ...index } : 'the index lacks a field or has one of another type';
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** Beyond any that is reached by counting, so that no number that somebody wrote leaves none above it. */
const revisionLimit = 2 ** 48;

export function isRevision(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value > 0 && value < revisionLimit;
}

function isIndex<P extends string>(
  value: unknown,
  names: readonly P[],
): value is SetIndex<P> & Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false;
  const { revision, hash, parts } = value as Partial<Record<keyof SetIndex<P>, unknown>>;
  return isRevision(revision) && isHash(hash) && hasAllParts(parts, names);
}

function hasAllParts(parts: unknown, names: readonly string[]): boolean {
  if (typeof parts !== 'object' || parts === null) return false;
  const given = new Map<string, unknown>(Object.entries(parts));
  return names.every((name) => isHashList(given.get(name)));
}

function isHashList(value: unknown): boolean {
  return Array.isArray(value) && value.every(isHash);
}

function isHash(value: unknown): value is string {
  return typeof value === 'string' && hashPattern.test(value);
}
