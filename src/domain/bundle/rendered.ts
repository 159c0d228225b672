import { brokerConf } from '../broker/broker-conf.ts';
import { confText } from '../broker/conf.ts';
import { type Finding, type Parsed, parsed, refused } from '../finding.ts';
import type { Broker, Device, Fleet, TrustedCaSpec, ValueRef } from '../fleet.ts';
import type { ObjectKey } from '../names.ts';
import { ShardedMap } from '../sharded.ts';
import { patternFindings, sizeFindings, unknownBroker } from './compile.ts';
import { type CompiledShards, compiledShards } from './compiled-shards.ts';
import type { LinesPart } from './compiled-shard.ts';
import type { PartName } from './content.ts';
import { imagePlacement, type Placement } from './placement.ts';
import { pemText } from './trust.ts';
import { verifiedPatterns } from './verified.ts';

/** Before anything ends: the files hold every rule, those that end with their `# until`, whenever they are rendered. */
const beforeAllEnds = new Date(0);

/**
 * The files of a broker as far as manifests alone give them: the same bytes on every run. `values` are those of
 * ConfigMaps and Secrets by `Kind/namespace/name/key`. A password is there where its hash is given, a CA or CRL where a
 * value gives it; certificates, salts, signatures and revocations are made later and are not. Refused with what would
 * refuse the bundle as a whole; a device that does not resolve is left out.
 */
export function renderedFiles(
  fleet: Fleet,
  key: ObjectKey,
  values: ReadonlyMap<string, string>,
  placement: Placement = imagePlacement,
): Parsed<ReadonlyMap<PartName, string>> {
  const broker = fleet.brokers.get(key);
  if (!broker) return refused(unknownBroker(key));
  const cas = broker.clientCertificates?.trustedCas ?? [];
  // Without a list, the CA of the issuer is trusted, and we sign its CRL.
  const isChecked = cas.length === 0 || cas.some(({ revocation }) => revocation.type !== 'None');
  const conf = brokerConf(broker, placement, isChecked);
  const shards = declaredShards(fleet, key, broker);
  const patterns = verifiedPatterns(shards.patterns.lines);
  const findings = [...sizeFindings(broker, shards.totals), ...patternFindings(broker, patterns)];
  if (!conf.ok || patterns === undefined || findings.length > 0) {
    return refused(...findings, ...(conf.ok ? [] : conf.findings));
  }
  const valueOf = ({ kind, name, key: field }: ValueRef) =>
    values.get(`${kind}/${broker.origin.namespace}/${name}/${field}`);
  return parsed(
    new Map<PartName, string>([
      ['mosquitto.conf', confText(conf.value)],
      ['acl', patterns + partText(shards, 'acl')],
      ['passwords', partText(shards, 'passwords')],
      ['identities', partText(shards, 'identities')],
      ['crl', pemText(cas.flatMap((ca) => crlValue(ca, valueOf) ?? []))],
      ['ca', pemText(cas.flatMap(({ ca }) => valueOf(ca) ?? []))],
      ['revocations', ''],
      ['notices', ''],
    ]),
  );
}

/**
 * Why brokers would stall on what is declared for them, where they would: it is known before anything is published. Only
 * Mosquitto 2.0 does (facts 5.1), so no other broker is looked at.
 */
export function declaredSizeFindings(fleet: Fleet): readonly Finding[] {
  return [...fleet.brokers].flatMap(([key, broker]) =>
    broker.version === '2.0' ? sizeFindings(broker, declaredShards(fleet, key, broker).totals) : [],
  );
}

function declaredShards(fleet: Fleet, key: ObjectKey, broker: Broker): CompiledShards {
  const input = {
    fleet,
    broker: key,
    certificates: ShardedMap.empty<never>(),
    cas: [],
    passwordLines: givenHashes(fleet, key),
    revocations: [],
    lockouts: ShardedMap.empty<never>(),
  };
  return compiledShards(input, broker, beforeAllEnds);
}

function givenHashes(fleet: Fleet, broker: ObjectKey): ShardedMap<string> {
  const devices = [...fleet.devices.values()].flat().filter((device) => device.broker === broker);
  return ShardedMap.from(devices.flatMap(givenHash));
}

function givenHash({ authentication, identity }: Device): readonly (readonly [string, string])[] {
  if (authentication.type !== 'Password' || authentication.password.kind !== 'Hash') return [];
  return [[identity, authentication.password.hash]];
}

function crlValue({ revocation }: TrustedCaSpec, valueOf: (ref: ValueRef) => string | undefined): string | undefined {
  const ref = revocation.type === 'ExternalCrl' ? revocation.crl : undefined;
  return ref && ref.kind !== 'Url' ? valueOf(ref) : undefined;
}

function partText({ shards }: CompiledShards, part: LinesPart): string {
  return shards.map(({ texts }) => texts[part].text).join('');
}
