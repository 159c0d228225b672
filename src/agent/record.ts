import { createHash } from 'node:crypto';
import { type Bundle, partNames } from '../domain/bundle/content.ts';
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

/** The bundle that was last proved; undefined when there is none, or its record was damaged. */
export async function recordedGood(root: string): Promise<Bundle | undefined> {
  const text = await linkedText(root, 'good', recordFile);
  if (text === undefined) return undefined;
  const [hash] = text.split('\n', 1);
  const content = text.slice((hash?.length ?? 0) + 1);
  const bundle = sha256(content) === hash ? (JSON.parse(content) as Bundle) : undefined;
  // One of another version may lack a part.
  return bundle && partNames.every((name) => Array.isArray(bundle.parts[name])) ? bundle : undefined;
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
