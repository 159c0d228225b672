/** The children of a broker as they shall be. */
import {
  brokerInstances,
  certificates,
  mqttBrokers,
  podDisruptionBudgets,
  roleBindings,
  roles,
  serviceAccounts,
  services,
  stated,
  statefulSets,
} from '../../api/kinds.ts';
import { bundleHashAnnotation, childLabels, type Component } from '../../api/labels.ts';
import { enforcedHash } from '../../domain/bundle/chunks.ts';
import type { BundleIndex } from '../../domain/bundle/content.ts';
import type { Broker, ManagedWorkload } from '../../domain/fleet.ts';
import { apiVersion } from '../../domain/names.ts';
import type { KubeObject, ObjectMeta, ResourceType } from '../../kube/object.ts';
import { type DesiredChild, ownerReference } from '../apply.ts';
import type { OperatorOptions } from '../context.ts';
import type { Meta } from '../declared.ts';
import type { ExpectedInstance } from './expected.ts';
import { agentName, headlessName, serverCertificateName, serverSecretName, serviceNames } from './names.ts';
import { brokerPodSpec, dataClaim, type PodSite } from './pod.ts';
import { agentRules, resourceNamesIn } from './role.ts';

/** A child, and how it was last seen. */
export interface Child {
  readonly type: ResourceType;
  readonly desired: DesiredChild;
  readonly present: KubeObject | undefined;
}

/** How a child of this kind and name was last seen. */
export type Present = (type: ResourceType, name: string) => KubeObject | undefined;

export interface ChildSite {
  readonly broker: Broker;
  readonly meta: Meta;
  readonly options: OperatorOptions;
  readonly published: BundleIndex | undefined;
  readonly present: Present;
  /** Pods that are rolled keep the set that they have until then. */
  readonly rollHeldUntil: Date | undefined;
}

type Body = Readonly<Record<string, unknown>>;

function childOf(site: ChildSite, type: ResourceType, component: Component, name: string, body: Body): Child {
  const { meta, present } = site;
  const metadata: ObjectMeta = {
    ...{ name, namespace: meta.namespace, labels: childLabels(component, meta.name) },
    ownerReferences: [ownerReference(mqttBrokers, apiVersion, meta)],
  };
  return { type, desired: { ...stated(type, metadata), ...body }, present: present(type, name) };
}

/** The Certificate of the server; none where the user brings a key pair. */
export function serverCertificate(site: ChildSite): Child | undefined {
  const { broker } = site;
  const { server } = broker.tls;
  if (server.kind !== 'Issuer') return undefined;
  const { issuer, dnsNames, ipAddresses } = server;
  const spec = {
    secretName: serverSecretName(broker),
    secretTemplate: { labels: childLabels('server-certificate', broker.origin.name) },
    issuerRef: { name: issuer.name, kind: issuer.kind, group: issuer.group },
    dnsNames: dnsNames.length > 0 ? dnsNames : serviceNames(broker.origin),
    ...(ipAddresses.length > 0 && { ipAddresses }),
    usages: ['digital signature', 'server auth'],
    privateKey: { algorithm: 'ECDSA', size: 256, encoding: 'PKCS8', rotationPolicy: 'Always' },
    revisionHistoryLimit: 3,
  };
  return childOf(site, certificates, 'server-certificate', serverCertificateName(broker.origin.name), { spec });
}

/** All that runs a managed broker, in the order in which it is written: the pods last, so that they find the rest. */
export function managedChildren(site: ChildSite, workload: ManagedWorkload): readonly Child[] {
  const { name, namespace } = site.broker.origin;
  const agent = agentName(name);
  const instances = Array.from({ length: workload.replicas }, (_, ordinal) => `${name}-${ordinal}`);
  const former = resourceNamesIn(site.present(roles, agent));
  const subjects = [{ kind: serviceAccounts.kind, name: agent, namespace }];
  const roleRef = { apiGroup: roles.group, kind: roles.kind, name: agent };
  const ports = servicePorts(site.broker);
  const selector = childLabels('broker', name);
  const child = (type: ResourceType, childName: string, body: Body) => childOf(site, type, 'broker', childName, body);
  const set = statefulSet(site, workload);
  return [
    child(serviceAccounts, agent, { automountServiceAccountToken: false }),
    child(roles, agent, { rules: agentRules(site.broker, instances, site.published, former) }),
    child(roleBindings, agent, { subjects, roleRef }),
    child(services, headlessName(name), {
      spec: { clusterIP: 'None', publishNotReadyAddresses: true, selector, ports },
    }),
    child(services, name, { spec: { type: workload.service.type, selector, ports } }),
    child(podDisruptionBudgets, name, { spec: disruptionBudget(selector) }),
    ...(set ? [child(statefulSets, name, set)] : []),
  ];
}

