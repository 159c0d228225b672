/** What a device connects with, from its own Secrets and from the broker's public certificate. */
import {
  type DeviceCertificateObject,
  mqttBrokers,
  type MqttDeviceObject,
  type PlainObject,
  services,
} from '../api/kinds.ts';
import type { Parsed } from '../domain/finding.ts';
import type { Broker, Device, DeviceCertificate, Listener } from '../domain/fleet.ts';
import { refText } from '../domain/names.ts';
import type { KubeClient } from '../kube/client.ts';
import { isNotFound } from '../kube/errors.ts';
import { keyOfObject } from '../kube/object.ts';
import { issuingCa, presentRequest } from './certificates.ts';
import { parsedAs } from './fleet.ts';
import { attempted, isForbidden } from './problems.ts';
import { certificatesOf } from './tree.ts';
import { secretTexts } from './values.ts';

export interface Credentials {
  readonly identity: string;
  readonly listener: Listener;
  /** A name that the server's certificate is likely to have. */
  readonly host: string;
  /** PEM; undefined where nobody says which one it is. */
  readonly ca: string | undefined;
  readonly login:
    | { readonly kind: 'Certificate'; readonly certificate: string; readonly key: string | undefined }
    /** Undefined where the cluster has its hash alone. */
    | { readonly kind: 'Password'; readonly password: string | undefined };
  /** What the reader should know, one sentence each. */
  readonly notes: readonly string[];
}

/** Fails with what is missing, and with the Secret that may not be read. */
export async function deviceCredentials(client: KubeClient, object: MqttDeviceObject): Promise<Credentials> {
  const key = keyOfObject(object);
  const device = required(parsedAs<Device>('MqttDevice', object));
  if (device.revoked) throw new Error(`bundle ${key}: it is revoked (${device.revoked.reason})`);
  const [namespace = '', name = ''] = device.broker.split('/');
  const broker = required(parsedAs<Broker>('MqttBroker', await client.get(mqttBrokers, namespace, name)));
  const { type } = device.authentication;
  const listener = broker.listeners.find(({ authentication }) => authentication === type);
  if (!listener) throw new Error(`bundle ${key}: MqttBroker ${device.broker} has no listener that takes ${type}`);
  const login = await loginOf(client, object, device);
  const [ca, host] = await Promise.all([listener.tls ? serverCa(client, broker) : undefined, hostOf(client, broker)]);
  const notes = [
    ...(login.kind === 'Password' && login.password === undefined ? [`${key}: ${noPassword}`] : []),
    ...(listener.tls && ca === undefined ? [`MqttBroker ${device.broker}: ${noCa}`] : []),
  ];
  return { identity: device.identity, listener, host, ca, login, notes };
}

const noPassword = 'the cluster knows the hash of its password alone: it is not in the kit';
const noCa = 'the CA of its server certificate is not known or may not be read: ca.crt is not in the kit';

/** Fails with the first thing that is wrong. */
function required<T>(parsed: Parsed<T>): T {
  if (parsed.ok) return parsed.value;
  const [finding] = parsed.findings;
  const object = finding?.object;
  throw new Error(`read ${object ? refText(object) : 'object'}: ${finding?.message ?? 'it is invalid'}`);
}

function lineageOf(object: DeviceCertificateObject): DeviceCertificate {
  return required(parsedAs<DeviceCertificate>('DeviceCertificate', object));
}

async function loginOf(
  client: KubeClient,
  object: MqttDeviceObject,
  { authentication, origin }: Device,
): Promise<Credentials['login']> {
  if (authentication.type === 'Certificate') return certificateLogin(client, object);
  if (authentication.type === 'Token') throw new Error(`bundle ${refText(origin)}: its issuer gives it tokens, not we`);
  const { password } = authentication;
  if (password.kind === 'Hash') return { kind: 'Password', password: undefined };
  const { name, key } =
    password.kind === 'Secret' ? password.secret : { name: `${origin.name}-password`, key: 'password' };
  const { [key]: text } = await requiredSecret(client, origin.namespace, name);
  if (text === undefined) throw new Error(`read Secret ${origin.namespace}/${name}: it has no key ${key}`);
  return { kind: 'Password', password: text };
}

