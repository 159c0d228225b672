/** Objects that are read by name and not watched: kept for a while, and read again when somebody needs to know. */
import type { CallOptions, KubeClient } from '../../kube/client.ts';
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
  readonly reading: Reading<KubeObject>;
  readonly readAt: Date;
  readonly askedAt: Date;
}

const missing = { kind: 'Missing' } as const;
const forbidden = { kind: 'Forbidden' } as const;

export function createReadings(client: Pick<KubeClient, 'get'>, clock: Pick<Clock, 'now'>): Readings {
  const kept = new Map<string, Kept>();
  return {
    async get<T extends KubeObject>(type: ResourceType<T>, namespace: string, name: string, since: Date) {
      const key = `${type.group}/${type.plural}/${namespace}/${name}`;
      const former = kept.get(key);
      const now = clock.now();
      if (former && former.readAt >= since && former.readAt <= now) {
        kept.set(key, { ...former, askedAt: now });
        return former.reading as Reading<T>;
      }
      const read = await reading(client, type, namespace, name);
      const reused = former && isSame(former.reading, read) ? (former.reading as Reading<T>) : read;
      kept.set(key, { reading: reused, readAt: now, askedAt: now });
      return reused;
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
  options: CallOptions = {},
): Promise<Reading<T>> {
  try {
    return { kind: 'Found', object: await client.get(type, namespace, name, options) };
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
