/** Names, labels and annotations that operator and agent write or read. They are API: people select by them. */
import { shortHash } from '../domain/hash.ts';
import { apiGroup } from '../domain/names.ts';

export const operatorFieldManager = 'mqtt-security-operator';
export const agentFieldManager = 'mqtt-security-agent';
/** Of who serves enrolment. */
export const enrolmentFieldManager = 'mqtt-security-enrolment';
export const reportingController = `${apiGroup}/operator`;

/** On MqttDevice and DeviceCertificate: nothing goes before its certificates are in the ledger. */
export const revokeFinalizer = `${apiGroup}/revoke`;

/** On every child of ours; an admission policy refuses the operator any write to a Secret without it. */
export const managedByLabel = 'app.kubernetes.io/managed-by';
export const managedBy = 'mqtt-security-operator';
export const managedSelector = `${managedByLabel}=${managedBy}`;

/** What a child is: one of `Component`. */
export const componentLabel = 'app.kubernetes.io/component';
export type Component =
  'bundle' | 'ledger' | 'revocations' | 'password' | 'device-certificate' | 'server-certificate' | 'broker';

/** Name of the broker: on bundle objects, pods, BrokerInstances, and on the pod template of a referenced workload. */
export const brokerLabel = `${apiGroup}/broker`;
/** Part of the bundle that a ConfigMap or Secret holds. */
export const partLabel = `${apiGroup}/part`;

/** Set by `mqttsec renew` on a DeviceCertificate, RFC 3339: an older certificate is renewed. */
export const renewAtAnnotation = `${apiGroup}/renew-at`;
/** Set by `mqttsec unlock` on an MqttDevice, RFC 3339: what locked it out until then is over. */
export const unlockAtAnnotation = `${apiGroup}/unlock-at`;
/** On an MqttBroker, first 16 or more digits of the keys of CAs, set by a person: these go although devices depend on them. */
export const dropCaAnnotation = `${apiGroup}/drop-ca`;
/** On a pod template: hash of the bundle, for `update.strategy: Roll`. */
export const bundleHashAnnotation = `${apiGroup}/bundle-hash`;
/** On a generated password Secret: `password.revision` for which it was made. */
export const passwordRevisionAnnotation = `${apiGroup}/password-revision`;
/** UID of the DeviceCertificate, on a CertificateRequest that was made from a CSR. */
export const deviceCertificateUidAnnotation = `${apiGroup}/device-certificate-uid`;
/** On a Certificate or CertificateRequest: `renewBefore` as it was in force at issuance, whole seconds, without jitter. */
export const renewBeforeAnnotation = `${apiGroup}/renew-before-seconds`;
/** On a Certificate: `duration` as it was in force at issuance, whole seconds. */
export const durationAnnotation = `${apiGroup}/duration-seconds`;
/** On a CertificateRequest that was made from a CSR: how many before it failed in a row. */
export const failuresAnnotation = `${apiGroup}/failures`;
/** On a Certificate: the Secret that it filled before `secretName` was changed, until that is deleted. */
export const formerSecretAnnotation = `${apiGroup}/former-secret`;
/** `NAMESPACE/NAME` of the DeviceCertificate, on a CertificateRequest that was made from a CSR. */
export const deviceCertificateAnnotation = `${apiGroup}/device-certificate`;
/** On a DeviceCertificate that was made by enrolment: UID of the MqttDevice. */
export const enrolledAnnotation = `${apiGroup}/enrolled-device-uid`;

/** Bound of a label's value (RFC 1123 label). */
const longestLabel = 63;

/** The name as the value of a label: itself, or where it is too long its beginning and a hash. */
export function labelValue(name: string): string {
  return name.length <= longestLabel ? name : `${name.slice(0, 40)}-${shortHash(name).slice(0, 16)}`;
}

export function childLabels(component: Component, broker?: string): Readonly<Record<string, string>> {
  return {
    [managedByLabel]: managedBy,
    [componentLabel]: component,
    ...(broker !== undefined && { [brokerLabel]: labelValue(broker) }),
  };
}
