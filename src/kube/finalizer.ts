/**
 * A finalizer keeps an object until what was made for it elsewhere is taken back. Prefer owner references: use it for
 * what lies outside the cluster or in another namespace.
 */
import { type CallOptions, type JsonPatchOperation, type KubeClient } from './client.ts';
import { isNotFound } from './errors.ts';
import { type KubeObject, type ResourceType } from './object.ts';
import { type Outcome, done } from './outcome.ts';

/**
 * By whether the finalizer is there and whether the object is being deleted: `Add` it before anything is made, `Apply`,
 * `CleanUp` and then remove it, or `Gone`: nothing of ours is left and others keep the object.
 */
export type FinalizerState = 'Add' | 'Apply' | 'CleanUp' | 'Gone';

export function finalizerState({ metadata }: KubeObject, finalizer: string): FinalizerState {
  const isPresent = metadata.finalizers?.includes(finalizer) === true;
  if (metadata.deletionTimestamp === undefined) return isPresent ? 'Apply' : 'Add';
  return isPresent ? 'CleanUp' : 'Gone';
}

/** Refused unless it is the same object with the same list, so that no finalizer of others is lost. */
export function addition({ metadata }: KubeObject, finalizer: string): readonly JsonPatchOperation[] {
  const path = '/metadata/finalizers';
  const known = metadata.finalizers ?? [];
  if (known.length === 0) {
    return [...sameObject(metadata.uid), { op: 'test', path, value: null }, { op: 'add', path, value: [finalizer] }];
  }
  return [
    ...sameObject(metadata.uid),
    { op: 'test', path, value: known },
    { op: 'add', path: `${path}/-`, value: finalizer },
  ];
}

/** Refused unless the finalizer is still at the place where it was seen. */
export function removal({ metadata }: KubeObject, finalizer: string): readonly JsonPatchOperation[] {
  const path = `/metadata/finalizers/${metadata.finalizers?.indexOf(finalizer) ?? -1}`;
  return [...sameObject(metadata.uid), { op: 'test', path, value: finalizer }, { op: 'remove', path }];
}

/** Another object under the same name has nothing to do with what was decided for this one. */
function sameObject(uid: string | undefined): readonly JsonPatchOperation[] {
  return uid === undefined ? [] : [{ op: 'test', path: '/metadata/uid', value: uid }];
}

export interface Finalizing<T extends KubeObject> {
  readonly client: Pick<KubeClient, 'patchJson'>;
  readonly type: ResourceType<T>;
  readonly object: T;
  /** With a path, such as `example.org/revoke`: the API server warns of bare domains. */
  readonly finalizer: string;
  readonly apply: () => Promise<Outcome>;
  /** May run again, also after it succeeded: its removal may fail. */
  readonly cleanUp: () => Promise<void>;
  readonly call?: CallOptions;
}

/**
 * Guarantee: once `apply` began, the object does not go before `cleanUp` succeeded. A finalizer that was just added ends
 * the run, for the change brings the key back; a patch that is refused, because the object read was old, throws.
 */
export async function finalized<T extends KubeObject>(finalizing: Finalizing<T>): Promise<Outcome> {
  const { object, finalizer, apply, cleanUp } = finalizing;
  switch (finalizerState(object, finalizer)) {
    case 'Add':
      await patched(finalizing, addition(object, finalizer));
      return done;
    case 'Apply':
      return apply();
    case 'CleanUp':
      await cleanUp();
      await patched(finalizing, removal(object, finalizer));
      return done;
    case 'Gone':
      return done;
  }
}

/** An object that is not there any more needs no patch. */
async function patched<T extends KubeObject>(
  { client, type, object, call }: Finalizing<T>,
  operations: readonly JsonPatchOperation[],
): Promise<void> {
  try {
    await client.patchJson(type, object.metadata.namespace, object.metadata.name, operations, call);
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}
