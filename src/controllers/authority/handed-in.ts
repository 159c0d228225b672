/**
 * Revocations that a person hands in, because brokers know of them and nothing in the cluster does any more
 * (docs/guides/restore.md): ConfigMaps of the operator's namespace with our labels, component `revocations`, each value
 * in the form of the part of that name. They are only ever added to ledgers.
 */
import { configMaps, stated } from '../../api/kinds.ts';
import { componentLabel, managedBy, managedByLabel } from '../../api/labels.ts';
import { parseRevocations } from '../../domain/pki/revocations.ts';
import { isNotFound } from '../../kube/errors.ts';
import type { KnownConfigMap } from '../world.ts';
import type { PublishedRevocations } from './published.ts';
import type { AuthorityContext } from './site.ts';

export interface HandedIn {
  /** What was handed in, each the same object as long as it is the same; read by `refresh`. */
  readonly present: () => readonly PublishedRevocations[];
  refresh(): Promise<void>;
}

interface Kept {
  readonly version: string;
  readonly revocations: PublishedRevocations;
}

type Context = Pick<AuthorityContext, 'client' | 'world' | 'options' | 'record'>;

export function createHandedIn(context: Context): HandedIn {
  let kept: ReadonlyMap<string, Kept> = new Map();
  return {
    present: () => [...kept.values()].map(({ revocations }) => revocations),
    async refresh() {
      const found = [...context.world.configMaps.store.list()].filter((one) => isHandedIn(context, one));
      const entries = found.map(async ({ meta }): Promise<[string, Kept][]> => {
        const former = kept.get(meta.uid);
        if (former?.version === meta.resourceVersion) return [[meta.uid, former]];
        const revocations = await read(context, meta);
        return revocations ? [[meta.uid, { version: meta.resourceVersion, revocations }]] : [];
      });
      kept = new Map((await Promise.all(entries)).flat());
    },
  };
}

function isHandedIn({ options }: Context, { meta, labels }: KnownConfigMap): boolean {
  const isOurs = labels[managedByLabel] === managedBy && labels[componentLabel] === 'revocations';
  return isOurs && meta.namespace === options.namespace;
}

/** One that cannot be read says so, and counts for nothing: it is no part of what has to be known. */
async function read(
  { client, record }: Context,
  { namespace, name, uid }: KnownConfigMap['meta'],
): Promise<PublishedRevocations | undefined> {
  const object = await client.get(configMaps, namespace, name).catch((error: unknown) => {
    if (isNotFound(error)) return undefined;
    throw error;
  });
  const texts = Object.entries(object?.data ?? {});
  const parsed = texts.map(([key, text]) => ({ key, entries: parseRevocations(text) }));
  const revocations = parsed.flatMap(({ entries }) => (entries.ok ? entries.value : []));
  for (const { key, entries } of parsed) {
    if (entries.ok) continue;
    const note = `key ${key}: ${entries.findings.map(({ message }) => message).join('; ')}`;
    const regarding = stated(configMaps, { namespace, name, uid });
    record({ type: 'Warning', reason: 'RevocationsUnreadable', action: 'KeepLedger', note, regarding });
  }
  return object && { kind: 'Published', revocations, cas: [], crls: new Map() };
}