/** Kinds and names of what `managedChildren` makes, in the order in which it is taken away. */
export function managedNames(broker: string): readonly (readonly [ResourceType, string])[] {
  const agent = agentName(broker);
  return [
    [statefulSets, broker],
    [podDisruptionBudgets, broker],
    [services, broker],
    [services, headlessName(broker)],
    [roleBindings, agent],
    [roles, agent],
    [serviceAccounts, agent],
  ];
}

/** While a node is drained, of several replicas one at a time; a single one can always be moved, and one that is not proved too. */
function disruptionBudget(matchLabels: Readonly<Record<string, string>>): Body {
  return { maxUnavailable: 1, unhealthyPodEvictionPolicy: 'AlwaysAllow', selector: { matchLabels } };
}

function servicePorts({ listeners }: Broker): readonly Body[] {
  return listeners.map(({ name, port }) => ({ name, port, targetPort: port, protocol: 'TCP' }));
}

/** As much of a StatefulSet as is looked at before it is written. */
interface SeenStatefulSet {
  readonly spec?: {
    readonly template?: {
      readonly metadata?: { readonly annotations?: Readonly<Record<string, string>> };
      readonly spec?: {
        readonly containers?: readonly { readonly name: string; readonly resources?: PodSite['presentResources'] }[];
      };
    };
    readonly volumeClaimTemplates?: readonly {
      readonly spec?: { readonly resources?: { readonly requests?: { readonly storage?: unknown } } };
    }[];
  };
}

/** What is kept of the StatefulSet that is there. */
interface Kept {
  readonly hash: string | undefined;
  readonly resources: PodSite['presentResources'];
  readonly storage: unknown;
}

function keptOf(statefulSet: KubeObject | undefined): Kept {
  const { template, volumeClaimTemplates: [claim] = [] } = (statefulSet as SeenStatefulSet | undefined)?.spec ?? {};
  const mosquitto = template?.spec?.containers?.find(({ name }) => name === 'mosquitto');
  return {
    hash: template?.metadata?.annotations?.[bundleHashAnnotation],
    resources: mosquitto?.resources,
    storage: claim?.spec?.resources?.requests?.storage,
  };
}

/**
 * Pods start in parallel, so that one that cannot start does not keep the others away; they are replaced one by one, each
 * when the one before it is ready, which is proved. With `Roll` there is none before the first bundle: its pods would be
 * replaced for nothing as soon as there is one.
 */
function statefulSet(site: ChildSite, workload: ManagedWorkload): Body | undefined {
  const { broker, options, published, present } = site;
  const { name } = broker.origin;
  const kept = keptOf(present(statefulSets, name));
  const isRolled = broker.update.strategy === 'Roll';
  const isHeld = site.rollHeldUntil !== undefined && kept.hash !== undefined;
  const hash = isRolled && published && !isHeld ? enforcedHash(published.parts) : kept.hash;
  if (isRolled && hash === undefined) return undefined;
  const labels = childLabels('broker', name);
  const { storage } = workload;
  return {
    spec: {
      serviceName: headlessName(name),
      replicas: workload.replicas,
      podManagementPolicy: 'Parallel',
      updateStrategy: { type: 'RollingUpdate' },
      revisionHistoryLimit: 3,
      // Who deletes a broker is left with nothing of it; fewer replicas may become more again.
      persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Delete', whenScaled: 'Retain' },
      selector: { matchLabels: labels },
      template: {
        metadata: { labels, ...(hash !== undefined && { annotations: { [bundleHashAnnotation]: hash } }) },
        spec: brokerPodSpec({ broker, workload, options, presentResources: kept.resources }),
      },
      ...(storage && { volumeClaimTemplates: [dataClaim(broker, storage, kept.storage)] }),
    },
  };
}

/** One for each instance that is expected. */
export function instanceChild(site: ChildSite, { name, podUid, instance }: ExpectedInstance): Child {
  const spec = { brokerRef: { name: site.meta.name }, ...(podUid !== undefined && { podUid }) };
  return { ...childOf(site, brokerInstances, 'broker', name, { spec }), present: instance?.made };
}

/** What is looked at of a workload of the user's. */
interface SeenWorkload {
  readonly spec?: { readonly template?: { readonly metadata?: ObjectMeta } };
}

/** Labels and annotations of the pods that a workload makes. */
export function templateMeta(workload: KubeObject): Pick<ObjectMeta, 'labels' | 'annotations'> {
  return (workload as SeenWorkload).spec?.template?.metadata ?? {};
}

/** The one annotation that is ours on the pods of a workload of the user's: with another hash they are replaced. */
export function rolledWorkload({ apiVersion: version, kind, metadata }: KubeObject, hash: string): DesiredChild {
  const { name, namespace } = metadata;
  const annotations = { [bundleHashAnnotation]: hash };
  return {
    ...{ apiVersion: version, kind, metadata: { name, ...(namespace !== undefined && { namespace }) } },
    spec: { template: { metadata: { annotations } } },
  };
}
