import type { Role, Rule } from './acl/rule.ts';
import type { Finding } from './finding.ts';
import { objectKey, type ObjectKey, type ObjectRef } from './names.ts';
import type { CaKeyId } from './pki/certificate.ts';
import { ShardedMap } from './sharded.ts';

/** What the API server (or the file) says about an object beside its spec. */
export interface Origin extends ObjectRef {
  readonly uid?: string;
  readonly generation?: number;
  /** Absent offline: there, two claimants of one identity are findings on both. */
  readonly createdAt?: Date;
}

export type MosquittoVersion = '2.0' | '2.1';
export type AuthenticationType = 'Certificate' | 'Password';

export interface Listener {
  readonly name: string;
  readonly port: number;
  readonly authentication: AuthenticationType;
  readonly tls: boolean;
  readonly protocol: 'MQTT' | 'WebSockets';
  readonly maxConnections?: number;
}

export interface IssuerRef {
  readonly name: string;
  readonly kind: string;
  readonly group: string;
}

/** How a CA takes certificates back. `SignedCrl`: we sign; `ExternalCrl`: someone else does; `None`: the broker checks none. */
export type Revocation =
  | { readonly type: 'SignedCrl'; readonly signerSecret?: string; readonly validitySeconds: number }
  | { readonly type: 'ExternalCrl'; readonly crl: ValueRef | ListDownload }
  | { readonly type: 'None' };

/** A value in a ConfigMap or Secret of the object's own namespace. */
export interface ValueRef {
  readonly kind: 'ConfigMap' | 'Secret';
  readonly name: string;
  readonly key: string;
}

/** A list on a web server. */
export interface ListDownload {
  readonly kind: 'Url';
  readonly url: string;
  /** CA of the server; absent: those of the system. */
  readonly ca?: ValueRef;
  readonly refreshSeconds: number;
}

export interface TrustedCaSpec {
  readonly name: string;
  readonly ca: ValueRef;
  readonly revocation: Revocation;
}

export interface AllowedNamespaces {
  readonly from: 'Same' | 'Selector' | 'All';
  readonly selector: ReadonlyMap<string, string>;
  /** Levels put before every topic of a foreign device; holds `{namespace}` once. */
  readonly topicPrefix?: string;
  readonly roles: readonly Role[];
}

/** Typed allow-list of broker limits; what is absent is the broker's default. */
export interface BrokerLimits {
  readonly maxPacketSizeBytes: number;
  readonly maxKeepaliveSeconds?: number;
  readonly persistentClientExpirationSeconds?: number;
  readonly maxQueuedMessages?: number;
  readonly maxQueuedBytes?: number;
  readonly maxInflightMessages?: number;
  readonly messageSizeLimitBytes?: number;
}

/** What is watched beyond what is logged anyway. */
interface Monitoring {
  /** Publishes that the rules refuse; the broker then logs for debugging. */
  readonly aclViolations: 'Disabled' | 'Enabled';
  /** What is published, on the agent's own listener. */
  readonly observe: 'Disabled' | 'Enabled';
  /** Acts in the metrics of the agent by identity, of a bounded number of them. Absent: `Disabled`. */
  readonly deviceMetrics?: 'Disabled' | 'Enabled';
  /** On which the agent publishes what it tells; a topic without wildcards, not of a `$` root. Absent: on none. */
  readonly alertTopic?: string;
  /** Where the agent is to tell of something otherwise than it would; each pair of event and role at most once. */
  readonly rules?: readonly WatchRule[];
}

/** What the agent can be asked to tell of, by rules. */
export const watchedEvents = [
  'AuthenticationFailed',
  'PublishDenied',
  'ConnectStorm',
  'Oversize',
  'Flood',
  'Takeover',
  'Silent',
  'TopicUnseen',
  'SizeUnusual',
] as const;

/** When something is told: where a number is absent, the default counts. */
export interface WatchRule {
  readonly event: (typeof watchedEvents)[number];
  /** Of whom; `Any`: of all whose role has no rule for this event. */
  readonly role: Role | 'Any';
  readonly alert: 'Enabled' | 'Disabled';
  readonly threshold?: number;
  readonly windowSeconds?: number;
}

