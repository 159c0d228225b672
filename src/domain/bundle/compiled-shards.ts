import type { Finding } from '../finding.ts';
import type { Broker, Fleet } from '../fleet.ts';
import { shardCount } from '../sharded.ts';
import type { CompileInput } from './compile.ts';
import type { BrokerContext } from './compiled-identity.ts';
import { type CompiledShard, compiledShard, isCurrent, type ShardInputs, type Totals } from './compiled-shard.ts';
import type { LineageNotice } from '../pki/notice.ts';
import { commonRights, noPatterns, type Patterns, patternsOf } from './fold.ts';
import { type Withdrawn, withdrawnOf } from './withdrawn.ts';

/** All identities of a broker, with what the next compile needs to know which of them it may take over. */
export interface CompiledShards {
  /** The same list as before while each shard is the same. */
  readonly shards: readonly CompiledShard[];
  readonly patterns: Patterns;
  readonly totals: Totals;
  readonly findings: readonly Finding[];
  readonly notices: readonly LineageNotice[];
  readonly changesAt: number;
  readonly withdrawn: Withdrawn;
  readonly basis: Basis;
}

/** What every identity's result depends on: when any of it changed, nothing is taken over. */
interface Basis {
  readonly broker: Broker;
  readonly brokers: Fleet['brokers'];
  readonly templates: Fleet['templates'];
  readonly namespaces: Fleet['namespaces'];
  readonly caKeys: Fleet['caKeys'];
  /** Key ids of the CAs, sorted. */
  readonly trusted: string;
  readonly now: Date;
}

type Sources = Pick<
  CompileInput,
  'fleet' | 'broker' | 'certificates' | 'cas' | 'passwordLines' | 'revocations' | 'lockouts' | 'kept'
>;

export function compiledShards(input: Sources, broker: Broker, now: Date, previous?: CompiledShards): CompiledShards {
  const basis = basisOf(input, broker, now);
  const former = previous && isSameBasis(previous.basis, basis) ? previous : undefined;
  const trusted = new Set(input.cas.map(({ keyId }) => keyId));
  const withdrawn = withdrawnOf(input.revocations, trusted, former?.withdrawn);
  const context: BrokerContext = {
    fleet: input.fleet,
    broker: input.broker,
    layout: broker.acl.layout,
    trusted,
    tellsRoles: (broker.monitoring?.rules ?? []).some(({ role }) => role !== 'Any'),
    patterns: former?.patterns ?? noPatterns,
    sharedRights: new Map(),
    now,
  };
  const inputs = Array.from({ length: shardCount }, (_, index) => shardInputs(input, withdrawn, index));
  const { shards, patterns } = withPatterns(context, inputs, former);
  return { shards, patterns, ...summaryOf(shards), withdrawn, basis };
}

function basisOf({ fleet, cas }: Sources, broker: Broker, now: Date): Basis {
  const { brokers, templates, namespaces, caKeys } = fleet;
  const trusted = cas
    .map(({ keyId }) => keyId)
    .sort()
    .join(' ');
  return { broker, brokers, templates, namespaces, caKeys, trusted, now };
}

function isSameBasis(former: Basis, present: Basis): boolean {
  return (
    former.broker === present.broker &&
    former.brokers === present.brokers &&
    former.templates === present.templates &&
    former.namespaces === present.namespaces &&
    former.caKeys === present.caKeys &&
    former.trusted === present.trusted &&
    former.now <= present.now
  );
}

const nothingKept = new Map<string, never>();

function shardInputs(input: Sources, withdrawn: Withdrawn, index: number): ShardInputs {
  return {
    devices: input.fleet.devices.shard(index),
    certificates: input.certificates.shard(index),
    passwordHashes: input.passwordLines.shard(index),
    lockouts: input.lockouts.shard(index),
    withdrawn: withdrawn.shards[index] ?? new Map<string, never>(),
    kept: input.kept?.shard(index) ?? nothingKept,
  };
}

/**
 * The shards, written beside the patterns of what all of them share. These are known only at the end, so each shard is
 * written beside those that hold up to it, and again where they turned out to be others.
 */
function withPatterns(
  context: BrokerContext,
  inputs: readonly ShardInputs[],
  former: CompiledShards | undefined,
): Pick<CompiledShards, 'shards' | 'patterns'> {
  let shared: CompiledShard['shared'];
  let patterns = context.patterns;
  const shards = inputs.map((own, index) => {
    const shard = shardOf({ ...context, patterns }, own, former?.shards[index]);
    const common = commonRights(shared, shard.shared);
    if (!former && common && common !== shared) patterns = patternsOf(common);
    shared = common;
    return shard;
  });
  const last = patternsOf(shared ?? new Set());
  const final = { ...context, patterns: last.key === context.patterns.key ? context.patterns : last };
  const present = shards.map((shard, i) => shardOf(final, inputs[i] ?? shard.inputs, shard));
  const isSame = former?.shards.every((shard, i) => shard === present[i]) === true;
  return { patterns: final.patterns, shards: isSame ? former.shards : present };
}

function shardOf(context: BrokerContext, inputs: ShardInputs, former: CompiledShard | undefined): CompiledShard {
  return former && isCurrent(former, inputs, context) ? former : compiledShard(context, inputs, former);
}

type Summary = Pick<CompiledShards, 'totals' | 'findings' | 'notices' | 'changesAt'>;

function summaryOf(shards: readonly CompiledShard[]): Summary {
  let [users, rules, changesAt] = [0, 0, Infinity];
  const findings: Finding[] = [];
  const notices: LineageNotice[] = [];
  for (const shard of shards) {
    users += shard.totals.users;
    rules += shard.totals.rules;
    changesAt = Math.min(changesAt, shard.changesAt);
    if (shard.findings.length > 0) findings.push(...shard.findings);
    if (shard.notices.length > 0) notices.push(...shard.notices);
  }
  return { totals: { users, rules }, findings, notices, changesAt };
}
