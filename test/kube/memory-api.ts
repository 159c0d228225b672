/** An API server of one kind in memory, for what depends on time: versions, preconditions and lost answers as the real one has them. */
import type { KubeClient } from '../../src/kube/client.ts';
import { ApiError } from '../../src/kube/errors.ts';
import { type Key, keyOf, keyOfObject, type KubeObject } from '../../src/kube/object.ts';

/** What happens to a call: nothing, it never arrives, or it is done and its answer is lost. */
export type Fault = 'None' | 'Lost' | 'AnswerLost';

export interface MemoryCall {
  readonly verb: 'get' | 'create' | 'apply' | 'patch';
  readonly key: Key;
  readonly body?: unknown;
}

export class MemoryApi {
  readonly objects = new Map<Key, KubeObject>();
  readonly calls: MemoryCall[] = [];
  fault: (call: MemoryCall) => Fault | ApiError = () => 'None';
  #version = 0;

  readonly client: Pick<KubeClient, 'get' | 'create' | 'apply' | 'patchJson'> = {
    get: (_, namespace, name) =>
      this.#call({ verb: 'get', key: keyOf(namespace, name) }, () => this.#found(keyOf(namespace, name))),
    create: (_, object) => {
      const key = keyOfObject(object);
      return this.#call({ verb: 'create', key, body: object }, () => {
        if (this.objects.has(key)) throw refusal(409, 'AlreadyExists');
        return this.put(object);
      });
    },
    apply: (_, object, { uid, resourceVersion }) => {
      const key = keyOfObject(object);
      return this.#call({ verb: 'apply', key, body: object }, () => {
        const known = this.objects.get(key)?.metadata;
        if (uid !== undefined && known?.uid !== uid) throw refusal(409, 'Conflict');
        // What is not there is made, whatever version is named, as the real one does.
        if (known && resourceVersion !== undefined && known.resourceVersion !== resourceVersion) {
          throw refusal(409, 'Conflict');
        }
        return this.put(object);
      });
    },
    patchJson: (_, namespace, name, operations) => {
      const key = keyOf(namespace, name);
      return this.#call({ verb: 'patch', key, body: operations }, () => {
        const known = this.#found(key);
        return this.put({
          ...known,
          patches: [...((known as { patches?: unknown[] }).patches ?? []), operations],
        } as KubeObject);
      });
    },
  };

  put(object: KubeObject): KubeObject {
    this.#version += 1;
    const resourceVersion = `${this.#version}`;
    const uid = this.objects.get(keyOfObject(object))?.metadata.uid ?? `uid-${resourceVersion}`;
    const stored = { ...object, metadata: { ...object.metadata, uid, resourceVersion } };
    this.objects.set(keyOfObject(object), stored);
    return stored;
  }

  #found(key: Key): KubeObject {
    const object = this.objects.get(key);
    if (!object) throw refusal(404, 'NotFound');
    return object;
  }

  async #call<T>(call: MemoryCall, answer: () => KubeObject): Promise<T> {
    this.calls.push(call);
    await Promise.resolve();
    const fault = this.fault(call);
    if (fault instanceof Error) throw fault;
    if (fault === 'Lost') throw refusal(0, 'ConnectionFailed');
    const given = structuredClone(answer());
    if (fault === 'AnswerLost') throw refusal(0, 'ConnectionFailed');
    return given as T;
  }
}

export function refusal(status: number, reason: string): ApiError {
  return new ApiError(`call: ${reason}`, { status, reason });
}
