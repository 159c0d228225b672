/** Manifests of a fleet with one file for each device, as a repository of manifests has them. */
const header = 'apiVersion: mqttsecurity.io/v1alpha1\n';

const broker = `${header}kind: MqttBroker
metadata: { name: main, namespace: plant }
spec:
  mosquitto: { version: '2.0' }
  listeners:
    - { name: certificates, port: 8883, authentication: Certificate }
    - { name: passwords, port: 8884, authentication: Password }
  tls:
    serverCertificate: { issuerRef: { name: servers } }
  clientCertificates:
    issuerRef: { name: devices }
`;

const template = `${header}kind: AclTemplate
metadata: { name: sensor, namespace: plant }
spec:
  role: Device
  rules:
    - { effect: Allow, actions: [Publish], topic: 'sensors/{device}/#' }
    - { effect: Allow, actions: [Subscribe], topic: 'commands/{device}' }
    - { effect: Allow, actions: [Publish, Subscribe], topic: 'state/{device}' }
    - { effect: Deny, topic: 'sensors/{device}/raw' }
`;

function deviceText(name: string): string {
  return `${header}kind: MqttDevice
metadata: { name: ${name}, namespace: plant }
spec:
  brokerRef: { name: main }
  templateRefs: [{ name: sensor }]
  authentication:
    type: Certificate
    certificate: { template: {} }
`;
}

/** What is appended to the file of a device to take it back. */
export const revokedField = '  revoked: { reason: KeyCompromise }\n';

export function fileOf(device: string): string {
  return `device-${device}.yaml`;
}

export function fleetFiles(devices: readonly string[]): Readonly<Record<string, string>> {
  const files = devices.map((device) => [fileOf(device), deviceText(device)] as const);
  return { 'broker.yaml': broker, 'template.yaml': template, ...Object.fromEntries(files) };
}