async function certificateLogin(client: KubeClient, object: MqttDeviceObject): Promise<Credentials['login']> {
  const device = keyOfObject(object);
  const certificate = presentCertificate(await certificatesOf(client, object));
  if (!certificate) throw new Error(`bundle ${device}: it has no DeviceCertificate that is not revoked`);
  const { namespace = '', name } = certificate.metadata;
  const { spec } = lineageOf(certificate);
  if (spec.key.kind === 'Csr') {
    const pem = certificate.status?.certificate;
    if (pem === undefined) throw new Error(`bundle ${device}: ${notIssued(namespace, name)}`);
    return { kind: 'Certificate', certificate: pem, key: undefined };
  }
  const secret = spec.secretName ?? `${name}-tls`;
  const { 'tls.crt': pem, 'tls.key': key } = await requiredSecret(client, namespace, secret);
  if (pem === undefined || key === undefined) throw new Error(`bundle ${device}: ${notIssued(namespace, name)}`);
  return { kind: 'Certificate', certificate: pem, key };
}

function notIssued(namespace: string, name: string): string {
  return `DeviceCertificate ${namespace}/${name} has no certificate yet: 'mqttsec status' tells why, 'mqttsec wait' waits for it`;
}

/** The one that ends last, of those that are not revoked. */
function presentCertificate(all: readonly DeviceCertificateObject[]): DeviceCertificateObject | undefined {
  const live = all.filter((one) => !lineageOf(one).spec.revoked);
  const end = ({ status }: DeviceCertificateObject) => status?.notAfter ?? '';
  return live.toSorted((a, b) => (end(a) < end(b) ? 1 : -1))[0];
}

async function requiredSecret(
  client: KubeClient,
  namespace: string,
  name: string,
): Promise<Readonly<Record<string, string | undefined>>> {
  try {
    return await secretTexts(client, namespace, name);
  } catch (error) {
    if (isForbidden(error)) {
      const message = `read Secret ${namespace}/${name}: you may not: ask for the right to get this Secret`;
      throw new Error(message, { cause: error });
    }
    if (isNotFound(error)) {
      const message = `read Secret ${namespace}/${name}: it does not exist yet: 'mqttsec status' tells why`;
      throw new Error(message, { cause: error });
    }
    throw error;
  }
}

/** From cert-manager's public request; where the certificate was brought along, from its Secret. */
async function serverCa(client: KubeClient, { origin, tls }: Broker): Promise<string | undefined> {
  const { namespace, name } = origin;
  if (tls.server.kind === 'Issuer') {
    const request = await attempted(presentRequest(client, namespace, `${name}-server`));
    const ca = request.ok ? issuingCa(request.value) : undefined;
    if (ca !== undefined) return ca;
  }
  const secret = tls.server.kind === 'Issuer' ? `${name}-server-tls` : tls.server.name;
  const texts = await attempted(secretTexts(client, namespace, secret));
  return texts.ok ? texts.value['ca.crt'] : undefined;
}

interface LoadBalancer {
  readonly ingress?: readonly { readonly hostname?: string; readonly ip?: string }[];
}

/** A name of the certificate that is not one of the cluster's own, else where the Service is, else its name inside. */
async function hostOf(client: KubeClient, { origin, tls }: Broker): Promise<string> {
  const names = tls.server.kind === 'Issuer' ? tls.server.dnsNames : [];
  const outside = names.find((name) => !/(?:^localhost|\.svc|\.cluster\.local)$/.test(name) && !name.startsWith('*'));
  if (outside !== undefined) return outside;
  const { namespace, name } = origin;
  const found = await attempted(client.get(services, namespace, name));
  const [ingress] = (found.ok ? loadBalancerOf(found.value) : undefined)?.ingress ?? [];
  return ingress?.hostname ?? ingress?.ip ?? names[0] ?? `${name}.${namespace}.svc`;
}

function loadBalancerOf(service: PlainObject): LoadBalancer | undefined {
  return (service as { readonly status?: { readonly loadBalancer?: LoadBalancer } }).status?.loadBalancer;
}
