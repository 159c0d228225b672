import { type AclFile, type AclLine, aclText, type AclUser } from '../acl/file.ts';
import { parseAcl } from '../acl/file-parser.ts';
import { type BundleIdentity, identityLine, parseIdentities } from './identities.ts';

/**
 * Texts for the broker that were read back with the parsers of the gate and found to say what was meant. Undefined where
 * they do not. Each is made of whole lines and, for an ACL, of whole blocks, so that joining keeps what they say.
 */
export function verifiedUser(user: AclUser): string | undefined {
  return verifiedAcl({ patterns: [], users: [user] });
}

export function verifiedPatterns(patterns: readonly AclLine[]): string | undefined {
  return verifiedAcl({ patterns, users: [] });
}

function verifiedAcl(meant: AclFile): string | undefined {
  const text = aclText(meant);
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
  return areSame(a, b, (x, y) => x.access === y.access && x.topic === y.topic && isSameEnd(x, y));
}

function isSameEnd(a: { readonly until?: Date }, b: { readonly until?: Date }): boolean {
  return a.until?.getTime() === b.until?.getTime();
}

function areSame<T>(a: readonly T[], b: readonly T[], isSame: (x: T, y: T) => boolean): boolean {
  return (
    a.length === b.length &&
    a.every((x, i) => {
      const y = b[i];
      return y !== undefined && isSame(x, y);
    })
  );
}

export function verifiedIdentityLine(meant: BundleIdentity): string | undefined {
  const line = identityLine(meant);
  const read = parseIdentities(line);
  const same = read.ok ? read.value.get(meant.identity) : undefined;
  return same && identityLine(same) === line ? line : undefined;
}
