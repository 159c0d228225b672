/**
 * A finalizer keeps an object until what was made for it elsewhere is taken back. Prefer owner references: use it for
 * what lies outside the cluster or in another namespace.
 */
import { type CallOptions, type JsonPatchOperation, type KubeClient } from './client.ts';
import { isNotFound } from './errors.ts';
import { type KubeObject, type ObjectMeta, type ResourceType } from './object.ts';
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

/**
 * The list as it shall be. Refused with 409 unless the object is the very version that was seen, so that no finalizer of
 * others is lost and none is put on another object of the same name. The version is a field of the patch and the list is
 * whole: to a `test`, and to a place that is not there, the server would answer 422.
 */
function listed({ resourceVersion }: ObjectMeta, finalizers: readonly string[]): readonly JsonPatchOperation[] {
  return [
    { op: 'replace', path: '/metadata/resourceVersion', value: resourceVersion ?? '' },
    { op: 'add', path: '/metadata/finalizers', value: finalizers },
  ];
}

export function addition({ metadata }: KubeObject, finalizer: string): readonly JsonPatchOperation[] {
  return listed(metadata, [...(metadata.finalizers ?? []), finalizer]);
}

export function removal({ metadata }: KubeObject, finalizer: string): readonly JsonPatchOperation[] {
  const others = (metadata.finalizers ?? []).filter((one) => one !== finalizer);
  return listed(metadata, others);
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
 * the run, for the change brings the key back; a patch that is refused (409), because the object read was old, throws.
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
