import { type AclFile, type AclLine, type AclUser, patternsText, userText } from '../acl/file.ts';
import type { Parsed } from '../finding.ts';
import { parseAcl } from '../acl/file-parser.ts';

/**
 * Texts for the broker that were read back with the parsers of the gate and found to say what was meant. Undefined where
 * they do not. Each is made of whole lines and, for an ACL, of whole blocks, so that joining keeps what they say.
 */
export function verifiedUser(user: AclUser): string | undefined {
  return verifiedAcl({ patterns: [], users: [user] }, userText(user));
}

export function verifiedPatterns(patterns: readonly AclLine[]): string | undefined {
  return verifiedAcl({ patterns, users: [] }, patternsText(patterns));
}

function verifiedAcl(meant: AclFile, text: Parsed<string>): string | undefined {
  if (!text.ok) return undefined;
  const read = parseAcl(text.value);
  return read.ok && isSameAcl(read.value, meant) ? text.value : undefined;
}

function isSameAcl(a: AclFile, b: AclFile): boolean {
  return areSameLines(a.patterns, b.patterns) && areSame(a.users, b.users, isSameUser);
}

function isSameUser(a: AclUser, b: AclUser): boolean {
  return a.name === b.name && isSameEnd(a, b) && areSameLines(a.lines, b.lines);
}

function areSameLines(a: readonly AclLine[], b: readonly AclLine[]): boolean {
  return areSame(a, b, isSameLine);
}

function isSameLine(a: AclLine, b: AclLine): boolean {
  return a.access === b.access && a.topic === b.topic && isSameEnd(a, b);
}

function isSameEnd(a: { readonly until?: Date }, b: { readonly until?: Date }): boolean {
  return a.until === b.until || a.until?.getTime() === b.until?.getTime();
}

function areSame<T>(a: readonly T[], b: readonly T[], isSame: (x: T, y: T) => boolean): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i += 1) {
    const x = a[i];
    const y = b[i];
    if (x === undefined || y === undefined || !isSame(x, y)) return false;
  }
  return true;
}
