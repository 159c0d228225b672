import type { FindingKind } from './kind.ts';

/** Of a cluster, of CAs and their lists, and of brokers that run. */
export const operatedFindings = {
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
    fix: 'Add the CA of the issuer to `spec.clientCertificates.trustedCas`, itself and not one above it: no certificate is moved to it before every instance trusts it.',
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
  MQS176: {
    severity: 'Warning',
    title: 'Revocation list of somebody else lacks what was taken back',
    fix: 'Have its CA put the serials on the list that the message names, see docs/guides/revocation-lists.md; the former list stays.',
  },
  MQS177: {
    severity: 'Warning',
    title: 'Revocation list of somebody else is not taken over yet',
    fix: 'Name a Secret with the key of the CA in `signerSecretRef` and let the operator read it: until then the former list stays.',
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
} as const satisfies Record<`MQS${string}`, FindingKind>;
