import type { Finding, Position } from '../domain/finding.ts';
import {
  fleetOf,
  keyOf,
  type Broker,
  type CaKeys,
  type Device,
  type DeviceCertificate,
  type Fleet,
  type Template,
} from '../domain/fleet.ts';
import type { Kind, ObjectRef } from '../domain/names.ts';
import { caKeyIdsIn } from '../domain/pki/trusted-ca.ts';
import { envelopeOf, identityOf, itemsOf, kinds, type CoreKind, type Envelope, type Item } from './envelope.ts';
import { parsedObject, type DomainObject } from './object.ts';
import { pathOf, type Path } from './path.ts';
import { labelsOf, valuesOf } from './values.ts';
import { sourceDocuments, unreadable, type SourceDocument, type SourceFile } from './yaml.ts';

/** What an object declares, once its name is known; `content` is absent when findings refuse it. */
interface Declaration {
  readonly kind: Kind | CoreKind;
  readonly namespace: string;
  readonly name: string;
  readonly content?: Content;
  readonly positionOf: (path: Path) => Position;
}

type Content =
  | DomainObject
  | { readonly kind: 'Values'; readonly values: ReadonlyMap<string, string> }
  | { readonly kind: 'Labels'; readonly labels: ReadonlyMap<string, string> };

/** What one file declares. It depends on the file alone, so it holds for as long as the text is the same. */
export interface FileResult {
  readonly file: string;
  readonly declarations: readonly Declaration[];
  readonly findings: readonly Finding[];
}

export interface ParseResult {
  readonly fleet: Fleet;
  /** Texts of ConfigMaps and Secrets by `Kind/namespace/name/key`. */
  readonly values: ReadonlyMap<string, string>;
  readonly findings: readonly Finding[];
  /** Where a field of an object is written; undefined for an object that no file declares. */
  readonly positionOf: (object: ObjectRef, path: string) => Position | undefined;
}

/**
 * The fleet that files declare. What is wrong with a document, an object or a file is a finding with its place, and leaves
 * out that part alone.
 */
export function parseManifests(files: readonly SourceFile[]): ParseResult {
  return assembled(files.map(parseFile));
}

export function parseFile(file: SourceFile): FileResult {
  const { documents, findings } = sourceDocuments(file);
  const readings = documents.flatMap((document) =>
    itemsOf({ value: document.value, path: [] }).map((item) => itemReading(item, document)),
  );
  return {
    file: file.name,
    declarations: readings.flatMap(({ declaration }) => declaration ?? []),
    findings: [...findings, ...readings.flatMap((reading) => reading.findings)],
  };
}

interface ItemReading {
  readonly declaration?: Declaration;
  readonly findings: readonly Finding[];
}

function itemReading(item: Item, document: SourceDocument): ItemReading {
  if (item.value === null) return { findings: [] };
  const positionOf = (path: Path) => document.positionOf([...item.path, ...path]);
  const reading = declarationOf(envelopeOf(item), positionOf);
  const findings = reading.findings.map((finding) => ({ ...finding, position: positionOf(pathOf(finding.path)) }));
  return { ...reading, findings: findings.sort((a, b) => comparedPlaces(a.position, b.position)) };
}

function comparedPlaces(a: Position, b: Position): number {
  return a.line - b.line || a.column - b.column;
}

function declarationOf(envelope: Envelope, positionOf: (path: Path) => Position): ItemReading {
  if (envelope.type === 'Other') return { findings: [] };
  if (envelope.type === 'Bad') return { findings: [envelope.finding] };
  const { kind, object } = envelope;
  const identity = identityOf(object);
  if ('code' in identity) return { findings: envelope.type === 'Ours' ? [identity] : [] };
  const declared = { kind, ...identity, positionOf };
  if (envelope.type === 'Ours') {
    const result = parsedObject(envelope.kind, identity, object);
    if (result.ok) return { declaration: { ...declared, content: result.value }, findings: [] };
    return { declaration: declared, findings: result.findings };
  }
  if (envelope.kind === 'Namespace') {
    const content: Content = { kind: 'Labels', labels: labelsOf(object) };
    return { declaration: { ...declared, namespace: '', content }, findings: [] };
  }
  const { values, findings } = valuesOf(envelope.kind, object);
  return { declaration: { ...declared, content: { kind: 'Values', values } }, findings };
}

