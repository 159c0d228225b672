/** Writes of children and statuses: server-side apply under one name, only when something differs. */
import { type agentFieldManager, operatorFieldManager } from '../api/labels.ts';
import { stated } from '../api/kinds.ts';
import { isNotFound } from '../kube/errors.ts';
import type { KubeClient } from '../kube/client.ts';
import type { KubeObject, ObjectMeta, OwnerReference, ResourceType } from '../kube/object.ts';
import type { Meta } from './declared.ts';
import type { NextStatus } from './status.ts';

/** A child as it shall be: metadata and whatever else we state of it. */
export type DesiredChild = KubeObject & Readonly<Record<string, unknown>>;

/** `NotOurs`: there is an object of this name that somebody else made; it is left alone. */
export type ChildResult = 'Same' | 'Written' | 'NotOurs';

interface Call {
  readonly client: KubeClient;
  readonly signal?: AbortSignal;
}

/** The reference that makes an object a child of `owner`; both are in one namespace. */
export function ownerReference(
  { kind }: ResourceType,
  apiVersion: string,
  owner: Pick<Meta, 'name' | 'uid'>,
): OwnerReference {
  return { apiVersion, kind, name: owner.name, uid: owner.uid, controller: true, blockOwnerDeletion: true };
}

export function isOwnedBy(object: KubeObject, ownerUid: string): boolean {
  return (
    object.metadata.ownerReferences?.some(({ uid, controller }) => uid === ownerUid && controller === true) === true
  );
}

/**
 * Makes the child what is desired. `present` is how it was last seen, undefined when it is not known to exist. An object
 * that does not carry the owner UID of `desired` (which may state none: then our label decides) is never touched.
 */
export async function appliedChild<T extends KubeObject>(
  { client, signal }: Call,
  type: ResourceType<T>,
  desired: DesiredChild,
  present: KubeObject | undefined,
): Promise<ChildResult> {
  if (present && !isOurs(present, desired)) return 'NotOurs';
  if (present && covers(present, desired)) return 'Same';
  const call = signal ? { signal } : {};
  if (present) {
    const { uid = '' } = present.metadata;
    await client.apply(type, desired, { fieldManager: operatorFieldManager, force: true, uid, ...call });
    return 'Written';
  }
  const found = await existing(client, type, desired.metadata, signal);
  if (found) return appliedChild({ client, ...call }, type, desired, found);
  // Without force: of an object that somebody makes meanwhile no field is taken.
  await client.apply(type, desired, { fieldManager: operatorFieldManager, force: false, ...call });
  return 'Written';
}

async function existing(
  client: KubeClient,
  type: ResourceType,
  { namespace, name }: ObjectMeta,
  signal: AbortSignal | undefined,
): Promise<KubeObject | undefined> {
  try {
    return await client.get(type, namespace, name, signal ? { signal } : {});
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

function isOurs(present: KubeObject, desired: KubeObject): boolean {
  const owner = desired.metadata.ownerReferences?.find(({ controller }) => controller === true);
  if (owner) return isOwnedBy(present, owner.uid);
  return covers(present.metadata.labels ?? {}, desired.metadata.labels ?? {});
}

/** Maps that the API server takes as one value: whoever adds a key to them changes what we stated. */
const atomicMaps: ReadonlySet<string> = new Set(['selector', 'nodeSelector']);

/**
 * True if everything that `desired` states is so in `present`, which may hold more, but for maps that are one value. Lists
 * are compared item by item.
 */
export function covers(present: unknown, desired: unknown): boolean {
  if (Array.isArray(desired)) {
    return (
      Array.isArray(present) &&
      present.length === desired.length &&
      desired.every((item, index) => covers(present[index], item))
    );
  }
  if (typeof desired !== 'object' || desired === null) return present === desired;
  if (typeof present !== 'object' || present === null)
    return Object.keys(desired).length === 0 && present === undefined;
  const given = present as Readonly<Record<string, unknown>>;
  return Object.entries(desired).every(
    ([key, value]) =>
      value === undefined ||
      (covers(given[key], value) && (!atomicMaps.has(key) || sizeOf(given[key]) === sizeOf(value))),
  );
}

function sizeOf(value: unknown): number {
  return Object.keys(value ?? {}).length;
}

/** Writes a status when it says something new. An object that is gone needs none. */
export async function appliedStatus(
  call: Call,
  type: ResourceType,
  meta: Meta,
  next: NextStatus,
  fieldManager?: typeof operatorFieldManager | typeof agentFieldManager,
): Promise<'Same' | 'Written'> {
  if (!next.isChanged) return 'Same';
  await writtenStatus(call, type, meta, next, fieldManager);
  return 'Written';
}

/** Gives the object with its status as it was written; undefined when it is gone. */
export async function writtenStatus<T extends KubeObject>(
  { client, signal }: Call,
  type: ResourceType<T>,
  { namespace, name, uid }: Meta,
  { status }: NextStatus,
  fieldManager: typeof operatorFieldManager | typeof agentFieldManager = operatorFieldManager,
): Promise<T | undefined> {
  const object = { ...stated(type, { namespace, name }), status };
  try {
    return await client.applyStatus(type, object, { fieldManager, force: true, uid, ...(signal && { signal }) });
  } catch (error) {
    if (!isNotFound(error)) throw error;
    return undefined;
  }
}
