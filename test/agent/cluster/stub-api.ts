/** As much of an API server as an agent asks for: objects by resource and key, and what goes wrong. */
import type { KubeClient, WatchEvent } from '../../../src/kube/client.ts';
import { ApiError } from '../../../src/kube/errors.ts';
import { apiVersionOf, keyOf, type KubeObject, type ResourceType } from '../../../src/kube/object.ts';

type Verb = 'get' | 'list' | 'watch' | 'apply' | 'applyStatus';

/** Metadata of what the operator makes for MqttBroker `plant/main`. */
export function ownedBy(uid = 'uid-main'): Pick<KubeObject['metadata'], 'ownerReferences'> {
  return {
    ownerReferences: [
      { apiVersion: 'mqttsecurity.io/v1alpha1', kind: 'MqttBroker', name: 'main', uid, controller: true },
    ],
  };
}

export class StubApi {
  readonly calls: { readonly verb: Verb; readonly key: string; readonly body?: KubeObject }[] = [];
  /** What a call fails with. */
  problem: (verb: Verb, key: string) => ApiError | undefined = () => undefined;
  readonly #objects = new Map<string, KubeObject>();
  readonly #watchers = new Set<(event: WatchEvent<KubeObject>) => void>();
  #version = 10;

  readonly client: KubeClient;

  constructor() {
    const unused = () => Promise.reject(new Error('an agent does not do this'));
    this.client = {
      get: (type, namespace, name) => this.#answer('get', type, keyOf(namespace, name)) as never,
      list: (type, { namespace, fieldSelector } = {}) => this.#pages(type, namespace, fieldSelector) as never,
      watch: (_, { signal }) => this.#events(signal) as never,
      apply: (type, object) => this.#written('apply', type, object) as never,
      applyStatus: (type, object) => this.#written('applyStatus', type, object) as never,
      ...{ patchJson: unused, create: unused, delete: unused },
    };
  }

  put(type: ResourceType, name: string, rest: object, metadata: object = {}): void {
    const former = this.#objects.get(this.#id(type, `plant/${name}`));
    const resourceVersion = `${(this.#version += 1)}`;
    const own = { namespace: 'plant', name, uid: former?.metadata.uid ?? `uid-${name}`, generation: 1 };
    const object = {
      apiVersion: apiVersionOf(type),
      kind: type.kind,
      metadata: { ...own, ...metadata, resourceVersion },
    };
    const stored: KubeObject = { ...object, ...rest };
    this.#objects.set(this.#id(type, `plant/${name}`), stored);
    for (const tell of this.#watchers) tell({ type: former ? 'MODIFIED' : 'ADDED', object: stored });
  }

  remove(type: ResourceType, name: string): void {
    this.#objects.delete(this.#id(type, `plant/${name}`));
  }

  count(verb: Verb, name = ''): number {
    return this.calls.filter((call) => call.verb === verb && call.key.endsWith(name)).length;
  }

  #id({ plural }: ResourceType, key: string): string {
    return `${plural} ${key}`;
  }

  async #answer(verb: Verb, type: ResourceType, key: string, body?: KubeObject): Promise<KubeObject> {
    this.calls.push({ verb, key, ...(body && { body }) });
    await Promise.resolve();
    const problem = this.problem(verb, key);
    if (problem) throw problem;
    const found = this.#objects.get(this.#id(type, key));
    if (!found) throw refusal(404, 'NotFound');
    return structuredClone(found);
  }

  async #written(verb: 'apply' | 'applyStatus', type: ResourceType, object: KubeObject): Promise<KubeObject> {
    const { namespace, name } = object.metadata;
    if (verb === 'apply') this.#objects.set(this.#id(type, keyOf(namespace, name)), object);
    const present = await this.#answer(verb, type, keyOf(namespace, name), object);
    const { status } = object as { readonly status?: unknown };
    const { metadata, ...rest } = present;
    if (verb === 'applyStatus') this.put(type, name, { ...rest, status }, metadata);
    return present;
  }

  async *#pages(type: ResourceType, namespace = '', fieldSelector = '') {
    const name = fieldSelector.replace('metadata.name=', '');
    const found = this.#objects.get(this.#id(type, keyOf(namespace, name)));
    this.calls.push({ verb: 'list', key: keyOf(namespace, name) });
    await Promise.resolve();
    const problem = this.problem('list', keyOf(namespace, name));
    if (problem) throw problem;
    yield { items: found ? [structuredClone(found)] : [], resourceVersion: `${this.#version}` };
  }

  async *#events(signal: AbortSignal | undefined) {
    const queue: WatchEvent<KubeObject>[] = [];
    let wake = (): void => undefined;
    const tell = (event: WatchEvent<KubeObject>) => {
      if (event.object.kind !== 'ConfigMap' || !event.object.metadata.name.endsWith('-bundle')) return;
      queue.push(event);
      wake();
    };
    this.#watchers.add(tell);
    signal?.addEventListener('abort', () => wake());
    while (signal?.aborted !== true) {
      const event = queue.shift();
      if (event) yield event;
      else await new Promise<void>((resolve) => (wake = resolve));
    }
    this.#watchers.delete(tell);
  }
}

export function refusal(status: number, reason: string): ApiError {
  return new ApiError(`call: ${reason}`, { status, reason });
}
