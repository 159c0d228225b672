import { type Finding, type Parsed, parsed, refused } from '../finding.ts';
import { hashOfParts, sha256 } from '../hash.ts';
import type { Chunk } from './content.ts';

/** Named texts that belong together, each in chunks that are known by their hash: a bundle, or a ledger with its CRL. */
export interface SetContent<P extends string> {
  readonly parts: Readonly<Record<P, readonly Chunk[]>>;
  /** Names the content, whatever its revision (`setHash`). */
  readonly hash: string;
}

/** What is written last: it names the chunks that make up the set now. */
export interface SetIndex<P extends string> {
  /** Grows by at least one with each change of content. */
  readonly revision: number;
  readonly hash: string;
  /** Hashes of the chunks, in order. */
  readonly parts: Readonly<Record<P, readonly string[]>>;
}

/** Hash over the names of the parts and the hashes of their chunks. */
export function setHash<P extends string>(names: readonly P[], parts: SetIndex<P>['parts']): string {
  return hashOfParts(names.flatMap((name) => [name, String(parts[name].length), ...parts[name]]));
}

/** A value for each part. */
export function ofParts<P extends string, T>(names: readonly P[], value: (name: P) => T): Readonly<Record<P, T>> {
  return Object.fromEntries(names.map((name) => [name, value(name)])) as Record<P, T>;
}

export function setOf<P extends string>(names: readonly P[], parts: SetContent<P>['parts']): SetContent<P> {
  const hashes = ofParts(names, (name) => parts[name].map(({ hash }) => hash));
  return { parts, hash: setHash(names, hashes) };
}

/**
 * The texts of some parts that an index names, from chunks by their hash. Refused when the index does not have its own
 * hash (`names` are all of its parts), and for each chunk that is missing or does not have its.
 */
export function verifiedChunks<P extends string, Q extends P>(
  index: SetIndex<P>,
  names: readonly P[],
  chunks: ReadonlyMap<string, string>,
  wanted: readonly Q[],
): Parsed<Readonly<Record<Q, readonly string[]>>> {
  const findings = wanted.flatMap((name) =>
    index.parts[name].flatMap((hash, number) => chunkFinding(name, number, hash, chunks)),
  );
  if (setHash(names, index.parts) !== index.hash)
    findings.push(corrupt('index', `does not have its hash ${index.hash}`));
  if (findings.length > 0) return refused(...findings);
  return parsed(ofParts(wanted, (name) => index.parts[name].map((hash) => chunks.get(hash) ?? '')));
}

function chunkFinding(part: string, number: number, hash: string, chunks: ReadonlyMap<string, string>): Finding[] {
  const text = chunks.get(hash);
  if (text === undefined) return [corrupt(`${part}[${number}]`, `is missing (${hash})`)];
  return sha256(text) === hash ? [] : [corrupt(`${part}[${number}]`, `does not have its hash ${hash}`)];
}

function corrupt(path: string, what: string): Finding {
  return { code: 'MQS104', severity: 'Error', message: `chunk ${path} ${what}`, path };
}
