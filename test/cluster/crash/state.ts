/** All that a run left behind, as texts by path that are the same for each run that went well. */
import { X509Certificate } from 'node:crypto';
import { parsePasswords, verifyPassword } from '../../../src/domain/broker/passwords.ts';
import { partNames } from '../../../src/domain/bundle/content.ts';
import { indexName, parseSetIndex } from '../../../src/domain/bundle/index-text.ts';
import { ledgerParts } from '../../../src/domain/bundle/objects.ts';
import { verifiedChunks } from '../../../src/domain/bundle/set.ts';
import { parsedCrls } from '../../../src/domain/pki/crl.ts';
import type { Api } from '../api.ts';
import { operatorNamespace } from '../operator.ts';

export interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
}

export interface StoredObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly uid: string;
    readonly resourceVersion: string;
    readonly generation?: number;
    readonly deletionTimestamp?: string;
    readonly finalizers?: readonly string[];
    readonly labels?: Readonly<Record<string, string>>;
    readonly ownerReferences?: readonly { readonly uid: string }[];
  };
  readonly data?: Readonly<Record<string, string>>;
  readonly status?: {
    readonly observedGeneration?: number;
    readonly certificate?: string;
    readonly conditions?: readonly Condition[];
  };
}

const own = ['MqttBroker', 'AclTemplate', 'MqttDevice', 'DeviceCertificate', 'BrokerInstance'];
const resources: readonly (readonly [api: string, kind: string])[] = [
  ...own.map((kind) => ['/apis/mqttsecurity.io/v1alpha1', kind] as const),
  ...['ConfigMap', 'Secret', 'Service', 'ServiceAccount', 'Pod'].map((kind) => ['/api/v1', kind] as const),
  ...['Role', 'RoleBinding'].map((kind) => ['/apis/rbac.authorization.k8s.io/v1', kind] as const),
  ['/apis/policy/v1', 'PodDisruptionBudget'],
  ...['StatefulSet', 'Deployment'].map((kind) => ['/apis/apps/v1', kind] as const),
  ...['Certificate', 'CertificateRequest'].map((kind) => ['/apis/cert-manager.io/v1', kind] as const),
];

async function listed(api: Api, [root, kind]: readonly [string, string], namespace: string): Promise<StoredObject[]> {
  const place = `${root}/namespaces/${namespace}/${kind.toLowerCase()}s`;
  const { apiVersion, items } = await api.call<{ apiVersion: string; items: StoredObject[] }>('GET', place);
  return items.map((item) => ({ ...item, apiVersion, kind }));
}

/** The key of a certificate that is being issued, which cert-manager keeps for itself and takes away in its own time. */
const nextKeyLabel = 'cert-manager.io/next-private-key';

/**
 * All objects of the plant, of every kind that operator, agent or cert-manager have to do with; without those whose owner
 * is gone, which the garbage collector takes away in its own time.
 */
export async function objectsIn(api: Api, namespace: string): Promise<readonly StoredObject[]> {
  const objects = (await Promise.all(resources.map((resource) => listed(api, resource, namespace)))).flat();
  const uids = new Set(objects.map(({ metadata }) => metadata.uid));
  const isKept = ({ ownerReferences, labels }: StoredObject['metadata']) =>
    (ownerReferences?.every(({ uid }) => uids.has(uid)) ?? true) && labels?.[nextKeyLabel] === undefined;
  return objects.filter(({ metadata }) => isKept(metadata));
}

/** The objects whose status says how far the operator is with them. */
export async function reportingObjectsIn(api: Api, namespace: string): Promise<readonly StoredObject[]> {
  const reporting = resources.filter(([, kind]) => own.includes(kind) && kind !== 'BrokerInstance');
  return (await Promise.all(reporting.map((resource) => listed(api, resource, namespace)))).flat();
}

interface CertManagerEvent {
  readonly involvedObject: { readonly name: string };
  readonly message: string;
  readonly count?: number;
}

/**
 * Certificates that cert-manager began to issue more than once. It does so by itself when it hears of the Certificate
 * that it has just issued before it hears of the Secret; what asks for it otherwise is a write of the operator.
 */
export async function issuedTwice(api: Api, namespace: string): Promise<readonly string[]> {
  const place = `/api/v1/namespaces/${namespace}/events`;
  const query = { fieldSelector: 'involvedObject.kind=Certificate' };
  const { items } = await api.call<{ items: CertManagerEvent[] }>('GET', place, { query });
  const issuing = items.filter(({ message }) => message.startsWith('Issuing certificate as '));
  const byName = Map.groupBy(issuing, ({ involvedObject }) => involvedObject.name);
  return [...byName].flatMap(([name, events]) => {
    const times = events.reduce((sum, { count = 1 }) => sum + count, 0);
    return times > 1 ? [`${name} ${times} times: ${events.map(({ message }) => message).join('; ')}`] : [];
  });
}

