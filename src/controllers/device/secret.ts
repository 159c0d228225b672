/** The Secrets that passwords lie in. */
import { mqttDevices, secrets, type SecretObject, stated } from '../../api/kinds.ts';
import {
  childLabels,
  componentLabel,
  managedBy,
  managedByLabel,
  passwordRevisionAnnotation,
} from '../../api/labels.ts';
import { errorOn } from '../../domain/admission.ts';
import type { Finding } from '../../domain/finding.ts';
import type { Device, PasswordSource } from '../../domain/fleet.ts';
import type { Reason } from '../../domain/reasons.ts';
import type { KubeObject, OwnerReference } from '../../kube/object.ts';
import type { PasswordReading } from './passwords.ts';

/** 192 bits. */
export const passwordBytes = 24;

/** The Secret that a generated password lies in. */
export function passwordSecretName(device: Device): string {
  return `${device.origin.name}-password`;
}

/** What a Secret gives for a device: a reading, or that one is to be made. */
export type SecretVerdict = PasswordReading | { readonly kind: 'Make' };

/** Of the Secret that `secretRef` names; `secret` is undefined where there is none. */
export function referencedReading(
  device: Device,
  { secret: { name, key } }: Extract<PasswordSource, { kind: 'Secret' }>,
  secret: SecretObject | undefined,
): PasswordReading {
  const what = `Secret ${device.origin.namespace}/${name}`;
  if (!secret) return nothing(device, 'SecretNotFound', `${what} with the password does not exist`);
  const encoded = Object.hasOwn(secret.data ?? {}, key) ? secret.data?.[key] : undefined;
  if (encoded === undefined) return nothing(device, 'SecretNotFound', `${what} has no key ${key}`);
  const password = textOf(encoded);
  if (password === undefined) return nothing(device, 'SecretNotFound', `key ${key} of ${what} holds no text`);
  return { kind: 'Password', password, source: sourceOf(secret, key) };
}

/**
 * Of the Secret of a generated password. One that is not there, or is of another revision or identity, is to be made;
 * one that we did not make for this device is nobody's business but its owner's.
 */
export function generatedReading(
  device: Device,
  { revision }: Extract<PasswordSource, { kind: 'Generate' }>,
  secret: SecretObject | undefined,
): SecretVerdict {
  if (!secret) return { kind: 'Make' };
  const maker = makerOf(secret);
  if (maker === undefined || maker !== device.origin.uid) {
    const what = `Secret ${device.origin.namespace}/${secret.metadata.name}`;
    return maker === undefined
      ? nothing(device, 'SecretNotOurs', `${what} was not made for this device: rename or delete one of the two`)
      : nothing(device, 'Pending', `${what} is of a former device of this name: waiting for it to go`);
  }
  const { username = '', password = '' } = secret.data ?? {};
  const text = textOf(password);
  const isPresent = secret.metadata.annotations?.[passwordRevisionAnnotation] === String(revision);
  if (text === undefined || !isPresent || textOf(username) !== device.identity) return { kind: 'Make' };
  return { kind: 'Password', password: text, source: sourceOf(secret, 'password') };
}

/** UID of the device that we made it for; undefined where we made it for none. */
function makerOf({ metadata: { labels, ownerReferences } }: SecretObject): string | undefined {
  if (labels?.[managedByLabel] !== managedBy || labels[componentLabel] !== 'password') return undefined;
  return ownerReferences?.find(({ kind, controller }) => kind === mqttDevices.kind && controller === true)?.uid;
}

export function nothing(device: Device, reason: Reason, message: string): PasswordReading & { kind: 'Nothing' } {
  const code = reason === 'SecretNotOurs' ? 'MQS156' : 'MQS130';
  const finding: Finding = errorOn(device.origin, code, reason, 'spec.authentication.password', message);
  return { kind: 'Nothing', findings: [finding] };
}

/** One text of one version of one Secret. */
function sourceOf({ metadata: { uid = '', resourceVersion = '' } }: KubeObject, key: string): string {
  return `${uid}/${resourceVersion}/${key}`;
}

/** Undefined for what is empty, no UTF-8, or holds a NUL, which no MQTT client could send. */
function textOf(base64: string): string | undefined {
  const bytes = Buffer.from(base64, 'base64');
  if (bytes.length === 0 || bytes.includes(0)) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** The Secret of a generated password, as it shall be. */
export function passwordSecret(
  device: Device,
  { revision }: Extract<PasswordSource, { kind: 'Generate' }>,
  password: string,
  owner: OwnerReference,
): KubeObject & Pick<SecretObject, 'data' | 'type'> {
  const broker = device.broker.slice(device.broker.indexOf('/') + 1);
  const metadata = {
    namespace: device.origin.namespace,
    name: passwordSecretName(device),
    labels: childLabels('password', broker),
    annotations: { [passwordRevisionAnnotation]: String(revision) },
    ownerReferences: [owner],
  };
  const data = { username: base64Of(device.identity), password: base64Of(password) };
  return { ...stated(secrets, metadata), type: 'Opaque', data };
}

function base64Of(text: string): string {
  return Buffer.from(text).toString('base64');
}
