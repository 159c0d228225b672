import type { CaKeyId } from '../pki/certificate.ts';
import { shortHash } from '../hash.ts';
import type { ObjectKey } from '../names.ts';
import { type Chunk, type PartName, partNames } from './content.ts';
import type { SetContent, SetIndex } from './set.ts';

/**
 * How a set lies in a cluster (DESIGN section 4): chunk `NN` of a part in object `PREFIX-PART-NN`, a ConfigMap or Secret
 * whose keys are the hashes of the texts in it, the present one and the one before; the index in a ConfigMap of its own.
 */
export interface SetLayout<P extends string> {
  readonly prefix: string;
  /** Name of the ConfigMap with the index. */
  readonly index: string;
  /** All parts, in the order in which the hash of the set takes them. */
  readonly parts: readonly P[];
  /** Those whose chunks are Secrets. */
  readonly secretParts: readonly P[];
  /** Fields of the index that say whose it is. */
  readonly header: Readonly<Record<string, string>>;
}

/** The bundle of a broker, in the broker's namespace. */
export function bundleLayout(broker: ObjectKey): SetLayout<PartName> {
  const prefix = broker.slice(broker.indexOf('/') + 1);
  return { prefix, index: `${prefix}-bundle`, parts: partNames, secretParts: ['passwords'], header: { broker } };
}

/** What is kept of a CA key: the ledger, the CRL that was last signed from it, and the holds that are on that CRL. */
export const ledgerParts = ['ledger', 'holds', 'crl'] as const;
export type LedgerPart = (typeof ledgerParts)[number];

/** Longest key id that goes into names as it is: that of RFC 7093 with SHA-256, hex digits. */
const longestKeyId = 64;

/** The ledger of a CA key, in the operator's namespace. */
export function ledgerLayout(ca: CaKeyId): SetLayout<LedgerPart> {
  const prefix = `ledger-${ca.length <= longestKeyId ? ca : shortHash(ca)}`;
  return { prefix, index: `${prefix}-index`, parts: ledgerParts, secretParts: [], header: { ca } };
}

/** `mosquitto.conf` would not be a label. */
export function partLabelValue(part: string): string {
  return part === 'mosquitto.conf' ? 'conf' : part;
}

/** One object that holds a chunk. */
export interface ChunkPlace<P extends string> {
  readonly part: P;
  readonly number: number;
  readonly kind: 'ConfigMap' | 'Secret';
  readonly name: string;
}

export function chunkPlace<P extends string>(layout: SetLayout<P>, part: P, number: number): ChunkPlace<P> {
  const name = `${layout.prefix}-${partLabelValue(part)}-${String(number).padStart(2, '0')}`;
  return { part, number, kind: layout.secretParts.includes(part) ? 'Secret' : 'ConfigMap', name };
}

/** All objects that a set of this shape takes beside its index: what an agent must be allowed to get. */
export function chunkPlaces<P extends string>(
  layout: SetLayout<P>,
  parts: Readonly<Record<P, readonly unknown[]>>,
): readonly ChunkPlace<P>[] {
  return layout.parts.flatMap((part) => parts[part].map((_, number) => chunkPlace(layout, part, number)));
}

/** A chunk with its object, and the hash of the text that readers of the present index need there. */
export interface WantedChunk<P extends string> extends ChunkPlace<P> {
  readonly chunk: Chunk;
  readonly present: string | undefined;
}

export function wantedChunks<P extends string>(
  layout: SetLayout<P>,
  present: SetIndex<P> | undefined,
  { parts }: SetContent<P>,
): readonly WantedChunk<P>[] {
  return layout.parts.flatMap((part) =>
    parts[part].map((chunk, number) => ({
      ...chunkPlace(layout, part, number),
      chunk,
      present: present?.parts[part][number],
    })),
  );
}

/** What an object holds: keys that are the hash of their text, and all others. */
export interface HeldTexts {
  readonly intact: ReadonlySet<string>;
  readonly others: ReadonlySet<string>;
}

/** What has to change in an object that holds a chunk. */
export interface ChunkChange {
  readonly add: Chunk;
  readonly remove: readonly string[];
}

/** Undefined when the object holds the chunk already. What is not named by a hash is somebody else's and stays. */
export function chunkChange(
  { chunk, present }: Pick<WantedChunk<string>, 'chunk' | 'present'>,
  { intact, others }: HeldTexts,
): ChunkChange | undefined {
  if (intact.has(chunk.hash)) return undefined;
  const broken = [...others].filter((key) => /^[0-9a-f]{64}$/.test(key));
  const gone = [...intact, ...broken].filter((key) => key !== chunk.hash && (key !== present || !intact.has(key)));
  return { add: chunk, remove: gone };
}

/** The number of the next revision: above all that anybody has seen. */
export function nextRevision(...seen: readonly (number | undefined)[]): number {
  return Math.max(0, ...seen.map((revision) => revision ?? 0)) + 1;
}
