import { createHash } from 'node:crypto';
import path from 'node:path';
import { type Clock } from '../ports.ts';
import { parseFile, type FileResult } from '../parse/manifests.ts';
import { unreadable } from '../parse/yaml.ts';
import { accepted, type Accepted, type ManifestState } from './accepted.ts';
import { readManifests } from './manifests.ts';
import { jsonOf, writeJson } from './state.ts';

/** A file of manifests and what was parsed of it. */
interface ParsedFile {
  readonly hash: string;
  readonly text: string;
  readonly result: FileResult;
}

/** Reads manifests; a file whose text is the same is not parsed again. */
export interface ManifestReader {
  readonly root: string;
  files: ReadonlyMap<string, ParsedFile>;
  /** The last answer; given again when nothing changed. */
  state: ManifestState | undefined;
}

export function manifestReader(root: string): ManifestReader {
  return { root, files: new Map(), state: undefined };
}

/** `generator > file` empties the file long before it writes: what is there then is no decision about anything. */
const emptied = 'file is empty, what it declared stays in force: delete the file if nothing of it is meant any more';

/** Objects that vanish are looked for again after this long: an editor may be in the middle of writing, milliseconds. */
const vanishedDelay = 300;

/**
 * What the manifests say now. When a device or certificate that was there has gone, the reading counts only when a second
 * one shows the same: taking back what half-written files do not show would be for good.
 */
export async function readState(reader: ManifestReader, clock: Clock): Promise<ManifestState> {
  let former = reader.files;
  for (;;) {
    const state = await readOnce(reader);
    if (!isLoss(former, reader.files) || isSame(former, reader.files)) return state;
    if (state.unreadable.length > 0) return state;
    const seen = reader.files;
    await clock.sleep(vanishedDelay);
    const again = await readOnce(reader);
    if (isSame(seen, reader.files)) return again;
    former = seen;
  }
}

async function readOnce(reader: ManifestReader): Promise<ManifestState> {
  const { files, findings: unread } = await readManifests([reader.root]);
  const findings = [...unread];
  const parsed = files.map((file): [string, ParsedFile] => {
    const known = reader.files.get(file.name);
    if (known?.hash === file.hash) return [file.name, known];
    if (known && file.text === '' && known.result.declarations.length > 0) {
      findings.push(unreadable(file.name, emptied));
      return [file.name, known];
    }
    return [file.name, { hash: file.hash, text: file.text, result: parseFile(file) }];
  });
  const next = new Map(parsed);
  const isUnchanged =
    isSame(reader.files, next) && JSON.stringify(reader.state?.unreadable) === JSON.stringify(findings);
  reader.files = next;
  if (!reader.state || !isUnchanged) {
    reader.state = { files: parsed.map(([, { result }]) => result), unreadable: findings };
  }
  return reader.state;
}

type Files = ManifestReader['files'];

function isSame(a: Files, b: Files): boolean {
  return a.size === b.size && [...a].every(([name, { hash }]) => b.get(name)?.hash === hash);
}

function isLoss(former: Files, files: Files): boolean {
  const present = namesIn(files);
  return [...namesIn(former)].some((name) => !present.has(name));
}

function namesIn(files: Files): ReadonlySet<string> {
  const all = [...files.values()].flatMap(({ result }) => result.declarations);
  return new Set(all.map(({ kind, namespace, name }) => `${kind}/${namespace}/${name}`));
}

/** Texts of files that were wholly good, kept so that a restart in the middle of a mistake knows the last good set. */
interface GoodTexts {
  readonly [file: string]: string;
}

export async function keepGood(reader: ManifestReader, { files }: Accepted, file: string): Promise<void> {
  const former = await goodTexts(file);
  const good: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const [name, inForce] of files) {
    const relative = path.relative(reader.root, name);
    const present = reader.files.get(name);
    const last = present?.result === inForce && isGood(inForce) ? present.text : former[relative];
    if (last !== undefined) good[relative] = last;
  }
  if (JSON.stringify(good) !== JSON.stringify(former)) await writeJson(file, good);
}

function isGood({ findings, declarations }: FileResult): boolean {
  return findings.length === 0 && declarations.every(({ content }) => content !== undefined);
}

/** What was accepted before, from the texts that a former run kept; the reader compares what it reads first with them. */
export async function formerlyAccepted(reader: ManifestReader, file: string): Promise<Accepted | undefined> {
  const texts = Object.entries(await goodTexts(file));
  if (texts.length === 0) return undefined;
  const files = texts.map(([relative, text]): [string, ParsedFile] => {
    const name = path.join(reader.root, relative);
    return [name, { hash: createHash('sha256').update(text).digest('hex'), text, result: parseFile({ name, text }) }];
  });
  reader.files = new Map(files);
  return accepted(undefined, { files: files.map(([, { result }]) => result), unreadable: [] });
}

async function goodTexts(file: string): Promise<GoodTexts> {
  const value = await jsonOf(file);
  const entries = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}
