import type { CallOptions, KubeClient } from './client.ts';
import { FairKeys } from './fair.ts';
import { type Key, keyOf } from './object.ts';

/** How many writes of the later lane are under way at a time: while the first lane writes, and while it does not. */
export interface LaneLimits {
  readonly few: number;
  readonly many: number;
}

export interface Lanes {
  /** Its writes are sent at once. */
  readonly first: KubeClient;
  /** Its writes give way to those of the first lane; what waits is sent in the order it came, namespaces in turn. */
  readonly later: KubeClient;
}

const usualLimits: LaneLimits = { few: 2, many: 8 };

/**
 * Two clients over one. A server that has much to do answers each request the later the more of them it has at a time, so
 * what can wait is kept from those that others wait for. Reads are sent at once on both.
 */
export function lanesOf(client: KubeClient, { few, many }: LaneLimits = usualLimits): Lanes {
  const waiting = new FairKeys();
  const starts = new Map<Key, () => void>();
  let [firsts, laters, count] = [0, 0, 0];

  function serve(): void {
    while (laters < (firsts > 0 ? few : many)) {
      const key = waiting.shift();
      if (key === undefined) return;
      const start = starts.get(key);
      starts.delete(key);
      start?.();
    }
  }

  async function firstly<T>(send: () => Promise<T>): Promise<T> {
    firsts += 1;
    try {
      return await send();
    } finally {
      firsts -= 1;
      serve();
    }
  }

  /** Fails with the reason of the signal when that comes before its turn. */
  function turn(namespace: string | undefined, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      count += 1;
      const key = keyOf(namespace, String(count));
      const onAbort = () => {
        starts.delete(key);
        reject(signal?.reason as Error);
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      starts.set(key, () => {
        signal?.removeEventListener('abort', onAbort);
        laters += 1;
        resolve();
      });
      waiting.push(key);
      serve();
    });
  }

  async function later<T>(
    namespace: string | undefined,
    options: CallOptions | undefined,
    send: () => Promise<T>,
  ): Promise<T> {
    await turn(namespace, options?.signal);
    try {
      return await send();
    } finally {
      laters -= 1;
      serve();
    }
  }

  return {
    first: writing(client, (_namespace, _options, send) => firstly(send)),
    later: writing(client, later),
  };
}

type Sending = <T>(
  namespace: string | undefined,
  options: CallOptions | undefined,
  send: () => Promise<T>,
) => Promise<T>;

/** The client whose writes go through `sending`. */
function writing(client: KubeClient, sending: Sending): KubeClient {
  return {
    get: (...args) => client.get(...args),
    list: (...args) => client.list(...args),
    watch: (...args) => client.watch(...args),
    apply: (type, object, options) =>
      sending(object.metadata.namespace, options, () => client.apply(type, object, options)),
    applyStatus: (type, object, options) =>
      sending(object.metadata.namespace, options, () => client.applyStatus(type, object, options)),
    patchJson: (type, namespace, name, operations, options) =>
      sending(namespace, options, () => client.patchJson(type, namespace, name, operations, options)),
    create: (type, object, options) =>
      sending(object.metadata.namespace, options, () => client.create(type, object, options)),
    delete: (type, namespace, name, options) =>
      sending(namespace, options, () => client.delete(type, namespace, name, options)),
  };
}
