import { type Bundle, partNames } from '../domain/bundle/content.ts';
import { parseIdentities } from '../domain/bundle/identities.ts';
import { sha256 } from '../domain/hash.ts';
import { parseRevocations } from '../domain/pki/revocations.ts';
import { readable } from './candidate.ts';
import { addFile, flushGeneration, type GenerationName, linkedText, removeUnlinked, setLink } from './generation.ts';
import type { Admission } from './kick.ts';

const recordFile = 'bundle.json';

/** Remembers, also across a power loss, that this bundle was proved in this generation. */
export async function recordGood(root: string, name: GenerationName, bundle: Bundle): Promise<void> {
  const text = JSON.stringify(bundle);
  await addFile(root, name, recordFile, `${sha256(text)}\n${text}`);
  await flushGeneration(root, name);
  await setLink(root, 'good', name);
  await removeUnlinked(root);
}

/** The bundle that was last proved; undefined when there is none, or its record was damaged. */
export async function recordedGood(root: string): Promise<Bundle | undefined> {
  const text = await linkedText(root, 'good', recordFile);
  if (text === undefined) return undefined;
  const [hash] = text.split('\n', 1);
  const content = text.slice((hash?.length ?? 0) + 1);
  const bundle = sha256(content) === hash ? (JSON.parse(content) as Bundle) : undefined;
  // One of another version may lack a part.
  return bundle && partNames.every((name) => typeof bundle.parts[name] === 'string') ? bundle : undefined;
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
