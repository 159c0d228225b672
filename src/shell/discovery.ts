/** What a resource of the API is called and where it lives, as the server itself says. */
import { apiVersionOf, type ResourceType } from '../kube/object.ts';
import type { Transport } from '../kube/transport.ts';

interface ResourceList {
  readonly resources: readonly { readonly name: string; readonly kind: string; readonly namespaced: boolean }[];
}

/** Errors: a group, version or resource that the server does not have. */
export async function discovered(
  transport: Pick<Transport, 'send'>,
  { group, version, plural }: Pick<ResourceType, 'group' | 'version' | 'plural'>,
): Promise<ResourceType> {
  const apiVersion = apiVersionOf({ group, version });
  const what = `discover ${plural} in ${apiVersion}`;
  const path = group === '' ? `/api/${version}` : `/apis/${apiVersion}`;
  const body = await transport.send({ what, method: 'GET', path });
  const { resources } = JSON.parse(body.toString()) as ResourceList;
  const found = resources.find(({ name }) => name === plural);
  if (!found) throw new Error(`${what}: the server does not have it`);
  return { group, version, plural, kind: found.kind, namespaced: found.namespaced };
}
