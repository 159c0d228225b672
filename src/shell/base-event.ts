/** Between our objects and the types of the base, which are those of client-node. */
import { type ResourceEvent, type ResourceEventType, type ResourceMeta, ResourceMetaImpl } from '@dot-i/k8s-operator';
import type { KubeObject, ResourceType } from '../kube/object.ts';

/** Both stand for the same JSON; client-node's type has a `Date` where JSON has text. */
type BaseObject = ResourceEvent['object'];

export function eventOf({ plural }: ResourceType, type: ResourceEventType, given: KubeObject): ResourceEvent {
  const object = given as unknown as BaseObject;
  return { type, object, meta: ResourceMetaImpl.createWithPlural(plural, object) };
}

export function objectOf({ object }: ResourceEvent): KubeObject {
  return object as unknown as KubeObject;
}

/** Of the object as it is now. */
export function metaAfter({ id }: ResourceMeta, object: KubeObject): ResourceMeta {
  return ResourceMetaImpl.createWithId(id, object as unknown as BaseObject);
}

/** The id is `plural.group/version`, or `plural.version` for the core group. */
export function typeOf({ id, apiVersion, kind, namespace }: ResourceMeta): ResourceType {
  const slash = apiVersion.indexOf('/');
  return {
    group: slash < 0 ? '' : apiVersion.slice(0, slash),
    version: apiVersion.slice(slash + 1),
    plural: id.slice(0, id.length - apiVersion.length - 1),
    kind,
    namespaced: namespace !== undefined,
  };
}
