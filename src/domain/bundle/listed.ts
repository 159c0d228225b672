/** Who may be connected by a set that is known by its texts alone, beside what was compiled. */
import { shardCount } from '../sharded.ts';
import type { Compiled } from './compile.ts';
import type { IdentityStatus } from './compiled-identity.ts';
import type { BundleIdentity } from './identities.ts';

/** What part `identities` of a set says, by identity. */
export type Listed = ReadonlyMap<string, BundleIdentity>;

/** True if a broker does the same by that set as by one with this status; who may not be connected is in no list. */
export function isListedAs(listed: Listed, identity: string, status: IdentityStatus | undefined): boolean {
  const entry = listed.get(identity);
  if (!entry) return (status?.rulesHash ?? '') === '';
  return entry.rulesHash === status?.rulesHash && entry.credentialHash === status.credentialHash;
}

/** Whom a set with these statuses gives something else. */
export function* relistedIdentities(listed: Listed, statuses: Compiled['statuses']): Iterable<string> {
  for (const identity of listed.keys()) if (!isListedAs(listed, identity, statuses.get(identity))) yield identity;
  for (let index = 0; index < shardCount; index += 1) {
    for (const [identity, { rulesHash }] of statuses.shard(index)) {
      if (rulesHash !== '' && !listed.has(identity)) yield identity;
    }
  }
}
