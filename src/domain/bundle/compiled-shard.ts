import type { Finding } from '../finding.ts';
import type { Device } from '../fleet.ts';
import type { IssuedCertificate, RevocationEntry } from '../pki/certificate.ts';
import type { Shard } from '../sharded.ts';
import {
  type BrokerContext,
  type CompiledIdentity,
  compiledIdentity,
  type IdentityInputs,
} from './compiled-identity.ts';
import { commonRights, type SharedRight } from './fold.ts';

/** The inputs of all identities in one shard, each the very object that the caller holds: compared by `===`. */
export interface ShardInputs {
  readonly devices: Shard<readonly Device[]>;
  readonly certificates: Shard<readonly IssuedCertificate[]>;
  readonly passwordHashes: Shard<string>;
  readonly lockouts: Shard<Date>;
  readonly withdrawn: Shard<readonly RevocationEntry[]>;
}

export const linesParts = ['acl', 'identities', 'passwords'] as const;
export type LinesPart = (typeof linesParts)[number];

/** What all identities of a shard have in a part, in ascending order. */
export function shardText({ identities }: CompiledShard, part: LinesPart): string {
  let text = '';
  for (const identity of identities.values()) text += lineOf(identity, part);
  return text;
}

function lineOf(identity: CompiledIdentity, part: LinesPart): string {
  switch (part) {
    case 'acl':
      return identity.acl;
    case 'identities':
      return identity.identityLine;
    case 'passwords':
      return identity.passwordLine;
  }
}

/** What became of the identities of one shard. */
export interface CompiledShard {
  readonly inputs: ShardInputs;
  /** The patterns that its blocks were written beside. */
  readonly patternsKey: string;
  /** In ascending order. */
  readonly identities: ReadonlyMap<string, CompiledIdentity>;
  /** Size of the lines of each part in UTF-8. */
  readonly bytes: Readonly<Record<LinesPart, number>>;
  readonly totals: Totals;
  readonly findings: readonly Finding[];
  /** Rights that all its Active identities have; undefined where there is none. */
  readonly shared: ReadonlySet<SharedRight> | undefined;
  readonly changesAt: number;
}

/** What makes a rule set heavy for the broker. */
export interface Totals {
  /** Identities with a block in the ACL. */
  readonly users: number;
  readonly rules: number;
}

/** The shard again if neither its inputs nor its patterns changed and no time came that it waits for. */
export function isCurrent(shard: CompiledShard, inputs: ShardInputs, { patterns, now }: BrokerContext): boolean {
  const former = shard.inputs;
  return (
    shard.patternsKey === patterns.key &&
    shard.changesAt > now.getTime() &&
    former.devices === inputs.devices &&
    former.certificates === inputs.certificates &&
    former.passwordHashes === inputs.passwordHashes &&
    former.lockouts === inputs.lockouts &&
    former.withdrawn === inputs.withdrawn
  );
}

/** The shard compiled anew; identities of `previous` that nothing happened to are taken over. */
export function compiledShard(context: BrokerContext, inputs: ShardInputs, previous?: CompiledShard): CompiledShard {
  const reusable = previous?.patternsKey === context.patterns.key ? previous.identities : undefined;
  const identities = new Map<string, CompiledIdentity>();
  for (const identity of identitiesOf(context, inputs)) {
    const own = identityInputs(inputs, identity);
    const former = reusable?.get(identity);
    const isSame = former && former.changesAt > context.now.getTime() && areSame(former.inputs, own);
    identities.set(identity, isSame ? former : compiledIdentity(context, identity, own));
  }
  return summary(context, inputs, identities);
}

/** Who claims an identity; where patterns give rights to everyone, also who once had a certificate. */
function identitiesOf({ layout }: BrokerContext, inputs: ShardInputs): string[] {
  if (layout === 'PerIdentity') return [...inputs.devices.keys()].sort();
  const all = [inputs.devices, inputs.certificates, inputs.withdrawn].flatMap((shard) => [...shard.keys()]);
  return [...new Set(all)].sort();
}

function identityInputs(inputs: ShardInputs, identity: string): IdentityInputs {
  return {
    devices: inputs.devices.get(identity),
    certificates: inputs.certificates.get(identity),
    passwordHash: inputs.passwordHashes.get(identity),
    lockedUntil: inputs.lockouts.get(identity),
    withdrawn: inputs.withdrawn.get(identity),
  };
}

/** Lists are compared by what they hold: a caller that gathers them anew has the same objects in them. */
function areSame(a: IdentityInputs, b: IdentityInputs): boolean {
  return (
    isSameList(a.devices, b.devices) &&
    isSameList(a.certificates, b.certificates) &&
    a.passwordHash === b.passwordHash &&
    a.lockedUntil?.getTime() === b.lockedUntil?.getTime() &&
    isSameList(a.withdrawn, b.withdrawn)
  );
}

function isSameList<T>(a: readonly T[] | undefined, b: readonly T[] | undefined): boolean {
  if (a === b) return true;
  return a?.length === b?.length && a?.every((item, i) => item === b?.[i]) === true;
}

function summary(
  { patterns }: BrokerContext,
  inputs: ShardInputs,
  identities: ReadonlyMap<string, CompiledIdentity>,
): CompiledShard {
  const bytes = { acl: 0, identities: 0, passwords: 0 };
  const totals = { users: 0, rules: 0 };
  const findings: Finding[] = [];
  let shared: ReadonlySet<SharedRight> | undefined;
  let changesAt = Infinity;
  for (const identity of identities.values()) {
    for (const part of linesParts) bytes[part] += Buffer.byteLength(lineOf(identity, part));
    if (identity.acl !== '') totals.users += 1;
    totals.rules += identity.rules;
    if (identity.findings.length > 0) findings.push(...identity.findings);
    shared = commonRights(shared, identity.shared);
    changesAt = Math.min(changesAt, identity.changesAt);
  }
  const patternsKey = patterns.key;
  return { inputs, patternsKey, identities, bytes, totals, findings, shared, changesAt };
}