/** When an identity is blocked because of its own acts, and for how long. */
export interface LockoutLimits {
  /** So many acts within `windowSeconds` block. */
  readonly maxFailures: number;
  readonly windowSeconds: number;
  readonly blockSeconds: number;
}

/**
 * Algorithms by which a token may be signed (RFC 7518 section 3.1, RFC 8037): none that takes a shared secret, for whoever
 * checks by it could sign, too.
 */
type TokenAlgorithm = 'RS256' | 'RS384' | 'RS512' | 'PS256' | 'PS384' | 'PS512' | 'ES256' | 'ES384' | 'ES512' | 'EdDSA';

/** Who issues tokens (JWT) for devices, and what they have to say. */
export interface TokenIssuer {
  /** The claim `iss`. */
  readonly issuer: string;
  /** Stands in the claim `aud`. */
  readonly audience: string;
  /** Where its key set is (RFC 7517). */
  readonly keySet: ValueRef | { readonly kind: 'Url'; readonly url: string; readonly ca?: ValueRef };
  /** Its keys are read again after so long. */
  readonly refreshSeconds: number;
  readonly algorithms: readonly TokenAlgorithm[];
  /** The claim that is the effective identity. */
  readonly identityClaim: string;
  readonly requiredClaims: readonly { readonly name: string; readonly value: string }[];
  /** No token may go on for longer than this from the time when it is shown. */
  readonly maxLifetimeSeconds: number;
  /** A token counts so much longer, and so much earlier. */
  readonly clockSkewSeconds: number;
}

/** Compute resources by name (`cpu`, `memory`), as Kubernetes quantities. */
interface Resources {
  readonly requests: ReadonlyMap<string, string>;
  readonly limits: ReadonlyMap<string, string>;
}

/** A StatefulSet of ours; an image that is absent is one that the operator knows. */
export interface ManagedWorkload {
  readonly kind: 'Managed';
  readonly image?: string;
  readonly agentImage?: string;
  /** Names of Secrets in the broker's namespace. */
  readonly imagePullSecrets: readonly string[];
  readonly replicas: number;
  readonly acknowledgeNoClustering: boolean;
  /** Absent: sessions and retained messages do not survive a restart. `size` is a Kubernetes quantity. */
  readonly storage?: { readonly size: string; readonly storageClassName?: string };
  readonly resources: Resources;
  readonly nodeSelector: ReadonlyMap<string, string>;
  readonly service: { readonly type: 'ClusterIP' | 'NodePort' | 'LoadBalancer' };
}

/** Where the broker runs. `None`: it is compiled, and nothing is expected to load it. */
export type Workload =
  | ManagedWorkload
  | { readonly kind: 'Ref'; readonly workload: 'StatefulSet' | 'Deployment'; readonly name: string }
  | { readonly kind: 'External'; readonly instances: readonly string[] }
  | { readonly kind: 'None' };

export interface Broker {
  readonly origin: Origin;
  readonly version: MosquittoVersion;
  readonly listeners: readonly Listener[];
  readonly tls: {
    readonly profile: 'Modern' | 'Intermediate';
    readonly server:
      | { readonly kind: 'Secret'; readonly name: string }
      | {
          readonly kind: 'Issuer';
          readonly issuer: IssuerRef;
          readonly dnsNames: readonly string[];
          readonly ipAddresses: readonly string[];
        };
  };
  readonly clientCertificates?: {
    readonly issuer: IssuerRef;
    readonly durationSeconds: number;
    readonly renewBeforeSeconds: number;
    readonly trustedCas: readonly TrustedCaSpec[];
  };
  readonly acl: { readonly layout: 'PerIdentity' | 'Patterns'; readonly defaultTemplates: readonly TemplateUse[] };
  readonly allowedNamespaces: AllowedNamespaces;
  readonly update: { readonly strategy: 'Reload' | 'Roll'; readonly windowMilliseconds: number };
  readonly workload: Workload;
  readonly limits: BrokerLimits;
  /** Absent: all is disabled. */
  readonly monitoring?: Monitoring;
  /** Absent: nobody is blocked. */
  readonly lockout?: LockoutLimits;
  /** Who may issue tokens for its devices, if anybody; it asks over HTTP then, for Mosquitto cannot check them. */
  readonly tokenIssuers?: readonly TokenIssuer[];
}

