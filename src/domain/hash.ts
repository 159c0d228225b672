import { hash } from 'node:crypto';

/** Lower-case hex of the SHA-256 of the text in UTF-8. */
export function sha256(text: string): string {
  return hash('sha256', text);
}

/** 128 bits of it: enough to tell two versions of one thing apart, half the bytes in status and in `identities`. */
export function shortHash(text: string): string {
  return sha256(text).slice(0, 32);
}

/** Hash of several parts. Each goes in with its length, so that no shift of a boundary gives the same hash. */
export function hashOfParts(parts: readonly string[]): string {
  return sha256(parts.map((part) => `${part.length}:${part}`).join(''));
}
