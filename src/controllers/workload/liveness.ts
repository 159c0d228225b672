/** Which instances outside of the cluster live: those whose Lease is renewed. */
import { leases, type PlainObject } from '../../api/kinds.ts';
import { type Broker, keyOf } from '../../domain/fleet.ts';
import type { ObjectKey } from '../../domain/names.ts';
import type { KubeClient } from '../../kube/client.ts';
import { isNotFound } from '../../kube/errors.ts';
import type { Clock } from '../../ports.ts';

interface LiveInstances {
  /** Names that the broker lists, in their order. */
  readonly live: readonly string[];
  /** When it has to be looked again; undefined for a broker without such instances. */
  readonly lookAt: Date | undefined;
}

/**
 * Looks at the Leases that are due, and gives those that live. Each is read by name: at the end of what it was last renewed
 * for, and while there is none every few seconds. A watch would tell every renewal of every instance.
 */
export type LookForInstances = (broker: Broker, signal: AbortSignal) => Promise<LiveInstances>;

/** What was seen of a Lease. */
interface Sighting {
  readonly resourceVersion: string | undefined;
  readonly seenAt: number;
  /** It counts as live until then; undefined when it does not. */
  readonly liveUntil: number | undefined;
}

/** For a Lease that does not say how long it holds. */
const defaultSeconds = 40;
/** None is believed for longer. */
const mostSeconds = 300;
/** Between looks at one that does not live. */
const deadMilliseconds = 15_000;
/** Not even a broker that is busy asks more often. */
const leastMilliseconds = 2_000;

export function instanceLook({
  client,
  clock,
}: {
  readonly client: Pick<KubeClient, 'get'>;
  readonly clock: Clock;
}): LookForInstances {
  const brokers = new Map<ObjectKey, ReadonlyMap<string, Sighting>>();
  return async (broker, signal) => {
    const key = keyOf(broker);
    const { workload, origin } = broker;
    if (workload.kind !== 'External') {
      brokers.delete(key);
      return { live: [], lookAt: undefined };
    }
    const seen = await Promise.all(
      workload.instances.map(async (name): Promise<readonly [string, Sighting]> => {
        const former = brokers.get(key)?.get(name);
        const now = clock.now().getTime();
        if (former && !isDue(former, now)) return [name, former];
        return [name, sightingOf(await leaseOf(client, origin.namespace, name, signal), former, now)];
      }),
    );
    brokers.set(key, new Map(seen));
    const live = seen.flatMap(([name, { liveUntil }]) => (liveUntil === undefined ? [] : [name]));
    return { live, lookAt: new Date(Math.min(...seen.map(([, sighting]) => nextLook(sighting)))) };
  };
}

function nextLook({ seenAt, liveUntil }: Sighting): number {
  return liveUntil ?? seenAt + deadMilliseconds;
}

/** One that does not live is looked for whenever something happens to its broker: its agent has just reported, perhaps. */
function isDue({ seenAt, liveUntil }: Sighting, now: number): boolean {
  return liveUntil === undefined ? Math.abs(now - seenAt) >= leastMilliseconds : now >= liveUntil || now < seenAt;
}

async function leaseOf(
  client: Pick<KubeClient, 'get'>,
  namespace: string,
  name: string,
  signal: AbortSignal,
): Promise<PlainObject | undefined> {
  try {
    return await client.get(leases, namespace, name, { signal });
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/** Who renews it has another clock: one that was renewed since the last look lives, whatever it says. */
function sightingOf(lease: PlainObject | undefined, former: Sighting | undefined, now: number): Sighting {
  const { resourceVersion } = lease?.metadata ?? {};
  const { leaseDurationSeconds, renewTime } = lease?.spec ?? {};
  const seconds = typeof leaseDurationSeconds === 'number' ? leaseDurationSeconds : defaultSeconds;
  const duration = Math.min(Math.max(seconds, 1), mostSeconds) * 1000;
  const renewedAt = typeof renewTime === 'string' ? Date.parse(renewTime) : Number.NaN;
  const seen = { resourceVersion, seenAt: now };
  if (Math.abs(now - renewedAt) < duration) return { ...seen, liveUntil: Math.min(renewedAt, now) + duration };
  const isRenewed =
    lease !== undefined && former?.resourceVersion !== undefined && former.resourceVersion !== resourceVersion;
  return { ...seen, liveUntil: isRenewed ? now + duration : undefined };
}
