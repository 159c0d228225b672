/** A device as the API server gives it, managed fields included, and what is kept of it. */
import type { KubeObject, ResourceType } from '../../src/kube/object.ts';

export const pageSize = 500;

export interface DeviceObject extends KubeObject {
  readonly spec: {
    readonly brokerRef: { readonly name: string };
    readonly templateRefs: readonly { readonly name: string }[];
    readonly groups: readonly string[];
    readonly authentication: { readonly type: string };
  };
}

export const devices: ResourceType<DeviceObject> = {
  group: 'mqttsecurity.io',
  version: 'v1alpha1',
  plural: 'mqttdevices',
  kind: 'MqttDevice',
  namespaced: true,
};

/** What somebody keeps who has to find a device, compare it and compile it. */
export interface KeptDevice {
  readonly namespace: string;
  readonly name: string;
  readonly generation: number;
  readonly broker: string;
  readonly templates: readonly string[];
  readonly group: string;
  readonly authentication: string;
}

/** Few brokers, templates and groups have many devices: each of their names is kept once. */
const shared = new Map<string, string>();

function once(text: string): string {
  const known = shared.get(text);
  if (known !== undefined) return known;
  shared.set(text, text);
  return text;
}

export function keptDevice({ metadata, spec }: DeviceObject): KeptDevice {
  return {
    namespace: once(metadata.namespace ?? ''),
    name: metadata.name,
    generation: metadata.generation ?? 0,
    broker: once(spec.brokerRef.name),
    templates: spec.templateRefs.map(({ name }) => once(name)),
    group: once(spec.groups[0] ?? ''),
    authentication: once(spec.authentication.type),
  };
}

export function deviceText(index: number, resourceVersion = 100_000 + index): string {
  const name = `thermo-hall-${String(index).padStart(6, '0')}`;
  const time = '2026-01-01T00:00:00Z';
  const specFields = {
    'f:authentication': { '.': {}, 'f:type': {} },
    'f:brokerRef': { '.': {}, 'f:name': {} },
    'f:groups': {},
    'f:templateRefs': {},
  };
  const condition = {
    type: 'Ready',
    status: 'True',
    reason: 'Enforced',
    message: 'the broker enforces it',
    lastTransitionTime: time,
  };
  return JSON.stringify({
    apiVersion: 'mqttsecurity.io/v1alpha1',
    kind: 'MqttDevice',
    metadata: {
      creationTimestamp: time,
      generation: 1,
      managedFields: [
        {
          apiVersion: 'mqttsecurity.io/v1alpha1',
          fieldsType: 'FieldsV1',
          fieldsV1: { 'f:spec': specFields },
          manager: 'kubectl',
          operation: 'Apply',
          time,
        },
        {
          apiVersion: 'mqttsecurity.io/v1alpha1',
          fieldsType: 'FieldsV1',
          fieldsV1: {
            'f:status': {
              'f:conditions': { 'k:{"type":"Ready"}': { '.': {}, 'f:status': {}, 'f:reason': {}, 'f:message': {} } },
            },
          },
          manager: 'mqtt-security-operator',
          operation: 'Apply',
          subresource: 'status',
          time,
        },
      ],
      name,
      namespace: 'plant',
      resourceVersion: `${resourceVersion}`,
      uid: `0b6f4f0e-55a1-4b0c-9d53-${String(index).padStart(12, '0')}`,
    },
    spec: {
      authentication: { type: 'Certificate' },
      brokerRef: { name: 'plant' },
      groups: [`hall-${index % 50}`],
      templateRefs: [{ name: 'temperature-sensor' }, { name: 'group-member' }],
    },
    status: { identity: name, observedGeneration: 1, conditions: [condition] },
  });
}
