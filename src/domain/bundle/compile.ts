import { brokerConf, checksCrl } from '../broker/broker-conf.ts';
import { confText } from '../broker/conf.ts';
import type { Finding } from '../finding.ts';
import type { Broker, Fleet } from '../fleet.ts';
import type { ObjectKey } from '../names.ts';
import type { PublishedCrl, RevocationEntry, TrustedCa } from '../pki/certificate.ts';
import type { LineageNotice, NoticedCertificate } from '../pki/notice.ts';
import { ShardedMap } from '../sharded.ts';
import { type ChunkCounts, chunksByOffset, contentOf, chunkOf, type HashedPart } from './chunks.ts';
import { type IdentityStatus } from './compiled-identity.ts';
import { type LinesPart, type Totals } from './compiled-shard.ts';
import { type CompiledShards, compiledShards } from './compiled-shards.ts';
import type { BundleContent } from './content.ts';
import type { KeptIdentity } from './kept.ts';
import type { Placement } from './placement.ts';
import { type RevocationShards, revocationShards } from './revocation-shards.ts';
import { splitPart, type SplitPart } from './split.ts';
import { caText, crlText, trustFindings } from './trust.ts';
import { verifiedPatterns } from './verified.ts';

/** Everything that a broker's bundle is made of. What has history or chance in it is an input like any other. */
export interface CompileInput {
  readonly fleet: Fleet;
  readonly broker: ObjectKey;
  /** By effective identity. */
  readonly certificates: ShardedMap<readonly NoticedCertificate[]>;
  /** CAs whose client certificates the broker accepts. */
  readonly cas: readonly TrustedCa[];
  /** Password hash by effective identity. One that still verifies is given again, so that its salt stays. */
  readonly passwordLines: ShardedMap<string>;
  readonly crls: readonly PublishedCrl[];
  /** The ledgers, and the holds of suspended devices. */
  readonly revocations: readonly RevocationEntry[];
  /** End of the lockout, by effective identity. */
  readonly lockouts: ShardedMap<Date>;
  /** Of identities whose devices have made a mistake: what was published for them. */
  readonly kept?: ShardedMap<KeptIdentity>;
  readonly placement: Placement;
  /** Chunk numbers of what is published (`chunkCountsOf`); absent: nothing is. */
  readonly chunkCounts?: ChunkCounts;
}

export interface Compiled {
  /** Absent when the set as a whole is refused, as `findings` say: the last good one then stays in force. */
  readonly content?: BundleContent;
  /** The content or a status is another one from then on, although no input changes. */
  readonly nextChangeAt?: Date;
  /** By effective identity; the same map as before while nothing in it changed. */
  readonly statuses: ShardedMap<IdentityStatus>;
  /** What devices are asked for. */
  readonly notices: readonly LineageNotice[];
  /** Of the broker, then of its identities. */
  readonly findings: readonly Finding[];
  /** What the next compile may take over; means nothing to anyone else. */
  readonly memo?: CompileMemo;
}

interface CompileMemo {
  readonly shards: CompiledShards;
  readonly revocations: RevocationShards;
  readonly parts: SplitParts | undefined;
}

type SplitParts = Readonly<Record<HashedPart, SplitPart>>;

/**
 * The bundle of one broker at `now`. A function of `input` and `now` alone: `previous`, a former result for the same
 * broker, only saves work. Objects and shards that are `===` to those of then are taken to be unchanged, so one edit
 * costs one shard and its chunks. A device that does not resolve is left out and reported; what would stall the broker
 * or shut everyone out refuses the whole.
 */
export function compileBroker(input: CompileInput, now: Date, previous?: Compiled): Compiled {
  const broker = input.fleet.brokers.get(input.broker);
  if (!broker) return { statuses: ShardedMap.empty(), notices: [], findings: [unknownBroker(input.broker)] };
  const memo = previous?.memo;
  const shards = compiledShards(input, broker, now, memo?.shards);
  const revocations = revocationShards(input.revocations, memo?.revocations);
  const parts = splitParts(shards, revocations, input.chunkCounts, memo?.parts);
  const conf = brokerConf(broker, input.placement, checksCrl(input.cas));
  const patterns = verifiedPatterns(shards.patterns.lines);
  const blocking = [
    ...trustFindings(broker, input.cas, input.crls),
    ...sizeFindings(broker, shards.totals),
    ...(parts ? [] : [tooLarge(broker, 'a single identity or serial number fills more than a chunk of 256 KiB')]),
    ...(conf.ok ? [] : conf.findings),
    ...patternFindings(broker, patterns),
  ];
  const isWhole = blocking.length === 0 && conf.ok && parts && patterns !== undefined;
  const content = isWhole && contentWith(input, confText(conf.value), patterns, parts);
  return {
    ...(content && { content }),
    ...(shards.changesAt < Infinity && { nextChangeAt: new Date(shards.changesAt) }),
    statuses: statusesOf(shards, previous),
    notices: shards.notices,
    findings: [...blocking, ...bindFindings(broker, input.placement), ...shards.findings],
    memo: { shards, revocations, parts: parts ?? memo?.parts },
  };
}

