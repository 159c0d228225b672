/** Objects as the API server gives them, and how they are named. */

export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller?: boolean;
  readonly blockOwnerDeletion?: boolean;
}

/** `uid`, `resourceVersion` and the times are there on every object that came from the server. */
export interface ObjectMeta {
  readonly name: string;
  readonly namespace?: string;
  readonly uid?: string;
  /** Opaque: to be compared for equality and sent back, never ordered. */
  readonly resourceVersion?: string;
  readonly generation?: number;
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly finalizers?: readonly string[];
  readonly ownerReferences?: readonly OwnerReference[];
}

export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
}

declare const objectOf: unique symbol;

/** A resource of the API. `T` is what its objects look like; nothing of it exists at run time. */
export interface ResourceType<T extends KubeObject = KubeObject> {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly kind: string;
  readonly namespaced: boolean;
  readonly [objectOf]?: T;
}

/** `namespace/name`, or `name` for what has no namespace. */
export type Key = string;

export function keyOf(namespace: string | undefined, name: string): Key {
  // Joined, it is one text; as a template it would be kept as two and their concatenation.
  return namespace === undefined || namespace === '' ? name : [namespace, name].join('/');
}

export function keyOfObject({ metadata }: KubeObject): Key {
  return keyOf(metadata.namespace, metadata.name);
}

export function keyParts(key: Key): { readonly namespace?: string; readonly name: string } {
  const slash = key.indexOf('/');
  return slash < 0 ? { name: key } : { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}

/** `group/version`, or `version` for the core group. */
export function apiVersionOf({ group, version }: Pick<ResourceType, 'group' | 'version'>): string {
  return group === '' ? version : `${group}/${version}`;
}
