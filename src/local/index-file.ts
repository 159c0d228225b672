import path from 'node:path';
import { partNames, type BundleIndex, type PartName } from '../domain/bundle/content.ts';

/** Name of the file, in a bundle directory, that says which chunks belong together. */
export const indexName = 'index.json';

export function indexPath(directory: string): string {
  return path.join(directory, indexName);
}

/** Chunk files are named by the hash of their content. */
export function chunkPath(directory: string, hash: string): string {
  return path.join(directory, hash);
}

const hashPattern = /^[0-9a-f]{64}$/;

export function isChunkName(name: string): boolean {
  return hashPattern.test(name);
}

export function indexText(index: BundleIndex): string {
  return `${JSON.stringify(index, undefined, 2)}\n`;
}

/** The index that the text holds, or what is wrong with it. */
export function parseIndex(text: string): BundleIndex | string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return 'the index is no JSON';
  }
  return isIndex(value) ? value : 'the index lacks a field or has one of another type';
}

function isIndex(value: unknown): value is BundleIndex {
  if (typeof value !== 'object' || value === null) return false;
  const { broker, revision, hash, parts } = value as Partial<Record<keyof BundleIndex, unknown>>;
  const isNumbered = typeof revision === 'number' && Number.isSafeInteger(revision) && revision > 0;
  return typeof broker === 'string' && isNumbered && isHash(hash) && hasAllParts(parts);
}

function hasAllParts(parts: unknown): boolean {
  if (typeof parts !== 'object' || parts === null) return false;
  return partNames.every((name) => isHashList((parts as Partial<Record<PartName, unknown>>)[name]));
}

function isHashList(value: unknown): boolean {
  return Array.isArray(value) && value.every(isHash);
}

function isHash(value: unknown): value is string {
  return typeof value === 'string' && hashPattern.test(value);
}
