import type { FindingKind } from './kind.ts';

/** Of manifests, each for itself and between them. */
export const declaredFindings = {
  MQS001: {
    severity: 'Error',
    title: 'Input cannot be read',
    fix: 'Check that the file exists, is readable, is UTF-8 YAML or JSON and is at most 8 MiB.',
  },
  MQS002: {
    severity: 'Error',
    title: 'YAML is malformed',
    fix: 'Correct the syntax at the line and column that are named.',
  },
  MQS003: {
    severity: 'Error',
    title: 'Schema is violated',
    fix: 'Compare the field with docs/reference/kinds.md or `kubectl explain`.',
  },
  MQS004: {
    severity: 'Error',
    title: 'Document is not a manifest',
    fix: 'Give apiVersion, kind and metadata.name; the group is mqttsecurity.io/v1alpha1.',
  },
  MQS005: {
    severity: 'Error',
    title: 'Version or kind is not known',
    fix: 'Use apiVersion mqttsecurity.io/v1alpha1 with one of the five kinds.',
  },
  MQS006: {
    severity: 'Error',
    title: 'Name is missing or not allowed',
    fix: 'Use lower-case letters, digits, `-` and, in names, `.` (RFC 1123).',
  },
  MQS007: {
    severity: 'Error',
    title: 'Object is declared twice',
    fix: 'Keep one of the declarations: the place of the first is named.',
  },
  MQS008: {
    severity: 'Error',
    title: 'Fields contradict each other',
    fix: 'Change one of the fields that the message names.',
  },
  MQS009: {
    severity: 'Error',
    title: 'Identity cannot be used',
    fix: 'Set `spec.identity` to letters, digits and `._:@-`, at most 64 characters with the namespace.',
  },
  MQS010: {
    severity: 'Error',
    title: 'Parameter of a template is badly declared',
    fix: 'Make bounds, enum and default agree with the type of the parameter.',
  },
  MQS011: {
    severity: 'Warning',
    title: 'Value of a ConfigMap or Secret cannot be read',
    fix: 'Give text; in `data` of a Secret as base64.',
  },
  MQS012: {
    severity: 'Error',
    title: 'No manifest was found',
    fix: 'Name a file or directory that holds objects of mqttsecurity.io/v1alpha1.',
  },
  MQS013: {
    severity: 'Error',
    title: 'Topic of a rule is malformed',
    fix: 'Write a topic filter (MQTT 5.0 section 4.7) whose variables fill whole levels.',
  },
  MQS014: {
    severity: 'Warning',
    title: 'Document is no object of Kubernetes',
    fix: 'Keep it outside of the paths that are read, or give it apiVersion and kind.',
  },
  MQS041: {
    severity: 'Error',
    title: 'Rule reaches further than its role may',
    fix: 'Narrow the topic as the message says, or give the template another role.',
  },
  MQS043: {
    severity: 'Error',
    title: 'Template cannot be used',
    fix: 'Create the AclTemplate in the namespace that refers to it, or correct the one that is there.',
  },
  MQS044: {
    severity: 'Error',
    title: 'Parameter value is refused',
    fix: 'Give each required parameter a value of its type, within its bounds, that could fill one level of a topic.',
  },
  MQS045: {
    severity: 'Error',
    title: 'Broker does not exist',
    fix: 'Create the MqttBroker, or correct `spec.brokerRef`.',
  },
  MQS046: {
    severity: 'Error',
    title: 'Broker does not admit this device',
    fix: 'Ask the owner of the broker to widen `spec.allowedNamespaces`, or move the device.',
  },
  MQS047: {
    severity: 'Error',
    title: 'Identity belongs to another device',
    fix: 'Rename or delete one of the devices: an identity is unique on a broker and on every broker that trusts its CA.',
  },
  MQS048: {
    severity: 'Error',
    title: 'Identity or group cannot be used in a topic here',
    fix: 'Choose a name that fills one level of a topic; on a broker for several namespaces it has no dot.',
  },
  MQS049: {
    severity: 'Error',
    title: 'Broker cannot authenticate this device',
    fix: 'Add a listener with this authentication to the broker, and `spec.clientCertificates` for certificates.',
  },
  MQS050: {
    severity: 'Error',
    title: 'DeviceCertificate has no device that could use it',
    fix: 'Correct `spec.deviceRef`, or give the device `authentication.type: Certificate`.',
  },
  MQS051: {
    severity: 'Error',
    title: 'Device of another namespace asks for a generated key',
    fix: 'Give a `csr`, or use a password: keys are made in the namespace of the broker only.',
  },
  MQS052: {
    severity: 'Error',
    title: 'Topic prefix is malformed',
    fix: 'Give `spec.allowedNamespaces.topicPrefix` literal levels and {namespace} once, such as tenants/{namespace}.',
  },
  MQS053: {
    severity: 'Warning',
    title: 'Certificates of a CA cannot be taken back',
    fix: 'Give the trusted CA `revocation.type: SignedCrl` or `ExternalCrl`; with `None` a revoked device keeps coming in until its certificate ends.',
  },
  MQS054: {
    severity: 'Warning',
    title: 'Each lockout starts all instances again',
    fix: 'Use `update.strategy: Reload`, or take `spec.lockout` out: with `Roll` one device that is locked out ends the sessions of all.',
  },
  MQS055: {
    severity: 'Error',
    title: 'Device could forge alerts',
    fix: 'Narrow the rule, so that it does not reach `monitoring.alertTopic` of its broker, or choose another topic for alerts.',
  },
  MQS056: {
    severity: 'Warning',
    title: 'Administrator could forge alerts',
    fix: 'Give the Admin rules that do not reach `monitoring.alertTopic` of the broker, where alerts are to be believed.',
  },
  MQS305: {
    severity: 'Error',
    title: 'Broker takes no tokens',
    fix: 'On Mosquitto, which cannot check tokens, use `authentication.type: Certificate` or `Password`; for a broker that asks `mqttsec authz` name the issuers in `spec.tokens`, see docs/guides/tokens.md.',
  },
  MQS306: {
    severity: 'Error',
    title: 'Keys of an issuer of tokens cannot be used',
    fix: 'Give the public keys of the issuer as a JSON Web Key Set (RFC 7517), without private or shared keys.',
  },
  MQS307: {
    severity: 'Info',
    title: 'Device with a token cannot log in on Mosquitto',
    fix: 'Nothing to do where another broker asks `mqttsec authz`; a Mosquitto that loads this set lets the device in by nothing.',
  },
  MQS060: {
    severity: 'Error',
    title: 'Rule cannot be written for Mosquitto',
    fix: 'Remove control characters, spaces at the ends and misplaced wildcards from names and topics.',
  },
  MQS061: {
    severity: 'Error',
    title: 'acl file is malformed',
    fix: 'Do not edit it: change the manifests and let it be written again.',
  },
  MQS080: {
    severity: 'Error',
    title: 'Revocation record cannot be read',
    fix: 'Restore the record from a backup or a published bundle; never cut lines out of it.',
  },
  MQS081: {
    severity: 'Error',
    title: 'Revocation list cannot be read',
    fix: 'Give a complete PEM file of `X509 CRL` blocks, version 2; `openssl crl -in FILE -text` must read it.',
  },
  MQS082: {
    severity: 'Error',
    title: 'Certificate signing request does not fit the device',
    fix: 'Make a new request with the effective identity as its only name and a key of EC P-256, P-384, Ed25519 or RSA 2048 to 4096.',
  },
  MQS083: {
    severity: 'Error',
    title: 'Certificate cannot be used',
    fix: 'Give PEM certificates that are complete; a CA bundle must reach a self-signed root.',
  },
} as const satisfies Record<`MQS${string}`, FindingKind>;
