import type { Finding } from '../domain/finding.ts';
import type { FindingCode } from '../domain/findings.ts';
import type { Origin } from '../domain/fleet.ts';
import { apiGroup, apiVersion, type Kind } from '../domain/names.ts';
import type { Path } from './path.ts';
import { pathText } from './path.ts';
import { createPool } from './pool.ts';
import { nearest, suggestionText } from './suggestion.ts';
import { timeOf } from './time.ts';

export type Mapping = Readonly<Record<string, unknown>>;

export function isMapping(value: unknown): value is Mapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export const kinds = [
  'MqttBroker',
  'BrokerInstance',
  'AclTemplate',
  'MqttDevice',
  'DeviceCertificate',
] as const satisfies readonly Kind[];

/** Kinds of core/v1 that manifests of ours lean on. */
const coreKinds = ['ConfigMap', 'Secret', 'Namespace'] as const;
export type CoreKind = (typeof coreKinds)[number];

/** One object inside a document: `path` is empty, or leads into the items of a List. */
export interface Item {
  readonly value: unknown;
  readonly path: Path;
}

/** What a document says it is. `Other` is for someone else and passes without a word. */
export type Envelope =
  | { readonly type: 'Ours'; readonly kind: Kind; readonly object: Mapping }
  | { readonly type: 'Core'; readonly kind: CoreKind; readonly object: Mapping }
  | { readonly type: 'Other' }
  | { readonly type: 'Bad'; readonly finding: Finding };

/** Lists hold objects, and could hold lists; deeper than this nobody nests them. */
const listDepth = 3;

/** The objects of a document: itself, or the items of a `kind: List` (and of `MqttDeviceList` and its like). */
export function itemsOf(item: Item, depth = 0): readonly Item[] {
  const { value, path } = item;
  if (depth === listDepth || !isMapping(value) || !isList(value)) return [item];
  const items: readonly unknown[] = Array.isArray(value['items']) ? value['items'] : [];
  return items.flatMap((entry, index) => itemsOf({ value: entry, path: [...path, 'items', index] }, depth + 1));
}

function isList({ apiVersion: version, kind, items }: Mapping): boolean {
  if (!Array.isArray(items) && items !== undefined) return false;
  return (
    (version === 'v1' && kind === 'List') || (version === apiVersion && kinds.some((ours) => kind === `${ours}List`))
  );
}

export function envelopeOf({ value }: Item): Envelope {
  if (!isMapping(value)) return bad('MQS004', [], 'the document is not a mapping');
  const { apiVersion: version, kind } = value;
  if (version === undefined && kind === undefined) return { type: 'Bad', finding: notAnObject };
  if (typeof version !== 'string' || version === '')
    return bad('MQS004', ['apiVersion'], `\`apiVersion\` is required: ${apiVersion}`);
  if (typeof kind !== 'string' || kind === '') return bad('MQS004', ['kind'], '`kind` is required');
  const core = version === 'v1' ? coreKinds.find((name) => name === kind) : undefined;
  if (core) return { type: 'Core', kind: core, object: value };
  const group = version.split('/', 1)[0] ?? '';
  if (group !== apiGroup) return foreignEnvelope(group, kind);
  if (version !== apiVersion)
    return bad('MQS005', ['apiVersion'], `\`apiVersion\` ${version} is not known: use ${apiVersion}`);
  const ours = kinds.find((name) => name === kind);
  if (ours) return { type: 'Ours', kind: ours, object: value };
  return bad('MQS005', ['kind'], `\`kind\` ${kind} is not one of ${kinds.join(', ')}${suggestionText(kind, kinds)}`);
}

const notAnObject: Finding = {
  code: 'MQS014',
  severity: 'Warning',
  message: 'the document has neither `apiVersion` nor `kind`: it is left out',
  path: '',
};

/** A kind of ours in a group that is almost ours is a slip of the pen, not someone else's object. */
function foreignEnvelope(group: string, kind: string): Envelope {
  const isSlip = kinds.some((ours) => ours === kind) && nearest(group, [apiGroup]) !== undefined;
  return isSlip
    ? bad('MQS005', ['apiVersion'], `\`apiVersion\` has group ${group}; did you mean ${apiVersion}?`)
    : { type: 'Other' };
}

function bad(code: FindingCode, path: Path, message: string): Envelope {
  return { type: 'Bad', finding: problemFinding(code, path, message) };
}

/** A finding on a field of one object; the caller adds which object and where it is. */
export function problemFinding(code: FindingCode, path: Path, message: string): Finding {
  return { code, severity: 'Error', message, path: pathText(path) };
}

/** RFC 1123 label: names of namespaces. */
const label = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

function isSubdomain(text: string): boolean {
  return text.length <= 253 && text.split('.').every((part) => /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/.test(part));
}

/** Name and namespace of an object, with `default` for a namespace that is not given, as kubectl does. */
export function identityOf(object: Mapping): { namespace: string; name: string } | Finding {
  const metadata = object['metadata'];
  if (!isMapping(metadata)) return problemFinding('MQS006', ['metadata'], '`metadata.name` is required');
  const { name, namespace = 'default' } = metadata;
  if (name === undefined || name === null || name === '')
    return problemFinding('MQS006', ['metadata', 'name'], '`metadata.name` is required');
  if (typeof name !== 'string' || !isSubdomain(name))
    return badName('name', name, 'with `-` and `.` between them, at most 253');
  if (typeof namespace !== 'string' || !label.test(namespace))
    return badName('namespace', namespace, 'with `-` between them, at most 63');
  return { namespace, name };
}

function badName(field: string, value: unknown, rest: string): Finding {
  const shown = typeof value === 'string' ? JSON.stringify(value.slice(0, 80)) : 'not text: write it in quotes';
  return problemFinding(
    'MQS006',
    ['metadata', field],
    `\`metadata.${field}\` is ${shown}: use lower-case letters and digits, ${rest} (RFC 1123)`,
  );
}

const times = createPool<{ readonly time: Date | undefined }>();

/** Many objects are made in one second. */
function creationTime(text: string): Date | undefined {
  return times(text, () => ({ time: timeOf(text) })).time;
}

/** Whose finding it is: the object's name, and, where an API server wrote them, its UID, generation and age. */
export function originOf(kind: Kind, namespace: string, name: string, object: Mapping): Origin {
  const metadata = isMapping(object['metadata']) ? object['metadata'] : {};
  const { uid, generation, creationTimestamp } = metadata;
  const createdAt = typeof creationTimestamp === 'string' ? creationTime(creationTimestamp) : undefined;
  return {
    kind,
    namespace,
    name,
    ...(typeof uid === 'string' && { uid }),
    ...(typeof generation === 'number' && { generation }),
    ...(createdAt && { createdAt }),
  };
}
