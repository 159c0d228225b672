import { enrollingDevice, keptClaim } from '../cluster/claims.ts';
import type { Cluster } from '../cluster/connection.ts';
import { foundDevice } from '../cluster/targets.ts';
import { claimBytes, newClaim } from '../domain/enrol/claim.ts';
import { keyOf } from '../domain/fleet.ts';
import { systemRandom } from '../local/system.ts';
import type { ClaimTerms, MadeClaim } from './enrol.ts';

/** A claim for a device of the cluster, kept beside its broker. It is for this very object. */
export async function claimOnCluster(cluster: Cluster, name: string, terms: ClaimTerms, now: Date): Promise<MadeClaim> {
  const object = await foundDevice(cluster, name);
  const { device, broker } = await enrollingDevice(cluster.client, object);
  const { uid } = device.origin;
  const whole = { ...terms, broker: device.broker, device: keyOf(device), ...(uid !== undefined && { uid }) };
  const made = newClaim(whole, systemRandom.bytes(claimBytes));
  await keptClaim(cluster.client, broker, made.claim, now);
  return made;
}
