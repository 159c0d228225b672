/** Says of a template whether it may be used, and by how many devices it is. */
import { aclTemplates } from '../../api/kinds.ts';
import { objectKey, type ObjectKey } from '../../domain/names.ts';
import { done, type Reconcile } from '../../kube/outcome.ts';
import { appliedStatus } from '../apply.ts';
import type { ControllerContext } from '../context.ts';
import type { DeclaredTemplate } from '../declared.ts';
import { nextStatus } from '../status.ts';
import type { World } from '../world.ts';
import { templateStatus } from './plan.ts';

/** Devices are counted no more often than this: a template may have as many as there are. */
const countMilliseconds = 10_000;

export function templateController(context: ControllerContext): Reconcile {
  const { client, clock, world } = context;
  /** When each template was looked at last, in milliseconds. */
  const looked = new Map<string, number>();

  return async (key, { signal }) => {
    const declared = world.templates.store.get(key);
    if (!declared || declared.meta.isDeleting) {
      looked.delete(key);
      return done;
    }
    const now = clock.now();
    const dueAt = new Date((looked.get(key) ?? -Infinity) + countMilliseconds);
    if (isSeen(declared) && now < dueAt) return { kind: 'RequeueAt', at: dueAt };
    looked.set(key, now.getTime());
    const draft = templateStatus(declared, usersOf(world, declared).size);
    await appliedStatus({ client, signal }, aclTemplates, declared.meta, nextStatus(declared.status, draft, now));
    return done;
  };
}

function isSeen({ status, meta }: DeclaredTemplate): boolean {
  return status.observedGeneration === meta.generation;
}

/** Devices that name it, and those of brokers that have it as a default. */
function usersOf(
  { devices, brokers }: Pick<World, 'devices' | 'brokers'>,
  { key, meta }: Pick<DeclaredTemplate, 'key' | 'meta'>,
): ReadonlySet<ObjectKey> {
  const users = new Set(devices.store.byIndex('template', key).map((device) => device.key));
  for (const broker of brokers.store.list()) {
    if (broker.meta.namespace !== meta.namespace || !broker.value.ok) continue;
    const isDefault = broker.value.value.acl.defaultTemplates.some(
      ({ name }) => objectKey(meta.namespace, name) === key,
    );
    if (isDefault) for (const device of devices.store.byIndex('broker', broker.key)) users.add(device.key);
  }
  return users;
}
