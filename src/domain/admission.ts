import { leastLimits } from './acl/limits.ts';
import { levelValueOf, patternOf } from './acl/pattern.ts';
import type { Level } from './acl/filter.ts';
import type { Role } from './acl/rule.ts';
import type { Finding } from './finding.ts';
import type { FindingCode } from './findings.ts';
import {
  type AuthenticationType,
  type Broker,
  claimOrder,
  type Device,
  type Fleet,
  type IssuerRef,
  keyOf,
  type TrustedCaSpec,
} from './fleet.ts';
import { type ObjectRef, refText, reservedIdentityPrefix } from './names.ts';
import type { Reason } from './reasons.ts';

/** Longest effective identity, bytes: the bound of a CN (RFC 5280 appendix A, ub-common-name). */
const longestIdentity = 64;

/** A finding of severity Error on `path` of this object. */
export function errorOn(
  { kind, namespace, name }: ObjectRef,
  code: FindingCode,
  reason: Reason,
  path: string,
  message: string,
): Finding {
  return { code, severity: 'Error', reason, object: { kind, namespace, name }, path, message };
}

/** True if the device lives in another namespace than its broker. */
export function isForeign(broker: Broker, device: Device): boolean {
  return device.origin.namespace !== broker.origin.namespace;
}

/** What keeps a device from being one of this broker's, its rules aside: namespace, role, identity, authentication. */
export function admissionFindings(
  fleet: Fleet,
  broker: Broker,
  device: Device,
  roles: readonly Role[],
): readonly Finding[] {
  const all = [
    namespaceFindings(fleet, broker, device, roles),
    identityFindings(broker, device),
    claimFindings(fleet, broker, device),
    authenticationFindings(broker, device),
  ];
  return all.every(({ length }) => length === 0) ? none : all.flat();
}

/** Most devices have none, and share this. */
const none: readonly Finding[] = [];

function namespaceFindings(fleet: Fleet, broker: Broker, device: Device, roles: readonly Role[]): readonly Finding[] {
  if (!isForeign(broker, device)) return none;
  const { namespace } = device.origin;
  const brokerText = refText(broker.origin);
  if (!isAdmitted(fleet, broker, namespace)) {
    const message = `${brokerText} admits no devices of namespace ${namespace}: its \`allowedNamespaces.from\` is ${broker.allowedNamespaces.from}${labelsText(fleet, broker, namespace)}`;
    return [errorOn(device.origin, 'MQS046', 'NotAllowed', 'spec.brokerRef', message)];
  }
  const allowed = broker.allowedNamespaces.roles;
  return (roles.length === 0 ? [leastLimits.role] : roles)
    .filter((role) => !allowed.includes(role))
    .map((role) => {
      const message = `${brokerText} admits from other namespaces only ${allowed.join(', ')}, not ${role}`;
      return errorOn(device.origin, 'MQS046', 'NotAllowed', 'spec.templateRefs', message);
    });
}

/** True if the broker takes devices of this namespace. A namespace whose labels are not known fits no selector. */
function isAdmitted(fleet: Fleet, broker: Broker, namespace: string): boolean {
  if (namespace === broker.origin.namespace) return true;
  const { from, selector } = broker.allowedNamespaces;
  if (from !== 'Selector') return from === 'All';
  return [...selector].every(([label, value]) => labelOf(fleet, namespace, label) === value);
}

function labelOf(fleet: Fleet, namespace: string, label: string): string | undefined {
  // The API server puts this label on every namespace, so it is known offline too.
  return label === 'kubernetes.io/metadata.name' ? namespace : fleet.namespaces.get(namespace)?.get(label);
}

function labelsText(fleet: Fleet, { allowedNamespaces: { from, selector } }: Broker, namespace: string): string {
  if (from !== 'Selector') return '';
  const wanted = [...selector].map(([label, value]) => `${label}=${value}`).join(', ');
  return fleet.namespaces.has(namespace)
    ? `, for ${wanted}`
    : `, for ${wanted}, and the labels of ${namespace} are not known`;
}

