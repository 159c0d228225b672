/** Kinds of the API group `mqttsecurity.io`. */
export type Kind = 'MqttBroker' | 'BrokerInstance' | 'AclTemplate' | 'MqttDevice' | 'DeviceCertificate';

export const apiGroup = 'mqttsecurity.io';
export const apiVersion = `${apiGroup}/v1alpha1`;

/** `namespace/name` of an object whose kind is known from the context. */
export type ObjectKey = `${string}/${string}`;

export function objectKey(namespace: string, name: string): ObjectKey {
  return `${namespace}/${name}`;
}

/** One object of ours, as findings, rule origins and status name it. */
export interface ObjectRef {
  readonly kind: Kind;
  readonly namespace: string;
  readonly name: string;
}

/** `MqttDevice plant/sensor-1`, the form in which every message names an object. */
export function refText(ref: ObjectRef): string {
  return `${ref.kind} ${ref.namespace}/${ref.name}`;
}

/** Names that begin with it are those of agents and their probes; no device has one. */
export const reservedIdentityPrefix = 'mqttsec-';
