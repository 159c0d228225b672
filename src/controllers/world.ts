/** The mirror of the API server that all controllers read. Secrets are not in it: they are read one by one, by name. */
import {
  aclTemplates,
  brokerInstances,
  type CertificateObject,
  certificateRequests,
  type CertificateRequestObject,
  certificates,
  configMaps,
  deviceCertificates,
  mqttBrokers,
  mqttDevices,
  namespaces,
  podDisruptionBudgets,
  type NamespaceObject,
  type PlainObject,
  type PodObject,
  pods,
  roleBindings,
  roles,
  serviceAccounts,
  services,
  statefulSets,
} from '../api/kinds.ts';
import { brokerLabel, managedSelector } from '../api/labels.ts';
import { sha256 } from '../domain/hash.ts';
import type { KubeClient, Selection } from '../kube/client.ts';
import type { Project } from '../kube/mirror.ts';
import type { KubeObject, ResourceType } from '../kube/object.ts';
import type { Clock, Random } from '../kube/ports.ts';
import { joinedReflector } from '../kube/joined.ts';
import { createReflector, type Reflector } from '../kube/reflector.ts';
import type { ReflectorReport } from '../kube/report.ts';
import type { Indexes } from '../kube/store.ts';
import {
  declaredBroker,
  type DeclaredBroker,
  declaredCertificate,
  type DeclaredCertificate,
  declaredDevice,
  type DeclaredDevice,
  declaredTemplate,
  type DeclaredTemplate,
  deviceIn,
  type Instance,
  instanceOf,
  type Meta,
  metaOf,
} from './declared.ts';

interface KnownNamespace {
  readonly name: string;
  readonly labels: ReadonlyMap<string, string>;
  readonly isTerminating: boolean;
}

/** A ConfigMap of a bundle or a ledger: whose texts are what their keys say. */
export interface KnownConfigMap {
  readonly meta: Meta;
  readonly labels: Readonly<Record<string, string>>;
  /** Keys that are the SHA-256 of their text. */
  readonly intact: ReadonlySet<string>;
  /** SHA-256 of every other text, by key. */
  readonly others: ReadonlyMap<string, string>;
}

export interface World {
  readonly brokers: Reflector<DeclaredBroker>;
  readonly templates: Reflector<DeclaredTemplate>;
  /** Indexes: `broker`, `template`, `namespace`, `identity`. */
  readonly devices: Reflector<DeclaredDevice>;
  /** Indexes: `device`. */
  readonly deviceCertificates: Reflector<DeclaredCertificate>;
  /** Indexes: `broker`. */
  readonly instances: Reflector<Instance>;
  readonly namespaces: Reflector<KnownNamespace>;
  /** Those with our label only. Not synced while cert-manager is absent; so is `requests`. */
  readonly certificates: Reflector<CertificateObject>;
  readonly requests: Reflector<CertificateRequestObject>;
  /** With the label of a broker. Indexes: `broker` (`NAMESPACE/LABELVALUE`). */
  readonly pods: Reflector<PodObject>;
  readonly configMaps: Reflector<KnownConfigMap>;
  /** Children of managed brokers, each with our label. */
  readonly statefulSets: Reflector<PlainObject>;
  readonly services: Reflector<PlainObject>;
  readonly serviceAccounts: Reflector<PlainObject>;
  readonly roles: Reflector<PlainObject>;
  readonly roleBindings: Reflector<PlainObject>;
  readonly disruptionBudgets: Reflector<PlainObject>;
}

/** How the mirror is held. */
export interface WorldOptions {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly random: Random;
  /** Those that are looked at, or the only one; all without it. */
  readonly namespace?: string | readonly string[];
  /** Asked once for each list: of a kind, or of a kind in a namespace where several are looked at. */
  readonly report?: (plural: string) => (report: ReflectorReport) => void;
  /** Seconds after which what did not change is looked at again; 600 without it. */
  readonly relistSeconds?: number;
  /** Longest watch; see `ReflectorOptions`. */
  readonly watchSeconds?: number;
  /** Makes a reflector; that of the API machinery without it. */
  readonly reflectorOf?: ReflectorOf;
}

type ReflectorOf = <T extends KubeObject, V>(
  type: ResourceType<T>,
  project: Project<T, V>,
  indexes: Indexes<V>,
) => Reflector<V>;

const defaultRelistSeconds = 600;
/** The server ends a watch by itself; one that lasts so much longer is dead. */
const spareSeconds = 5;

type Mirrored = <T extends KubeObject, V>(
  type: ResourceType<T>,
  project: Project<T, V>,
  indexes?: Indexes<V>,
  selection?: Selection,
) => Reflector<V>;

