/** Complete lists of a resource, whatever happens between their pages. */
import type { KubeClient, ListOptions } from './client.ts';
import { isExpired } from './errors.ts';
import type { KubeObject, ResourceType } from './object.ts';

export interface CompleteList<S> {
  readonly gathered: S;
  readonly resourceVersion: string;
}

/** Takes pages in; one that needs time for it gives a promise, and nothing goes on before. */
interface Gathering<T> {
  add(items: readonly T[]): unknown;
}

/**
 * Gives every page to what `begin` made. When the server forgets the version of the list between two pages (410), all
 * begins anew; when it does so again, in one request without pages. Both are as consistent as the first try: a list of
 * any version the server happens to have could miss what we already saw, and its absence would look like a deletion.
 */
export async function completeList<T extends KubeObject, S extends Gathering<T>>(
  client: KubeClient,
  type: ResourceType<T>,
  options: ListOptions,
  begin: () => S,
): Promise<CompleteList<S>> {
  const limits = [options.limit, options.limit, 0];
  for (const [attempt, limit] of limits.entries()) {
    try {
      return await oneList(client, type, { ...options, ...(limit !== undefined && { limit }) }, begin());
    } catch (error) {
      if (!isExpired(error) || attempt === limits.length - 1) throw error;
    }
  }
  throw new Error(`list ${type.plural}: no attempt left`);
}

async function oneList<T extends KubeObject, S extends Gathering<T>>(
  client: KubeClient,
  type: ResourceType<T>,
  options: ListOptions,
  gathered: S,
): Promise<CompleteList<S>> {
  let resourceVersion = '';
  for await (const page of client.list(type, options)) {
    await gathered.add(page.items);
    ({ resourceVersion } = page);
  }
  return { gathered, resourceVersion };
}
