/**
 * What a broker is given (DESIGN section 4): named parts of plain text, each in chunks that are known by their hash.
 * `mosquitto.conf` is frozen while a broker runs; the other parts follow a reload, `notices` needs none.
 */
export const partNames = [
  'mosquitto.conf',
  'acl',
  'passwords',
  'identities',
  'crl',
  'ca',
  'revocations',
  'notices',
] as const;
export type PartName = (typeof partNames)[number];

/** The most a chunk may hold, bytes: two of them (present and previous) fit one ConfigMap of 1 MiB. */
export const chunkLimitBytes = 256 * 1024;

export interface Chunk {
  /** May be put together when it is asked for. */
  readonly text: string;
  /** Of the text in UTF-8. */
  readonly bytes: number;
  /** Lower-case hex of the SHA-256 of the text. */
  readonly hash: string;
}

export interface BundleContent {
  readonly parts: Readonly<Record<PartName, readonly Chunk[]>>;
  /** Hash over the names and hashes of all chunks: names the content, whatever its revision. */
  readonly hash: string;
}

/** The index that is written last: it names what belongs together. */
export interface BundleIndex {
  readonly broker: string;
  /** Grows by at least one with each change of content; an agent refuses a lower one. */
  readonly revision: number;
  readonly hash: string;
  readonly parts: Readonly<Record<PartName, readonly string[]>>;
}

/** The text of each part in pieces, which are its chunks. Two sets have those in common that did not change. */
export type PartTexts = Readonly<Record<PartName, readonly string[]>>;

/** A bundle as the agent reads it: the index, the texts that it names, and the server's key pair by reference. */
export interface Bundle {
  readonly index: BundleIndex;
  readonly parts: PartTexts;
  readonly server?: { readonly certificate: string; readonly key: string };
}