/** Makes the reflectors of a mirror, which ask nothing before they are started. */
export function mirrorOf(options: WorldOptions): Mirrored {
  const { client, clock, random, namespace, report, relistSeconds = defaultRelistSeconds, watchSeconds } = options;
  const looked = namespace === undefined ? [] : [namespace].flat();
  return <T extends KubeObject, V>(
    type: ResourceType<T>,
    project: Project<T, V>,
    indexes: Indexes<V> = {},
    selection: Selection = {},
  ): Reflector<V> => {
    if (options.reflectorOf) return options.reflectorOf(type, project, indexes);
    const short = watchSeconds !== undefined && {
      watchSeconds,
      idleMilliseconds: (watchSeconds + spareSeconds) * 1000,
    };
    const common = { ...{ client, clock, random, relistSeconds, type, project, indexes }, ...short };
    if (!type.namespaced || looked.length === 0) {
      const told = report?.(type.plural);
      return createReflector({ ...common, selection, ...(told && { report: told }) });
    }
    // A list is of one namespace, what is told of it is of all.
    const tellAll = (told: ReturnType<NonNullable<typeof report>> | undefined) => (one: ReflectorReport) =>
      told?.(one.event === 'Listed' ? { ...one, objects: joined.store.size } : one);
    const joined: Reflector<V> = joinedReflector(
      new Map(
        looked.map((one) => {
          const told = tellAll(report?.(type.plural));
          return [one, createReflector({ ...common, selection: { ...selection, namespace: one }, report: told })];
        }),
      ),
    );
    return joined;
  };
}

export function createWorld(options: WorldOptions): World {
  const mirror = mirrorOf(options);
  const managed: Selection = { labelSelector: managedSelector };
  return {
    brokers: mirror(mqttBrokers, (object) => declaredBroker(object)),
    templates: mirror(aclTemplates, declaredTemplate),
    devices: mirror(mqttDevices, declaredDevice, {
      broker: (device) => optional(deviceIn(device)?.broker),
      template: ({ value, meta }) =>
        value.ok ? value.value.templates.map(({ name }) => `${meta.namespace}/${name}`) : [],
      namespace: ({ meta }) => [meta.namespace],
      identity: (device) => optional(deviceIn(device)?.identity),
    }),
    deviceCertificates: mirror(deviceCertificates, declaredCertificate, {
      device: ({ value, formerDevice }) => optional(value.ok ? value.value.device : formerDevice),
    }),
    instances: mirror(brokerInstances, instanceOf, { broker: ({ broker }) => [broker] }),
    namespaces: mirror(namespaces, knownNamespace),
    certificates: mirror(certificates, (object) => object, {}, managed),
    requests: mirror(certificateRequests, (object) => object, {}, managed),
    pods: mirror(
      pods,
      (object) => object,
      { broker: ({ metadata }) => [`${metadata.namespace ?? ''}/${metadata.labels?.[brokerLabel] ?? ''}`] },
      { labelSelector: brokerLabel },
    ),
    configMaps: mirror(configMaps, knownConfigMap, {}, managed),
    statefulSets: mirror(statefulSets, (object) => object, {}, managed),
    services: mirror(services, (object) => object, {}, managed),
    serviceAccounts: mirror(serviceAccounts, (object) => object, {}, managed),
    roles: mirror(roles, (object) => object, {}, managed),
    roleBindings: mirror(roleBindings, (object) => object, {}, managed),
    disruptionBudgets: mirror(podDisruptionBudgets, (object) => object, {}, managed),
  };
}

function optional<T>(value: T | undefined): readonly T[] {
  return value === undefined ? [] : [value];
}

export function knownNamespace({ metadata, status }: NamespaceObject): KnownNamespace {
  const labels = new Map(Object.entries(metadata.labels ?? {}));
  return { name: metadata.name, labels, isTerminating: status?.phase === 'Terminating' };
}

function knownConfigMap(object: KubeObject & { readonly data?: Readonly<Record<string, string>> }): KnownConfigMap {
  const intact = new Set<string>();
  const others = new Map<string, string>();
  for (const [key, text] of Object.entries(object.data ?? {})) {
    const hash = sha256(text);
    if (hash === key) intact.add(key);
    else others.set(key, hash);
  }
  return { meta: metaOf(object), labels: object.metadata.labels ?? {}, intact, others };
}

/** An object that goes, by itself or with its namespace: then nothing can be made for it any more, and nothing is put back. */
export function isGoing({ namespaces }: Pick<World, 'namespaces'>, { namespace, isDeleting }: Meta): boolean {
  return isDeleting || namespaces.store.get(namespace)?.isTerminating === true;
}

/** False once the server said that it has no kinds of cert-manager: what was issued before is still known. */
export function isCertManagerServed({ certificates, requests }: Pick<World, 'certificates' | 'requests'>): boolean {
  return certificates.isServed() && requests.isServed();
}

/** What must be known before anything is decided. cert-manager is not among it: without it the rest goes on. */
export function essentialStores(world: World): readonly { readonly ready: Promise<void> }[] {
  return Object.entries(world).flatMap(([name, { ready }]: [string, { readonly ready: Promise<void> }]) =>
    name === 'certificates' || name === 'requests' ? [] : [{ ready }],
  );
}