/** What differs by nature between runs, and what stands for it: serial numbers, UIDs and the like. */
export type Names = Map<string, string>;

/** Adds the serial numbers that cert-manager has given out by now: those of one Certificate in the order of its requests. */
export function noteSerials(names: Names, objects: readonly StoredObject[]): void {
  for (const { kind, metadata, status } of objects) {
    if (kind !== 'CertificateRequest' || status?.certificate === undefined) continue;
    const { serialNumber } = new X509Certificate(Buffer.from(status.certificate, 'base64'));
    names.set(serialNumber.toLowerCase().replace(/^0+/, ''), `<serial of ${metadata.name}>`);
  }
}

/** State of a plant by path, such as `MqttDevice/p1/status/conditions/0/reason`. */
export type State = ReadonlyMap<string, string>;

export interface Place {
  readonly api: Api;
  readonly namespace: string;
  /** Known so far; more are added. */
  readonly names: Names;
  /** Prefix of the objects of the ledger in the namespace of the operator, once it wrote there. */
  readonly ledger: string | undefined;
}

export async function stateOf({ api, namespace, names, ledger }: Place): Promise<State> {
  const objects = await objectsIn(api, namespace);
  const kept = await listed(api, ['/api/v1', 'ConfigMap'], operatorNamespace);
  const ofLedger = kept.filter(({ metadata }) => ledger !== undefined && metadata.name.startsWith(`${ledger}-`));
  noteSerials(names, objects);
  for (const { kind, metadata } of objects) names.set(metadata.uid, `<uid of ${kind}/${metadata.name}>`);
  names.set(namespace, '<namespace>');
  if (ledger !== undefined) names.set(ledger.slice('ledger-'.length), '<ca>');
  const masked = masking(names);
  const state = new Map<string, string>();
  const add = (path: string, text: string) => void state.set(masked(path), masked(text));
  for (const object of [...objects, ...ofLedger]) addObject(add, object);
  for (const [part, text] of [
    ...textsOf(objects, 'plant', 'plant-bundle', partNames),
    ...textsOf(ofLedger, ledger ?? '', `${ledger}-index`, ledgerParts),
  ]) {
    for (const line of linesOf(part, text, objects)) add(`texts/${part}/${line}`, 'there');
  }
  return state;
}

const changingFields: ReadonlySet<string> = new Set(['uid', 'resourceVersion', 'creationTimestamp', 'managedFields']);

type Add = (path: string, text: string) => void;

function addObject(add: Add, { kind, metadata, ...rest }: StoredObject): void {
  const meta = Object.entries(metadata).filter(([field]) => !changingFields.has(field));
  const { data, ...others } = rest;
  const keys = kind === 'Secret' ? Object.keys(data ?? {}) : undefined;
  const isChunk = kind === 'ConfigMap' || (kind === 'Secret' && /-passwords-\d+$/.test(metadata.name));
  addValue(add, `${kind}/${metadata.name}`, {
    metadata: Object.fromEntries(meta),
    ...others,
    ...(!isChunk && { keys }),
  });
}

/**
 * They count what was published, and two changes may be published at once; numbers of lists follow the time, and the
 * length of a signature is by chance.
 */
const countingFields: ReadonlySet<string> = new Set(['bundleRevision', 'loadedRevision']);

function addValue(add: Add, path: string, value: unknown): void {
  if (typeof value !== 'object' || value === null) return add(path, String(value));
  for (const [key, inner] of Object.entries(value)) {
    const isCount =
      countingFields.has(key) ||
      (/^(revision|bytes)$/.test(key) && path.endsWith('/status/bundle')) ||
      (key === 'number' && /\/status\/crls\/\d+$/.test(path));
    addValue(add, `${path}/${key.replaceAll('/', '|')}`, isCount ? '<number>' : inner);
  }
}

