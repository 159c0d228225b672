/** What `watchResource` of the base promises, over our own list and watch: no event is lost, and failures are tried again. */
import { type ResourceEvent, ResourceEventType } from '@dot-i/k8s-operator';
import type { KubeClient } from '../kube/client.ts';
import { type Controller, runController } from '../kube/controller.ts';
import { type Key, keyOfObject, type KubeObject, type ResourceType } from '../kube/object.ts';
import type { ControllerObserver } from '../kube/observer.ts';
import { done } from '../kube/outcome.ts';
import type { Clock, Random } from '../kube/ports.ts';
import { WorkQueue } from '../kube/queue.ts';
import { createReflector } from '../kube/reflector.ts';
import type { ReflectorReport } from '../kube/report.ts';
import { eventOf, objectOf } from './base-event.ts';
import type { Runner } from './runner.ts';

export interface Watching {
  readonly client: KubeClient;
  readonly type: ResourceType;
  /** All without it. */
  readonly namespace: string | undefined;
  /** Awaited, one event of an object after the other; what it throws brings the object back later. */
  readonly onEvent: (event: ResourceEvent) => Promise<void>;
  readonly clock: Clock;
  readonly random: Random;
  readonly monotonic: () => number;
  readonly newReconcileId: () => string;
  readonly observer: ControllerObserver;
  readonly report: (report: ReflectorReport) => void;
}

/**
 * Calls `onEvent` with the newest state of each object that is not yet handled: what happened in between is left out. An
 * object that went and came again under its name is first told as deleted.
 */
export async function watchUntilStopped(watching: Watching, runner: Runner): Promise<void> {
  const { client, type, namespace, clock, random, monotonic, newReconcileId, observer, report } = watching;
  const queue = new WorkQueue({ clock, random });
  const selection = namespace === undefined ? {} : { namespace };
  const reflector = createReflector({ client, type, selection, project: (object) => object, clock, random, report });
  /** As `onEvent` was last told of them. */
  const delivered = new Map<Key, KubeObject>();
  reflector.onChange((old, next, { lowPriority }) => {
    const object = next ?? old;
    if (object) queue.add(keyOfObject(object), lowPriority ? 'Low' : 'High');
  });
  const controller: Controller = {
    ...{ queue, concurrency: 1, stores: [reflector], clock, monotonic, newReconcileId, observer },
    reconcile: async (key) => {
      for (const event of pendingEvents(type, delivered.get(key), reflector.store.get(key))) {
        await watching.onEvent(event);
        if (event.type === ResourceEventType.Deleted) delivered.delete(key);
        else delivered.set(key, objectOf(event));
      }
      return done;
    },
  };
  reflector.start();
  try {
    await runController(controller, runner);
  } finally {
    reflector.stop();
  }
}

/** What is to be told of an object that was last told as `old` and is `next`. */
function pendingEvents(
  type: ResourceType,
  old: KubeObject | undefined,
  next: KubeObject | undefined,
): readonly ResourceEvent[] {
  const isSame = old?.metadata.uid === next?.metadata.uid;
  if (old && next && isSame) {
    return old.metadata.resourceVersion === next.metadata.resourceVersion
      ? []
      : [eventOf(type, ResourceEventType.Modified, next)];
  }
  return [
    ...(old ? [eventOf(type, ResourceEventType.Deleted, old)] : []),
    ...(next ? [eventOf(type, ResourceEventType.Added, next)] : []),
  ];
}
