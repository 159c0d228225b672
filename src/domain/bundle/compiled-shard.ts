import type { Finding } from '../finding.ts';
import type { Device } from '../fleet.ts';
import type { IssuedCertificate, RevocationEntry } from '../pki/certificate.ts';
import type { Shard } from '../sharded.ts';
import { type BrokerContext, compiledIdentity, type IdentityInputs, type IdentityStatus } from './compiled-identity.ts';
import { commonRights, type SharedRight } from './fold.ts';
import { type ShardText, shardText } from './split.ts';

/** The inputs of all identities in one shard, each the very object that the caller holds: compared by `===`. */
export interface ShardInputs {
  readonly devices: Shard<readonly Device[]>;
  readonly certificates: Shard<readonly IssuedCertificate[]>;
  readonly passwordHashes: Shard<string>;
  readonly lockouts: Shard<Date>;
  readonly withdrawn: Shard<readonly RevocationEntry[]>;
}

export type LinesPart = 'acl' | 'identities' | 'passwords';

/** What became of the identities of one shard. */
export interface CompiledShard {
  readonly inputs: ShardInputs;
  /** The patterns that its blocks were written beside. */
  readonly patternsKey: string;
  /** In ascending order. */
  readonly statuses: ReadonlyMap<string, IdentityStatus>;
  readonly texts: Readonly<Record<LinesPart, ShardText>>;
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

/** The shard compiled anew; texts of `previous` that come out the same are taken over. */
export function compiledShard(context: BrokerContext, inputs: ShardInputs, previous?: CompiledShard): CompiledShard {
  const statuses = new Map<string, IdentityStatus>();
  const findings: Finding[] = [];
  const totals = { users: 0, rules: 0 };
  let [acl, identities, passwords, changesAt] = ['', '', '', Infinity];
  let shared: ReadonlySet<SharedRight> | undefined;
  for (const identity of identitiesOf(context, inputs)) {
    const compiled = compiledIdentity(context, identity, identityInputs(inputs, identity));
    statuses.set(identity, compiled.status);
    findings.push(...compiled.status.findings);
    acl += compiled.acl;
    identities += compiled.identityLine;
    passwords += compiled.passwordLine;
    totals.users += compiled.acl === '' ? 0 : 1;
    totals.rules += compiled.rules;
    shared = commonRights(shared, compiled.shared);
    changesAt = Math.min(changesAt, compiled.changesAt);
  }
  const texts = {
    acl: shardText(acl, previous?.texts.acl),
    identities: shardText(identities, previous?.texts.identities),
    passwords: shardText(passwords, previous?.texts.passwords),
  };
  return { inputs, patternsKey: context.patterns.key, statuses, texts, totals, findings, shared, changesAt };
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
