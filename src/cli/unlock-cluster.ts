import { unlockedDevice } from '../cluster/changes.ts';
import type { Cluster } from '../cluster/connection.ts';
import { foundDevice } from '../cluster/targets.ts';
import { keyOfObject } from '../kube/object.ts';
import { type ExitCode, type Io } from './io.ts';

/** Asks the operator to end the lockout of a device; also where its status does not tell of one yet. */
export async function unlockOnCluster(cluster: Cluster, name: string, io: Io): Promise<ExitCode> {
  const device = await foundDevice(cluster, name);
  const { lockout } = device.status ?? {};
  await unlockedDevice(cluster.client, device, laterOf(io.now(), lockout?.since));
  const effect = lockout
    ? "is released: 'mqttsec status' shows it"
    : 'is not locked out, as far as the operator has said; a lockout that began until now does not count';
  io.out(`MqttDevice ${keyOfObject(device)} ${effect}\n`);
  return 0;
}

/** The clock here may be behind that of who locked it out. */
function laterOf(now: Date, since: string | undefined): Date {
  const begin = new Date(since ?? now);
  return begin > now ? begin : now;
}
