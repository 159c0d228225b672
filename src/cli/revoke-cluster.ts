import { revocationOf, revokedDevice } from '../cluster/changes.ts';
import type { Cluster } from '../cluster/connection.ts';
import { foundDevice } from '../cluster/targets.ts';
import type { RevocationReason } from '../domain/fleet.ts';
import { keyOfObject } from '../kube/object.ts';
import { isConfirmed } from './confirm.ts';
import { type ExitCode, type Io } from './io.ts';

/** Sets `spec.revoked`; it is set already: 0 with the same reason, 1 with another, which stays. */
export async function revokeOnCluster(
  cluster: Cluster,
  ask: { readonly name: string; readonly reason: RevocationReason; readonly isSure: boolean },
  io: Io,
): Promise<ExitCode> {
  const { name, reason, isSure } = ask;
  const device = await foundDevice(cluster, name);
  const key = keyOfObject(device);
  const former = revocationOf(device);
  if (former) {
    const at = former.at === undefined ? '' : `, ${former.at.toISOString()}`;
    const stays = former.reason === reason ? '' : ': a revocation cannot be changed';
    io.out(`MqttDevice ${key} is revoked already (${former.reason}${at})${stays}\n`);
    return former.reason === reason ? 0 : 1;
  }
  const question = `Revoke MqttDevice ${key} (${reason}) on ${cluster.server}? There is no way back but a new device.`;
  if (!isSure && io.stdin.isTTY === true && !(await isConfirmed(question, io))) {
    io.out(`MqttDevice ${key} is not revoked\n`);
    return 1;
  }
  const at = `${io.now().toISOString().slice(0, 19)}Z`;
  await revokedDevice(cluster.client, device, { reason, at });
  io.out(`MqttDevice ${key} is revoked (${reason}): the operator takes its certificates and rights back
'mqttsec wait ${key}' waits until the broker has proved it. Its manifest should say the same:
  spec:
    revoked:
      reason: ${reason}
      at: "${at}"
`);
  return 0;
}
