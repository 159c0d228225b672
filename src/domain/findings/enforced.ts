import type { FindingKind } from './kind.ts';

/** Of what a broker gets, and of local mode. */
export const enforcedFindings = {
  MQS100: {
    severity: 'Error',
    title: 'Text for the broker does not read back as it was meant',
    fix: 'A value holds characters that Mosquitto reads otherwise: remove control characters and spaces at the ends.',
  },
  MQS101: {
    severity: 'Error',
    title: 'mosquitto.conf is not one of ours',
    fix: 'Do not edit it: change the MqttBroker; what it cannot express is not allowed.',
  },
  MQS102: {
    severity: 'Error',
    title: 'Password file is malformed',
    fix: 'One line `IDENTITY:HASH` for each identity, hashes as `mqttsec hash` makes them.',
  },
  MQS103: {
    severity: 'Error',
    title: 'List of identities is malformed',
    fix: 'Do not edit it: it is published with the rest of the bundle.',
  },
  MQS104: {
    severity: 'Error',
    title: 'Bundle is incomplete or corrupt',
    fix: 'The broker keeps its last good set; publish again by restarting the operator or `mqttsec dev`.',
  },
  MQS105: {
    severity: 'Error',
    title: 'Rule set is too large for this broker',
    fix: 'Use Mosquitto 2.1, `spec.acl.layout: Patterns`, fewer rules for each device, or a second broker.',
  },
  MQS106: {
    severity: 'Error',
    title: 'A trusted CA has no revocation list',
    fix: 'Beside CAs with a list every CA needs one, or the broker refuses all its clients: give each the same revocation.',
  },
  MQS107: {
    severity: 'Error',
    title: 'Password hash cannot be used',
    fix: 'Make it with `mqttsec hash`: format $7$, 12 bytes of salt, 101 iterations.',
  },
  MQS108: {
    severity: 'Warning',
    title: 'Listener is reachable from everywhere',
    fix: 'Mosquitto 2.0 binds WebSockets to all addresses: use 2.1, or keep the port off the network with a firewall.',
  },
  MQS109: {
    severity: 'Error',
    title: 'Broker has no CA for its clients',
    fix: 'Name the CA of the issuer in `spec.clientCertificates.trustedCas`; without one Mosquitto does not start.',
  },
  MQS110: {
    severity: 'Warning',
    title: 'Packets over WebSockets have no limit',
    fix: 'Use Mosquitto 2.1, or let the listener be reached by clients that you trust with its memory.',
  },
  MQS111: {
    severity: 'Info',
    title: 'Clients of MQTT 3.1.1 choose their keepalive',
    fix: 'Use Mosquitto 2.1, or see to it that devices ask for a keepalive within the limit.',
  },
  MQS112: {
    severity: 'Error',
    title: 'Sightings cannot be read',
    fix: 'Give a file that `mqttsec sightings` printed, or that an agent wrote.',
  },
  MQS120: {
    severity: 'Warning',
    title: 'Last good version stays in force',
    fix: 'Correct what the other findings say about the object or its file.',
  },
  MQS121: {
    severity: 'Warning',
    title: 'Revocation was taken out of the manifest',
    fix: 'A revocation is final: delete the device and declare a new one.',
  },
  MQS122: {
    severity: 'Warning',
    title: 'Mosquitto is of another version than the manifest says',
    fix: 'Set `spec.mosquitto.version` to the version that runs, or install the one it names.',
  },
  MQS123: {
    severity: 'Error',
    title: 'Record of a device cannot be read',
    fix: 'Restore the file in the state directory; the device is suspended until then.',
  },
  MQS124: {
    severity: 'Error',
    title: 'Certificate cannot be issued',
    fix: 'Set `spec.clientCertificates.issuerRef` of the MqttBroker.',
  },
  MQS125: {
    severity: 'Error',
    title: 'Value of a Secret or ConfigMap is missing',
    fix: 'Put the Secret or ConfigMap that is named beside the manifests.',
  },
  MQS126: {
    severity: 'Info',
    title: 'Built-in CA stands in',
    fix: 'Nothing to do: local mode has no cert-manager.',
  },
} as const satisfies Record<`MQS${string}`, FindingKind>;
