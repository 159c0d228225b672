/** What people ask of an object by the command line: a field of its spec, or a time in an annotation. */
import {
  deviceCertificates,
  type DeviceCertificateObject,
  mqttDevices,
  type MqttDeviceObject,
  stated,
} from '../api/kinds.ts';
import { renewAtAnnotation, unlockAtAnnotation } from '../api/labels.ts';
import type { Device, RevocationReason, RevokedSpec } from '../domain/fleet.ts';
import type { KubeClient } from '../kube/client.ts';
import type { KubeObject } from '../kube/object.ts';
import { parsedAs } from './fleet.ts';

/** Under which the server notes what the command line wrote. */
const fieldManager = 'mqttsec';

/** What `spec.revoked` says; undefined while the device is not revoked, or where it cannot be read. */
export function revocationOf(device: MqttDeviceObject): RevokedSpec | undefined {
  const parsed = parsedAs<Device>('MqttDevice', device);
  return parsed.ok ? parsed.value.revoked : undefined;
}

/** Sets `spec.revoked` of this very object: one that was made anew under its name is left alone. */
export async function revokedDevice(
  client: KubeClient,
  { metadata }: MqttDeviceObject,
  revoked: { readonly reason: RevocationReason; readonly at: string },
): Promise<MqttDeviceObject> {
  const { namespace, name, uid } = metadata;
  return client.patchJson(
    mqttDevices,
    namespace,
    name,
    [
      { op: 'test', path: '/metadata/uid', value: uid },
      { op: 'add', path: '/spec/revoked', value: revoked },
    ],
    { fieldManager },
  );
}

/** Asks to end the lockout of a device that began at `at` or before. */
export async function unlockedDevice(client: KubeClient, { metadata }: MqttDeviceObject, at: Date): Promise<void> {
  const { namespace = '', name, uid = '' } = metadata;
  const annotations = { [unlockAtAnnotation]: at.toISOString() };
  const asked: KubeObject = stated(mqttDevices, { namespace, name, annotations });
  await client.apply(mqttDevices, asked, { fieldManager, force: true, uid });
}

/** Asks for a new certificate: older ones than `at` are renewed. */
export async function renewedCertificate(
  client: KubeClient,
  { metadata }: DeviceCertificateObject,
  at: string,
): Promise<void> {
  const { namespace = '', name, uid = '' } = metadata;
  const asked: KubeObject = stated(deviceCertificates, { namespace, name, annotations: { [renewAtAnnotation]: at } });
  await client.apply(deviceCertificates, asked, { fieldManager, force: true, uid });
}