function identityFindings(broker: Broker, device: Device): readonly Finding[] {
  const problem = identityProblem(broker, device);
  if (problem === undefined) return none;
  return [errorOn(device.origin, 'MQS048', 'Invalid', 'spec.identity', `identity "${device.identity}" ${problem}`)];
}

function identityProblem(broker: Broker, device: Device): string | undefined {
  const { identity, origin } = device;
  if (Buffer.byteLength(identity) > longestIdentity) return `has more than ${longestIdentity} bytes`;
  if (identity.startsWith(reservedIdentityPrefix)) return `begins with ${reservedIdentityPrefix}, as only agents do`;
  if (broker.allowedNamespaces.from !== 'Same') {
    const prefix = isForeign(broker, device) ? `${origin.namespace}.` : '';
    if (!identity.startsWith(prefix)) return `does not begin with its namespace, ${prefix}`;
    // Else `ns.device` could be made here and pass for `device` of namespace `ns`.
    if (identity.includes('.', prefix.length)) return 'has a dot, which parts namespace and device on this broker';
  }
  const level = levelValueOf(identity);
  return level.ok ? undefined : level.problem;
}

/**
 * Another device that has the identity already. Only devices that their broker admits count, so that nobody can take a
 * name by naming somebody else's broker. Where an age is not known, both are refused.
 */
function claimFindings(fleet: Fleet, broker: Broker, device: Device): readonly Finding[] {
  const claimants = fleet.devices.get(device.identity) ?? [];
  if (claimants.length < 2 && claimants[0] === device) return none;
  return claimants
    .filter((other) => keyOf(other) !== keyOf(device) && isContender(fleet, broker, other))
    .filter((other) => !other.origin.createdAt || !device.origin.createdAt || claimOrder(other, device) < 0)
    .map((other) => {
      const where = other.broker === device.broker ? 'on this broker' : `on ${other.broker}, which trusts the same CA`;
      const message = `identity "${device.identity}" belongs to ${refText(other.origin)} ${where}`;
      return errorOn(device.origin, 'MQS047', 'Conflicted', 'spec.identity', message);
    });
}

function isContender(fleet: Fleet, broker: Broker, other: Device): boolean {
  const otherBroker = fleet.brokers.get(other.broker);
  if (!otherBroker || !isAdmitted(fleet, otherBroker, other.origin.namespace)) return false;
  return other.broker === keyOf(broker) || trustTheSame(fleet, broker, otherBroker);
}

/**
 * True if one certificate could enter both brokers: same issuer, same CA bundle or, where the certificates are known,
 * same key of a CA. Keys count within a namespace only: the certificate of a CA is public, and whoever has a namespace
 * could else take the names of another one by trusting its CA.
 */
function trustTheSame({ caKeys }: Fleet, a: Broker, b: Broker): boolean {
  if (!a.clientCertificates || !b.clientCertificates) return false;
  const sameNamespace = a.origin.namespace === b.origin.namespace;
  const [first, second] = [a.clientCertificates, b.clientCertificates];
  if (sameIssuer(first.issuer, second.issuer) && (sameNamespace || first.issuer.kind === 'ClusterIssuer')) return true;
  if (!sameNamespace) return false;
  const [keys, others] = [caKeys?.get(keyOf(a)), caKeys?.get(keyOf(b))];
  if (keys && others && !keys.isDisjointFrom(others)) return true;
  return first.trustedCas.some((ca) => second.trustedCas.some((other) => sameBundle(ca, other)));
}

function sameIssuer(a: IssuerRef, b: IssuerRef): boolean {
  return a.name === b.name && a.kind === b.kind && a.group === b.group;
}

function sameBundle({ ca: a }: TrustedCaSpec, { ca: b }: TrustedCaSpec): boolean {
  return a.kind === b.kind && a.name === b.name && a.key === b.key;
}

