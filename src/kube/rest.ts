/** The calls of `KubeClient` over HTTP. */
import {
  type ApplyOptions,
  type CallOptions,
  type DeleteOptions,
  type KubeClient,
  type ListOptions,
  type ListPage,
  type PatchOptions,
  type WatchEvent,
  type WatchOptions,
} from './client.ts';
import { listHead, listItems } from './decode.ts';
import { ApiError } from './errors.ts';
import type { ApiRequest } from './exchange.ts';
import { apiVersionOf, keyOf, type KubeObject, type ResourceType } from './object.ts';
import { collectionPath, objectPath, queryText } from './path.ts';
import type { Clock } from './ports.ts';
import type { Transport } from './transport.ts';
import { watchEvents } from './watch.ts';

const json = 'application/json';
/** JSON is YAML; this name is the one that every server takes. */
const applyPatch = 'application/apply-patch+yaml';
const jsonPatch = 'application/json-patch+json';

const pageSize = 500;
/** The server sends a bookmark every 60 to 75 s. */
const defaultIdleMilliseconds = 100_000;
/** A field that the server does not know is an error: silently dropped, it would be written again and again. */
const fieldValidation = 'Strict';

export function kubeClient(transport: Transport, clock: Clock): KubeClient {
  async function object<T>(request: ApiRequest, options: CallOptions | undefined): Promise<T> {
    const body = await transport.send(request, options);
    return decoded(request.what, () => JSON.parse(body.toString()) as T);
  }

  return {
    get: (type, namespace, name, options) =>
      object(
        { what: whatOf('get', type, namespace, name), method: 'GET', path: objectPath(type, namespace, name) },
        options,
      ),
    list: (type, options = {}) => pages(transport, type, options),
    apply: (type, given, options) => object(applyRequest('apply', type, given, options, ''), options),
    applyStatus: (type, given, options) =>
      object(applyRequest('apply status of', type, given, options, 'status'), options),
    patchJson: (type, namespace, name, operations, { fieldManager, subresource, ...options }: PatchOptions = {}) => {
      const path = objectPath(type, namespace, name, subresource) + queryText({ fieldManager, fieldValidation });
      const what = whatOf('patch', type, namespace, name);
      return object({ what, method: 'PATCH', path, contentType: jsonPatch, body: JSON.stringify(operations) }, options);
    },
    create: (type, given, { fieldManager, ...options } = {}) => {
      const { namespace, name } = given.metadata;
      objectPath(type, namespace, name);
      const path = collectionPath(type, namespace) + queryText({ fieldManager, fieldValidation });
      const what = whatOf('create', type, namespace, name);
      return object(
        { what, method: 'POST', path, contentType: json, body: JSON.stringify(stated(type, given, {})) },
        options,
      );
    },
    delete: async (type, namespace, name, options = {}) => {
      const path = objectPath(type, namespace, name);
      const what = whatOf('delete', type, namespace, name);
      await transport.send({ what, method: 'DELETE', path, contentType: json, body: deleteBody(options) }, options);
    },
    watch: (type, options) => events(transport, clock, type, options),
  };
}

/** `get configmaps plant/main`. */
function whatOf(verb: string, { plural }: ResourceType, namespace: string | undefined, name = ''): string {
  const key = name === '' ? (namespace ?? '') : keyOf(namespace, name);
  return key === '' ? `${verb} ${plural}` : `${verb} ${plural} ${key}`;
}

/** Fails without the cause, whose message quotes the answer. */
async function decoded<R>(what: string, read: () => R | Promise<R>): Promise<R> {
  try {
    return await read();
  } catch {
    throw new ApiError(`${what}: BadAnswer: the answer is not what was asked for`, { status: 0, reason: 'BadAnswer' });
  }
}

/** What is sent of an object: its preconditions are those of the call, never ones that it brought along. */
function stated(
  type: ResourceType,
  { metadata, ...rest }: KubeObject,
  { uid, resourceVersion }: Pick<ApplyOptions, 'uid' | 'resourceVersion'>,
): KubeObject {
  const ours = { ...metadata, managedFields: undefined, uid, resourceVersion };
  return { ...rest, apiVersion: apiVersionOf(type), kind: type.kind, metadata: ours as KubeObject['metadata'] };
}

function applyRequest(
  verb: string,
  type: ResourceType,
  given: KubeObject,
  { fieldManager, force, ...preconditions }: ApplyOptions,
  subresource: string,
): ApiRequest {
  const { namespace, name } = given.metadata;
  const query = queryText({ fieldManager, force, fieldValidation });
  return {
    what: whatOf(verb, type, namespace, name),
    method: 'PATCH',
    path: objectPath(type, namespace, name, subresource) + query,
    contentType: applyPatch,
    body: JSON.stringify(stated(type, given, preconditions)),
  };
}

function deleteBody({ uid, resourceVersion, propagation }: DeleteOptions): string {
  const preconditions = { uid, resourceVersion };
  return JSON.stringify({ apiVersion: 'v1', kind: 'DeleteOptions', preconditions, propagationPolicy: propagation });
}

async function* pages<T extends KubeObject>(
  transport: Transport,
  type: ResourceType<T>,
  { namespace, labelSelector, fieldSelector, limit = pageSize, resourceVersion, ...options }: ListOptions,
): AsyncGenerator<ListPage<T>> {
  const what = whatOf('list', type, namespace);
  const selection = { labelSelector, fieldSelector, limit: limit || undefined };
  // With a limit and no match, servers take a version to be the exact one.
  const version = { resourceVersion, resourceVersionMatch: resourceVersion && 'NotOlderThan' };
  const pageAt = (position: Readonly<Record<string, string | undefined>>): Promise<Buffer> => {
    const path = collectionPath(type, namespace) + queryText({ ...selection, ...position });
    return transport.send({ what, method: 'GET', path }, options);
  };
  let asked: Promise<Buffer> | undefined = pageAt(version);
  while (asked) {
    const body: Buffer = await asked;
    const { resourceVersion: listed, continueToken } = await decoded(what, () => listHead(body));
    // Asked for now, it comes while this page is decoded and read.
    asked = continueToken === '' ? undefined : pageAt({ continue: continueToken });
    asked?.catch(() => undefined); // told when it is its turn
    const parts = listItems<T>(body);
    for (
      let part = await decoded(what, () => parts.next());
      !part.done;
      part = await decoded(what, () => parts.next())
    ) {
      yield { items: part.value.map((item) => named(type, item)), resourceVersion: listed };
    }
  }
}

/** The server leaves out what is the same for all items of a list of a built-in kind. */
function named<T extends KubeObject>(type: ResourceType<T>, item: T): T {
  if ('kind' in item) return item;
  return { ...(item as T), apiVersion: apiVersionOf(type), kind: type.kind };
}

function events<T extends KubeObject>(
  transport: Transport,
  clock: Clock,
  type: ResourceType<T>,
  { namespace, timeoutSeconds, idleMilliseconds = defaultIdleMilliseconds, ...options }: WatchOptions,
): AsyncIterable<WatchEvent<T>> {
  const { labelSelector, fieldSelector, resourceVersion, ...call } = options;
  const asked = {
    watch: true,
    allowWatchBookmarks: true,
    resourceVersion,
    timeoutSeconds,
    labelSelector,
    fieldSelector,
  };
  const what = whatOf('watch', type, namespace);
  const open = () =>
    transport.open({ what, method: 'GET', path: collectionPath(type, namespace) + queryText(asked) }, call);
  return watchEvents<T>(open, { what, clock, idleMilliseconds });
}
