/** A cluster as a source of who may do what on one broker: watched, and answered from memory. */
import {
  aclTemplates,
  configMaps,
  secrets,
  mqttBrokers,
  type MqttDeviceObject,
  mqttDevices,
  namespaces,
} from '../../api/kinds.ts';
import type { SourceReader, SourceState } from '../../authz/decision/decider.ts';
import type { KnownPassword } from '../../authz/decision/passwords.ts';
import { observedBlock, type ObservedDevice } from '../../cluster/fleet.ts';
import { bundleLayout } from '../../domain/bundle/objects.ts';
import { type Broker, type Device, keyOf, type ValueRef } from '../../domain/fleet.ts';
import type { ObjectKey } from '../../domain/names.ts';
import type { KubeClient } from '../../kube/client.ts';
import { isNotFound } from '../../kube/errors.ts';
import { type Key, keyParts } from '../../kube/object.ts';
import type { Clock, Random } from '../../kube/ports.ts';
import type { Reflector } from '../../kube/reflector.ts';
import type { ReflectorReport } from '../../kube/report.ts';
import type { FleetState } from '../context.ts';
import { declaredBroker, declaredDevice, type DeclaredDevice, declaredTemplate } from '../declared.ts';
import { createFleetState } from '../fleet-state.ts';
import { knownNamespace, mirrorOf } from '../world.ts';
import { createFreshness, type Freshness } from './freshness.ts';
import { type PublishedPasswords, publishedPasswords, seenIndex } from './published-passwords.ts';
import { signsIn } from './signs.ts';

export interface ClusterFleetOptions {
  readonly client: KubeClient;
  readonly broker: ObjectKey;
  /** No other namespaces are looked at than these, among them that of the broker; all without it. */
  readonly watchNamespaces?: readonly string[];
  /** So long counts what was not seen again to be so, seconds; at least `shortestMaxAgeSeconds`. */
  readonly maxAgeSeconds: number;
  readonly clock: Clock;
  readonly random: Random;
  /** Milliseconds that never go back: the clock of the reader. */
  readonly monotonic: () => number;
  /** Asked once for each kind and namespace. */
  readonly report: (plural: string) => (report: ReflectorReport) => void;
  /** What failed beside that, and is tried again. */
  readonly onProblem: (problem: { readonly what: string; readonly error: unknown }) => void;
}

/** Signs have to come several times within the longest age, and a watch that ends within a second is none. */
export const shortestMaxAgeSeconds = 10;
const signsInAge = 4;
const valueMilliseconds = 10_000;
/** No watch of the API machinery lasts less by itself. */
const longestSignSeconds = 300;

/**
 * Follows until the signal is aborted. A state is served when all has been listed, then with each change, always as of the
 * time up to which every watch had told everything. A watch shows that by its end, which is why none lasts long; that the
 * server has its storage, a consistent read of the broker shows. While the server is away no such sign comes.
 */
export async function followCluster(
  options: ClusterFleetOptions,
  reader: SourceReader,
  signal: AbortSignal,
): Promise<void> {
  const freshness = createFreshness();
  let isServed = false;
  const serve = (): void => reader.serve(stateOf(options, watched), freshness.until());
  const onSign = (): void => {
    const time = freshness.until();
    if (time === undefined) return;
    if (isServed) reader.confirm(time);
    else serve();
    isServed = true;
  };
  const watched = watchedKinds(options, freshness, onSign);
  watched.onChange(
    coalesced(() => {
      if (isServed) serve();
    }),
  );
  const passwordsWereRead = freshness.stream();
  const brokerWasRead = freshness.stream();
  watched.start();
  const reading = watched.passwords.follow(signal).then(
    () => {
      passwordsWereRead(Infinity);
      onSign();
    },
    () => undefined, // stopped before the index was listed
  );
  await readBroker(options, signal, (time) => {
    brokerWasRead(time);
    onSign();
  });
  watched.stop();
  await reading;
}

interface Watched {
  readonly devices: Reflector<WatchedDevice>;
  readonly fleetState: FleetState;
  readonly passwords: PublishedPasswords;
  readonly onChange: (handler: () => void) => void;
  readonly start: () => void;
  readonly stop: () => void;
}

type WatchedDevice = DeclaredDevice & { readonly observed: ObservedDevice };

