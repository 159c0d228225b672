/** The DeviceCertificate that a device's template asks for. */
import { deviceCertificates, mqttDevices, stated } from '../../api/kinds.ts';
import { childLabels } from '../../api/labels.ts';
import { apiVersion, type ObjectKey } from '../../domain/names.ts';
import { isNotFound } from '../../kube/errors.ts';
import type { KubeClient } from '../../kube/client.ts';
import { appliedChild, type ChildResult, covers, type DesiredChild, ownerReference } from '../apply.ts';
import type { DeclaredCertificate, DeclaredDevice } from '../declared.ts';

interface Call {
  readonly client: KubeClient;
  readonly signal: AbortSignal;
}

/** In the words of the template, so that a person finds again what was written. */
function desiredCertificate({ meta, certificateTemplate = '{}' }: DeclaredDevice, broker: ObjectKey): DesiredChild {
  const metadata = {
    namespace: meta.namespace,
    name: meta.name,
    labels: childLabels('device-certificate', broker.slice(broker.indexOf('/') + 1)),
    ownerReferences: [ownerReference(mqttDevices, apiVersion, meta)],
  };
  const template = JSON.parse(certificateTemplate) as object;
  return { ...stated(deviceCertificates, metadata), spec: { deviceRef: { name: meta.name }, ...template } };
}

/** The mirror says whether there is anything to write; whose the object is, the server is asked again. */
export async function appliedCertificate(
  call: Call,
  declared: DeclaredDevice,
  broker: ObjectKey,
  present: DeclaredCertificate | undefined,
): Promise<ChildResult> {
  const desired = desiredCertificate(declared, broker);
  const isOurs = present?.child?.ownerUid === declared.meta.uid;
  if (isOurs && covers(JSON.parse(present.child.spec), desired['spec'])) return 'Same';
  return appliedChild(call, deviceCertificates, desired, undefined);
}

export async function deletedCertificate({ client, signal }: Call, { meta }: DeclaredCertificate): Promise<void> {
  const { namespace, name, uid } = meta;
  try {
    await client.delete(deviceCertificates, namespace, name, { uid, propagation: 'Background', signal });
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}
