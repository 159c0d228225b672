/** All versions of the objects of some resources, as a watch of our own saw them, and how they looked at any time. */
import type { Dispatcher } from 'undici';
import type { ApiCall } from './call.ts';

interface StoredObject {
  readonly kind?: string;
  readonly apiVersion?: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly resourceVersion: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
}

interface Version {
  /** Numbers, for etcd counts all changes together. */
  readonly at: bigint;
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: StoredObject;
}

interface Recording {
  readonly listKind: string;
  readonly apiVersion: string;
  /** Version of the first list. */
  readonly from: bigint;
  readonly versions: Version[];
}

interface ListBody {
  readonly kind: string;
  readonly apiVersion: string;
  readonly metadata: { readonly resourceVersion: string };
  readonly items: readonly StoredObject[];
}

export class History {
  readonly #upstream: Dispatcher;
  readonly #origin: string;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #recordings = new Map<string, Recording>();
  readonly #end = new AbortController();
  /** How a recording failed; then its views are wrong. */
  failure: Error | undefined;

  constructor(upstream: Dispatcher, origin: string, headers: Readonly<Record<string, string>>) {
    this.#upstream = upstream;
    this.#origin = origin;
    this.#headers = headers;
  }

  /** Such as `/api/v1/configmaps`; resolves when all changes from now on are recorded. */
  async record(path: string): Promise<void> {
    const { body } = await this.#get(path);
    const { kind, apiVersion, metadata, items } = (await body.json()) as ListBody;
    const from = BigInt(metadata.resourceVersion);
    const own = { kind: kind.replace(/List$/, ''), apiVersion };
    const versions = items.map((item) => ({ at: from, type: 'ADDED' as const, object: { ...own, ...item } }));
    this.#recordings.set(path, { listKind: kind, apiVersion, from, versions });
    const watch = await this.#get(`${path}?watch=true&resourceVersion=${metadata.resourceVersion}`);
    void this.#follow(watch.body, versions).catch((error: unknown) => {
      if (!this.#end.signal.aborted) this.failure = new Error(`record ${path}: the watch ended`, { cause: error });
    });
  }

  has({ api, plural }: ApiCall): boolean {
    return this.#recordings.has(`${api}/${plural}`);
  }

  /** The newest version that was recorded of any resource. */
  latest(): bigint {
    const all = [...this.#recordings.values()].map(({ from, versions }) => versions.at(-1)?.at ?? from);
    return all.reduce((newest, at) => (at > newest ? at : newest), 0n);
  }

  /** When a change was recorded: the version right before it, for views in which it did not happen yet. */
  before(path: string, isIt: (type: Version['type'], object: StoredObject) => boolean): bigint | undefined {
    const found = this.#recordings.get(path)?.versions.find(({ type, object }) => isIt(type, object));
    return found && found.at - 1n;
  }

  /** The answer to a list or get at a time. */
  answer(call: ApiCall, at: bigint): { readonly status: number; readonly body: object } {
    const recording = this.#of(call);
    const items = [...stateAt(recording, at).values()].filter((object) => isSelected(call, object));
    if (call.verb === 'get') {
      const found = items.find(({ metadata }) => metadata.name === call.name);
      return found ? { status: 200, body: found } : { status: 404, body: notFound(call) };
    }
    const { listKind, apiVersion } = recording;
    return { status: 200, body: { kind: listKind, apiVersion, metadata: { resourceVersion: `${at}` }, items } };
  }

  /** The lines of a watch from its version up to a time. */
  lines(call: ApiCall, at: bigint): readonly string[] {
    const from = BigInt(call.query.get('resourceVersion') ?? '0');
    const seen = this.#of(call).versions.filter((version) => version.at > from && version.at <= at);
    return seen
      .filter(({ object }) => isSelected(call, object))
      .map(({ type, object }) => `${JSON.stringify({ type, object })}\n`);
  }

  stop(): void {
    this.#end.abort();
  }

  #of({ api, plural }: ApiCall): Recording {
    const recording = this.#recordings.get(`${api}/${plural}`);
    if (!recording) throw new Error(`view ${plural}: it is not recorded`);
    return recording;
  }

  async #get(path: string): Promise<Dispatcher.ResponseData> {
    const answer = await this.#upstream.request({
      ...{ origin: this.#origin, path, method: 'GET', headers: this.#headers, signal: this.#end.signal },
      ...{ headersTimeout: 0, bodyTimeout: 0 },
    });
    if (answer.statusCode === 200) return answer;
    throw new Error(`record ${path}: status ${answer.statusCode}: ${await answer.body.text()}`);
  }

  async #follow(body: AsyncIterable<Buffer>, versions: Version[]): Promise<void> {
    let text = '';
    for await (const chunk of body) {
      text += chunk.toString('latin1');
      const lines = text.split('\n');
      text = lines.pop() ?? '';
      for (const line of lines) versions.push(versionOf(Buffer.from(line, 'latin1').toString()));
    }
    throw new Error('end of the answer');
  }
}

function versionOf(line: string): Version {
  const { type, object } = JSON.parse(line) as Pick<Version, 'type' | 'object'>;
  return { type, object, at: BigInt(object.metadata.resourceVersion) };
}

function stateAt({ versions }: Recording, at: bigint): ReadonlyMap<string, StoredObject> {
  const state = new Map<string, StoredObject>();
  for (const { object, type } of versions.filter((version) => version.at <= at)) {
    const key = `${object.metadata.namespace ?? ''}/${object.metadata.name}`;
    if (type === 'DELETED') state.delete(key);
    else state.set(key, object);
  }
  return state;
}

/** Namespace, `metadata.name` and `metadata.namespace` as fields, and labels by `=`. */
function isSelected({ namespace, query }: ApiCall, { metadata }: StoredObject): boolean {
  if (namespace !== undefined && metadata.namespace !== namespace) return false;
  const fields: Readonly<Record<string, string | undefined>> = {
    'metadata.name': metadata.name,
    'metadata.namespace': metadata.namespace,
  };
  return hasAll(query.get('fieldSelector'), fields) && hasAll(query.get('labelSelector'), metadata.labels ?? {});
}

function hasAll(selector: string | null, values: Readonly<Record<string, string | undefined>>): boolean {
  const wanted = (selector ?? '').split(',').filter(Boolean);
  return wanted.every((each) => {
    const [name = '', value] = each.split(/==?/);
    if (value === undefined || name.endsWith('!')) throw new Error(`view: selector ${each} is not understood`);
    return values[name] === value;
  });
}

function notFound({ plural, name = '' }: ApiCall): object {
  const message = `${plural} "${name}" not found`;
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', reason: 'NotFound', code: 404, message };
}
