import { CORE_SCHEMA, constructFromEvents, defineMappingTag, parseEvents, YAMLException } from 'js-yaml';
import type { Finding, Position } from '../domain/finding.ts';
import type { FindingCode } from '../domain/findings.ts';
import { lineStartsOf, locatorOf, placeAt, type Locator, type Place } from './locator.ts';
import type { Path } from './path.ts';

/** A file of manifests; `name` is what findings say, `text` its decoded content. */
export interface SourceFile {
  readonly name: string;
  readonly text: string;
}

/** One YAML or JSON document. Its mappings have no prototype, and what an alias repeats is a copy. */
export interface SourceDocument {
  readonly value: unknown;
  /** Where the field of this path is, or, when it is not written, its nearest parent. */
  readonly positionOf: (path: Path) => Position;
}

export interface SourceReading {
  readonly documents: readonly SourceDocument[];
  readonly findings: readonly Finding[];
}

/** The most a file may hold, characters; the reader of files limits bytes to the same number. */
export const fileLimit = 8 * 1024 * 1024;
/** Nodes that aliases may add to one document: enough for any hand-written manifest, too few for a bomb. */
export const aliasedNodeLimit = 10_000;
/** Nesting of a document, aliases included. */
const depthLimit = 100;

/** A part of a file that begins at a `---` line: what is wrong in one of them does not touch the others. */
interface Chunk {
  readonly file: string;
  readonly text: string;
  readonly firstLine: number;
}

type Mapping = Record<string, unknown>;

/** Mappings without prototype: keys such as `__proto__` and `constructor` are keys like any other. */
const mapping = defineMappingTag<Mapping>('tag:yaml.org,2002:map', {
  create: () => Object.create(null) as Mapping,
  addPair: (carrier, key, value) => {
    if (typeof key === 'object' && key !== null) return 'a key is itself a mapping or a sequence';
    carrier[String(key)] = value;
    return '';
  },
  has: (carrier, key) => String(key) in carrier,
  keys: (carrier) => Object.keys(carrier),
  get: (carrier, key) => carrier[String(key)],
  identify: () => false,
});

/** YAML 1.2 core: timestamps stay text, and so do `on`, `off`, `yes` and `no`. */
const schema = CORE_SCHEMA.withTags(mapping);

/** The documents of a file with their positions, and a finding for each part that cannot be read. Never throws. */
export function sourceDocuments(file: SourceFile): SourceReading {
  if (file.text.length > fileLimit) return { documents: [], findings: [unreadable(file.name, tooLarge)] };
  const readings = chunksOf(file).map(chunkReading);
  return {
    documents: readings.flatMap((reading) => reading.documents),
    findings: readings.flatMap((reading) => reading.findings),
  };
}

export const tooLarge = `file is larger than ${fileLimit / 1024 / 1024} MiB: split it`;

/** A finding on a file as a whole, or on a place in it, that cannot be read at all. */
export function unreadable(file: string, message: string, line = 1, column = 1): Finding {
  return finding('MQS001', message, { file, line, column });
}

function finding(code: FindingCode, message: string, position: Position): Finding {
  return { code, severity: 'Error', message, path: '', position };
}

/** Splits at lines that begin with `---`: they begin a document even inside a scalar (YAML 1.2 section 9.1.2). */
function chunksOf({ name, text }: SourceFile): Chunk[] {
  const body = text.startsWith('\uFEFF') ? text.slice(1) : text;
  const chunks: Chunk[] = [];
  let start = 0;
  let firstLine = 1;
  for (let at = nextMarker(body, 0); start < body.length; at = nextMarker(body, at)) {
    const chunk = body.slice(start, at);
    // Directives stand before the marker of the document that they belong to.
    if (at < body.length && isDirectives(chunk)) continue;
    chunks.push({ file: name, text: chunk, firstLine });
    firstLine += lineStartsOf(chunk).length - 1;
    start = at;
  }
  return chunks;
}

function nextMarker(text: string, from: number): number {
  for (let at = text.indexOf('\n---', from); at >= 0; at = text.indexOf('\n---', at + 1)) {
    const after = text[at + 4];
    if (after === undefined || /\s/.test(after)) return at + 1;
  }
  return text.length;
}

