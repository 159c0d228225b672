import { createHash } from 'node:crypto';
import { type Bundle, type PartName, partNames } from '../domain/bundle/content.ts';
import { parseIdentities } from '../domain/bundle/identities.ts';
import { sha256 } from '../domain/hash.ts';
import type { RevocationEntry } from '../domain/pki/certificate.ts';
import { parseRevocations } from '../domain/pki/revocations.ts';
import { readable } from './candidate.ts';
import { addFile, flushGeneration, type GenerationName, linkedText, removeUnlinked, setLink } from './generation.ts';
import type { Admission } from './kick.ts';

const recordFile = 'bundle.json';

/** Remembers, also across a power loss, that this bundle was proved in this generation. */
export async function recordGood(root: string, name: GenerationName, bundle: Bundle): Promise<void> {
  await addFile(root, name, recordFile, recordOf(bundle));
  await flushGeneration(root, name);
  await setLink(root, 'good', name);
  await removeUnlinked(root);
}

/** The hash of the bundle's JSON, and the JSON. Made twice, for of a large bundle it would take more memory than all else. */
function* recordOf(bundle: Bundle): Generator<string> {
  const hash = createHash('sha256');
  for (const piece of jsonOf(bundle)) hash.update(piece);
  yield `${hash.digest('hex')}\n`;
  yield* jsonOf(bundle);
}

function* jsonOf({ parts, ...rest }: Bundle): Generator<string> {
  yield `${JSON.stringify(rest).slice(0, -1)},"parts":{`;
  for (const [index, name] of partNames.entries()) {
    yield `${index === 0 ? '' : ','}${JSON.stringify(name)}:[`;
    for (const [number, piece] of parts[name].entries()) yield `${number === 0 ? '' : ','}${JSON.stringify(piece)}`;
    yield ']';
  }
  yield '}}';
}

/** The bundle that was last proved, or why its record is of no use. */
type Recorded = { readonly kind: 'Read'; readonly bundle: Bundle } | { readonly kind: 'Useless'; readonly why: string };

/** Undefined when there is none. Earlier agents wrote each part as one text: it has its hash where it was one chunk. */
export async function recordedGood(root: string): Promise<Recorded | undefined> {
  const text = await linkedText(root, 'good', recordFile);
  if (text === undefined) return undefined;
  const [hash] = text.split('\n', 1);
  const content = text.slice((hash?.length ?? 0) + 1);
  if (sha256(content) !== hash) return { kind: 'Useless', why: 'its record was damaged' };
  const { parts, ...rest } = JSON.parse(content) as RecordedBundle;
  const read = partNames.map((name) => [name, piecesRecorded(parts?.[name])] as const);
  const unknown = read.flatMap(([name, pieces]) => (pieces ? [] : [name]));
  if (unknown.length > 0) {
    return { kind: 'Useless', why: `its record is of another version: it has no ${unknown.join(', ')}` };
  }
  return { kind: 'Read', bundle: { ...rest, parts: Object.fromEntries(read) as Bundle['parts'] } };
}

type RecordedBundle = Omit<Bundle, 'parts'> & { readonly parts?: Readonly<Partial<Record<PartName, unknown>>> };

function piecesRecorded(part: unknown): readonly string[] | undefined {
  if (typeof part === 'string') return part === '' ? [] : [part];
  return Array.isArray(part) && part.every((piece) => typeof piece === 'string') ? part : undefined;
}

/** What the broker was told to be revoked by the set that was put in place last, whether or not it was proved. */
export async function givenRevocations(root: string): Promise<readonly RevocationEntry[]> {
  const text = await linkedText(root, 'current', 'revocations');
  return (text === undefined ? undefined : readable(parseRevocations(text))) ?? [];
}

/** Who was admitted when last every session that had to go was ended; undefined when that is not known. */
export async function recordedAdmission(root: string): Promise<Admission | undefined> {
  const [identities, revocations] = await Promise.all([
    linkedText(root, 'kicked', 'identities'),
    linkedText(root, 'kicked', 'revocations'),
  ]);
  if (identities === undefined || revocations === undefined) return undefined;
  const admitted = readable(parseIdentities(identities));
  const entries = readable(parseRevocations(revocations));
  return admitted && entries && { identities: admitted, revocations: entries };
}
