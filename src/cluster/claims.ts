/** Claims of a cluster: for which device one may be made, and where it is kept. */
import {
  deviceCertificates,
  mqttBrokers,
  type MqttBrokerObject,
  type MqttDeviceObject,
  type SecretObject,
  secrets,
  stated,
} from '../api/kinds.ts';
import { brokerLabel, componentLabel, enrolledAnnotation, labelValue } from '../api/labels.ts';
import { type Claim, claimText } from '../domain/enrol/claim.ts';
import { claimSecretName, outdatedKeys } from '../domain/enrol/claim-secret.ts';
import { awaitsRequest } from '../domain/enrol/enrollee.ts';
import type { Device } from '../domain/fleet.ts';
import type { ObjectKey } from '../domain/names.ts';
import type { KubeClient } from '../kube/client.ts';
import { isAlreadyExists, isConflict, isNotFound } from '../kube/errors.ts';
import { keyOfObject, type KubeObject, keyParts } from '../kube/object.ts';
import { parsedAs } from './fleet.ts';
import { listed } from './listing.ts';

/** The device, if it may enrol. Errors say why it may not. */
export async function enrollingDevice(
  client: KubeClient,
  object: MqttDeviceObject,
): Promise<{ readonly device: Device; readonly broker: MqttBrokerObject }> {
  const key = keyOfObject(object);
  const parsed = parsedAs<Device>('MqttDevice', object);
  if (!parsed.ok) throw new Error(`claim for ${key}: ${parsed.findings.map(({ message }) => message).join('; ')}`);
  const device = parsed.value;
  const { namespace, name } = device.origin;
  if (device.revoked) throw new Error(`claim for ${key}: it is revoked`);
  const declared = await listed(
    client,
    deviceCertificates,
    { namespace, fieldSelector: `spec.deviceRef.name=${name}` },
    ({ metadata }) => (metadata.annotations?.[enrolledAnnotation] === undefined ? metadata.name : undefined),
  );
  if (!awaitsRequest(device)) {
    throw new Error(
      `claim for ${key}: it has a password, or its manifest has a certificate template: it does not enrol`,
    );
  }
  if (declared[0] !== undefined) {
    throw new Error(`claim for ${key}: DeviceCertificate ${declared[0]} says which key it has: it does not enrol`);
  }
  const brokerPlace = keyParts(device.broker);
  if (brokerPlace.namespace !== namespace) {
    throw new Error(`claim for ${key}: its broker, ${device.broker}, is in another namespace: it does not enrol there`);
  }
  return { device, broker: await client.get(mqttBrokers, namespace, brokerPlace.name) };
}

/** So often others may write the Secret at the same time before it is an error. */
const mostTries = 20;
const by = { fieldManager: 'mqttsec' } as const;

/** Keeps the claim in its Secret, which is made where there is none, and removes those that are over for long. */
export async function keptClaim(client: KubeClient, broker: MqttBrokerObject, claim: Claim, now: Date): Promise<void> {
  const { namespace = '' } = broker.metadata;
  const name = claimSecretName(claim.broker, claim.id);
  for (let tries = 0; tries < mostTries; tries += 1) {
    try {
      const present = await secretNamed(client, namespace, name);
      const data = withClaim(present?.data ?? {}, claim, now);
      if (!present) await client.create(secrets, claimSecret(broker, claim.broker, name, data), by);
      else {
        const { resourceVersion } = present.metadata;
        const operations = [
          { op: 'replace', path: '/metadata/resourceVersion', value: resourceVersion },
          { op: 'add', path: '/data', value: data },
        ] as const;
        await client.patchJson(secrets, namespace, name, operations, by);
      }
      return;
    } catch (error) {
      if (!isConflict(error) && !isAlreadyExists(error)) throw error;
    }
  }
  throw new Error(`keep claim in Secret ${namespace}/${name}: it was written by others all the time`);
}

async function secretNamed(client: KubeClient, namespace: string, name: string): Promise<SecretObject | undefined> {
  try {
    return await client.get(secrets, namespace, name);
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

function withClaim(data: Readonly<Record<string, string>>, claim: Claim, now: Date): Readonly<Record<string, string>> {
  const outdated = new Set(outdatedKeys(data, now));
  const kept = Object.entries(data).filter(([key]) => !outdated.has(key));
  return { ...Object.fromEntries(kept), [claim.id]: Buffer.from(claimText(claim)).toString('base64') };
}

/** Goes with its broker. */
function claimSecret(
  { apiVersion, kind, metadata: { namespace = '', name, uid = '' } }: MqttBrokerObject,
  broker: ObjectKey,
  secret: string,
  data: Readonly<Record<string, string>>,
): KubeObject & { readonly data: Readonly<Record<string, string>> } {
  const labels = { [componentLabel]: 'claims', [brokerLabel]: labelValue(keyParts(broker).name) };
  const ownerReferences = [{ apiVersion, kind, name, uid }];
  return { ...stated(secrets, { namespace, name: secret, labels, ownerReferences }), data };
}
