import { leases, stated } from '../../api/kinds.ts';
import { agentFieldManager } from '../../api/labels.ts';
import type { KubeClient } from '../../kube/client.ts';
import type { Clock } from '../../kube/ports.ts';
import { microTime } from '../../kube/time.ts';

export interface Heartbeat {
  readonly client: KubeClient;
  readonly namespace: string;
  /** Name of the external instance, and of its Lease. */
  readonly instance: string;
  readonly clock: Clock;
  readonly onProblem?: (problem: { readonly what: string; readonly error: unknown }) => void;
}

/** An instance whose Lease was not renewed for so long is taken for gone. */
const leaseDurationSeconds = 40;
const renewMilliseconds = 10_000;

/** Shows that an external instance lives, by its Lease, until the signal is aborted. What fails is tried at the next time. */
export async function keepAlive(heartbeat: Heartbeat, signal: AbortSignal): Promise<void> {
  const { client, namespace, instance, clock, onProblem } = heartbeat;
  const isOver = (): boolean => signal.aborted;
  while (!isOver()) {
    const spec = { holderIdentity: instance, leaseDurationSeconds, renewTime: microTime(clock.now()) };
    const lease = { ...stated(leases, { namespace, name: instance }), spec };
    try {
      await client.apply(leases, lease, { fieldManager: agentFieldManager, force: true, signal });
    } catch (error) {
      if (!isOver()) onProblem?.({ what: 'renew the lease', error });
    }
    await clock.sleep(renewMilliseconds, signal).catch(() => undefined);
  }
}