/**
 * Files put together. Of objects with one kind, namespace and name the first counts and the others are findings; so is a
 * set of files that declares nothing of ours.
 */
export function assembled(files: readonly FileResult[]): ParseResult {
  const declarations = new Map<string, Declaration>();
  const findings = files.flatMap((file) => file.findings);
  for (const declaration of files.flatMap((file) => file.declarations)) {
    const key = declarationKey(declaration);
    const first = declarations.get(key);
    if (first) findings.push(duplicate(declaration, first));
    else declarations.set(key, declaration);
  }
  if (findings.every(({ severity }) => severity !== 'Error')) findings.push(...nothingFound(files));
  return {
    ...contentOf(declarations.values()),
    findings,
    positionOf: (object, path) => declarations.get(declarationKey(object))?.positionOf(pathOf(path)),
  };
}

type Named = Pick<Declaration, 'kind' | 'namespace' | 'name'>;

function declarationKey({ kind, namespace, name }: Named): string {
  return `${kind}/${namespace}/${name}`;
}

function isOurs(kind: string): kind is Kind {
  return kinds.some((ours) => ours === kind);
}

function duplicate({ kind, namespace, name, positionOf }: Declaration, first: Declaration): Finding {
  const { file, line } = first.positionOf(['metadata', 'name']);
  return {
    code: 'MQS007',
    severity: 'Error',
    message: `${kind} ${namespace === '' ? '' : `${namespace}/`}${name} is declared a second time: the first is at ${file}:${line}`,
    path: 'metadata.name',
    position: positionOf(['metadata', 'name']),
    ...(isOurs(kind) && { object: { kind, namespace, name } }),
  };
}

function nothingFound(files: readonly FileResult[]): Finding[] {
  const [first] = files;
  if (!first || files.some((file) => file.declarations.some(({ kind }) => isOurs(kind)))) return [];
  const place = unreadable(first.file, 'no file holds an object of mqttsecurity.io/v1alpha1');
  return [{ ...place, code: 'MQS012' }];
}

function contentOf(declarations: Iterable<Declaration>): Pick<ParseResult, 'fleet' | 'values'> {
  const brokers: Broker[] = [];
  const templates: Template[] = [];
  const devices: Device[] = [];
  const certificates: DeviceCertificate[] = [];
  const namespaces = new Map<string, ReadonlyMap<string, string>>();
  const values = new Map<string, string>();
  for (const declaration of declarations) {
    const { content } = declaration;
    if (content?.kind === 'MqttBroker') brokers.push(content.value);
    else if (content?.kind === 'AclTemplate') templates.push(content.value);
    else if (content?.kind === 'MqttDevice') devices.push(content.value);
    else if (content?.kind === 'DeviceCertificate') certificates.push(content.value);
    else if (content?.kind === 'Labels') namespaces.set(declaration.name, content.labels);
    else if (content?.kind === 'Values') {
      for (const [key, text] of content.values) values.set(`${declarationKey(declaration)}/${key}`, text);
    }
  }
  const caKeys = trustedKeys(brokers, values);
  return { fleet: fleetOf({ brokers, templates, devices, certificates, namespaces, caKeys }), values };
}

/** Of the CAs whose certificates are among the manifests; a single broker has nobody to share them with. */
function trustedKeys(brokers: readonly Broker[], values: ReadonlyMap<string, string>): CaKeys {
  if (brokers.length < 2) return new Map();
  return new Map(
    brokers.map((broker) => {
      const texts = (broker.clientCertificates?.trustedCas ?? []).flatMap(({ ca: { kind, name, key } }) => {
        return values.get(`${kind}/${broker.origin.namespace}/${name}/${key}`) ?? [];
      });
      return [keyOf(broker), caKeyIdsIn(texts)];
    }),
  );
}

/** The same findings, each with the place of its field where its object is declared by one of the files. */
export function withPositions(
  findings: readonly Finding[],
  { positionOf }: Pick<ParseResult, 'positionOf'>,
): readonly Finding[] {
  return findings.map((finding) => {
    const position = finding.position ?? (finding.object && positionOf(finding.object, finding.path));
    return position ? { ...finding, position } : finding;
  });
}
