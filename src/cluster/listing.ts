/** Complete lists, for readers that want to have everything at once. */
import type { KubeClient, ListOptions } from '../kube/client.ts';
import { completeList } from '../kube/list.ts';
import type { KubeObject, ResourceType } from '../kube/object.ts';

/** What `keep` makes of each object; where it is undefined, nothing is kept of it. */
export async function listed<T extends KubeObject, V = T>(
  client: KubeClient,
  type: ResourceType<T>,
  options: ListOptions,
  keep: (object: T) => V | undefined,
): Promise<readonly V[]> {
  const { gathered } = await completeList(client, type, options, () => {
    const items: V[] = [];
    const add = (page: readonly T[]) => {
      for (const object of page) {
        const value = keep(object);
        if (value !== undefined) items.push(value);
      }
    };
    return { items, add };
  });
  return gathered.items;
}
