/** Where a resource is on the server. */
import { apiVersionOf, type ResourceType } from './object.ts';

/** `/apis/group/version/namespaces/namespace/plural`, without the namespace for all of them. */
export function collectionPath(type: ResourceType, namespace: string | undefined): string {
  const root = type.group === '' ? `/api/${type.version}` : `/apis/${apiVersionOf(type)}`;
  if (namespace === undefined || !type.namespaced) return `${root}/${type.plural}`;
  return `${root}/namespaces/${segment(namespace)}/${type.plural}`;
}

/** Errors: an object of a namespace needs the namespace, and no name may be one that means another path. */
export function objectPath(type: ResourceType, namespace: string | undefined, name: string, subresource = ''): string {
  if (type.namespaced && namespace === undefined)
    throw new Error(`address ${type.plural} ${name}: it has no namespace`);
  const path = `${collectionPath(type, namespace)}/${segment(name)}`;
  return subresource === '' ? path : `${path}/${subresource}`;
}

/** `?a=b&c=d` of what is given; empty text counts as not given. */
export function queryText(parameters: Readonly<Record<string, string | number | boolean | undefined>>): string {
  const given = Object.entries(parameters).flatMap(([name, value]) =>
    value === undefined || value === '' ? [] : [`${name}=${encodeURIComponent(value)}`],
  );
  return given.length === 0 ? '' : `?${given.join('&')}`;
}

function segment(name: string): string {
  if (name === '' || name === '.' || name === '..') throw new Error(`address an object: "${name}" is not a name`);
  return encodeURIComponent(name);
}