function watchedKinds(options: ClusterFleetOptions, freshness: Freshness, onSign: () => void): Watched {
  const { client, broker, watchNamespaces, clock, random, monotonic, maxAgeSeconds } = options;
  const { namespace = '' } = keyParts(broker);
  const watchSeconds = signSeconds(options);
  const withSigns = (told: (report: ReflectorReport) => void, stream: (time: number) => void) => {
    const sign = (time: number): void => {
      stream(time);
      onSign();
    };
    const seen = signsIn({ sign, monotonic, watchMilliseconds: watchSeconds * 1000 });
    return (report: ReflectorReport): void => {
      told(report);
      seen(report);
    };
  };
  const common = {
    ...{ client, clock, random, watchSeconds },
    report: (plural: string) => withSigns(options.report(plural), freshness.stream()),
  };
  const mirror = mirrorOf({ ...common, ...(watchNamespaces && { namespace: watchNamespaces }) });
  const { index: name } = bundleLayout(broker);
  const index = mirrorOf(common)(configMaps, seenIndex, {}, { namespace, fieldSelector: `metadata.name=${name}` });
  const devices = mirror(mqttDevices, watchedDevice);
  const isAlone = watchNamespaces?.every((one) => one === namespace) === true;
  const world = {
    brokers: mirror(mqttBrokers, (object) => declaredBroker(object)),
    templates: mirror(aclTemplates, declaredTemplate),
    devices,
    ...(!isAlone && { namespaces: mirror(namespaces, knownNamespace) }),
  };
  const told: readonly Reflector<unknown>[] = Object.values(world);
  const all = [...told, index];
  return {
    devices,
    fleetState: createFleetState(world),
    passwords: publishedPasswords({
      ...{ client, broker, index, clock, random, monotonic, maxAgeMilliseconds: maxAgeSeconds * 1000 },
      onProblem: (error) => options.onProblem({ what: 'read the published passwords', error }),
    }),
    onChange: (handler) => told.forEach((one) => one.onChange(handler)),
    start: () => all.forEach((one) => one.start()),
    stop: () => all.forEach((one) => one.stop()),
  };
}

function signSeconds({ maxAgeSeconds }: ClusterFleetOptions): number {
  return Math.min(Math.floor(maxAgeSeconds / signsInAge), longestSignSeconds);
}

function watchedDevice(object: MqttDeviceObject, key: Key, former: WatchedDevice | undefined): WatchedDevice {
  const { lockout, certificate } = object.status ?? {};
  const notAfter = certificate?.notAfter;
  return {
    ...declaredDevice(object, key, former),
    observed: { ...(lockout && { lockout }), ...(notAfter !== undefined && { certificate: { notAfter } }) },
  };
}

/** One call for all the changes that are told together. */
function coalesced(run: () => void): () => void {
  let isDue = false;
  return () => {
    if (isDue) return;
    isDue = true;
    queueMicrotask(() => {
      isDue = false;
      run();
    });
  };
}

/** Reads the broker time and again, as its storage has it; a broker that is not there is an answer, too. */
async function readBroker(
  options: ClusterFleetOptions,
  signal: AbortSignal,
  onRead: (time: number) => void,
): Promise<void> {
  const { client, broker, clock, monotonic, onProblem } = options;
  const { namespace, name } = keyParts(broker);
  const milliseconds = signSeconds(options) * 1000;
  while (!signal.aborted) {
    const time = monotonic();
    try {
      await client.get(mqttBrokers, namespace, name, { signal, timeoutMilliseconds: milliseconds });
      onRead(time);
    } catch (error) {
      if (isNotFound(error)) onRead(time);
      else if (!isOver(signal)) onProblem({ what: 'read the broker', error });
    }
    await clock.sleep(milliseconds, signal).catch(() => undefined);
  }
}

function isOver({ aborted }: AbortSignal): boolean {
  return aborted;
}

function stateOf(options: ClusterFleetOptions, { devices, fleetState, passwords }: Watched): SourceState {
  const { fleet } = fleetState;
  const broker = fleet.brokers.get(options.broker);
  return {
    fleet,
    broker,
    passwordOf: (device) => passwordOf(device, broker, passwords),
    blockOf(identity, now) {
      for (const device of fleet.devices.get(identity) ?? []) {
        if (device.broker !== options.broker) continue;
        const why = observedBlock(device, devices.store.get(keyOf(device))?.observed, now);
        if (why !== undefined) return why;
      }
      return undefined;
    },
    readValue: valueReaderOf(options),
  };
}

const valueReaders = new WeakMap<ClusterFleetOptions, SourceState['readValue']>();

/** One for all states: nothing says when a value changes, so it is read again by time. */
function valueReaderOf(options: ClusterFleetOptions): SourceState['readValue'] {
  const reader = valueReaders.get(options) ?? ((ref, signal) => valueIn(options, ref, signal));
  valueReaders.set(options, reader);
  return reader;
}

async function valueIn(
  { client, broker }: ClusterFleetOptions,
  { kind, name, key }: ValueRef,
  signal: AbortSignal,
): Promise<string> {
  const { namespace } = keyParts(broker);
  const options = { signal, timeoutMilliseconds: valueMilliseconds };
  const text =
    kind === 'ConfigMap'
      ? (await client.get(configMaps, namespace, name, options)).data?.[key]
      : (await client.get(secrets, namespace, name, options)).data?.[key];
  if (text === undefined) throw new Error(`${kind} ${namespace ?? ''}/${name} has no key ${key}`);
  return kind === 'ConfigMap' ? text : Buffer.from(text, 'base64').toString('utf8');
}

function passwordOf(
  { identity, authentication }: Device,
  broker: Broker | undefined,
  passwords: PublishedPasswords,
): KnownPassword | undefined {
  if (authentication.type !== 'Password') return undefined;
  const { password } = authentication;
  if (password.kind === 'Hash') return { kind: 'Hash', hash: password.hash };
  return passwords.passwordOf(identity, broker?.origin.uid);
}
