import type { DeviceCertificateObject, MqttDeviceObject } from '../api/kinds.ts';
import { renewedCertificate } from '../cluster/changes.ts';
import type { Cluster } from '../cluster/connection.ts';
import { foundObject, targetOf } from '../cluster/targets.ts';
import { certificatesOf, isRevoked } from '../cluster/tree.ts';
import { keyOfObject } from '../kube/object.ts';
import { type ExitCode, type Io } from './io.ts';

/** Asks for new certificates of a device, or for one of a DeviceCertificate that is named with its kind. */
export async function renewOnCluster({ client, ...cluster }: Cluster, word: string, io: Io): Promise<ExitCode> {
  const { kind, object } = await foundObject({ client, ...cluster }, targetOf(word));
  const found =
    kind === 'DeviceCertificate'
      ? [object as DeviceCertificateObject]
      : await certificatesOf(client, deviceOnly(kind, object as MqttDeviceObject, word));
  const live = found.filter((one) => !isRevoked(one));
  if (live.length === 0) throw new Error(`renew ${word}: ${found.length === 0 ? noCertificate : 'it is revoked'}`);
  const at = nextSecond(io.now());
  for (const certificate of live) {
    await renewedCertificate(client, certificate, at);
    io.out(`DeviceCertificate ${keyOfObject(certificate)} gets a new certificate: 'mqttsec status' shows it\n`);
  }
  return 0;
}

/** Objects have the second in which they were made: what was made within this one is older than the next. */
function nextSecond(now: Date): string {
  const second = new Date(Math.ceil(now.getTime() / 1000) * 1000);
  return `${second.toISOString().slice(0, 19)}Z`;
}

const noCertificate =
  'it has no DeviceCertificate; a generated password is renewed by raising spec.authentication.password.revision';

function deviceOnly(kind: string, object: MqttDeviceObject, word: string): MqttDeviceObject {
  if (kind === 'MqttDevice') return object;
  throw new Error(`renew ${word}: a ${kind} has no certificate of a device`);
}