function authenticationFindings(broker: Broker, device: Device): readonly Finding[] {
  const { authentication, origin } = device;
  if (authentication.type === 'Token') return tokenFindings(broker, device);
  const problem = authenticationProblem(broker, authentication.type);
  if (problem !== undefined) return [errorOn(origin, 'MQS049', 'Invalid', 'spec.authentication.type', problem)];
  return authentication.type === 'Certificate' && authentication.template?.key.kind === 'Generated'
    ? foreignKeyFindings(broker, device, origin, 'spec.authentication.certificate.template')
    : none;
}

function tokenFindings(broker: Broker, { origin }: Device): readonly Finding[] {
  if (broker.tokenIssuers) return none;
  const message = `${refText(broker.origin)} has no \`tokens\`: Mosquitto cannot check tokens, and only a broker that asks \`mqttsec authz\` takes them`;
  return [errorOn(origin, 'MQS305', 'Invalid', 'spec.authentication.type', message)];
}

function authenticationProblem(broker: Broker, type: AuthenticationType): string | undefined {
  if (!broker.listeners.some(({ authentication }) => authentication === type)) {
    return `${refText(broker.origin)} has no listener with authentication ${type}`;
  }
  if (type === 'Password' || broker.clientCertificates) return undefined;
  return `${refText(broker.origin)} has no \`clientCertificates\`: nobody issues certificates for its devices`;
}

/** Keys are generated in the namespace of the broker, where a device of another namespace could not fetch them. */
export function foreignKeyFindings(
  broker: Broker,
  device: Device,
  object: ObjectRef,
  path: string,
): readonly Finding[] {
  if (!isForeign(broker, device)) return none;
  const message = `${refText(device.origin)} is not in the namespace of ${refText(broker.origin)}: it needs a \`csr\`, its key cannot be generated`;
  return [errorOn(object, 'MQS051', 'NotAllowed', path, message)];
}

const prefixes = new WeakMap<Broker, Map<string, readonly Level[] | string>>();

/** The levels before every topic of a foreign namespace's devices, or the problem with them; none for its own. */
export function prefixLevels(broker: Broker, namespace: string): readonly Level[] | string {
  if (namespace === broker.origin.namespace) return noLevels;
  const ofBroker = prefixes.get(broker) ?? new Map<string, readonly Level[] | string>();
  prefixes.set(broker, ofBroker);
  const levels = ofBroker.get(namespace) ?? prefixLevelsOf(broker.allowedNamespaces.topicPrefix, namespace);
  ofBroker.set(namespace, levels);
  return levels;
}

const noLevels: readonly Level[] = [];

function prefixLevelsOf(prefix: string | undefined, namespace: string): readonly Level[] | string {
  if (prefix === undefined) return 'is missing: devices of other namespaces would share all topics';
  const pattern = patternOf(prefix);
  const own = levelValueOf(namespace);
  if (!pattern.ok) return pattern.problem;
  if (!own.ok) return own.problem;
  if (prefix.startsWith('$')) return 'begins with $';
  const levels = pattern.value.map((level) =>
    level.kind === 'variable' && level.name === 'namespace' ? own.value : level,
  );
  const literal = levels.filter((level) => level.kind === 'literal');
  if (literal.length < levels.length) return 'has a level that is neither literal nor {namespace}';
  if (levels.filter((level) => level === own.value).length !== 1) return 'does not have {namespace} once';
  return literal;
}

/** What is wrong with the topic prefix of a broker that admits other namespaces. */
export function prefixFindings(broker: Broker): Finding[] {
  if (broker.allowedNamespaces.from === 'Same') return [];
  const levels = prefixLevelsOf(broker.allowedNamespaces.topicPrefix, 'namespace');
  if (typeof levels !== 'string') return [];
  const path = 'spec.allowedNamespaces.topicPrefix';
  return [errorOn(broker.origin, 'MQS052', 'Invalid', path, `\`${path}\` ${levels}`)];
}
