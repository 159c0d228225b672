/** Objects that are read by name and not watched: kept for a while, and read again when somebody needs to know. */
import type { KubeClient } from '../../kube/client.ts';
import { ApiError, isNotFound } from '../../kube/errors.ts';
import type { KubeObject, ResourceType } from '../../kube/object.ts';
import type { Clock } from '../../ports.ts';

/** The same object as long as the server gives the same version of it. */
export type Reading<T> =
  { readonly kind: 'Found'; readonly object: T } | { readonly kind: 'Missing' } | { readonly kind: 'Forbidden' };

export interface Readings {
  /** A reading that was made at `since` or later. Fails when the server gives no answer that says anything. */
  get<T extends KubeObject>(type: ResourceType<T>, namespace: string, name: string, since: Date): Promise<Reading<T>>;
  /** Drops what was not asked for since then. */
  forget(before: Date): void;
}

interface Kept {
  /** Under way or done; one that failed is not kept. */
  readonly reading: Promise<Reading<KubeObject>>;
  readonly begunAt: Date;
  askedAt: Date;
}

const missing = { kind: 'Missing' } as const;
const forbidden = { kind: 'Forbidden' } as const;

export function createReadings(client: Pick<KubeClient, 'get'>, clock: Pick<Clock, 'now'>): Readings {
  const kept = new Map<string, Kept>();

  /** Gives the object of before where it is the same version. */
  async function begun(former: Kept | undefined, read: Promise<Reading<KubeObject>>): Promise<Reading<KubeObject>> {
    const [last, next] = await Promise.all([former?.reading.catch(() => undefined), read]);
    return last && isSame(last, next) ? last : next;
  }

  return {
    async get<T extends KubeObject>(type: ResourceType<T>, namespace: string, name: string, since: Date) {
      const key = `${type.group}/${type.plural}/${namespace}/${name}`;
      const now = clock.now();
      const former = kept.get(key);
      if (former && former.begunAt >= since && former.begunAt <= now) {
        former.askedAt = now;
        return (await former.reading) as Reading<T>;
      }
      const one: Kept = {
        reading: begun(former, reading(client, type, namespace, name)),
        ...{ begunAt: now, askedAt: now },
      };
      kept.set(key, one);
      try {
        return (await one.reading) as Reading<T>;
      } catch (error) {
        if (kept.get(key) === one) kept.delete(key);
        throw error;
      }
    },
    forget(before) {
      for (const [key, { askedAt }] of kept) if (askedAt < before) kept.delete(key);
    },
  };
}

async function reading<T extends KubeObject>(
  client: Pick<KubeClient, 'get'>,
  type: ResourceType<T>,
  namespace: string,
  name: string,
): Promise<Reading<T>> {
  try {
    return { kind: 'Found', object: await client.get(type, namespace, name) };
  } catch (error) {
    if (isNotFound(error)) return missing;
    if (error instanceof ApiError && error.status === 403) return forbidden;
    throw error;
  }
}

function isSame(a: Reading<KubeObject>, b: Reading<KubeObject>): boolean {
  if (a.kind !== 'Found' || b.kind !== 'Found') return a.kind === b.kind;
  const [one, other] = [a.object.metadata, b.object.metadata];
  return one.uid === other.uid && one.resourceVersion === other.resourceVersion;
}
