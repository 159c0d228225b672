/** The resources that operator and agent touch. What is in their `spec` is read by `parse` alone. */
import type { BrokerInstance, AclTemplate, DeviceCertificate, MqttBroker, MqttDevice } from './types.gen.ts';
import { apiGroup } from '../domain/names.ts';
import type { KubeObject, ObjectMeta, ResourceType } from '../kube/object.ts';

/** An object of ours as the API server gives it. */
export interface CustomObject<Status> extends KubeObject {
  readonly spec?: unknown;
  readonly status?: Status;
}

export type MqttBrokerObject = CustomObject<MqttBroker['status']>;
export type AclTemplateObject = CustomObject<AclTemplate['status']>;
export type MqttDeviceObject = CustomObject<MqttDevice['status']>;
export type DeviceCertificateObject = CustomObject<DeviceCertificate['status']>;
export interface BrokerInstanceObject extends CustomObject<BrokerInstance['status']> {
  readonly spec?: BrokerInstance['spec'];
}

function ours<T extends KubeObject>(kind: string, plural: string): ResourceType<T> {
  return { group: apiGroup, version: 'v1alpha1', plural, kind, namespaced: true };
}

export const mqttBrokers = ours<MqttBrokerObject>('MqttBroker', 'mqttbrokers');
export const aclTemplates = ours<AclTemplateObject>('AclTemplate', 'acltemplates');
export const mqttDevices = ours<MqttDeviceObject>('MqttDevice', 'mqttdevices');
export const deviceCertificates = ours<DeviceCertificateObject>('DeviceCertificate', 'devicecertificates');
export const brokerInstances = ours<BrokerInstanceObject>('BrokerInstance', 'brokerinstances');

/** A condition in the common form of Kubernetes. */
export interface ForeignCondition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
  readonly observedGeneration?: number;
  readonly lastTransitionTime?: string;
}

/** Of cert-manager.io/v1: as much as we read. */
export interface CertificateObject extends KubeObject {
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly status?: {
    readonly conditions?: readonly ForeignCondition[];
    readonly revision?: number;
    readonly notBefore?: string;
    readonly notAfter?: string;
  };
}

/** Of cert-manager.io/v1; `certificate` and `ca` are base64 of PEM. */
export interface CertificateRequestObject extends KubeObject {
  readonly spec?: {
    readonly request?: string;
    readonly issuerRef?: { readonly name: string; readonly kind?: string; readonly group?: string };
  };
  readonly status?: {
    readonly conditions?: readonly ForeignCondition[];
    readonly certificate?: string;
    readonly ca?: string;
    readonly failureTime?: string;
  };
}

export const certificates: ResourceType<CertificateObject> = {
  group: 'cert-manager.io',
  version: 'v1',
  plural: 'certificates',
  kind: 'Certificate',
  namespaced: true,
};
export const certificateRequests: ResourceType<CertificateRequestObject> = {
  group: 'cert-manager.io',
  version: 'v1',
  plural: 'certificaterequests',
  kind: 'CertificateRequest',
  namespaced: true,
};

export interface ConfigMapObject extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
}
/** Values are base64; of one that is applied, `stringData` may be given instead. */
export interface SecretObject extends KubeObject {
  readonly type?: string;
  readonly data?: Readonly<Record<string, string>>;
}
export interface NamespaceObject extends KubeObject {
  readonly status?: { readonly phase?: string };
}
export interface PodObject extends KubeObject {
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly status?: { readonly phase?: string; readonly conditions?: readonly ForeignCondition[] };
}
/** StatefulSet, Deployment, Service, Role and the like: compared with what is wanted, field by field. */
export interface PlainObject extends KubeObject {
  readonly spec?: Readonly<Record<string, unknown>>;
}

function core<T extends KubeObject>(kind: string, plural: string, namespaced = true): ResourceType<T> {
  return { group: '', version: 'v1', plural, kind, namespaced };
}

export const configMaps = core<ConfigMapObject>('ConfigMap', 'configmaps');
export const secrets = core<SecretObject>('Secret', 'secrets');
export const namespaces = core<NamespaceObject>('Namespace', 'namespaces', false);
export const pods = core<PodObject>('Pod', 'pods');
export const services = core<PlainObject>('Service', 'services');
export const serviceAccounts = core<PlainObject>('ServiceAccount', 'serviceaccounts');

export const statefulSets: ResourceType<PlainObject> = {
  group: 'apps',
  version: 'v1',
  plural: 'statefulsets',
  kind: 'StatefulSet',
  namespaced: true,
};
export const deployments: ResourceType<PlainObject> = { ...statefulSets, plural: 'deployments', kind: 'Deployment' };
export const podDisruptionBudgets: ResourceType<PlainObject> = {
  group: 'policy',
  version: 'v1',
  plural: 'poddisruptionbudgets',
  kind: 'PodDisruptionBudget',
  namespaced: true,
};
export const roles: ResourceType<PlainObject> = {
  group: 'rbac.authorization.k8s.io',
  version: 'v1',
  plural: 'roles',
  kind: 'Role',
  namespaced: true,
};
export const roleBindings: ResourceType<PlainObject> = { ...roles, plural: 'rolebindings', kind: 'RoleBinding' };
export const leases: ResourceType<PlainObject> = {
  group: 'coordination.k8s.io',
  version: 'v1',
  plural: 'leases',
  kind: 'Lease',
  namespaced: true,
};

/** Names an object in an apply; what else it states is added by the caller. */
export function stated(
  { group, version, kind }: ResourceType,
  metadata: ObjectMeta,
): { readonly apiVersion: string; readonly kind: string; readonly metadata: ObjectMeta } {
  return { apiVersion: group === '' ? version : `${group}/${version}`, kind, metadata };
}