export interface ParameterSpec {
  readonly type: 'string' | 'integer' | 'boolean';
  readonly enum?: readonly (string | number | boolean)[];
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly default?: string | number | boolean;
}

export interface Template {
  readonly origin: Origin;
  readonly role: Role;
  readonly allowControl: boolean;
  readonly parameters: ReadonlyMap<string, ParameterSpec>;
  readonly required: readonly string[];
  readonly rules: readonly Rule[];
}

/** A template in use: which one (same namespace as the user), with which parameter values as written. */
export interface TemplateUse {
  readonly name: string;
  readonly parameters: ReadonlyMap<string, unknown>;
}

export type PasswordSource =
  | { readonly kind: 'Generate'; readonly revision: number }
  | { readonly kind: 'Hash'; readonly hash: string }
  | { readonly kind: 'Secret'; readonly secret: ValueRef };

export type DeviceAuthentication =
  | { readonly type: 'Certificate'; readonly template?: CertificateSpec }
  | { readonly type: 'Password'; readonly password: PasswordSource }
  | { readonly type: 'Token' };

/** Reasons of RFC 5280 section 5.3.1 that `revoked.reason` may take; a hold is what `suspended` is for. */
export const revocationReasons = [
  'Unspecified',
  'KeyCompromise',
  'CaCompromise',
  'AffiliationChanged',
  'Superseded',
  'CessationOfOperation',
  'PrivilegeWithdrawn',
] as const;
export type RevocationReason = (typeof revocationReasons)[number];

export interface RevokedSpec {
  readonly reason: RevocationReason;
  readonly at?: Date;
}

export interface Device {
  readonly origin: Origin;
  readonly broker: ObjectKey;
  /** The effective identity: user name, certificate CN and client ID at once, at most 64 bytes. */
  readonly identity: string;
  readonly templates: readonly TemplateUse[];
  readonly groups: readonly string[];
  readonly authentication: DeviceAuthentication;
  readonly rules: readonly Rule[];
  readonly suspended: boolean;
  readonly expiresAt?: Date;
  readonly revoked?: RevokedSpec;
  /**
   * The object cannot be read, and nobody remembers a version that could: no more is known than to whom its identity
   * belongs and whether that was taken back.
   */
  readonly isUnreadable?: true;
}

export interface PrivateKeySpec {
  readonly algorithm: 'ECDSA' | 'RSA' | 'Ed25519';
  readonly size: number;
  readonly rotationPolicy: 'Always' | 'Never';
}

/** A PKCS #12 key store; its password is in a Secret of the same namespace. */
export interface Pkcs12Spec {
  readonly passwordSecret: { readonly name: string; readonly key: string };
  readonly profile: 'Modern2023' | 'LegacyDES';
}

/** What a certificate shall be; from a DeviceCertificate, or from a device's `authentication.certificate.template`. */
export interface CertificateSpec {
  readonly durationSeconds?: number;
  readonly renewBeforeSeconds?: number;
  readonly key:
    | { readonly kind: 'Generated'; readonly privateKey: PrivateKeySpec }
    | { readonly kind: 'Csr'; readonly pem: string };
  readonly secretName?: string;
  /** Further form in which key and certificate are put into the Secret. */
  readonly pkcs12?: Pkcs12Spec;
  readonly revokePreviousAfterSeconds?: number;
  readonly revoked?: RevokedSpec;
}

export interface DeviceCertificate {
  readonly origin: Origin;
  readonly device: ObjectKey;
  readonly spec: CertificateSpec;
}