function statusesOf({ shards }: CompiledShards, previous: Compiled | undefined): Compiled['statuses'] {
  if (previous?.memo?.shards.shards === shards) return previous.statuses;
  return ShardedMap.ofShards(shards.map(({ statuses }) => statuses));
}

function contentWith(input: CompileInput, conf: string, patterns: string, parts: SplitParts): BundleContent {
  return contentOf({
    'mosquitto.conf': chunksByOffset(conf),
    // Patterns stand before the first user, so they have the first chunk.
    acl: [chunkOf(patterns), ...parts.acl.chunks],
    passwords: parts.passwords.chunks,
    identities: parts.identities.chunks,
    crl: chunksByOffset(crlText(input.cas, input.crls)),
    ca: chunksByOffset(caText(input.cas)),
    revocations: parts.revocations.chunks,
    notices: parts.notices.chunks,
  });
}

function splitParts(
  { shards }: CompiledShards,
  revocations: RevocationShards,
  counts: ChunkCounts | undefined,
  former: SplitParts | undefined,
): SplitParts | undefined {
  const linesOf = (part: LinesPart) =>
    splitPart(
      shards.map(({ texts }) => texts[part]),
      counts?.[part],
      former?.[part],
    );
  const [acl, identities, passwords, notices] = [
    linesOf('acl'),
    linesOf('identities'),
    linesOf('passwords'),
    linesOf('notices'),
  ];
  const taken = splitPart(revocations.shards, counts?.revocations, former?.revocations);
  return (
    acl && identities && passwords && notices && taken && { acl, identities, passwords, notices, revocations: taken }
  );
}

/** Mosquitto 2.0 compares each rule with all users while it loads: 0.7 s at 10,000 × 4, 11 s at twice that (facts 5.1). */
const largestOn20: Totals = { users: 8_000, rules: 40_000 };

/** Why the broker would stall on these rules, if it would. */
export function sizeFindings(broker: Broker, { users, rules }: Totals): readonly Finding[] {
  if (broker.version !== '2.0' || (users <= largestOn20.users && rules <= largestOn20.rules)) return [];
  const most = `${largestOn20.users} identities and ${largestOn20.rules} rules`;
  const message = `${users} identities with ${rules} rules of their own would stall Mosquitto 2.0, which takes ${most}`;
  return [tooLarge(broker, message)];
}

function tooLarge({ origin }: Broker, message: string): Finding {
  return { code: 'MQS105', severity: 'Error', reason: 'TooLarge', message, path: 'spec.acl', object: origin };
}

function bindFindings({ version, listeners, origin }: Broker, { bindAddress }: Placement): readonly Finding[] {
  if (version !== '2.0' || bindAddress === undefined) return [];
  return listeners.flatMap(({ protocol, name }, index): Finding[] => {
    if (protocol !== 'WebSockets') return [];
    const message = `listener ${name} cannot be bound to ${bindAddress}: Mosquitto 2.0 binds WebSockets to all addresses`;
    return [{ code: 'MQS108', severity: 'Warning', message, path: `spec.listeners[${index}]`, object: origin }];
  });
}

/** `text` is undefined where the patterns did not read back. */
export function patternFindings({ origin }: Broker, text: string | undefined): readonly Finding[] {
  if (text !== undefined) return [];
  const message = 'the pattern lines do not read back as they were meant';
  return [{ code: 'MQS100', severity: 'Error', message, path: 'spec.acl', object: origin }];
}

export function unknownBroker(key: ObjectKey): Finding {
  const message = `MqttBroker ${key} does not exist`;
  return { code: 'MQS045', severity: 'Error', reason: 'BrokerNotFound', message, path: 'metadata.name' };
}
