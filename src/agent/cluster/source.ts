import { configMaps, type ConfigMapObject } from '../../api/kinds.ts';
import type { Bundle, BundleIndex } from '../../domain/bundle/content.ts';
import { indexName, parseIndex } from '../../domain/bundle/index-text.ts';
import { bundleLayout } from '../../domain/bundle/objects.ts';
import { shortHash } from '../../domain/hash.ts';
import { joined } from '../../domain/pieces.ts';
import type { ObjectKey } from '../../domain/names.ts';
import { exponentialBackoff } from '../../kube/backoff.ts';
import type { KubeClient } from '../../kube/client.ts';
import { isTransient } from '../../kube/errors.ts';
import { keyOf, keyParts } from '../../kube/object.ts';
import type { Clock, Random } from '../../kube/ports.ts';
import { createReflector } from '../../kube/reflector.ts';
import type { ReflectorReport } from '../../kube/report.ts';
import type { BundleReading, BundleSource } from '../../ports.ts';
import { bellOf } from './bell.ts';
import { readTexts } from './chunks.ts';
import type { OwnBroker } from './own-broker.ts';
import { type KeyPairReader, keyPairReader } from './key-pair.ts';

export interface ClusterSource {
  readonly client: KubeClient;
  readonly broker: ObjectKey;
  readonly own: OwnBroker;
  /** Name of the Secret with `tls.crt` and `tls.key` of the server, in the broker's namespace. */
  readonly serverSecret: string;
  readonly clock: Clock;
  readonly random: Random;
  /** What was tried again, or will be. */
  readonly onProblem?: (problem: { readonly what: string; readonly error: unknown }) => void;
}

/** While a set cannot be read whole, and while the server cannot be asked. */
const retryLimits = { firstMilliseconds: 1_000, longestMilliseconds: 15_000 };

/** After so long the index is read again, in case that the watch lost something. */
const relistSeconds = 600;

/**
 * Bundles that the operator publishes. The index alone is watched; of the chunks those are read that the last set did
 * not have. Each reading is a complete set whose chunks have the hashes that the index names, or says why there is none;
 * equal readings are given once. While the server is away nothing is given, and what was given stays true; so does it
 * when the index or the Secret is deleted.
 */
export function clusterSource(source: ClusterSource): BundleSource {
  return { bundles: (signal) => bundles(source, signal) };
}

async function* bundles(source: ClusterSource, signal: AbortSignal): AsyncGenerator<BundleReading> {
  const { client, broker, clock, random } = source;
  const bell = bellOf(clock, signal);
  const { namespace = '' } = keyParts(broker);
  const name = bundleLayout(broker).index;
  const index = createReflector<ConfigMapObject, SeenIndex>({
    ...{ client, clock, random, type: configMaps },
    selection: { namespace, fieldSelector: `metadata.name=${name}` },
    project: (object) => ({ text: object.data?.[indexName] ?? '', object: { metadata: object.metadata } }),
    relistSeconds,
    report: (report) => reportProblem(source, report),
  });
  const reader = readerOf(source, () => index.store.get(keyOf(namespace, name)));
  index.onChange((_, next) => {
    if (next !== undefined) bell.ring();
  });
  index.start();
  try {
    let last: string | undefined;
    while (!signal.aborted) {
      const { reading, againMilliseconds } = await reader(signal);
      if (reading && fingerprintOf(reading) !== last) {
        last = fingerprintOf(reading);
        yield reading;
      }
      await bell.heard(againMilliseconds);
    }
  } finally {
    index.stop();
  }
}

function reportProblem({ onProblem }: ClusterSource, report: ReflectorReport): void {
  if ('error' in report) onProblem?.({ what: 'watch the index of the bundle', error: report.error });
}

function fingerprintOf(reading: BundleReading): string {
  if (reading.kind === 'Unreadable') return `! ${reading.reason}`;
  const { index, server } = reading.bundle;
  return `${index.revision} ${index.hash} ${shortHash(`${server?.certificate ?? ''}${server?.key ?? ''}`)}`;
}

/** The text of the index, and whose it is. */
interface SeenIndex {
  readonly text: string;
  readonly object: Pick<ConfigMapObject, 'metadata'>;
}

interface Attempt {
  readonly reading: BundleReading | undefined;
  /** After so long it has to be looked again, even if nobody rings. */
  readonly againMilliseconds: number;
}

/** Reads the set of the present index. What it has read is kept for the next time. */
function readerOf(
  source: ClusterSource,
  presentIndex: () => SeenIndex | undefined,
): (signal: AbortSignal) => Promise<Attempt> {
  const backoff = exponentialBackoff(retryLimits, source.random);
  const keyPair = keyPairReader(source);
  let former: Bundle | undefined;
  let unreadable: string | undefined;

  /** At first it may only be that a newer index is on its way: its chunks push out those of this one. */
  function unread(text: string, reason: string): Attempt {
    const reading: BundleReading | undefined = unreadable === text ? { kind: 'Unreadable', reason } : undefined;
    unreadable = text;
    return { reading, againMilliseconds: backoff.next() };
  }

  return async (signal) => {
    const seen = presentIndex();
    if (seen === undefined) return { reading: undefined, againMilliseconds: Infinity };
    const { text, object } = seen;
    if (!source.own.owns(object)) return unread(text, foreignBroker(source));
    try {
      const set = await readSet(source, text, former, keyPair, signal);
      if (set.kind === 'Unreadable') return unread(text, set.reason);
      former = set.bundle;
      unreadable = undefined;
      backoff.reset();
      const isEarly = needsKeyPair(set.bundle) && keyPair.isAwaited();
      const reading: BundleReading | undefined = isEarly ? undefined : { kind: 'Bundle', bundle: set.bundle };
      return { reading, againMilliseconds: keyPair.againMilliseconds() };
    } catch (error) {
      signal.throwIfAborted();
      source.onProblem?.({ what: 'read the bundle', error });
      if (isTransient(error)) return { reading: undefined, againMilliseconds: backoff.next() };
      return unread(text, error instanceof Error ? error.message : String(error));
    }
  };
}

function foreignBroker({ broker, own }: ClusterSource): string {
  return `the bundle is of another MqttBroker ${broker} than the one with UID ${own.uid() ?? ''}, which this agent serves`;
}

function needsKeyPair({ parts }: Bundle): boolean {
  return /^certfile /m.test(joined(parts['mosquitto.conf']));
}

async function readSet(
  source: ClusterSource,
  text: string,
  former: Bundle | undefined,
  keyPair: KeyPairReader,
  signal: AbortSignal,
) {
  const index: BundleIndex | string = parseIndex(text);
  if (typeof index === 'string') return { kind: 'Unreadable', reason: index } as const;
  const [read, server] = await Promise.all([
    readTexts(source.client, source.broker, index, former, signal),
    keyPair.present(signal),
  ]);
  if (!read.ok) {
    return { kind: 'Unreadable', reason: read.findings.map(({ message }) => message).join('; ') } as const;
  }
  const bundle: Bundle = { index, parts: read.value, ...(server && { server }) };
  return { kind: 'Whole', bundle } as const;
}