/**
 * Everything that was declared, valid in itself; references are resolved later (`resolveDevice`), so that one bad object
 * blocks only itself. Devices are held by effective identity: the claimants of one name meet in one place.
 */
export interface Fleet {
  readonly brokers: ReadonlyMap<ObjectKey, Broker>;
  readonly templates: ReadonlyMap<ObjectKey, Template>;
  readonly devices: ShardedMap<readonly Device[]>;
  readonly certificates: ReadonlyMap<ObjectKey, DeviceCertificate>;
  /** Labels of namespaces, where they are known, for `allowedNamespaces.selector`. */
  readonly namespaces: ReadonlyMap<string, ReadonlyMap<string, string>>;
  readonly refusals?: Refusals;
  /** By broker: key ids of the CAs that it trusts, where their certificates are known and not only who holds them. */
  readonly caKeys?: CaKeys;
}

export type CaKeys = ReadonlyMap<ObjectKey, ReadonlySet<CaKeyId>>;

/**
 * What is wrong with objects that are there and are not used as they are. Those that were good before are in the fleet as
 * they were then.
 */
export interface Refusals {
  readonly brokers: ReadonlyMap<ObjectKey, readonly Finding[]>;
  readonly templates: ReadonlyMap<ObjectKey, readonly Finding[]>;
}

/** What a fleet is made of, in any order; devices with one effective identity are ordered by `claimOrder`. */
export interface FleetObjects {
  readonly brokers?: readonly Broker[];
  readonly templates?: readonly Template[];
  readonly devices?: readonly Device[];
  readonly certificates?: readonly DeviceCertificate[];
  readonly namespaces?: ReadonlyMap<string, ReadonlyMap<string, string>>;
  readonly caKeys?: CaKeys;
}

export function keyOf(object: { readonly origin: Origin }): ObjectKey {
  return objectKey(object.origin.namespace, object.origin.name);
}

function byKey<T extends { readonly origin: Origin }>(objects: readonly T[]): ReadonlyMap<ObjectKey, T> {
  return new Map(objects.map((object) => [keyOf(object), object]));
}

export function fleetOf({
  brokers = [],
  templates = [],
  devices = [],
  certificates = [],
  namespaces,
  caKeys,
}: FleetObjects): Fleet {
  const claims = new Map<string, Device[]>();
  for (const device of devices) {
    const claimants = claims.get(device.identity);
    if (claimants) claimants.push(device);
    else claims.set(device.identity, [device]);
  }
  for (const claimants of claims.values()) claimants.sort(claimOrder);
  return {
    brokers: byKey(brokers),
    templates: byKey(templates),
    devices: ShardedMap.from(claims),
    certificates: byKey(certificates),
    namespaces: namespaces ?? new Map(),
    ...(caKeys && { caKeys }),
  };
}

/** Who comes first may keep an identity: the older object, then by namespace and name (DESIGN section 3). */
export function claimOrder(a: Device, b: Device): number {
  const age = (a.origin.createdAt?.getTime() ?? 0) - (b.origin.createdAt?.getTime() ?? 0);
  if (age !== 0) return age;
  return keyOf(a) < keyOf(b) ? -1 : 1;
}

/** The fleet with this device added or, by namespace and name, replaced; costs one shard, not the fleet. */
export function withDevice(fleet: Fleet, device: Device, former?: Device): Fleet {
  const cleared = former && former.identity !== device.identity ? withoutDevice(fleet, former) : fleet;
  const others = (cleared.devices.get(device.identity) ?? []).filter((other) => keyOf(other) !== keyOf(device));
  return { ...cleared, devices: cleared.devices.set(device.identity, [...others, device].sort(claimOrder)) };
}

export function withoutDevice(fleet: Fleet, device: Device): Fleet {
  const others = (fleet.devices.get(device.identity) ?? []).filter((other) => keyOf(other) !== keyOf(device));
  const devices =
    others.length === 0 ? fleet.devices.delete(device.identity) : fleet.devices.set(device.identity, others);
  return { ...fleet, devices };
}