/** Joined texts of the parts of a set, by part; fails unless each chunk that the index names is there and whole. */
function textsOf<P extends string>(
  objects: readonly StoredObject[],
  prefix: string,
  index: string,
  parts: readonly P[],
): readonly (readonly [P, string])[] {
  const held = objects.filter(
    ({ kind, metadata }) => /^(ConfigMap|Secret)$/.test(kind) && metadata.name.startsWith(prefix),
  );
  const indexText = held.find(({ metadata }) => metadata.name === index)?.data?.[indexName];
  if (indexText === undefined) return [];
  const read = parseSetIndex(indexText, parts);
  if (typeof read === 'string') throw new Error(`${index}: ${read}`);
  const chunks = new Map(
    held.flatMap(({ kind, data = {} }) =>
      Object.entries(data).map(([hash, text]) => [hash, kind === 'Secret' ? decoded(text) : text] as const),
    ),
  );
  const verified = verifiedChunks(read, parts, chunks, parts);
  if (!verified.ok) throw new Error(`${index}: ${verified.findings.map(({ message }) => message).join('; ')}`);
  return parts.map((part) => [part, verified.value[part].join('')]);
}

function decoded(text: string): string {
  return Buffer.from(text, 'base64').toString();
}

/** Of a part: its lines; of passwords, whether each is that of its Secret; of lists, whom they hold and why. */
function linesOf(part: string, text: string, objects: readonly StoredObject[]): readonly string[] {
  if (part === 'passwords') return passwordLines(text, objects);
  if (part === 'crl') return text === '' ? [] : crlLines(text);
  if (part === 'ca') return text.split(/(?<=-----END CERTIFICATE-----)/);
  if (part === 'identities')
    return text.replaceAll(/( Password \S+) [0-9a-f]{32}/g, '$1 <of the password>').split('\n');
  if (part === 'acl') return text.split(/\n(?=user )/).map((block) => block.trim().replaceAll('\n', '; '));
  return text.split('\n');
}

function passwordLines(text: string, objects: readonly StoredObject[]): readonly string[] {
  const hashes = parsePasswords(text);
  if (!hashes.ok) return ['unreadable'];
  return [...hashes.value].map(([identity, hash]) => {
    const secret = objects.find(({ kind, metadata }) => kind === 'Secret' && metadata.name === `${identity}-password`);
    const password = decoded(secret?.data?.['password'] ?? '');
    return `${identity} ${verifyPassword(password, hash) ? 'as in its Secret' : 'another than in its Secret'}`;
  });
}

function crlLines(text: string): readonly string[] {
  const crls = parsedCrls(text);
  if (!crls.ok) return ['unreadable'];
  return crls.value.flatMap(({ entries }) =>
    Array.from(entries, ([serial, { reason }]) => `${serial} ${JSON.stringify(reason)}`),
  );
}

const alwaysOther: readonly (readonly [RegExp, string])[] = [
  [/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<time>'],
  [/-----BEGIN [A-Z ]+-----[^]*?-----END [A-Z ]+-----/g, '<pem>'],
  [/\b[A-Za-z0-9+/]{120,}={0,2}/g, '<base64>'],
  [/\b[0-9a-f]{64}\b/g, '<hash>'],
  [/\b[Rr]evision \d+\b/g, 'revision <number>'],
];

function masking(names: Names): (text: string) => string {
  const known = [...names].toSorted(([a], [b]) => b.length - a.length);
  return (text) => {
    const named = known.reduce((result, [name, mask]) => result.replaceAll(name, mask), text);
    return alwaysOther.reduce((result, [pattern, mask]) => result.replaceAll(pattern, mask), named);
  };
}

/** Paths at which not all states say the same. */
function differingPaths(states: readonly State[]): ReadonlySet<string> {
  const paths = new Set(states.flatMap((state) => [...state.keys()]));
  return new Set([...paths].filter((path) => new Set(states.map((state) => state.get(path))).size > 1));
}

/** What is said of an ideal run: other runs say the same, but where those without faults differ. */
export interface Reference {
  readonly state: State;
  /** Where the values differ, and every run has one. */
  readonly values: ReadonlySet<string>;
  /** What not every run has. */
  readonly chance: ReadonlySet<string>;
}

export function referenceOf(states: readonly State[]): Reference {
  const [state = new Map<string, string>()] = states;
  const paths = [...differingPaths(states)];
  const values = paths.filter((path) => states.every((state) => state.has(path)));
  return { state, values: new Set(values), chance: new Set(paths).difference(new Set(values)) };
}

/** `PATH: is …, should be …`, for each path that is not as in the reference. */
export function differences(state: State, { state: wanted, values, chance }: Reference): readonly string[] {
  return [...differingPaths([state, wanted])]
    .filter((path) => !chance.has(path) && !(values.has(path) && state.has(path)))
    .map((path) => `${path}: is ${state.get(path) ?? 'absent'}, should be ${wanted.get(path) ?? 'absent'}`);
}
