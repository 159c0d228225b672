import path from 'node:path';
import { indexName } from '../domain/bundle/index-text.ts';

/** The file of a bundle directory that says which chunks belong together. */
export function indexPath(directory: string): string {
  return path.join(directory, indexName);
}

/** Chunk files are named by the hash of their content. */
export function chunkPath(directory: string, hash: string): string {
  return path.join(directory, hash);
}
