/** Writes of single objects of a set. */
import { configMaps, type SecretObject, secrets, stated } from '../../api/kinds.ts';
import { operatorFieldManager, partLabel } from '../../api/labels.ts';
import { indexName, isChunkName } from '../../domain/bundle/index-text.ts';
import { type ChunkChange, type ChunkPlace, partLabelValue } from '../../domain/bundle/objects.ts';
import { sha256 } from '../../domain/hash.ts';
import type { CallOptions, JsonPatchOperation, KubeClient } from '../../kube/client.ts';
import type { KubeObject, ResourceType } from '../../kube/object.ts';
import { covers } from '../apply.ts';
import type { KnownObject, ObjectKind } from './known.ts';
import type { SetSite } from './site.ts';

/** A change of the texts of one object, which is made when it is not there. */
export interface ObjectWrite {
  readonly kind: ObjectKind;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly known: KnownObject | undefined;
  readonly add: readonly (readonly [key: string, text: string])[];
  readonly remove: readonly string[];
}

/** Undefined when the object has its chunk and its labels. */
export function chunkWrite<P extends string>(
  site: SetSite<P>,
  { part, kind, name }: ChunkPlace<P>,
  known: KnownObject | undefined,
  change: ChunkChange | undefined,
): ObjectWrite | undefined {
  const labels = { ...site.labels, [partLabel]: partLabelValue(part) };
  if (!change && covers(known?.labels, labels)) return undefined;
  const add = change ? ([[change.add.hash, change.add.text]] as const) : [];
  return { kind, name, labels, known, add, remove: change?.remove ?? [] };
}

/** Of its labels alone. */
export function indexMarkWrite({ layout, labels }: SetSite<string>, known: KnownObject): ObjectWrite {
  return { kind: 'ConfigMap', name: layout.index, labels, known, add: [], remove: [] };
}

/** The annex is known by its hash, as chunks are: one that was damaged is none. */
export function indexWrite(
  { layout, labels }: SetSite<string>,
  known: KnownObject | undefined,
  text: string,
  annex: string | undefined,
): ObjectWrite {
  const beside = annex === undefined ? [] : [[sha256(annex), annex] as const];
  const former = known ? [...known.intact, ...known.others].filter(isChunkName) : [];
  const remove = former.filter((key) => key !== beside[0]?.[0]);
  return { kind: 'ConfigMap', name: layout.index, labels, known, add: [[indexName, text], ...beside], remove };
}

export function typeOf(kind: ObjectKind): ResourceType {
  return kind === 'ConfigMap' ? configMaps : secrets;
}

/**
 * Makes the object, or changes the one that is known: refused with 409 when it is another by now. A patch, not an apply:
 * an apply would have to state the text of before again, which we do not keep.
 */
export function written(
  client: KubeClient,
  { namespace, owner }: SetSite<string>,
  write: ObjectWrite,
  call: CallOptions,
): Promise<KubeObject> {
  const { kind, name, labels, known, add } = write;
  const type = typeOf(kind);
  const options = { fieldManager: operatorFieldManager, ...call };
  const data = Object.fromEntries(add.map(([key, text]) => [key, valueOf(kind, text)]));
  if (known) return client.patchJson(type, namespace, name, operations(write, known, data), options);
  const metadata = { namespace, name, labels, ...(owner && { ownerReferences: [owner] }) };
  const secretType: Pick<SecretObject, 'type'> = kind === 'Secret' ? { type: 'Opaque' } : {};
  return client.create(type, { ...stated(type, metadata), ...secretType, data } as KubeObject, options);
}

function valueOf(kind: ObjectKind, text: string): string {
  return kind === 'Secret' ? Buffer.from(text).toString('base64') : text;
}

/** What is not there (any more) cannot be removed: the server would answer 422 before it looks at the version. */
function removal(path: string): JsonPatchOperation[] {
  return [
    { op: 'add', path, value: '' },
    { op: 'remove', path },
  ];
}

/** The version goes in as a field, for then the server answers 409 where it is another; to a `test` it answers 422. */
function operations(
  { labels, remove }: ObjectWrite,
  known: KnownObject,
  data: Readonly<Record<string, string>>,
): JsonPatchOperation[] {
  const { resourceVersion, intact, others } = known;
  const hasData = intact.size + others.size > 0;
  return [
    { op: 'replace', path: '/metadata/resourceVersion', value: resourceVersion },
    ...labelOperations(known.labels, labels),
    ...(hasData || isEmpty(data) ? additions('/data', data) : [{ op: 'add' as const, path: '/data', value: data }]),
    ...remove.flatMap((key) => removal(`/data/${pointerToken(key)}`)),
  ];
}

function isEmpty(data: object): boolean {
  return Object.keys(data).length === 0;
}

function labelOperations(
  present: Readonly<Record<string, string>>,
  labels: Readonly<Record<string, string>>,
): JsonPatchOperation[] {
  if (covers(present, labels)) return [];
  if (Object.keys(present).length === 0) return [{ op: 'add', path: '/metadata/labels', value: labels }];
  return additions('/metadata/labels', labels);
}

function additions(path: string, values: Readonly<Record<string, string>>): JsonPatchOperation[] {
  return Object.entries(values).map(([key, value]) => ({ op: 'add', path: `${path}/${pointerToken(key)}`, value }));
}

/** RFC 6901 section 3. */
function pointerToken(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}