function isDirectives(chunk: string): boolean {
  if (!/^%/m.test(chunk)) return false;
  return chunk.split('\n').every((line) => /^(?:%|#|\s*$)/.test(line));
}

function chunkReading(chunk: Chunk): SourceReading {
  try {
    const events = parseEvents(chunk.text, { maxDepth: depthLimit });
    const values = constructFromEvents(events, { source: chunk.text, schema });
    const locator = locatorOf(chunk.text);
    const readings = values.map((value, index) => documentReading(chunk, value, index, locator));
    return {
      documents: readings.flatMap((reading) => reading.documents),
      findings: readings.flatMap((reading) => reading.findings),
    };
  } catch (error) {
    return { documents: [], findings: [malformed(chunk, error)] };
  }
}

function documentReading(chunk: Chunk, value: unknown, index: number, locator: Locator): SourceReading {
  const positionOf = (path: Path) => placed(chunk, locator.placeOf(index, path));
  const copy = { seen: new Set<object>(), aliasedNodes: 0, depth: 0 };
  const problem = standAlone(value, copy);
  if (!problem) return { documents: [{ value, positionOf }], findings: [] };
  return { documents: [], findings: [finding('MQS002', problem, positionOf([]))] };
}

interface Copying {
  readonly seen: Set<object>;
  aliasedNodes: number;
  depth: number;
}

/** Replaces in place what an alias shares by copies of it; answers with what forbids that. */
function standAlone(value: unknown, copying: Copying): string | undefined {
  if (typeof value === 'string') return value.isWellFormed() ? undefined : 'text holds half of a surrogate pair';
  if (typeof value !== 'object' || value === null) return undefined;
  copying.seen.add(value);
  copying.depth += 1;
  if (copying.depth > depthLimit) return `nesting is deeper than ${depthLimit} levels, or an alias holds itself`;
  const node = value as Mapping;
  for (const key in node) {
    const child = node[key];
    if (typeof child === 'object' && child !== null && copying.seen.has(child)) {
      copying.aliasedNodes += Object.keys(child).length + 1;
      if (copying.aliasedNodes > aliasedNodeLimit) return `aliases repeat more than ${aliasedNodeLimit} nodes`;
      node[key] = Array.isArray(child) ? [...(child as unknown[])] : Object.assign(Object.create(null), child);
    }
    const problem =
      (key.isWellFormed() ? undefined : 'key holds half of a surrogate pair') ?? standAlone(node[key], copying);
    if (problem !== undefined) return problem;
  }
  copying.depth -= 1;
  return undefined;
}

/** The first two quote what is written there, which may be a password that ought to have been in quotes. */
const clearer: readonly (readonly [RegExp, string])[] = [
  [/^unidentified alias/, 'alias of an anchor that is not there: put a text that begins with * in quotes'],
  [/\btag\b/, 'unknown tag: leave it out, and put a text that begins with ! in quotes'],
  [/^duplicated mapping key/, 'key is given twice: remove one of the two'],
  [/^deficient indentation/, 'line is indented too little, or a bracket or quote above it is not closed'],
  [/^unexpected end of the stream within a flow/, 'bracket or brace is not closed'],
  [/^tab characters/, 'line is indented with a tab: use spaces'],
  [/^null byte/, 'NUL character: remove it'],
  [/non-printable characters/, 'control character or invalid text: remove it'],
];

function malformed(chunk: Chunk, error: unknown): Finding {
  const reason = error instanceof YAMLException ? error.reason : `not YAML: ${String(error)}`;
  const offset = error instanceof YAMLException ? (error.mark?.position ?? 0) : 0;
  const message = clearer.find(([pattern]) => pattern.test(reason))?.[1] ?? reason;
  return finding(
    'MQS002',
    message,
    placed(chunk, placeAt(lineStartsOf(chunk.text), Math.min(offset, chunk.text.length))),
  );
}

function placed({ file, firstLine }: Chunk, { line, column }: Place): Position {
  return { file, line: firstLine + line, column: column + 1 };
}
