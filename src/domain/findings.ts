import type { Severity } from './finding.ts';

/** What a finding code stands for. `title` is one line; `fix` says what to do. */
export interface FindingKind {
  readonly severity: Severity;
  readonly title: string;
  readonly fix: string;
}

/** The table of finding codes; docs/reference/findings.md is generated from it. Codes are API and never reused. */
export const findingKinds = {
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
  MQS130: {
    severity: 'Error',
    title: 'Secret with a password cannot be used',
    fix: 'Create the Secret that is named, with that key and text in it, and let the operator read it.',
  },
  MQS140: {
    severity: 'Error',
    title: 'Trusted CA or its revocation list is not there',
    fix: 'Create the ConfigMap or Secret that is named, with that key, and let the operator read it.',
  },
  MQS141: {
    severity: 'Error',
    title: 'CA of the issuer is not known',
    fix: 'Create the issuer, or name its CA in `spec.clientCertificates.trustedCas`.',
  },
  MQS142: {
    severity: 'Warning',
    title: 'Revocation list cannot be signed',
    fix: 'Name a Secret with `tls.crt` and `tls.key` of the CA in `signerSecretRef` and let the operator read it.',
  },
  MQS143: {
    severity: 'Warning',
    title: 'CA renews with a new key',
    fix: 'Set `spec.privateKey.rotationPolicy: Never` in the cert-manager Certificate of the CA.',
  },
  MQS144: {
    severity: 'Warning',
    title: 'CA that is still in use is not named any more, and stays trusted',
    fix: 'Name the former CA in `trustedCas` until its certificates are renewed, or drop it with the annotation that the message names.',
  },
  MQS145: {
    severity: 'Error',
    title: 'Ledger of a CA is damaged',
    fix: 'Restore its ConfigMaps from a backup, or hand in what a broker knows: docs/guides/restore.md has the steps.',
  },
  MQS146: {
    severity: 'Error',
    title: 'Revocation list has run out',
    fix: 'Publish a new list, or let the operator read the key of the CA: the broker refuses all clients of this CA.',
  },
  MQS137: {
    severity: 'Error',
    title: 'Name does not fit what runs the broker',
    fix: 'Give the MqttBroker a name of at most 52 characters that begins with a letter and has no dots.',
  },
  MQS138: {
    severity: 'Error',
    title: 'API server refuses what runs the broker',
    fix: 'Correct what the message names; storage cannot be changed: delete the StatefulSet with `--cascade=orphan`.',
  },
  MQS139: {
    severity: 'Warning',
    title: 'Workload of a broker is not there or not labelled',
    fix: 'Create the workload that `spec.workload.ref` names, its pods with the label `mqttsecurity.io/broker`.',
  },
  MQS155: {
    severity: 'Error',
    title: 'cert-manager is not there',
    fix: 'Install cert-manager: until then brokers with `clientCertificates` keep their last set.',
  },
  MQS156: {
    severity: 'Error',
    title: 'Object of somebody else has a name that is needed',
    fix: 'Delete or rename the object that is named: what the operator did not make it leaves alone.',
  },
  MQS157: {
    severity: 'Info',
    title: 'Not everything of a broker is known yet',
    fix: 'Nothing to do: the broker keeps its last set until passwords, certificates and CAs have been read.',
  },
  MQS158: {
    severity: 'Warning',
    title: 'Set cannot be written',
    fix: 'Read the message of the API server: a right, a quota or a policy may be in the way. It is tried again.',
  },
  MQS150: {
    severity: 'Warning',
    title: 'Certificate request does not belong to its device',
    fix: 'Find out who made the CertificateRequest that is named, and delete it; install the admission policies.',
  },
  MQS200: {
    severity: 'Warning',
    title: 'Clock of the operator is wrong',
    fix: 'Set the clock of the node that the operator runs on: until it agrees with the API server nothing is signed.',
  },
  MQS160: {
    severity: 'Error',
    title: 'Notices of a bundle cannot be read',
    fix: 'The bundle was damaged or made by another version: publish it again. The last good set stays in force.',
  },
  MQS205: {
    severity: 'Error',
    title: 'Device cannot be read, and keeps what was published for it',
    fix: 'Correct the manifest: until then it can only be taken back, by `spec.suspended`, `spec.revoked` or deletion.',
  },
  MQS206: {
    severity: 'Error',
    title: 'Template cannot be used as it is written',
    fix: 'Correct the AclTemplate: until then devices keep the rights that they had with its last good version.',
  },
  MQS208: {
    severity: 'Error',
    title: 'CA is somebody else’s to sign for',
    fix: 'Name a Secret with the key of the CA in `signerSecretRef`, or take the list of its owner: `ExternalCrl`.',
  },
  MQS207: {
    severity: 'Error',
    title: 'Broker cannot be read',
    fix: 'Correct the MqttBroker: until then what was published stays in force, and nothing newer reaches it.',
  },
  MQS170: {
    severity: 'Warning',
    title: 'Broker does not trust the CA that issues its certificates',
    fix: 'Add the CA of the issuer to `spec.clientCertificates.trustedCas`: no certificate is moved to it before every instance trusts it.',
  },
  MQS172: {
    severity: 'Warning',
    title: 'Revocation list of somebody else cannot be used',
    fix: 'Publish a list that this CA signed, with number and authority key identifier, and within its dates; the last good one stays.',
  },
  MQS173: {
    severity: 'Warning',
    title: 'Revocation list is older than the one before it',
    fix: 'Publish the newest list of the CA: an older one would let in who was revoked since.',
  },
  MQS174: {
    severity: 'Warning',
    title: 'Revocation list ends soon',
    fix: 'Let the operator read the key of the CA, or publish a new list; see docs/guides/revocation-lists.md when the key is lost.',
  },
  MQS175: {
    severity: 'Warning',
    title: 'Revocation list is large',
    fix: 'Each full TLS handshake costs the broker more: give certificates shorter lives, or spread devices over several CAs.',
  },
  MQS190: {
    severity: 'Warning',
    title: 'Ledger was lost or an older copy',
    fix: 'Nothing to do: what was published as revoked stays so. Find out who put the older copy there.',
  },
  MQS220: {
    severity: 'Info',
    title: 'Sessions of devices that are away suffer from reloads of Mosquitto 2.0',
    fix: 'Use Mosquitto 2.1. On 2.0 `spec.acl.layout: Patterns` keeps what is written for them; docs/support.md says what else helps.',
  },
  MQS221: {
    severity: 'Error',
    title: 'Broker uses the dynamic-security plugin',
    fix: 'Take the plugin out of what starts the broker, and declare its clients and roles as MqttDevices and AclTemplates.',
  },
  MQS222: {
    severity: 'Info',
    title: 'Local mode makes no PKCS#12 key stores',
    fix: 'Have OpenSSL make it of the kit: `openssl pkcs12 -export -in client.crt -inkey client.key -out keystore.p12`.',
  },
  MQS240: {
    severity: 'Warning',
    title: 'Rule never has effect',
    fix: 'Remove the rule, or narrow the Deny that takes all of it away.',
  },
  MQS241: {
    severity: 'Info',
    title: 'Rule gives what others give already',
    fix: 'Remove one of the rules: rights that are written once are taken back at once.',
  },
  MQS242: {
    severity: 'Info',
    title: 'Deny takes nothing away',
    fix: 'Remove it, or see whether its topic was meant to be another one.',
  },
  MQS243: {
    severity: 'Warning',
    title: 'Device reaches topics of other devices',
    fix: 'Write `{device}` where the wildcard or the group stands, or give the task to a Backend.',
  },
  MQS244: {
    severity: 'Warning',
    title: 'Rule gives every topic',
    fix: 'Name the first level of what is needed, such as `sensors/#`.',
  },
  MQS245: {
    severity: 'Info',
    title: 'Rule has ended',
    fix: 'Remove the rule from the device.',
  },
  MQS246: {
    severity: 'Info',
    title: 'Template is not used',
    fix: 'Delete it, or keep it for devices to come.',
  },
  MQS247: {
    severity: 'Info',
    title: 'Devices have the role Admin',
    fix: 'Keep them few, and have each of them looked at from time to time.',
  },
  MQS248: {
    severity: 'Warning',
    title: 'Certificates live long',
    fix: 'Set a `duration` of at most 398 days; renewal is automatic.',
  },
  MQS249: {
    severity: 'Info',
    title: 'Key is weak or stays the same',
    fix: 'Use ECDSA with 256 bits or RSA with 3072, and `rotationPolicy: Always`.',
  },
  MQS250: {
    severity: 'Error',
    title: 'CA of somebody else may assert every identity',
    fix: 'Give what it issues for a broker of its own, or have its certificates issued by a CA of ours.',
  },
  MQS251: {
    severity: 'Warning',
    title: 'Passwords cross the network in the clear',
    fix: 'Set `tls: true` on the listener.',
  },
  MQS252: {
    severity: 'Warning',
    title: 'Certificate ends and was not renewed',
    fix: 'Look at the conditions of the DeviceCertificate; `mqttsec renew` asks for another one.',
  },
  MQS253: {
    severity: 'Info',
    title: 'Device has no rights',
    fix: 'Give it a template or rules, or delete it.',
  },
} as const satisfies Record<`MQS${string}`, FindingKind>;

export type FindingCode = keyof typeof findingKinds;
