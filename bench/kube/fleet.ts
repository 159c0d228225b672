/** A fleet at rest as the API server gives it: statuses, managed fields and all. */
const apiVersion = 'mqttsecurity.io/v1alpha1';
const time = '2026-01-01T00:00:00Z';
const hash =
  '$7$101$UaIWfuA3CR+Fp8tS$UkJo/iXJsUq7ysn5EVmYkthXE+5VIR4zuWaAdaGnlibXPMQQpLAD+q+/zVFBWmu6ya0WsyAWlMtKucm3/doDsw==';

function metadata(name: string, index: number): object {
  const uid = `0b6f4f0e-55a1-4b0c-9d53-${String(index).padStart(12, '0')}`;
  return {
    creationTimestamp: time,
    generation: 1,
    name,
    namespace: 'plant',
    resourceVersion: `${100_000 + index}`,
    uid,
  };
}

const conditionFields = {
  ...{ '.': {}, 'f:lastTransitionTime': {}, 'f:message': {}, 'f:observedGeneration': {} },
  ...{ 'f:reason': {}, 'f:status': {}, 'f:type': {} },
};
const types = ['Accepted', 'Programmed', 'Ready', 'ResolvedRefs'] as const;
const managedFields = [
  {
    ...{ apiVersion, fieldsType: 'FieldsV1', manager: 'kubectl', operation: 'Apply', time },
    fieldsV1: {
      'f:spec': {
        'f:authentication': { 'f:password': { 'f:hash': {} }, 'f:type': {} },
        ...{ 'f:brokerRef': { 'f:name': {} }, 'f:groups': {}, 'f:templateRefs': {} },
      },
    },
  },
  {
    ...{ apiVersion, fieldsType: 'FieldsV1', manager: 'mqtt-security-operator', operation: 'Apply', time },
    subresource: 'status',
    fieldsV1: {
      'f:status': {
        'f:bundleRevision': {},
        'f:conditions': Object.fromEntries(types.map((type) => [`k:{"type":"${type}"}`, conditionFields])),
        ...{ 'f:identity': {}, 'f:observedGeneration': {}, 'f:rulesHash': {} },
      },
    },
  },
];

/** A device with the hash of a password, in force. */
export function fleetDeviceText(index: number): string {
  const name = `thermo-hall-${String(index).padStart(6, '0')}`;
  const conditions = types.map((type) => ({
    ...{ type, status: 'True', reason: type, message: 'all is as the manifest says, and proved' },
    ...{ observedGeneration: 1, lastTransitionTime: time },
  }));
  return JSON.stringify({
    ...{ apiVersion, kind: 'MqttDevice', metadata: { ...metadata(name, index), managedFields } },
    spec: {
      authentication: { type: 'Password', password: { hash } },
      brokerRef: { name: 'plant' },
      groups: [`hall-${index % 50}`],
      templateRefs: [{ name: 'sensor' }],
    },
    status: { bundleRevision: 7, conditions, identity: name, observedGeneration: 1, rulesHash: 'c0ffee00c0ffee00' },
  });
}

const template = {
  ...{ apiVersion, kind: 'AclTemplate', metadata: metadata('sensor', 1_000_001) },
  spec: {
    role: 'Device',
    rules: [
      { effect: 'Allow', actions: ['Publish'], topic: 'plant/devices/{device}/telemetry/#' },
      { effect: 'Allow', actions: ['Publish'], topic: 'plant/devices/{device}/status' },
      { effect: 'Allow', actions: ['Subscribe'], topic: 'plant/devices/{device}/commands/#' },
      { effect: 'Allow', actions: ['Subscribe'], topic: 'plant/groups/{group}/broadcast/#' },
    ],
  },
};
const broker = {
  ...{ apiVersion, kind: 'MqttBroker', metadata: metadata('plant', 1_000_000) },
  spec: {
    mosquitto: { version: '2.1' },
    listeners: [{ name: 'passwords', port: 8884, authentication: 'Password' }],
    tls: { serverCertificate: { secretRef: { name: 'server' } } },
    workload: { external: { instances: ['plant-0'] } },
  },
};

/** What a list of anything but devices gives, as JSON. */
export function fleetObjects(path: string): readonly string[] {
  if (path.endsWith('/acltemplates')) return [JSON.stringify(template)];
  return path.endsWith('/mqttbrokers') ? [JSON.stringify(broker)] : [];
}
