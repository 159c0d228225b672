import { hash } from 'node:crypto';

/** Lower-case hex of the SHA-256 of the text in UTF-8. */
export function sha256(text: string): string {
  return hash('sha256', text);
}

/** 128 bits of it: enough to tell two versions of one thing apart, half the bytes in status and in `identities`. */
export function shortHash(text: string): string {
  const hex = sha256(text);
  // Joined, the parts are a text of their own; sliced, they would hold the whole hash in memory.
  return [hex.slice(0, 12), hex.slice(12, 24), hex.slice(24, 32)].join('');
}

/** Hash of several parts. Each goes in with its length, so that no shift of a boundary gives the same hash. */
export function hashOfParts(parts: readonly string[]): string {
  return sha256(parts.map((part) => `${part.length}:${part}`).join(''));
}
