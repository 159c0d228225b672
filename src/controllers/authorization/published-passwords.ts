/** The password lines that the operator published for a broker: hashes, never the passwords that Secrets of devices hold. */
import { type ConfigMapObject, secrets } from '../../api/kinds.ts';
import type { KnownPassword } from '../../authz/decision/passwords.ts';
import { contentHash } from '../../domain/bundle/chunks.ts';
import { indexName, parseIndex } from '../../domain/bundle/index-text.ts';
import { bundleLayout, chunkPlace } from '../../domain/bundle/objects.ts';
import { parsePasswords } from '../../domain/broker/passwords.ts';
import { sha256 } from '../../domain/hash.ts';
import type { ObjectKey } from '../../domain/names.ts';
import { exponentialBackoff } from '../../kube/backoff.ts';
import type { KubeClient } from '../../kube/client.ts';
import { keyOf, keyParts } from '../../kube/object.ts';
import type { Clock, Random } from '../../kube/ports.ts';
import type { Reflector } from '../../kube/reflector.ts';

/** What is kept of the index of a bundle. */
export interface SeenIndex {
  readonly text: string;
  /** UID of the MqttBroker that it is of. */
  readonly owner: string | undefined;
}

export function seenIndex({ data, metadata }: ConfigMapObject): SeenIndex {
  const owner = metadata.ownerReferences?.find(({ controller }) => controller === true);
  return { text: data?.[indexName] ?? '', owner: owner?.uid };
}

export interface PublishedPasswordsOptions {
  readonly client: KubeClient;
  readonly broker: ObjectKey;
  /** Holds the index of the broker and nothing else. */
  readonly index: Pick<Reflector<SeenIndex>, 'store' | 'onChange' | 'ready'>;
  readonly clock: Clock;
  readonly random: Random;
  readonly monotonic: () => number;
  /** So long a line counts that may have been replaced, milliseconds. */
  readonly maxAgeMilliseconds: number;
  readonly onProblem: (error: unknown) => void;
}

export interface PublishedPasswords {
  /** Of an identity on the MqttBroker with this UID; stale where there are newer lines, and they cannot be read. */
  readonly passwordOf: (identity: string, brokerUid: string | undefined) => KnownPassword | undefined;
  /** Reads at each change of the index, and again what could not be read, until the signal is aborted. Resolves when it was tried once. */
  readonly follow: (signal: AbortSignal) => Promise<void>;
}

type Lines = ReadonlyMap<string, string>;

/** Lines by the hash of the chunk that they are in. */
interface ReadLines {
  readonly owner: string | undefined;
  readonly chunks: ReadonlyMap<string, Lines>;
}

const retryLimits = { firstMilliseconds: 500, longestMilliseconds: 15_000 };
const parallelReads = 8;
const none: ReadLines = { owner: undefined, chunks: new Map() };

export function publishedPasswords(options: PublishedPasswordsOptions): PublishedPasswords {
  const { broker, index, clock, random, monotonic, maxAgeMilliseconds, onProblem } = options;
  const indexKey = keyOf(keyParts(broker).namespace, bundleLayout(broker).index);
  const backoff = exponentialBackoff(retryLimits, random);
  let known = none;
  /** Since when there may be newer lines than those that are known: a read that hangs counts from its beginning. */
  let behindSince: number | undefined;
  let isReading = false;
  let askedAt: number | undefined;
  let isRetried = false;

  async function read(signal: AbortSignal): Promise<void> {
    try {
      const seen = index.store.get(indexKey);
      known = seen ? await readLines(options, seen, known, signal) : none;
      behindSince = undefined;
      backoff.reset();
    } catch (error) {
      if (signal.aborted) return;
      onProblem(error);
      retryLater(signal);
    }
  }

  function retryLater(signal: AbortSignal): void {
    if (isRetried) return;
    isRetried = true;
    const again = () => {
      isRetried = false;
      void look(signal);
    };
    clock.sleep(backoff.next(), signal).then(again, () => undefined);
  }

  async function look(signal: AbortSignal): Promise<void> {
    askedAt ??= monotonic();
    if (isReading) return;
    isReading = true;
    while (askedAt !== undefined && !signal.aborted) {
      behindSince ??= askedAt;
      askedAt = undefined;
      await read(signal);
    }
    isReading = false;
  }

  return {
    passwordOf(identity, brokerUid) {
      if (behindSince !== undefined && monotonic() - behindSince > maxAgeMilliseconds) return { kind: 'Stale' };
      if (known.owner === undefined || known.owner !== brokerUid) return undefined;
      const hash = [...known.chunks.values()].find((lines) => lines.has(identity))?.get(identity);
      return hash === undefined ? undefined : { kind: 'Hash', hash };
    },
    async follow(signal) {
      await index.ready;
      await look(signal);
      index.onChange(() => void look(signal));
    },
  };
}

async function readLines(
  { client, broker }: PublishedPasswordsOptions,
  { text, owner }: SeenIndex,
  former: ReadLines,
  signal: AbortSignal,
): Promise<ReadLines> {
  const index = parseIndex(text);
  const layout = bundleLayout(broker);
  if (typeof index === 'string') throw new Error(`read ConfigMap ${layout.index}: ${index}`);
  const { broker: named, hash: whole, parts } = index;
  if (named !== broker || contentHash(parts) !== whole) {
    throw new Error(`read ConfigMap ${layout.index}: it is not the index of MqttBroker ${broker}`);
  }
  const chunks = new Map<string, Lines>();
  const readOne = async (hash: string, number: number): Promise<void> => {
    const { name } = chunkPlace(layout, 'passwords', number);
    chunks.set(hash, former.chunks.get(hash) ?? (await chunkLines(client, broker, name, hash, signal)));
  };
  const all = [...parts.passwords.entries()];
  for (let at = 0; at < all.length; at += parallelReads) {
    await Promise.all(all.slice(at, at + parallelReads).map(([number, hash]) => readOne(hash, number)));
  }
  return { owner, chunks };
}

async function chunkLines(
  client: KubeClient,
  broker: ObjectKey,
  name: string,
  hash: string,
  signal: AbortSignal,
): Promise<Lines> {
  const { data } = await client.get(secrets, keyParts(broker).namespace, name, { signal });
  const text = Buffer.from(data?.[hash] ?? '', 'base64').toString();
  if (sha256(text) !== hash) throw new Error(`read Secret ${name}: it does not hold what the index names (${hash})`);
  const lines = parsePasswords(text);
  if (lines.ok) return lines.value;
  throw new Error(`read Secret ${name}: ${lines.findings.map(({ message }) => message).join('; ')}`);
}
